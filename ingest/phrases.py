"""How the furniture of web pages is worded: patterns of no one site, each a list of alternatives.

English, and the commonest words of German, French, Spanish, Dutch, Italian and Portuguese pages.
"""

from __future__ import annotations

import re


def _any(*patterns: str, after: str = "") -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(patterns)}){after}", re.IGNORECASE)


IMAGE = re.compile(  # `#![…]` is code
    r"(?<![#\w])!\[(?:[^\[\]]++|\[[^\[\]]*+\])*+\](?:\((?:[^()]++|\([^()]*+\))*+\))?"
)

# Whole lines: buttons, menus, labels

INTERFACE = _any(
    r"(?:\d+\s+)?comments?(?:\s*\(\d+\))?",
    r"(?:(?:post|leave|add|write|submit)(?:\s+(?:a|your))?\s+)(?:comment|reply|review)|(?:log in to )?reply"
    r"|cancel reply",
    r"(?:your )?(?:name|e-?mail(?: address)?|website|phone|message|comment)\s*(?:\*|\(required\))|save my name, .*",
    r"no comments(?: yet)?|be the first to comment",
    r"your email address will not be published.*|required fields are marked.*",
    r"(?:share|tweet|pin|print|email|e-mail|like|save|copy link|bookmark|follow|facebook|twitter|linkedin|instagram|"
    r"pinterest|whatsapp|reddit|youtube|tiktok|x|[\s|/,•·&+]|and|on|via|to|this(?: (?:post|article|page|story))?"
    r"|us)+",
    r"(?:skip|jump) to (?:main )?content|back to top|(?:go )?back|top|scroll (?:to top|down)",
    r"menu|main menu|toggle navigation|search(?: for:?)?|close|open|home|home ?page|about(?: us)?|contact(?: us)?",
    r"our services|services|blog|news|events|careers|shop|cart|my account|donate|register|log ?in|log ?out",
    r"sign ?(?:in|up|out)|subscribe(?: now)?|advertisement|advertise(?: with us)?|sponsored(?: content)?|loading\.*",
    r"(?:previous|next|older|newer)(?: (?:post|article|page|story)s?)?",
    r"privacy(?: policy)?|terms(?: (?:of (?:use|service)|(?:and|&) conditions))?|sitemap|accessibility",
    r"cookie (?:policy|settings|preferences)|(?:accept|reject|allow|decline|manage)(?: all)?(?: cookies"
    r"| preferences)?",
    r"read (?:more|full (?:article|story))|(?:learn|show|see|view|load) (?:more|all|less)",
    r"click here|download(?: (?:pdf|now))?|get started|get in touch|request a demo|print(?: this)?(?: page)?",
    r"(?:buy|shop|order|book|apply|donate|enroll|register|start|join|call) now",
    r"(?:posted|filed) (?:in|under):?.*|(?:tags?|topics?):.*|categor(?:y|ies):.*",
    r"\d+ min(?:ute)?s?(?: of)? read(?:ing)?|reading time:? .{1,20}|\d+ (?:views|shares|likes)",
    r"image (?:source|credit):?.*|photo(?:s|graph)?(?:(?: by| credit):?|:).*|source:? getty.*",
    r"(?:getty images|reuters|shutterstock|istock(?:photo)?|afp|alamy|pa media|unsplash"
    r"|pexels)(?:[ /]+(?:via )?[\w ]{1,30})?",
    r"(?:start|try) .{0,20}\b(?:free|trial)\b.{0,20}|open in app|(?:click to )?share on \w+(?: \(.*\))?|copy link"
    r"|hits:? \d+",
    r"(?:was|is) this (?:page|article|information|answer) (?:helpful|useful).{0,10}"
    r"|did you find what you were looking for\W?",
    r"prev|listen(?: to (?:this|the) article)?|welcome,? guest|an official website of .{1,60}"
    r"|give (?:us )?feedback|\d+[.,]?\d*k? followers",
    r"table of contents|on this page|in this article|contents|\[?edit\]?",
    # German
    r"(?:zum|zur|direkt zum) (?:haupt)?(?:inhalt|navigation|menü)(?: springen| wechseln)?|startseite|über uns"
    r"|kontakt",
    r"impressum|datenschutz(?:erklärung|hinweise?)?|agb|karriere|suchen?|menü|(?:seite )?drucken|teilen"
    r"|zurück(?: .{1,20})?",
    r"nach oben|mehr (?:erfahren|lesen|anzeigen)|weiterlesen|anmelden|abmelden|registrieren|warenkorb|anzeige"
    r"|werbung",
    r"(?:alle )?(?:cookies )?(?:akzeptieren|ablehnen|zulassen)|lesezeit:? .{1,20}|leistungen|inhaltsverzeichnis",
    r"jetzt (?:anmelden|abonnieren|bewerben|spenden)|(?:auf|per|via|bei) \w+ teilen|(?:schlagwörter|kategorien?):.*",
    r"(?:beitrag|artikel|seite) teilen|teilen sie diese[nrs]? (?:beitrag|artikel|seite).{0,30}",
    # French
    r"aller au (?:contenu|menu)(?: principal)?|accueil|mentions légales|contactez-nous|à propos|qui sommes-nous ?\??",
    r"rechercher?|imprimer|partager?(?: (?:cet|cette|l['’]) ?(?:article|page))?(?: (?:sur|par) .{1,20})?"
    r"|retour en haut",
    r"haut de page|lire la suite|en savoir plus|s['’]inscrire|se connecter|connexion|tout (?:accepter|refuser)"
    r"|publicité",
    r"plan du site|politique de (?:confidentialité|cookies)|temps de lecture.{0,20}|sommaire|(?:étiquettes"
    r"|catégories?) ?:.*",
    # Spanish
    r"(?:saltar|ir) al contenido(?: principal)?|inicio|servicios|contacto|quiénes somos|sobre nosotros"
    r"|aviso legal|buscar",
    r"política de (?:privacidad|cookies)|menú|imprimir|compartir(?: (?:en|este|esta|por) .{1,30})?|volver arriba"
    r"|publicidad",
    r"(?:leer|ver|saber) más|iniciar sesión|registrarse|(?:aceptar|rechazar) tod[ao]s?|mapa del sitio|índice",
    r"tiempo de lectura.{0,20}|(?:etiquetas|categorías?):.*",
    # Dutch, Italian, Portuguese
    r"over ons|werken bij|privacyverklaring|disclaimer|lees (?:meer|verder)|(?:direct )?naar (?:de )?inhoud|zoeken",
    r"chi siamo|contatti|cerca|vai al contenuto|condividi.{0,20}|leggi (?:tutto|di più)|accetta tutt[io]",
    r"sobre nós|contato|pesquisar|compartilhar.{0,20}|leia mais|política de privacidade",
    after=r"[\s:.»›→>|*-]*",
)
MENU = _any(  # of these, what stands in the menus at the top and foot of a page
    r"home|home ?page|about(?: us)?|contact(?: us)?|menu|(?:main|primary) menu|toggle navigation"
    r"|search(?: for:?)?|log ?in",
    r"sign ?(?:in|up)|register|subscribe|careers|jobs|blog|news(?:room)?|events|shop|cart|my account|donate"
    r"|pricing|products",
    r"solutions|resources|services|our services|faqs?|privacy(?: policy)?|terms(?: .{1,20})?|cookies"
    r"|cookie (?:policy|settings)",
    r"sitemap|site map|accessibility(?: statement)?|skip to (?:main )?content|help|support|find a (?:doctor"
    r"|provider|location)",
    r"locations|platform|customers|about|request (?:a demo|an? appointment)|book a demo|make an appointment"
    r"|book (?:now|a visit)|patients? (?:portal|(?:and|&) visitors)|for patients|advertise",
    r"startseite|über uns|kontakt|impressum|datenschutz(?:erklärung)?|agb|karriere|suche|menü|leistungen"
    r"|aktuelles|presse",
    r"accueil|mentions légales|contactez-nous|à propos|qui sommes-nous ?\??|rechercher?|plan du site|actualités",
    r"inicio|servicios|contacto|quiénes somos|sobre nosotros|aviso legal|buscar|noticias|mapa del sitio"
    r"|zum inhalt springen",
    r"over ons|nieuws|chi siamo|contatti|sobre nós|contato",
    r"(?:privacy|terms|cookies|legal|imprint|impressum|datenschutz|agb)(?: ?[|·•/] ?(?:privacy|terms|cookies"
    r"|legal|imprint|"
    r"contact|impressum|datenschutz|agb|kontakt)(?: \w+)?)+",
    after=r"[\s:.»›→>|▾▼+-]*",
)
EITHER = _any(  # of these, what an article may have as a heading too
    r"about|contact|(?:our )?services|blog|news|events|careers|search|comments?|donate|accessibility|contents",
    r"print|share|save|like|follow|open|close|reply|back|top|home|menu|search|shop|register|support|terms|privacy"
    r"|tags?",
    r"kontakt|leistungen|karriere|suchen?|teilen|anzeige|werbung|anmelden|datenschutz|startseite|inicio|servicios"
    r"|contacto",
    r"publicité|publicidad|connexion|sommaire|índice|accueil|buscar|rechercher?",
    after=r"\W*",
)

# Whole lines: what stands under them goes too

SECTION = _any(
    r"(?:our |people |users )?(?:related|recent|popular|latest|similar|trending|featured|recommended|more|other) "
    r"(?:posts?|articles?|stories|reads?|reading|content|pages?|links|news|searches|blogs?|questions|jobs|openings)"
    r"(?: (?:from|by|on|in|about|like) .{1,30})?",
    r"people also (?:ask|search(?: for)?)",
    r"you (?:may|might)(?: also)? (?:also )?(?:like|enjoy|be interested in)",
    r"read (?:next|also)|keep reading|see also|also read|up next|more from .{1,40}",
    r"share (?:this|on|via|with)\b.{0,40}|follow us.{0,40}|connect with us",
    r"stay (?:connected|in touch|up to date|updated|informed)",
    r"subscribe.{0,60}|(?:sign up|join) (?:for|to|our).{0,60}|(?:our |the )?newsletter.{0,30}",
    r"categories|tags|archives?|quick links|useful links|latest insights|most read|most popular|in this section",
    r"(?:\d+ )?(?:comments?|responses?|replies)|leave a (?:reply|comment)|recent comments",
    r"meta|navigation|explore|social(?: media)?|support links",
    r"(?:das )?könnte (?:sie|dich|euch) (?:auch )?interessieren.{0,10}|das könnte (?:sie|dich) auch interessieren",
    r"(?:ähnliche|verwandte|weitere|neueste|aktuelle|beliebte|mehr) (?:beiträge|artikel|themen|seiten|meldungen"
    r"|nachrichten)"
    r"(?: .{1,30})?|mehr zum thema|lesen sie auch|auch interessant|newsletter (?:abonnieren|anmeldung)"
    r"|folgen sie uns.{0,30}",
    r"(?:schreiben? (?:sie )?|schreib |hinterlassen? (?:sie )?)(?:uns )?einen kommentar"
    r"|(?:\d+ )?kommentare?(?: schreiben)?",
    r"articles? (?:similaires|liés|récents|connexes)|(?:à lire|lire) (?:aussi|également)|sur le même sujet"
    r"|suivez-nous.{0,30}",
    r"vous aimerez aussi|(?:laisser|écrire) un commentaire|(?:\d+ )?commentaires?",
    r"(?:artículos|entradas|noticias|contenidos?) relacionad[oa]s|(?:también )?te puede interesar|lo más leído",
    r"(?:deja|dejar|escribe) un comentario|(?:\d+ )?comentarios?|síguenos.{0,30}",
    r"lees ook|gerelateerde (?:berichten|artikelen)|meer (?:nieuws|artikelen)|articoli correlati|leggi anche",
    r"potrebbe interessarti.{0,10}|lascia un commento|artigos relacionados|(?:veja|leia) também|deixe um comentário",
    after=r"\s*[:!]?",
)
AUTHOR = _any(r"(?:about|meet) the authors?:?")

# Short lines that send the reader elsewhere or want something of him

INVITES = _any(
    r"(?:get|read|see|find out|discover|learn|know|explore|view)\s+(?:some )?more(?:$|:.{0,80}|\s+"
    r"(?:about|insights|information|details|tips|here|(?:on|at|in|from)\s+(?:our|the|this|[A-Z])).{0,80})",
    r"related:.{1,90}",
    r"(?:also|must) read\b.{0,80}|read also\b.{0,80}",
    r"(?:click|tap) (?:here|the (?:link|button)).{0,80}",
    r"(?:download|get|request) (?:our|the|your) (?:free )?"
    r"(?:guide|e-?book|white ?paper|brochure|checklist|template|demo)\b.{0,60}",
    r"(?:contact|call|reach out to) us\b.{0,80}",
    r"follow .{1,40}\bon (?:facebook|twitter|x|instagram|linkedin|youtube|tiktok)\b.{0,80}|(?:download"
    r"|get) (?:our|the|your) free .{1,40}",
    r"if you (?:liked|enjoyed|loved|found) .{0,60}\b(?:follow|share|subscribe|clap|like|sign up|comment)\b.{0,60}",
    r"(?:still )?have (?:any )?(?:more |further )?questions\? (?:contact|call|email|reach).{0,60}",
    r"lesen sie (?:auch|mehr).{0,80}|lire (?:aussi|également)\b.{0,80}|(?:lea|lee|leer) también\b.{0,80}"
    r"|lees ook:.{0,80}",
    r"(?:schedule|book|request) (?:a|your) (?:free )?(?:demo|call|consultation|appointment)"
    r"(?: (?:today|now|with us).{0,30})?",
)
SIGN_UP = _any(
    r"(?:please |now )?(?:subscribe|sign (?:me )?up|join|get|receive|don['’]t miss|never miss)\b"
    r"(?=.*\b(?:newsletters?|mailing list|e-?mail updates)\b)",
    r"(?:our |the |weekly |daily |monthly )*newsletters?(?: sign-?up)?$|.{0,80}\bdelivered (?:straight "
    r"|right )?to your inbox\b",
    r"(?:melden? sie sich|melde dich|jetzt)\b.{0,40}\bnewsletter\b|abonnieren sie\b|abonnez-vous\b|suscríbe(?:te"
    r"|se) a\b",
    r"inscrivez-vous à (?:notre|la) (?:newsletter|lettre)\b",
    r".*\b(?:to|in|into) your (?:e-?mail )?inbox\b",
    r"(?:please )?(?:enter|submit|type) your (?:e-?mail|name)\b",
    r"(?:please |don['’]t forget to )?(?:subscribe|sign up) (?:to|now|today|for|here|below)\b",
    r".*\bunsubscribe (?:at )?any\s?time\b",
    r"join (?:our|the) (?:mailing list|community|conversation)\b|(?:like|follow|find|join) us on\b",
    r"(?:please )?share this (?:post|article|page|story)\b",
    r".*\bwe (?:will )?(?:never|don['’]t|won['’]t) (?:send )?(?:you )?spam\b",
)
COPYRIGHT = _any(
    r"alle rechte vorbehalten|tous droits réservés|todos los derechos reservados|tutti i diritti riservati",
    r"©|\(c\) ?(?:19|20)\d\d|\bcopyright\b.{0,12}(?:19|20)\d\d|\ball rights reserved\b|\bpowered by\b.{0,30}$",
)
NOTICE = _any(
    r"\b(?:this|our) (?:web)?site uses (?:\w+ )?cookies\b|\bwe (?:also )?use (?:[\w-]+ ){0,3}cookies (?:to"
    r"|on (?:this|our)|and|for)\b",
    r"\b(?:see|read|view|manage|change|in|to|of) (?:our|your|the) cookies? (?:policy|settings|preferences|notice)\b",
    r"^(?:manage )?cookies? (?:policy|settings|preferences)\b.{0,30}$",
    r"\b(?:accept|consent to|agree to) (?:the use of |our use of |all )?cookies\b"
    r"|\bstoring (?:of )?cookies on your\b",
    r"\bdiese (?:web)?(?:site|seite) (?:verwendet|nutzt) cookies\b|\bwir (?:verwenden"
    r"|nutzen) (?:auf \w+ \w+ )?cookies,? um\b",
    r"\b(?:deine|ihre) e-?mail-adresse wird nicht veröffentlicht\b|\bvotre adresse .{3,20} ne sera pas publiée\b",
    r"\b(?:ce site|nous) utilis(?:e|ons) des cookies\b|\bacceptez l['’]utilisation de (?:ces )?cookies\b",
    r"\b(?:este sitio (?:web )?)?(?:utiliza(?:mos)?|usa(?:mos)?) cookies\b|\bcorreo electrónico no será publicada\b",
    r"\bdeze website gebruikt cookies\b|\bquesto sito utilizza (?:i )?cookie\b|\bpor favor,? (?:activa"
    r"|habilita) javascript\b",
    r"\bplease enable javascript\b|\bjavascript is (?:disabled|required)\b",
    r"\byour email address will not be published\b|\bprotected by recaptcha\b|\byou must be logged in\b",
)

# Where, who, when

CRUMBS = _any(
    r"(?:(?:you are here|sie sind hier|vous êtes ici|estás? aquí|u bent hier|sei qui):?\s*)?"
    r"(?:home|startseite|accueil|inicio)\s*(?:[>»›/|→]|::)\s*.{1,160}"
)
TRAIL = _any(r"[^.!?>»›<{}();=]{1,40}(?:(?:\s[>»›]\s|[»›])\s*[^.!?>»›<{}();=]{1,80}){2,}")  # no line of code
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_ORDINAL = r"\d{1,2}(?:st|nd|rd|th)?"
_NUMERIC = r"\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d\d)"  # `1.13.4` is a version
_DATE = rf"(?:{_MONTH} {_ORDINAL},? \d{{4}}|{_ORDINAL} {_MONTH},? \d{{4}}|{_NUMERIC})"
_NAME = r"(?-i:[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]*){1,3}(?:, (?:[A-Z]\.?){2,5})*)"
_DASH = r"[\s,|•·–—-]+"
NAME = re.compile(_NAME)
BYLINE = _any(
    r"(?:posted|published|updated|(?:page )?last (?:updated|modified|reviewed)|(?:medically |fact )?(?:reviewed"
    r"|checked)|written|"
    r"created)(?:\s+(?:on|by|in)\b|\s*:)\s*[^.!?]{1,70}",
    r"(?:veröffentlicht|erstellt|aktualisiert|zuletzt (?:aktualisiert|geändert)|stand)(?: am| von|:) [^!?]{1,60}",
    r"(?:publiée?|mise? à jour|modifiée?) (?:le|par) [^!?]{1,60}|(?:publicado|actualizado)(?: el| por|:) [^!?]{1,60}",
    r"(?:gepubliceerd|bijgewerkt) op [^!?]{1,40}|pubblicato (?:il|da) [^!?]{1,40}",
    rf"(?:author|date|published|updated|posted):?\s*(?:{_DATE}(?:,? (?:at )?\d{{1,2}}[:.]\d\d.{{0,10}})?|{_NAME})",
    r"(?:this page was )?last edited (?:on|by) .{1,50}",
    rf"(?:by\s+)?{_NAME}{_DASH}(?:{_DATE}|\d+ min).{{0,60}}",
    rf"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?{_DATE}(?:{_DASH}.{{0,40}})?",
    rf"by:?\s+{_NAME}(?:{_DASH}{_DATE})?",
    r".{0,60}\b\d+ min(?:ute)?s? read",
)
_LINK = r"(?:https?://|www\.)\S++"
ADDRESS = _any(
    rf"(?:[\w\s]{{0,20}}:\s*)?(?:{_LINK}|[^\s@]++@[^\s@]+\.\w{{2,}}|(?:tel|phone"
    rf"|fax):?\s*[+(]?\d[\d\s().-]{{6,}}+)(?:[\s,;|]+{_LINK})*"
)

# Under an article, what others wrote

THREAD = _any(  # the line above it
    r"\d+ (?:comments?|responses?|replies|thoughts? on .{1,120}|kommentare?|commentaires?|comentarios?)"
    r"|comments?(?: \(\d+\))?",
    r"(?:leave|post) a (?:reply|comment)|join the (?:conversation|discussion)|kommentare|commentaires|comentarios",
    after=r"\s*[:!]?",
)
VOICE = _any(  # lines in it
    r".{1,40}\b(?:says|said|wrote|schreibt|sagt|dit|dice):?|(?:log in to )?reply|antworten|répondre|responder",
    rf"(?:{_MONTH} {_ORDINAL},? \d{{4}}|{_ORDINAL}\.? {_MONTH},? \d{{4}}) (?:at|um|à|a las) \d.{{0,12}}",
    after=r"\s*",
)
PERSON = re.compile(  # how a line on a person begins
    r"(?:(?:Dr|Prof|Mr|Mrs|Ms)\.? )?[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]*){1,3},?(?: [A-Z]{2,5},?)* (?:is|was|has|had"
    r"|writes?|works?|"
    r"lives?|serves?|served|holds?|leads?|joined|coaches|teaches|covers|practi[cs]es|specializes|specialises"
    r"|earned|and|a)\b"
    r"|[A-Z][\w'’-]+ (?:is|has|writes|lives|works|holds|covers|teaches|coaches)\b|(?:She|He|They) (?:is|are|has"
    r"|have|writes?)\b"
)
