"""Word documents into pieces: headings and lists by their styles, tables row by row, notes behind the text."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from ingest.lines import BULLET
from ingest.pieces import Dropped, Parsed, Piece, UnparsableError, ended, is_short

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST = 200_000_000  # bytes, unpacked: some hundred photographs, or a bomb
_MOST_PARTS = 5000
_LARGEST_XML = 60_000_000  # bytes, of the text alone
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_CONTENTS = re.compile(r"toc\b|table of contents", re.IGNORECASE)
_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_SIGNS = "•◦▪●○■□▸►‣⁃·➢➤✓✔❖"
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_PROSE_CELL = 80  # words: a table with such a cell only sets text side by side


def parse(data: bytes) -> Parsed:
    """The pieces of a Word document in its order; its properties as metadata."""
    _check(data)
    document = _opened(data)
    reader = _Reader(document)
    pieces = _levelled(list(reader.blocks(document.element.body)) + list(reader.notes()), titled=reader.titled)
    facts = _facts(document)
    top = next((piece.text for piece in pieces if piece.kind == "heading" and piece.level == 1), None)
    named = facts.pop("title", None)
    return Parsed(tuple(pieces), top or named, facts, tuple(reader.dropped))


def _check(data: bytes) -> None:
    """Refuses what unpacks to far more than a document, before anything is unpacked."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        locked = "EncryptedPackage".encode("utf-16-le") in data
        what = "it is locked with a password" if locked else "it is a document of an older Word (.doc)"
        raise UnparsableError(f"{what}. Save a copy {'without one' if locked else 'as .docx'}")
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UnparsableError("it is damaged, or no Word document. Save it again from where it came") from error
    size = sum(part.file_size for part in parts)
    text = max((part.file_size for part in parts if part.filename.endswith((".xml", ".rels"))), default=0)
    if size > LARGEST or text > _LARGEST_XML or len(parts) > _MOST_PARTS:
        raise UnparsableError(f"it unpacks to {max(size // 1_000_000, 1)} MB, too much for an article. Split it")


def _opened(data: bytes) -> Any:
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from lxml import etree  # type: ignore[import-untyped]

    try:
        document = docx.Document(io.BytesIO(data))
        _ = document.element.body
    except (
        ValueError, KeyError, AttributeError, IndexError, EOFError, OSError, NotImplementedError, RuntimeError,
        zipfile.BadZipFile, zlib.error, PackageNotFoundError, etree.XMLSyntaxError,
    ) as error:  # fmt: skip
        raise UnparsableError("it is damaged, or no Word document. Save it again from where it came") from error
    if document.element.body is None:
        raise UnparsableError("it is damaged: there is no text part in it. Save it again from where it came")
    return document


def _facts(document: Any) -> dict[str, Any]:
    """Title, author and dates, as far as they can be read."""
    found: dict[str, Any] = {}
    names = {
        "title": "title", "author": "author", "summary": "subject", "language": "language", "date": "created",
        "updated": "modified",
    }  # fmt: skip
    for name, prop in names.items():
        try:
            value = getattr(document.core_properties, prop)
        except (ValueError, KeyError, AttributeError):
            continue
        if value:
            found[name] = value.date().isoformat() if hasattr(value, "date") else " ".join(str(value).split())
    return found


class _Reader:
    """Walks through the document's own XML, so that content controls and tracked changes are read too."""

    def __init__(self, document: Any) -> None:
        self.styles = {style.style_id: style for style in document.styles if style.type == 1}
        default = next((style for style in self.styles.values() if style.element.get(f"{_W}default") == "1"), None)
        self.default = default.style_id if default is not None else ""
        self.numbering = _numbering(document)
        self.footnotes = _footnotes(document)
        self.referred: list[str] = []
        self.dropped: list[Dropped] = []
        self.counts: dict[str, dict[int, int]] = defaultdict(dict)  # of each numbering: level → the last number
        self.lists = 0
        self.in_list = False
        self.level = 1
        self.titled = False

    def blocks(self, parent: Any) -> Iterator[Piece]:
        """Every paragraph and table in order."""
        for element in parent.iterchildren():
            if element.tag == f"{_W}p":
                yield from self._paragraph(element)
            elif element.tag == f"{_W}tbl":
                self.in_list = False
                yield from self._table(element)
            elif element.tag == f"{_W}sdt":
                yield from self._control(element)
            elif element.tag in {f"{_W}ins", f"{_W}moveTo", f"{_W}smartTag", f"{_W}customXml", f"{_W}sdtContent"}:
                yield from self.blocks(element)

    def notes(self) -> Iterator[Piece]:
        """The footnotes that the text refers to, with their numbers."""
        for number, name in enumerate(self.referred, start=1):
            text = " ".join(self._text(p) for p in self.footnotes[name].iter(f"{_W}p")).strip()
            if text:
                yield Piece("paragraph", f"{str(number).translate(_RAISED)} {text}")

    def _control(self, element: Any) -> Iterator[Piece]:
        """A content control; one that holds the table of contents is dropped."""
        gallery = element.find(f".//{_W}docPartGallery")
        content = element.find(f"{_W}sdtContent")
        if content is None:
            return
        if gallery is not None and _CONTENTS.search(gallery.get(f"{_W}val") or ""):
            self.dropped.append(Dropped("contents", " ".join(self._text(p) for p in content.iter(f"{_W}p"))))
            return
        yield from self.blocks(content)

    # Paragraphs

    def _paragraph(self, element: Any) -> Iterator[Piece]:
        text = self._text(element)
        style = self._style(element)
        name = style.name or "" if style is not None else ""
        if text and re.match(r"toc \d|toc heading", name, re.IGNORECASE):
            self.dropped.append(Dropped("contents", text))
        elif text:
            yield self._piece(element, text, name, style)
        for box in _boxes(element):
            yield from self.blocks(box)

    def _piece(self, element: Any, text: str, name: str, style: Any) -> Piece:
        level = 1 if name.lower() == "title" else self._heading_level(element, name, style)
        if level and is_short(text, 40):
            self.in_list = False
            self.titled = self.titled or name.lower() == "title"
            self.level = level
            return Piece("heading", text, level if name.lower() == "title" else level + 10)  # see `_levelled`
        marked = self._marker(element, style)
        sign = re.match(rf"[{_SIGNS}]\s*(?=\S)", text)
        if marked or sign:
            marker, depth = marked or ("- ", 0)
            self.lists += not self.in_list
            self.in_list = True
            bare = BULLET.match(text) if sign else None
            return Piece("item", text[bare.end() :] if bare else text, depth, marker, self.lists)
        self.in_list = False
        if _is_bold(element) and is_short(text) and not ended(text.rstrip(":?")):
            return Piece("heading", text, self.level + 11, said=False)
        return Piece("paragraph", text)

    def _style(self, element: Any) -> Any:
        named = element.find(f"{_W}pPr/{_W}pStyle")
        return self.styles.get(named.get(f"{_W}val") if named is not None else self.default)

    def _heading_level(self, element: Any, name: str, style: Any) -> int:
        """1 for `Heading 1` and what is based on it; 0 for text."""
        if found := _HEADING.match(name):
            return int(found[1])
        outline = self._inherited(element, style, "outlineLvl")
        level = _number(outline) if outline is not None else 9
        return level + 1 if 0 <= level < 9 else 0

    def _inherited(self, element: Any, style: Any, wanted: str) -> Any:
        """A property of the paragraph, or of its style, or of one that it is based on."""
        found = element.find(f"{_W}pPr/{_W}{wanted}")
        for _ in range(20):
            if found is not None or style is None:
                return found
            found = style.element.find(f"{_W}pPr/{_W}{wanted}")
            style = style.base_style
        return found

    def _marker(self, element: Any, style: Any) -> tuple[str, int] | None:
        """What stands before an item, and how deep it is nested; None for a paragraph of no list."""
        found = self._inherited(element, style, "numPr")
        if found is None:
            return None
        number = found.find(f"{_W}numId")
        name = number.get(f"{_W}val") if number is not None else "0"
        if name == "0":
            return None
        depth = found.find(f"{_W}ilvl")
        level = _number(depth) if depth is not None else self._style_level(style)
        kind, start = self.numbering.get(name, {}).get(level, ("bullet", 1))
        counts = self.counts[name]
        for deeper in [one for one in counts if one > level]:
            del counts[deeper]
        counts[level] = counts.get(level, start - 1) + 1
        return ("- " if kind in {"bullet", "none"} else f"{_written(counts[level], kind)}. "), min(level, 8)

    def _style_level(self, style: Any) -> int:
        """`List Bullet 2` is of the second level, though its numbering says the first."""
        found = re.search(r"list (?:bullet|number) ([2-5])$", (style.name or "").lower()) if style is not None else None
        return int(found[1]) - 1 if found else 0

    def _text(self, element: Any) -> str:
        return " ".join("".join(self._parts(element)).split())

    def _parts(self, element: Any) -> Iterator[str]:
        """The letters of a paragraph; what is hidden, deleted, or in a box of its own is left out."""
        for child in element.iterchildren():
            tag = child.tag
            if tag == f"{_W}t":
                yield child.text or ""
            elif tag in {f"{_W}tab", f"{_W}br", f"{_W}cr", f"{_W}ptab"}:
                yield " "
            elif tag == f"{_W}noBreakHyphen":
                yield "-"
            elif tag == f"{_W}footnoteReference":
                yield self._reference(child.get(f"{_W}id") or "")
            elif tag == f"{_W}r" and child.find(f"{_W}rPr/{_W}vanish") is not None:
                continue
            elif tag not in {f"{_W}txbxContent", f"{_MC}Fallback", f"{_W}del", f"{_W}moveFrom", f"{_W}pPr", f"{_W}rPr"}:
                yield from self._parts(child)

    def _reference(self, name: str) -> str:
        if name not in self.footnotes:
            return ""
        if name not in self.referred:
            self.referred.append(name)
        return str(self.referred.index(name) + 1).translate(_RAISED)

    # Tables

    def _table(self, element: Any) -> Iterator[Piece]:
        rows = [list(row.iter(f"{_W}tc")) for row in element.iterchildren(f"{_W}tr")]
        cells = [[self._cell(cell) for cell in row if _owner(cell) is element] for row in rows]
        if max((len(row) for row in cells), default=0) < 2 or any(
            len(text.split()) > _PROSE_CELL for row in cells for text in row
        ):
            for row in rows:
                for cell in row:
                    if _owner(cell) is element:
                        yield from self.blocks(cell)
            return
        text = "\n".join(" | ".join(row) for row in cells if any(row))
        if text:
            yield Piece("table", text)

    def _cell(self, cell: Any) -> str:
        merged = cell.find(f"{_W}tcPr/{_W}vMerge")
        if merged is not None and merged.get(f"{_W}val") != "restart":
            return ""
        return " ".join(text for p in cell.iter(f"{_W}p") if (text := self._text(p))).replace("|", "/")


def _owner(cell: Any) -> Any:
    return next(cell.iterancestors(f"{_W}tbl"))


def _boxes(element: Any) -> Iterator[Any]:
    """Text boxes that are anchored in a paragraph, each once."""
    for box in element.iter(f"{_W}txbxContent"):
        above = next((one.tag for one in box.iterancestors() if one.tag in {f"{_MC}Fallback", f"{_W}txbxContent"}), "")
        if not above:
            yield box


def _is_bold(element: Any) -> bool:
    runs = [run for run in element.iter(f"{_W}r") if any((t.text or "").strip() for t in run.iter(f"{_W}t"))]
    marks = [run.find(f"{_W}rPr/{_W}b") for run in runs]
    return bool(runs) and all(mark is not None and mark.get(f"{_W}val") not in {"0", "false"} for mark in marks)


def _number(element: Any) -> int:
    value = element.get(f"{_W}val") or ""
    return int(value) if re.fullmatch(r"\d{1,2}", value) else 0


def _written(count: int, kind: str) -> str:
    """A number as its list writes it; letters as letters, whatever else as digits."""
    if kind in {"lowerLetter", "upperLetter"} and count <= 26:
        return chr((96 if kind == "lowerLetter" else 64) + count)
    return str(count)


def _numbering(document: Any) -> dict[str, dict[int, tuple[str, int]]]:
    """Of each numbering its levels: how they count, and from where."""
    from docx.opc.constants import RELATIONSHIP_TYPE

    try:
        root = document.part.part_related_by(RELATIONSHIP_TYPE.NUMBERING).element
    except (KeyError, AttributeError):
        return {}
    kinds: dict[str, dict[int, tuple[str, int]]] = {}
    for abstract in root.iter(f"{_W}abstractNum"):
        levels = {}
        for level in abstract.iter(f"{_W}lvl"):
            kind, start = level.find(f"{_W}numFmt"), level.find(f"{_W}start")
            place = level.get(f"{_W}ilvl") or ""
            if kind is not None and place.isdigit():
                levels[int(place)] = (kind.get(f"{_W}val") or "bullet", _number(start) if start is not None else 1)
        kinds[abstract.get(f"{_W}abstractNumId") or ""] = levels
    found = {}
    for one in root.iter(f"{_W}num"):
        base = one.find(f"{_W}abstractNumId")
        found[one.get(f"{_W}numId") or ""] = kinds.get(base.get(f"{_W}val") if base is not None else "", {})
    return found


def _footnotes(document: Any) -> dict[str, Any]:
    """Footnotes by their ids, those that only draw a line left out."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import parse_xml
    from lxml import etree

    try:
        root = parse_xml(document.part.part_related_by(RELATIONSHIP_TYPE.FOOTNOTES).blob)
    except (KeyError, AttributeError, ValueError, etree.XMLSyntaxError):
        return {}
    return {note.get(f"{_W}id") or "": note for note in root.iter(f"{_W}footnote") if note.get(f"{_W}type") is None}


def _levelled(pieces: list[Piece], *, titled: bool) -> list[Piece]:
    """`Heading 1` is below a title, and where there are several of them; alone it is the title itself."""
    from dataclasses import replace

    first = sum(piece.kind == "heading" and piece.level == 11 and piece.said for piece in pieces)
    shift = 9 if titled or first > 1 else 10
    return [
        replace(piece, level=min(piece.level - shift, 6)) if piece.kind == "heading" and piece.level > 10 else piece
        for piece in pieces
    ]
