"""HTML into pieces: what is around the article goes, its structure is kept. Nothing is fetched.

trafilatura finds where on the page the article is. What is in it is read from the page itself, since trafilatura's own
result lacks, of the pages in tests/pages/, every seventh sentence and half of the headings and list items.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, TypeAlias

from lxml import etree  # type: ignore[import-untyped]
from lxml import html as lxml_html

from ingest import fold, pagefacts, plaintext, webpage
from ingest.blocks import BLOCKS, Reader
from ingest.pieces import Dropped, Parsed, Piece, UnparsableError, ended, words
from ingest.webpage import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

Element: TypeAlias = Any  # of lxml, which has no types

_ENOUGH = 0.9  # of the text that trafilatura found: an element that has as much is where the article is
_OPENING = 6  # words
_MORE = 0.2  # of the prose of the article: as much beside it belongs to it,
_MANY = 4  # and so many blocks of it do in any case


def parse(text: str) -> Parsed:
    """The pieces of the article on a page, in its order; what the page says of itself as metadata."""
    page = _page(text)
    metadata, origins = pagefacts.facts(page)
    named = str(metadata.pop("title", "")) or _title(page)
    try:
        pieces, dropped = _read(page)
    except RecursionError:  # nested deeper than any page that a person wrote
        pieces, dropped = [], []
    if not pieces:
        plain = plaintext.parse(_plain(text))
        pieces, dropped = list(plain.pieces), [*dropped, *plain.dropped]
    return Parsed(tuple(pieces), _better(named, pieces), metadata, tuple(dropped), origins)


def _read(page: Element) -> tuple[list[Piece], list[Dropped]]:
    fold.unfold(page)
    dropped = webpage.strip(page)
    article, beside = _article(page)
    return Reader().pieces(article), [*dropped, *beside]


def _page(text: str) -> Element:
    try:
        page = lxml_html.document_fromstring(
            re.sub(r"\A\s*<\?xml[^>]*\?>", "", text), parser=lxml_html.HTMLParser(huge_tree=True)
        )
    except (etree.ParserError, ValueError) as error:
        raise UnparsableError("there is no HTML in it. Save the page again, or give it as .txt") from error
    return page


def _title(page: Element) -> str:
    return " ".join(str(page.xpath("string(//title)")).split())


def _better(named: str, pieces: list[Piece]) -> str | None:
    """The article's own first heading, else the page's name less that of its site."""
    top = next((piece.text for piece in pieces if piece.kind == "heading" and piece.level == 1), None)
    return top or re.split(r"\s+[|»·–—-]\s+", named)[0] or None


# Where the article is


def _article(page: Element) -> tuple[Element, list[Dropped]]:
    """The element that holds what trafilatura found and what belongs to it, and what was beside that."""
    body = webpage.body_of(page)
    core = _grown(_core(body, _found(page)), body)
    article = _with_title(core)
    return article, [*_trimmed(article, core), *_beside(article, body)]


def _grown(core: Element, body: Element) -> Element:
    """The whole `main` or `article` around it, and further out as long as that adds prose."""
    around = [one for one in core.iterancestors() if one.tag in {"main", "article"} or one.get("role") == "main"]
    core = around[-1] if around else core
    while core is not body and (parent := core.getparent()) is not None:
        own = _sentences(core)
        if _sentences(parent) - own < min(max(_MORE * own, 1), _MANY):
            break
        core = parent
    return core


def _found(page: Element) -> frozenset[tuple[str, ...]]:
    """How each text that trafilatura takes for the article's begins."""
    import trafilatura

    found = trafilatura.bare_extraction(
        lxml_html.fromstring(lxml_html.tostring(page)),
        include_comments=False,
        include_formatting=True,
        include_tables=True,
        favor_recall=True,
    )
    body = getattr(found, "body", None)
    return frozenset() if body is None else frozenset(_beginnings(body))


def _beginnings(element: Element) -> Iterator[tuple[str, ...]]:
    for text in element.itertext():
        if len(found := text.split(maxsplit=_OPENING)) > 2:
            yield tuple(found[:_OPENING])


def _core(body: Element, found: frozenset[tuple[str, ...]]) -> Element:
    """The innermost element that has nearly all of the found text."""
    hits: dict[Element, int] = {}
    for element in body.iter():
        opening = tuple((element.text or "").split(maxsplit=_OPENING)[:_OPENING])
        if opening in found:
            for one in (element, *element.iterancestors()):
                hits[one] = hits.get(one, 0) + len(element.text)
    core = body
    while True:
        inner = next((one for one in core if hits.get(one, 0) >= _ENOUGH * hits.get(body, 1)), None)
        if inner is None:
            return core
        core = inner


def _with_title(core: Element) -> Element:
    """The element that has the page's only main heading too: what stands between the two is of the article.

    A news page whose first paragraph stands beside the headline, above the body.
    """
    title = _only_title(core.getroottree().getroot())
    if title is None:
        return core
    above = [core, *core.iterancestors()]
    return next(one for one in title.iterancestors() if one in above)


def _only_title(element: Element) -> Element | None:
    titles = list(element.iter("h1"))
    return titles[0] if len(titles) == 1 else None


def _trimmed(article: Element, core: Element) -> Iterator[Dropped]:
    """What is no prose goes above the title, and below where the article was found: menus that nothing names so."""
    title = _only_title(article)
    ends = [(core, False)] if title is None else [(title, True), (core, False)]
    for end, before in ends:
        inner = end
        while inner is not article and inner.getparent() is not None:
            for other in list(inner.itersiblings(preceding=before)):
                if isinstance(other.tag, str) and not _sentences(other) and not (before is False and _holds(other)):
                    if text := text_of(other):
                        yield Dropped("above the title" if before else "below the article", text)
                    other.drop_tree()
            inner = inner.getparent()


def _holds(element: Element) -> bool:
    """Headings, lists and tables may be the rest of the article, though nothing in them ends as a sentence does."""
    return next(element.iter("h2", "h3", "h4", "h5", "h6", fold.UNDER, "li", "table"), None) is not None


def _beside(article: Element, body: Element) -> Iterator[Dropped]:
    """All text of a page that is not in its article."""
    inner = article
    while inner is not body and inner.getparent() is not None:
        outer = inner.getparent()
        texts = [outer.text or "", *(f"{text_of(one) if one is not inner else ''} {one.tail or ''}" for one in outer)]
        yield from (Dropped("beside the article", found) for text in texts if (found := " ".join(text.split())))
        inner = outer


def _sentences(element: Element) -> int:
    """How many blocks of an element are prose."""
    blocks = element.iter("p", "li", "dd", "td", "blockquote", "div", "section")
    leaves = (one for one in blocks if not any(child.tag in BLOCKS for child in one))
    return sum(len(words(text)) > 5 and ended(text) for text in map(text_of, leaves))


class _Lines(HTMLParser):
    """All text of a page, a line a block, whatever its nesting."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.silent = ""  # script or style

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        self.parts.append("\n\n" if tag in BLOCKS or tag == "br" else "")
        self.silent = tag if tag in {"script", "style", "title"} else ""

    def handle_endtag(self, tag: str) -> None:
        self.parts.append("\n\n" if tag in BLOCKS else "")
        self.silent = "" if tag == self.silent else self.silent

    def handle_data(self, data: str) -> None:
        self.parts.append("" if self.silent else data.replace("\n", " "))


def _plain(text: str) -> str:
    """The text of a page that has no article that could be told apart."""
    lines = _Lines()
    lines.feed(text)
    lines.close()
    return "".join(lines.parts)
