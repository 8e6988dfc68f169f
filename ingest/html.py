"""HTML into pieces: trafilatura finds the article on the page, its structure is kept. Nothing is fetched."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from lxml import etree  # type: ignore[import-untyped]
from lxml import html as lxml_html

from ingest import plaintext
from ingest.lines import BULLET
from ingest.pieces import Parsed, Piece, UnparsableError, ended, is_question, is_short

if TYPE_CHECKING:
    from collections.abc import Iterator

Element: TypeAlias = Any  # of lxml, which has no types

_BLOCKS = (
    "p",
    "div",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "tr",
    "dt",
    "dd",
    "section",
    "article",
    "blockquote",
    "br",
)
_HIDDEN = (
    "//script|//style|//noscript|//template|//nav|//header[not(ancestor::article)]"
    "|//footer|//form|//aside|//svg|//iframe"
)
_TITLES = ("string(//meta[@property='og:title']/@content)", "string(//title)")
_FACTS = {
    "url": ("string(//link[@rel='canonical']/@href)", "string(//meta[@property='og:url']/@content)"),
    "author": ("string(//meta[@name='author']/@content)",),
    "summary": ("string(//meta[@name='description']/@content)", "string(//meta[@property='og:description']/@content)"),
    "updated": (
        "string(//meta[@property='article:modified_time']/@content)",
        "string(//meta[@property='article:published_time']/@content)",
    ),
    "language": ("string(/html/@lang)",),
}


def parse(text: str) -> Parsed:
    """The pieces of the article on a page, in its order; what the page says of itself as metadata."""
    page = _page(text)
    metadata = _facts(page)
    named = _title(page)
    _unfold(page)
    body = _article(page)
    pieces = list(_Reader().pieces(body)) if body is not None else []
    if not pieces:
        pieces = list(plaintext.parse(_plain(page)).pieces)
    return Parsed(tuple(pieces), _better(named, pieces), metadata)


def _page(text: str) -> Element:
    try:
        page = lxml_html.document_fromstring(re.sub(r"\A\s*<\?xml[^>]*\?>", "", text))
    except (etree.ParserError, ValueError) as error:
        raise UnparsableError("there is no HTML in it. Save the page again, or give it as .txt") from error
    return page


def _facts(page: Element) -> dict[str, Any]:
    return {name: found for name, paths in _FACTS.items() if (found := _first(page, paths))}


def _title(page: Element) -> str:
    return _first(page, _TITLES)


def _first(page: Element, paths: tuple[str, ...]) -> str:
    return next((found for path in paths if (found := " ".join(str(page.xpath(path)).split()))), "")


def _better(named: str, pieces: list[Piece]) -> str | None:
    """The article's own first heading, else the page's name less that of its site."""
    top = next((piece.text for piece in pieces if piece.kind == "heading" and piece.level == 1), None)
    return top or re.split(r"\s+[|»·–—-]\s+", named)[0] or None


def _unfold(page: Element) -> None:
    """A button that folds an answer out is the heading of that answer; trafilatura would leave it out as a button."""
    for button in list(page.iter("button")):
        if is_question(" ".join(button.text_content().split())):
            button.tag = "h4"
            button.attrib.clear()


def _article(page: Element) -> Element | None:
    import trafilatura

    found = trafilatura.bare_extraction(
        lxml_html.fromstring(lxml_html.tostring(page)),
        include_comments=False,
        include_formatting=True,
        include_tables=True,
        favor_recall=True,
    )
    return getattr(found, "body", None)


def _plain(page: Element) -> str:
    """All text of a page that has no article that could be told apart, a line a block."""
    for element in page.xpath(_HIDDEN):
        element.drop_tree()
    for element in page.iter(*_BLOCKS):
        element.tail = "\n\n" + (element.tail or "")
    return "\n\n".join(" ".join(line.split()) for line in (page.text_content() or "").split("\n") if line.strip())


class _Reader:
    """Walks through the article that trafilatura found."""

    def __init__(self) -> None:
        self.lists = 0
        self.level = 1  # of the heading above

    def pieces(self, body: Element) -> Iterator[Piece]:
        """Every block in order."""
        outer = self.level
        inset = False  # under the heading of a list's item
        for element in body:
            for piece in self._block(element):
                back = inset and piece.kind in {"paragraph", "table"}
                yield replace(piece, level=outer) if back else piece
                inset = inset and not back and piece.kind != "heading"
            if element.tag == "list" and element.find("item/head") is not None:
                inset, self.level = True, outer
            elif element.tag == "head":
                outer = self.level

    def _block(self, element: Element) -> Iterator[Piece]:
        if element.tag == "head":
            yield self._heading(element)
        elif element.tag == "list":
            yield from self._list(element)
        elif element.tag == "table":
            yield from _table(element)
        elif element.tag in {"quote", "div"} and len(element) and element[0].tag in {"p", "list", "head", "quote"}:
            yield from self.pieces(element)
        else:
            yield from self._paragraph(element)

    def _heading(self, element: Element) -> Piece:
        rank = re.fullmatch(r"h([1-6])", element.get("rend") or "")
        level = int(rank[1]) if rank else self.level + (0 if self.level > 2 else 1)
        self.level = level
        return Piece("heading", _text(element), level)

    def _paragraph(self, element: Element) -> Iterator[Piece]:
        text = _text(element)
        if _is_bold(element) and is_short(text) and not ended(text.rstrip(":?")):
            yield Piece("heading", text, self.level + 1, said=False)
            return
        lines = _lines(element)
        bullets = [BULLET.match(line) for line in lines]
        self.lists += any(bullets)
        for line, bullet in zip(lines, bullets, strict=True):
            if bullet:
                yield Piece("item", line[bullet.end() :], 0, "- ", self.lists)
            else:
                yield Piece("paragraph", line)

    def _list(self, element: Element, depth: int = 0, number: int = 0) -> Iterator[Piece]:
        if element.get("rend") == "dl":
            yield from self._definitions(element)
            return
        if not number:
            self.lists += 1
            number = self.lists
        for order, item in enumerate(element.iterchildren("item"), start=1):
            marker = f"{order}. " if element.get("rend") == "ol" else "- "
            yield from self._item(item, depth, number, marker)

    def _item(self, item: Element, depth: int, number: int, marker: str) -> Iterator[Piece]:
        if item.find("head") is not None:
            yield from self.pieces(item)
            return
        first, *more = _paragraphs(item) or [""]
        pieces = [Piece("item", first, depth, marker, number)] if first else []
        for text in more:
            pieces += plaintext.continued(pieces.pop(), text)
        yield from pieces
        for inner in item.iter("list"):
            if next(inner.iterancestors("item")) is item:
                yield from self._list(inner, depth + 1, number)

    def _definitions(self, element: Element) -> Iterator[Piece]:
        """A term is the heading of what is said of it."""
        for item in element.iterchildren("item"):
            kind = (item.get("rend") or "").partition("-")[0]
            if kind == "dt":
                yield Piece("heading", _text(item), self.level + 1)
            else:
                yield Piece("paragraph", _text(item))


def _table(element: Element) -> Iterator[Piece]:
    rows = [" | ".join(_text(cell) for cell in row.iter("cell")) for row in element.iter("row")]
    text = "\n".join(row for row in rows if row.strip(" |"))
    if text:
        yield Piece("table", text)


def _text(element: Element) -> str:
    return " ".join(_joined(element).split())


def _paragraphs(item: Element) -> list[str]:
    """The texts of an item: its own, and that of each paragraph in it; inner lists left out."""
    texts = [item.text or ""]
    for child in item:
        if child.tag == "p":
            texts += [_joined(child), ""]
        elif child.tag != "list":
            texts[-1] += "\n" if child.tag == "lb" else _joined(child)
        texts[-1] += child.tail or ""
    return [text for raw in texts if (text := " ".join(raw.split()))]


def _joined(element: Element) -> str:
    parts = [element.text or ""]
    for child in element:
        parts += ["\n" if child.tag == "lb" else " " * (child.tag == "p") + _joined(child), child.tail or ""]
    return "".join(parts)


def _lines(element: Element) -> list[str]:
    """The lines of a paragraph: a break only parts them after the end of a sentence, or before a bullet or label."""
    found: list[str] = []
    for raw in _joined(element).split("\n"):
        line = " ".join(raw.split())
        if not line:
            continue
        parts = not found or ended(found[-1]) or BULLET.match(line) or BULLET.match(found[-1])
        found = [*found, line] if parts else [*found[:-1], f"{found[-1]} {line}"]
    return found


def _is_bold(element: Element) -> bool:
    """A paragraph that is bold from end to end."""
    children = list(element)
    bold = len(children) == 1 and children[0].tag == "hi" and "#b" in (children[0].get("rend") or "")
    return bold and not (element.text or "").strip() and not (children[0].tail or "").strip()
