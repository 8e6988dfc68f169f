"""The blocks of an article in HTML, in reading order: headings, paragraphs, lists, terms, tables, as pieces."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from ingest import plaintext
from ingest.fold import UNDER
from ingest.lines import BULLET
from ingest.pieces import Piece, ended, is_short
from ingest.webpage import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Element: TypeAlias = Any  # of lxml, which has no types

BLOCKS = frozenset(
    (
        "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer "
        "form h1 h2 h3 h4 h5 h6 h7 header hr legend li main menu nav ol p pre section summary table tbody td tfoot th "
        "thead tr ul"
    ).split()
)
_HEADINGS = tuple("h1 h2 h3 h4 h5 h6 h7".split())
_CLOSED = frozenset(
    "ul ol li details article section aside dl dd figure td".split()
)  # what stands under their headings ends
_BOLD = frozenset(("b", "strong"))
_BREAK = "\n"
_LONG_CELL = 60  # words: no data, but a page laid out as a table


class Reader:
    """Walks through an article once; the state is the headings above and the lists that it is in."""

    def __init__(self) -> None:
        self.lists = 0
        self.level = 1  # of the heading above that the page itself ranks
        self.now = 1  # of the heading above

    def pieces(self, article: Element) -> list[Piece]:
        """Every block in order."""
        return list(self._inside(article))

    def _inside(self, element: Element) -> Iterator[Piece]:
        """Blocks one by one; what stands between them runs together."""
        run: list[tuple[str, bool]] = [(element.text or "", False)]
        back: int | None = None  # level to return to behind a section of its own
        for child in element:
            if not _is_block(child):
                run += _inline(child, bold=False)
                continue
            for piece in self._ran(run):
                yield _returned(piece, back)
                back = None
            before = self.now
            for number, piece in enumerate(self._block(child)):
                yield _returned(piece, back) if not number else piece
                back = None
            if _ends(child) and self.now != before:
                back, self.now = before, before
            run = [(child.tail or "", False)]
        for piece in self._ran(run):
            yield _returned(piece, back)
            back = None

    def _block(self, element: Element) -> Iterator[Piece]:
        tag = element.tag
        if re.fullmatch("h[1-7]", tag) or element.get("role") == "heading":
            yield from self._heading(element)
        elif tag in {"ul", "ol", "menu"}:
            yield from self._list(element)
        elif tag == "dl":
            yield from self._terms(element)
        elif tag == "table":
            yield from self._table(element)
        elif tag == "li":  # without its list
            self.lists += 1
            yield from self._item(element, 0, self.lists, "- ")
        else:
            yield from self._inside(element)

    def _heading(self, element: Element) -> Iterator[Piece]:
        text = _text(element)
        if not text:
            return
        if element.tag == UNDER:
            self.now = self.level + 1
        else:
            rank = element.tag[1] if element.tag[0] == "h" else element.get("aria-level") or "2"
            self.level = self.now = int(rank) if rank.isdigit() else 2
        yield Piece("heading", text, self.now)

    def _ran(self, run: Sequence[tuple[str, bool]]) -> Iterator[Piece]:
        """The paragraphs of a run of text: two breaks part them; one does behind a sentence or beside a bullet."""
        numbered = False
        for line, bold in _lines(run):
            if bullet := BULLET.match(line):
                self.lists += not numbered
                numbered = True
                yield Piece("item", line[bullet.end() :], 0, _marker(bullet), self.lists)
            elif bold and is_short(line) and not ended(line.rstrip(":?")):
                self.now = self.level + 1
                numbered = False
                yield Piece("heading", line, self.now, said=False)
            else:
                numbered = False
                yield Piece("paragraph", line)

    # Lists

    def _list(self, element: Element, depth: int = 0, number: int = 0) -> Iterator[Piece]:
        if not number:
            self.lists += 1
            number = self.lists
        counter = int(element.get("start") or 1) if (element.get("start") or "1").isdigit() else 1
        yield from self._stray(element.text)
        for child in element:
            if child.tag in {"ul", "ol", "menu"}:  # a list right in a list belongs to the item above it
                yield from self._list(child, depth + 1, number)
            elif child.tag == "li":
                marker = f"{counter}. " if element.tag == "ol" else "- "
                yield from self._item(child, depth, number, marker)
                counter += 1
            elif isinstance(child.tag, str):
                yield from self._block(child) if _is_block(child) else self._ran(_inline(child, bold=False))
            yield from self._stray(child.tail)

    def _stray(self, text: str | None) -> Iterator[Piece]:
        """Text right in a list, where none should be."""
        if text and text.strip():
            yield from self._ran([(text, False)])

    def _item(self, element: Element, depth: int, number: int, marker: str) -> Iterator[Piece]:
        """Its first paragraph is the item, and more of its text goes on with it, unless it has a heading of its own."""
        before = self.now
        taken: list[Piece] = []
        own = list(self._of_item(element, depth, number))
        if own and own[0].kind == "heading":
            yield from own
            self.now = before
            return
        for piece in own:
            if piece.kind == "paragraph" and not taken:
                taken.append(Piece("item", piece.text, depth, marker, number))
            elif piece.kind == "paragraph" and taken[-1].kind == "item" and taken[-1].list_id == number:
                taken += plaintext.continued(taken.pop(), piece.text)
            else:
                taken.append(piece)
        yield from taken

    def _of_item(self, element: Element, depth: int, number: int) -> Iterator[Piece]:
        run: list[tuple[str, bool]] = [(element.text or "", False)]
        for child in element:
            if not _is_block(child):
                run += _inline(child, bold=False)
                continue
            yield from (_unbulleted(piece) for piece in self._plain(run))
            if child.tag in {"ul", "ol", "menu"}:
                yield from self._list(child, depth + 1, number)
            elif child.tag in {"div", "p", "span", "a", "section"}:
                yield from self._of_item(child, depth, number)
            else:
                yield from self._block(child)
            run = [(child.tail or "", False)]
        yield from (_unbulleted(piece) for piece in self._plain(run))

    def _plain(self, run: Sequence[tuple[str, bool]]) -> Iterator[Piece]:
        """A run as text alone: a bold item is no heading."""
        for line, _ in _lines(run):
            yield Piece("paragraph", line)

    def _terms(self, element: Element) -> Iterator[Piece]:
        """A term is the heading of what is said of it; a list of short facts is a table of two columns."""
        pairs = _pairs(element)
        said = [text_of(one) for _, what in pairs for one in what]
        if said and all(is_short(text, 12) and not ended(text) for text in said):
            rows = (f"{text_of(term)} | {'; '.join(map(text_of, what))}" for term, what in pairs if term is not None)
            yield Piece("table", "\n".join(rows))
            return
        before = self.now
        for term, what in pairs:
            if term is not None and (text := _text(term)):
                self.now = self.level + 1
                yield Piece("heading", text, self.now)
            for one in what:
                yield from self._inside(one)
        self.now = before

    # Tables

    def _table(self, element: Element) -> Iterator[Piece]:
        rows = [row for row in element.iter("tr") if next(row.iterancestors("table")) is element]
        if _is_layout(element, rows):
            for cell in (cell for row in rows for cell in row.iterchildren("td", "th")):
                yield from self._inside(cell)
            return
        for caption in element.iterchildren("caption"):
            yield from self._inside(caption)
        lines = [" | ".join(cells) for cells in _cells(rows) if any(cells)]
        if lines:
            yield Piece("table", "\n".join(lines))


def _returned(piece: Piece, level: int | None) -> Piece:
    """A piece behind a section that ended stands under the heading above that section."""
    if level is None or piece.kind not in {"paragraph", "table"} or piece.level:
        return piece
    return replace(piece, level=level)


def _ends(element: Element) -> bool:
    """Whether what stands behind an element is under its last heading no more: where text stood under that already."""
    headings = list(element.iter(*_HEADINGS))
    if not headings or text_of(element).endswith(text_of(headings[-1])):
        return False
    return element.tag in _CLOSED or next(element.itersiblings(element.tag), None) is not None


def _unbulleted(piece: Piece) -> Piece:
    """`<li>• Tact</li>`: one mark is enough."""
    bullet = BULLET.match(piece.text)
    return replace(piece, text=piece.text[bullet.end() :]) if bullet and not bullet.group().strip().isalnum() else piece


def _marker(bullet: re.Match[str]) -> str:
    mark = bullet["marker"] or ""
    return f"{mark} " if any(char.isalnum() for char in mark) else "- "


def _pairs(element: Element) -> list[tuple[Element, list[Element]]]:
    """Each term of a list of them and what is said of it, also where a `div` holds each pair."""
    found: list[tuple[Element, list[Element]]] = []
    for one in element.iter("dt", "dd", UNDER):
        if one.tag != "dd":
            found.append((one, []))
        elif found:
            found[-1][1].append(one)
        else:
            found.append((None, [one]))
    return found


# Text


def _is_block(element: Element) -> bool:
    """Whether it stands apart from the text around it: by its tag, or because it holds something that does."""
    if not isinstance(element.tag, str):
        return False
    return element.tag in BLOCKS or element.get("role") == "heading" or any(one.tag in BLOCKS for one in element.iter())


def _inline(element: Element, *, bold: bool) -> list[tuple[str, bool]]:
    """The text of an element in a line and behind it, and whether each part is bold."""
    if not isinstance(element.tag, str):
        return [(element.tail or "", bold)]
    if element.tag == "br":
        return [(_BREAK, bold), ((element.tail or "").replace("\n", " "), bold)]
    inner = bold or element.tag in _BOLD
    parts = [((element.text or "").replace("\n", " "), inner)]
    for child in element:
        parts += _inline(child, bold=inner)
    after = element.getnext()
    apart = (
        " " if element.tag == "a" and after is not None and after.tag == "a" else ""
    )  # no word goes on in a second link
    return [*parts, ((element.tail or apart).replace("\n", " "), bold)]


def _text(element: Element) -> str:
    """The text of an element on one line, blocks in it apart."""
    parts = [(element.text or "")]
    for child in element:
        apart = " " if _is_block(child) else ""
        parts += [apart, _text(child) if child.tag != "br" else " ", apart, child.tail or ""]
    return " ".join("".join(parts).split())


def _lines(run: Sequence[tuple[str, bool]]) -> Iterator[tuple[str, bool]]:
    """The lines of a run, and whether each is bold from end to end."""
    lines: list[list[tuple[str, bool]]] = [[]]
    for number, (text, bold) in enumerate(run):
        if text == _BREAK and number:
            lines.append([])
        else:
            lines[-1].append((text.replace("\n", " "), bold))
    found: list[tuple[str, bool]] = []
    parted = True
    for parts in lines:
        line = " ".join("".join(text for text, _ in parts).split())
        heavy = all(bold for text, bold in parts if text.strip())
        if not line:
            parted = True
        elif parted or _begins(found[-1], line, heavy=heavy):
            found.append((line, heavy))
            parted = False
        else:
            found[-1] = (f"{found[-1][0]} {line}", found[-1][1] and heavy)
    yield from found


def _begins(above: tuple[str, bool], line: str, *, heavy: bool) -> bool:
    """Whether a line behind a single break is one of its own."""
    return bool(ended(above[0]) or BULLET.match(line) or BULLET.match(above[0]) or above[1] != heavy)


def _is_layout(element: Element, rows: Sequence[Element]) -> bool:
    """A table that only places things: it says so, holds another or headings, has one column or a long cell."""
    if element.get("role") in {"presentation", "none"} or element.find(".//table") is not None:
        return True
    cells = [[*row.iterchildren("td", "th")] for row in rows]
    if max((len(row) for row in cells), default=0) < 2 or element.find(".//h2") is not None:
        return True
    return element.find(".//th") is None and any(
        len(text_of(cell).split()) > _LONG_CELL for row in cells for cell in row
    )


def _cells(rows: Sequence[Element]) -> Iterator[list[str]]:
    """The texts of each row; a cell that spans rows is said in each of them, so that every row can be read alone."""
    spans: dict[int, tuple[int, str]] = {}  # of a column: rows left, text
    for row in rows:
        texts: list[str] = []
        column = 0
        for cell in (*row.iterchildren("td", "th"), None):
            while column in spans:
                left, text = spans.pop(column)
                texts.append(text)
                if left > 1:
                    spans[column + 1000] = (left - 1, text)
                column += 1
            if cell is None:
                break
            texts.append(_text(cell))
            if (down := _count(cell.get("rowspan"))) > 1:
                spans[column + 1000] = (down - 1, texts[-1])
            column += _count(cell.get("colspan"))
        spans = {at % 1000: one for at, one in spans.items()}
        yield texts


def _count(said: str | None) -> int:
    return min(max(int(said), 1), 500) if (said or "").isdigit() and said is not None else 1
