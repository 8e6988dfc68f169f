"""A saved page as a tree: what stands around its article goes, by named rules, before the article is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from lxml import etree  # type: ignore[import-untyped]

from ingest.markup import AROUND, BOX, BRIEF, EDIT, HIDDEN, ON_WIDE, PANEL, SPEAKERS, WRAPPER, named
from ingest.pieces import Dropped, ended, words

Element: TypeAlias = Any  # of lxml, which has no types
Rule = Callable[[Element], bool]

_CODE = "script style noscript template svg iframe object embed canvas video audio map input select textarea dialog"
_ROLES = frozenset("navigation banner contentinfo search dialog alertdialog menu menubar toolbar status".split())
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# Pandoc calls the first row of each table `header`
_NAMELESS = frozenset(
    ("html", "body", "main", "article", "tr", "th", "thead", "tbody", "caption", "dt", "dd", *HEADINGS)
)
_INLINE = frozenset("a b strong em i code span small cite abbr mark q sub sup kbd u font".split())
_NO_DISPLAY = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_MARK = re.compile(r"[\[(]?(?:\d{1,3}|[a-z*†‡])[\])]?|[#¶§^↑↩⏎🔗︎️\s]*", re.IGNORECASE)
_LARGE = 0.4  # of the prose of a page: what holds more of it is its article, whatever it is called
_BRIEF = 60  # words
_UNDER_HEADING = frozenset(("cards", "links", "related pages", "share bar", "newsletter box", "comments"))
_CARD = 70  # words


def strip(page: Element) -> list[Dropped]:
    """Takes away what is no article, wherever a rule says so; what was shown to a reader is accounted for."""
    etree.strip_tags(page, etree.Comment, etree.ProcessingInstruction)
    for element in list(page.iter(*_CODE.split())):
        _drop(element)
    body = body_of(page)
    dropped: list[Dropped] = []
    for rules in (_unseen(body), _framing(body), _so_called(body), _telling(body)):
        dropped += _take(body, rules)
    return dropped


def body_of(page: Element) -> Element:
    found = page.find("body")
    return page if found is None else found


def _take(element: Element, rules: Sequence[tuple[str, Rule]]) -> Iterator[Dropped]:
    """From the outside in: the first rule that says so takes an element with all that is in it."""
    children = [child for child in element if isinstance(child.tag, str)]
    names = [next((name for name, rule in rules if rule(child)), None) for child in children]
    for child, name in zip(children, names, strict=True):
        if name is None:
            yield from _take(child, rules)
            continue
        if text := text_of(child):
            heading = _heading_of(child) if name in _UNDER_HEADING else None
            yield Dropped(name, text)
            if heading is not None:
                yield Dropped("nothing beneath", text_of(heading))
                _drop(heading)
        _drop(child)


def _heading_of(element: Element) -> Element | None:
    """The heading right above an element that is all that stands under it."""
    above, below = element.getprevious(), element.getnext()
    alone = below is None or below.tag in HEADINGS
    bare = above is not None and above.tag in HEADINGS[1:] and not (above.tail or "").strip()
    return above if alone and bare and not (element.tail or "").strip() else None


def _drop(element: Element) -> None:
    """Takes an element away; what was before and behind it stays apart."""
    element.tail = f" {element.tail or ''}"
    element.drop_tree()


def text_of(element: Element) -> str:
    """All text in an element on one line, its parts apart."""
    return " ".join(" ".join(element.itertext()).split())


def prose(element: Element) -> int:
    """The characters of an element that are no link."""
    return len(text_of(element)) - linked(element)


def linked(element: Element) -> int:
    """The characters of an element that are links to other pages."""
    links = [element] if element.tag == "a" else [link for link in element.iter("a") if _leads_away(link)]
    return sum(len(text_of(link)) for link in links)


def _leads_away(link: Element) -> bool:
    return not (link.get("href") or "#").startswith("#")


# What a reader does not see


def _unseen(_: Element) -> list[tuple[str, Rule]]:
    return [("not shown", _is_hidden)]


def _is_hidden(element: Element) -> bool:
    """`hidden`, `display: none`, a class for screen readers or printers; not what folds out, as a FAQ's answers."""
    if element.get("role") in {"dialog", "alertdialog"} or element.get("aria-modal") == "true":
        return True
    if named(element, SPEAKERS):
        return bool(element.tag != "h1")
    off = (
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or bool(_NO_DISPLAY.search(element.get("style") or ""))
        or (named(element, HIDDEN) and not ON_WIDE.search(element.get("class") or ""))
    )
    return off and element.get("role") != "tabpanel" and not named(element, PANEL)


# What frames the article


def _framing(body: Element) -> list[tuple[str, Rule]]:
    bulk = _bulk(body)
    return [
        ("frame of the page", lambda element: _is_frame(element, bulk)),
        ("form", lambda element: element.tag in {"form", "fieldset"} and prose(element) < bulk / 2),
    ]


def _bulk(body: Element) -> float:
    return _LARGE * max(prose(body), 1)


def _is_frame(element: Element, bulk: float) -> bool:
    """`nav`, the header and footer of the page, and asides that are no boxes of the article."""
    if element.tag == "nav" or element.get("role") in _ROLES:
        return element.tag != "article" and prose(element) < bulk
    inside = _inside(element)
    if element.tag == "header" and not inside:
        return all(map(_names_site, element.iter("h1"))) and prose(element) < bulk
    if element.tag == "footer" and element.getparent() is not None and element.getparent().tag != "blockquote":
        return prose(element) < bulk and not (inside and element.find(".//ol") is not None)
    if element.tag == "aside" or element.get("role") == "complementary":
        boxed = inside or named(element, BOX)
        return prose(element) < bulk and (not boxed or 2 * linked(element) > prose(element))
    return False


def _names_site(title: Element) -> bool:
    """`<h1><a href="/">Ward Notes</a></h1>`: a blog that gives its own name as the heading of each page."""
    links = list(title.iter("a"))
    return len(links) == 1 and bool(re.fullmatch(r"\.?/|https?://[^/]+/?", links[0].get("href") or ""))


def _inside(element: Element) -> bool:
    return any(one.tag in {"article", "main"} or one.get("role") == "main" for one in element.iterancestors())


# What a page itself calls so


def _so_called(body: Element) -> list[tuple[str, Rule]]:
    bulk = _bulk(body)
    return [(name, _by_name(pattern, bulk, brief=name in BRIEF)) for name, pattern in AROUND.items()]


def _by_name(pattern: re.Pattern[str], bulk: float, *, brief: bool) -> Rule:
    """Elements whose class or id says what they are; one that holds the article is never meant."""

    def rule(element: Element) -> bool:
        if element.tag in _NAMELESS and not _is_comment(element):
            return False
        if element.tag in _INLINE and _is_of_text(element):
            return False
        if not named(element, pattern) or named(element, WRAPPER) or _is_named_by_heading(element):
            return False
        if element.find(".//h1") is not None or prose(element) >= bulk:
            return False
        return not brief or len(words(text_of(element))) <= _BRIEF or linked(element) > prose(element)

    return rule


def _is_of_text(element: Element) -> bool:
    """`<h2><a class="header">` and `<p><b class="header">map</b> …`: in a heading or paragraph a name is for looks."""
    return any(one.tag in {"p", "li", "dd", "td", *HEADINGS} for one in element.iterancestors())


def _is_comment(element: Element) -> bool:
    """Pages give each comment as an `article`."""
    return element.tag == "article" and named(element, AROUND["comments"])


def _is_named_by_heading(element: Element) -> bool:
    """`<section id="newsletter"><h2>Newsletter</h2>` with a paragraph: the id was made of a heading of the article."""
    said = re.findall(r"[a-z]+", (element.get("id") or "").lower())
    if not said or element.get("class"):
        return False
    heading = next(element.iter(*HEADINGS), None)
    if heading is None:
        return False
    spelled = {word[:4] for word in re.findall(r"[a-z]+", text_of(heading).lower())}
    return {word[:4] for word in said} <= spelled


# What gives itself away by its structure


def _telling(body: Element) -> list[tuple[str, Rule]]:
    bulk = _bulk(body)
    return [("note mark", _is_mark), ("cards", lambda element: _is_card(element, bulk)), ("links", _is_links)]


def _is_mark(element: Element) -> bool:
    """`[1]`, `↩`, `[edit]` and `#`: links between a text and its notes, or to a heading itself."""
    if element.tag == "span" and named(element, EDIT):
        return True
    if element.tag == "sup":
        return element.find(".//a") is not None and bool(_MARK.fullmatch(text_of(element)))
    if element.tag != "a" or not (element.get("href") or "").startswith("#"):
        return False
    return bool(re.fullmatch(r"[#¶§^↑↩⏎🔗︎️\s]*", text_of(element))) and element.find(".//img") is None


def _is_card(element: Element, bulk: float) -> bool:
    """One of a row of teasers: a linked heading, a few words of what is behind it, and another like it beside."""
    return _teases(element) and any(_teases(other) for other in _siblings(element)) and prose(element) < bulk / 2


def _siblings(element: Element) -> Iterator[Element]:
    for other in (*element.itersiblings(), *element.itersiblings(preceding=True)):
        if other.tag == element.tag and other.get("class") == element.get("class"):
            yield other


def _teases(element: Element) -> bool:
    if element.tag not in {"article", "div", "li", "section", "a"} or len(words(text_of(element))) > _CARD:
        return False
    headings = list(element.iter(*HEADINGS))
    if len(headings) != 1:
        return False
    above = [headings[0], *headings[0].iterancestors("a"), *headings[0].iter("a")]
    return any(one.tag == "a" and _leads_away(one) and text_of(headings[0]) in text_of(one) for one in above)


def _is_links(element: Element) -> bool:
    """A list, line or box of links and hardly anything else, unless a sentence that ends in a colon announces it."""
    if element.tag not in {"ul", "ol", "div", "p", "section", "td", "center", "aside", "span"}:
        return False
    links = [link for link in element.iter("a") if text_of(link)]
    all_text = text_of(element)
    if not any(map(_leads_away, links)) or sum(len(text_of(link)) for link in links) < 0.8 * len(
        re.sub(r"[|/·•,>»\s]", "", all_text)
    ):
        return False
    if any(ended(text_of(link).rstrip("?")) or len(words(text_of(link))) > 14 for link in links) or _is_led(element):
        return False
    return len(links) > 1 or (element.tag in {"p", "ul", "div"} and element.find(".//h2") is None)


def _is_led(element: Element) -> bool:
    before = element.getprevious()
    text = (element.getparent().text or "") if before is None and element.getparent() is not None else ""
    text = text_of(before) + (before.tail or "") if before is not None else text
    return text.rstrip().endswith(":") and len(words(text)) > 2
