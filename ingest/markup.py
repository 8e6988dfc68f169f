"""How pages name their parts: what classes and ids say, of no one site."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


_LONGEST = 200  # characters of a name


def _any(*patterns: str) -> re.Pattern[str]:
    """Whole words of a name such as `RelatedStories_root`, read as `related stories root`."""
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b")


WRAPPER = _any(
    r"^(?:has|no|with|without|is|tag|category|cat|tweak|layout (?:one|two|no)|page template|hide"
    r"|show)\b.*"
)
PANEL = _any(r"accordion\w*|collaps\w*|tabs?|toggles?|panels?|panes?|faqs?|answers?|expand\w*|drawer content")
FOLDER = _any(
    r"(?:faq|accordion|toggle|collaps\w*|expand\w*|question|spoiler)\w*(?: \w+)* (?:question|title|header|heading"
    r"|label"
    r"|trigger|button|q|head)|^questions?$|^faq q$|(?:tab|toggle) title"
)
EDIT = _any(r"(?:mw )?edit ?section")
BOX = _any(
    r"callout|pull ?quotes?|quotes?|notes?|key \w+|facts?|tips?|highlight|summary|infobox|definition"
    r"|takeaways?"
)
ON_WIDE = re.compile(
    r"(?:\bd-|\b)(?:sm|md|lg|xl|xxl)[-:](?:block|flex|inline|grid|table)"
)  # hidden on telephones alone
SPEAKERS = _any(r"screen reader(?: text| only)?|sr only|visually ?hidden|visuallyhidden|a11y hidden|assistive text"
                r"|print ?only|visible print(?: \w+)?|only print")  # fmt: skip
HIDDEN = _any(r"^(?:is )?hidden$|^d none$|^display none$|^hide$|^invisible$")
_BOX_WORDS = (
    "area|bar|block|box|card|container|content|footer|form|group|header|inner|item|items|list|module|outer|root|section|"
    "sidebar|slot|title|unit|widget|wrap|wrapper"
)
_BOX = rf"(?: (?:{_BOX_WORDS}|[a-z]?\d+|[a-z]{{1,2}}))*$"  # how names of boxes go on
# A name is a part of a page only where the whole of it says so: `informed-consent`, `shared-care`, `social-work`,
# `health-promotion`, `discussion` and `recommendations` are what articles of this field are about.
AROUND: Mapping[str, re.Pattern[str]] = {
    "cookie notice": _any(
        r"cookies?(?: \w+)*$|cookie(?:bot|law|notice|consent|banner|bar)\w*|gdpr|onetrust|cybot\w*|tarteaucitron\w*",
        r"cc window|didomi|truste|usercentrics|borlabs\w*|(?:cookie|gdpr|cmp|tracking) consent|consent (?:banner"
        r"|manager"
        r"|notice|bar|popup|dialog|sdk|modal|layer)|qc cmp\w*",
    ),
    "comments": _any(
        r"(?:^|\b(?:post|blog|user|reader|article|page|fb|facebook|entry|view) )comments?" + _BOX,
        r"^comments? (?:reply|respond|thread|count|link|links|meta|text|author|body|template)\b|commentlist"
        r"|^respond$",
        r"disqus\w*|livefyre|reply (?:form|link|title)",
    ),
    "related pages": _any(
        r"^(?:\w+ )?related(?: (?:posts?|articles?|stories|content|pages?|links?|news|topics?|reading|navigation"
        r"|items|"
        r"internet links|products|resources))*" + _BOX,
        r"yarpp\w*|jp relatedposts|recommended(?: \w+)?$|recirc\w*|trending|most (?:read|popular|viewed)|mostread",
        r"^popular(?: (?:posts?|articles?|stories|pages?))?" + _BOX,
        r"more (?:stories|from|articles|news|posts|in)\b|you may(?: also)? like|read (?:next|also)" + _BOX,
        r"read more (?:wrap|wrapper|links?|section|box)$|also read|up next|recent posts|latest (?:posts|news)"
        r"|see also",
        r"similar (?:posts?|articles?|stories|pages)|outbrain\w*|taboola\w*|promoted (?:stories|content)|zergnet",
        r"further reading links|in this section|post grid",
    ),
    "newsletter box": _any(
        r"^(?:\w+ )?newsletter(?: (?:signup|sign up|subscribe|subscription|cta|promo|optin))?" + _BOX,
        r"subscri(?:be|ption)(?: (?:now|cta|button|email|newsletter))?" + _BOX,
        r"sign ?up(?: (?:card|cta|button))?(?: (?:heading|text))?" + _BOX,
        r"mailchimp|mc embed\w*|convertkit|opt ?in" + _BOX,
        r"lead magnet|lead form|hs form",
    ),
    "share bar": _any(
        r"(?:^|\b(?:social|post|article|page|entry|blog|story|print|widget|elementor) )shar(?:e"
        r"|ing)(?: (?:buttons?|btn|links?"
        r"|tools?|icons?|this|post|page|article|on|enabled|social|bar))*" + _BOX,
        r"shar(?:e|ing) (?:bar|buttons?|btn|links?|tools?|icons?|widget)|sharebar|sharedaddy|sharethis\w*"
        r"|addtoany\w*|a2a kit",
        r"addthis\w*|^socials?$|social (?:shar\w+|media|links?|icons?|bar|buttons?|follow|networks?)" + _BOX,
        r"follow us" + _BOX,
        r"sociable|jp post flair|print (?:link|icon|button)|^actions$|^toolbar$|post tools|(?:page|article"
        r"|post) actions",
    ),
    "author box": _any(
        r"author (?:box|bio|info|card|profile|description|about|block|details|area)" + _BOX,
        r"about (?:the )?author" + _BOX,
        r"authorbox|bio box|post author|molongui\w*|saboxplugin\w*|(?:entry|item) author profile(?: \w+)*",
    ),
    "byline": _any(
        r"by ?line|posted (?:on|by)|(?:entry|post|article|page|story|blog) ?(?:meta|info|byline|date)|(?:entry"
        r"|post|article) details",
        r"publish(?:ed)? (?:date|on)|pub date|dateline|timestamp|read(?:ing)? time|^metadata|\bmetadata$"
        r"|last (?:reviewed|updated"
        r"|modified)|^updated$|^date$|^hits$|views count",
    ),
    "breadcrumbs": _any(r"bread ?crumbs?(?: \w+)*|^crumbs?$|^pfad$|you are here|^site ?sub$|jump (?:link|to nav)"),
    "contents": _any(
        r"^(?:ez |\w+ )?toc(?: (?:v2|container|list|wrapper|counter hierarchy|widget|title))*$"
        r"|table of contents(?: \w+)*",
        r"contents list|^on this page|in this article|jump links|page contents|article nav",
    ),
    "advertisement": _any(
        r"^(?:\w+ )?ads?(?: (?:top|bottom|label|banner))?" + _BOX,
        r"adsbygoogle|^adverts?|advertis\w+$|^sponsored(?: \w+)*|^promo(?: \w+)*|^dfp|gpt ad|^cta(?: \w+)*"
        r"|call to action|\w+ cta$",
        r"banner ad|hs cta wrapper",
    ),
    "sidebar": _any(r"side ?bar(?: \w+)*$|widget area|^(?:right |left |side )?rail$|^aside$|off ?canvas|mw panel"),
    "menu": _any(
        r"(?:main |site |top |primary |mega |nav )?(?:menu|nav|navi|navigation|navbar|nav bar)(?: \w+)*|site header",
        r"(?:global|location|main|top|masthead) header|masthead\w*(?: \w+)*|top ?bar|skip (?:link|nav|to content)"
        r"|^header$",
        r"^utility(?: \w+)*|^(?:left|right|side) ?col(?:umn)?$",
    ),
    "footer": _any(
        r"footer(?: \w+)*|\w* footer|^foot$|colophon|^copyright|cat ?links|tags? links|^tags$|tag ?cloud|post tags",
        r"legal (?:links?|notice|footer|info)|^topics$|topic (?:list|tags|links)",
    ),
    "pager": _any(
        r"^pager(?: \w+)*|pagination(?: \w+)*|(?:post|item|page) (?:navigation|pagination)|pagenav|prev next"
        r"|next prev"
    ),
    "feedback": _any(
        r"^(?:\w+ ){0,2}feedback" + _BOX,
        r"page feedback|was this (?:page )?helpful|(?:star|page|post|article) ratings?|rate this",
    ),
    "pop-up": _any(
        r"^modal(?: \w+)*|\w+ modal$|pop ?up(?: \w+)*$|^overlay|lightbox|^toast|usa banner|site alert",
        r"(?:gov|promo|alert|site|top|cookie) banner|^debug",
    ),
}
BRIEF = frozenset(  # names that an article's own parts bear too: only of little text are they meant
    ("share bar", "byline", "advertisement", "footer", "menu", "feedback", "newsletter box", "related pages", "pager",
     "breadcrumbs")
)  # fmt: skip


def named(element: Any, pattern: re.Pattern[str]) -> bool:
    """Whether a class, the id or the component name of an element matches, each read as words."""
    names = [*(element.get("class") or "").split(), element.get("id") or "", element.get("data-component") or ""]
    return any(_matches(pattern, name) for name in names if name)


@lru_cache(maxsize=65536)
def _matches(pattern: re.Pattern[str], name: str) -> bool:
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name[:_LONGEST])
    return bool(pattern.search(" ".join(re.findall(r"[^\W_]+", parted)).lower()))
