"""How the furniture of web pages is worded: patterns of no one site, each a list of alternatives."""

from __future__ import annotations

import re


def _any(*patterns: str, after: str = "") -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(patterns)}){after}", re.IGNORECASE)


IMAGE = re.compile(r"!\[[^\]]*\](?:\([^)]*\))?")

# Whole lines: buttons, menus, labels

INTERFACE = _any(
    r"(?:\d+\s+)?comments?(?:\s*\(\d+\))?",
    r"(?:post|leave|add|write)\s+(?:a|your)\s+(?:comment|reply|review)",
    r"no comments(?: yet)?|be the first to comment",
    r"your email address will not be published.*|required fields are marked.*",
    r"(?:share|tweet|pin|print|email|e-mail|like|save|copy link|bookmark|follow|facebook|twitter|linkedin|instagram|"
    r"pinterest|whatsapp|reddit|youtube|tiktok|x|[\s|/,•·&+]|and|on|via|to|this(?: (?:post|article|page|story))?|us)+",
    r"(?:skip|jump) to (?:main )?content|back to top|(?:go )?back|top|scroll (?:to top|down)",
    r"menu|main menu|toggle navigation|search(?: for:?)?|close|open|home|home ?page|about(?: us)?|contact(?: us)?",
    r"our services|services|blog|news|events|careers|shop|cart|my account|donate|register|log ?in|log ?out",
    r"sign ?(?:in|up|out)|subscribe(?: now)?|advertisement|advertise(?: with us)?|sponsored(?: content)?|loading\.*",
    r"(?:previous|next|older|newer)(?: (?:post|article|page|story)s?)?",
    r"privacy(?: policy)?|terms(?: (?:of (?:use|service)|(?:and|&) conditions))?|sitemap|accessibility",
    r"cookie (?:policy|settings|preferences)|(?:accept|reject|allow|decline|manage)(?: all)?(?: cookies| preferences)?",
    r"read (?:more|full (?:article|story))|(?:learn|show|see|view|load) (?:more|all|less)",
    r"click here|download(?: (?:pdf|now))?|get started|get in touch|request a demo|print(?: this)?(?: page)?",
    r"(?:buy|shop|order|book|apply|donate|enroll|register|start|join|call) now",
    r"(?:posted|filed) (?:in|under):?.*|tags?:.*|categor(?:y|ies):.*",
    r"\d+ min(?:ute)?s?(?: of)? read(?:ing)?|reading time:? .{1,20}|\d+ (?:views|shares|likes)",
    r"image (?:source|credit):?.*|photo (?:by|credit):?.*|source:? getty.*",
    r"table of contents|on this page|in this article|contents|\[?edit\]?",
    after=r"[\s:.»›→>|-]*",
)
EITHER = _any(  # of these, what an article may have as a heading too
    r"about|contact|(?:our )?services|blog|news|events|careers|search|comments?|donate|accessibility|contents",
    r"print|share|save|like|follow|open|close",
    after=r"\W*",
)

# Whole lines: what stands under them goes too

SECTION = _any(
    r"(?:our |people |users )?(?:related|recent|popular|latest|similar|trending|featured|recommended|more|other) "
    r"(?:posts?|articles?|stories|reads?|reading|content|pages?|links|news|searches|blogs?|questions|jobs|openings)"
    r"(?: (?:from|by|on|in|about|like) .{1,30})?",
    r"people also (?:ask|search(?: for)?)",
    r"you (?:may|might)(?: also)? (?:also )?(?:like|enjoy|be interested in)",
    r"read (?:next|also)|see also|also read|up next|more from .{1,40}",
    r"share (?:this|on|via|with)\b.{0,40}|follow us.{0,40}|connect with us",
    r"stay (?:connected|in touch|up to date|updated|informed)",
    r"subscribe.{0,60}|(?:sign up|join) (?:for|to|our).{0,60}|(?:our |the )?newsletter.{0,30}",
    r"categories|tags|archives?|quick links|useful links",
    r"(?:\d+ )?(?:comments?|responses?|replies)|leave a (?:reply|comment)|recent comments",
    r"meta|advertisement|navigation|explore|social(?: media)?",
    after=r"\s*[:!]?",
)
AUTHOR = _any(r"(?:about|meet) the authors?:?")

# Short lines that send the reader elsewhere or want something of him

INVITES = _any(
    r"(?:get|read|see|find out|discover|learn|know|explore|view)\s+(?:some )?more(?:$|:|\s+"
    r"(?:about|insights|information|details|tips|here|(?:on|at|in|from)\s+(?:our|the|this|[A-Z])).{0,80})",
    r"(?:also|must) read\b.{0,80}|read also\b.{0,80}",
    r"(?:click|tap) (?:here|the (?:link|button)).{0,80}",
    r"(?:download|get|request) (?:our|the|your) (?:free )?"
    r"(?:guide|e-?book|white ?paper|brochure|checklist|template|demo)\b.{0,60}",
    r"(?:contact|call|reach out to) us\b.{0,80}",
    r"(?:schedule|book|request) (?:a|your) (?:free )?(?:demo|call|consultation|appointment)"
    r"(?: (?:today|now|with us).{0,30})?",
)
SIGN_UP = _any(
    r"(?=.*\b(?:newsletters?|mailing list)\b)(?=.*\b(?:subscribe|sign up|join|get|receive|delivered)\b)",
    r".*\b(?:to|in|into) your (?:e-?mail )?inbox\b",
    r"(?:please )?(?:enter|submit|type) your (?:e-?mail|name)\b",
    r"(?:please |don['’]t forget to )?(?:subscribe|sign up) (?:to|now|today|for|here|below)\b",
    r".*\bunsubscribe (?:at )?any\s?time\b",
    r"join (?:our|the) (?:mailing list|community|conversation)\b|(?:like|follow|find|join) us on\b",
    r"(?:please )?share this (?:post|article|page|story)\b",
    r".*\bwe (?:will )?(?:never|don['’]t|won['’]t) (?:send )?(?:you )?spam\b",
)
COPYRIGHT = _any(
    r"©|\(c\) ?(?:19|20)\d\d|\bcopyright\b.{0,12}(?:19|20)\d\d|\ball rights reserved\b|\bpowered by\b.{0,30}$",
)
NOTICE = _any(
    r"\b(?:this|our) (?:web)?site uses cookies\b|\bwe use cookies\b|\bcookies? (?:policy|settings|preferences)\b",
    r"\b(?:accept|consent to|agree to) (?:the use of |our use of |all )?cookies\b",
    r"\bplease enable javascript\b|\bjavascript is (?:disabled|required)\b",
    r"\byour email address will not be published\b|\bprotected by recaptcha\b|\byou must be logged in\b",
)

# Where, who, when

CRUMBS = _any(r"(?:you are here:?\s*)?home\s*(?:[>»›/|→]|::)\s*.{1,160}")
TRAIL = _any(r"[^.!?>»›]{1,40}(?:\s*[>»›]\s*[^.!?>»›]{1,80}){2,}")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_ORDINAL = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = rf"(?:{_MONTH} {_ORDINAL},? \d{{4}}|{_ORDINAL} {_MONTH},? \d{{4}}|\d{{1,4}}[./-]\d{{1,2}}[./-]\d{{1,4}})"
_NAME = r"(?-i:[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]*){1,3}(?:, (?:[A-Z]\.?){2,5})*)"
_DASH = r"[\s,|•·–—-]+"
BYLINE = _any(
    r"(?:posted|published|updated|last (?:updated|modified|reviewed)|(?:medically |fact )?(?:reviewed|checked)|written|"
    r"created)(?:\s+(?:on|by|in)\b|\s*:)\s*[^.!?]{1,70}",
    rf"(?:author|date|published|updated|posted):?\s*(?:{_DATE}|{_NAME})",
    rf"(?:by\s+)?{_NAME}{_DASH}(?:{_DATE}|\d+ min).{{0,60}}",
    rf"{_DATE}(?:{_DASH}.{{0,40}})?",
    rf"by:?\s+{_NAME}(?:{_DASH}{_DATE})?",
    r".{0,60}\b\d+ min(?:ute)?s? read",
)
_LINK = r"(?:https?://|www\.)\S+"
ADDRESS = _any(
    rf"(?:[\w\s]{{0,20}}:\s*)?(?:{_LINK}|\S+@\S+\.\w{{2,}}|(?:tel|phone|fax):?\s*[+(]?\d[\d\s().-]{{6,}})(?:[\s,;|]+{_LINK})*"
)
