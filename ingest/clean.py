"""From a source as it was read to the cleaned document, and an account of what was left out."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from cmo_qa.errors import SourceError
from cmo_qa.types import Block, Document
from ingest import faq, furniture, html, markdown, metadata, plaintext, structure, worker
from ingest.pieces import PAGE_TURN, Dropped, Parsed, Piece, UnparsableError, is_question
from ingest.read import PACKED
from ingest.structure import unwatched

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ingest.read import Raw
    from ingest.structure import Watch

PARSERS: Mapping[str, Callable[[str], Parsed]] = {
    "markdown": markdown.parse,
    "html": html.parse,
    "text": plaintext.parse,
}
_SAID_IN: Mapping[str, str] = {"markdown": "front matter", "html": "the page", "pdf": "the PDF", "docx": "the document"}
_ELSEWHERE = frozenset({"id", "title", "url", "pages", "columns", "format"})  # `columns` and `format` are of a table
_GAP = "\n\n"
_HIDDEN = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff]")
_SPACES = re.compile(r"[^\S\n]")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A document, what is missing from it, rule by rule, and where what is known of it was found."""

    document: Document
    dropped: tuple[Dropped, ...] = ()
    known: metadata.Known = metadata.NOTHING
    warnings: tuple[str, ...] = ()  # what was not as it should be and was read all the same


def clean(raw: Raw, given: metadata.Known = metadata.NOTHING) -> Document:
    """The document of a source: furniture gone, content kept in order, each block a span of the text.

    What is `given` of it, by `ingest.companions`, counts more than what it says of itself.
    """
    return explain(raw, given).document


def explain(raw: Raw, given: metadata.Known = metadata.NOTHING, watch: Watch = unwatched) -> Cleaned:
    """The same, with what was dropped and by which rule; `watch` sees the pieces before and after each step."""
    parsed = _parsed(raw)
    pieces = [piece for one in parsed.pieces if (piece := _one_line(one)).text]
    paired = faq.pair(pieces)
    watch("answers to their questions", pieces, paired)
    kept, furniture_gone = furniture.drop(paired)
    arranged, marks_gone = structure.arrange(kept, watch)
    if all(piece.kind == "heading" for piece in arranged):
        raise SourceError(f"Can't use {raw.source}: no text of an article is in it. Remove it, or fill it.")
    title = _title(raw, parsed, arranged)
    known = metadata.merged((given, _said(raw, parsed), title))
    document = _document(raw, known, _levelled(arranged, str(known.get("title") or _named(raw.source))))
    known = metadata.with_language(known, document.text)
    document = replace(document, metadata=_about(known) | _pages(arranged, document.blocks))
    dropped = tuple(replace(one, text=_unturned(one.text)) for one in furniture_gone + marks_gone)
    return Cleaned(document, parsed.dropped + dropped, known, parsed.warnings)


def _said(raw: Raw, parsed: Parsed) -> metadata.Known:
    """What a record says of its article, then what the article says of itself."""
    own = metadata.known(parsed.metadata, _SAID_IN.get(raw.format, "the file"), parsed.origins)
    return metadata.merged((metadata.known(raw.metadata, "the record"), own)) if raw.metadata else own


def _parsed(raw: Raw) -> Parsed:
    try:
        if raw.format in PACKED:
            return worker.parse(raw.format, raw.data)
        return PARSERS[raw.format](tidy(_unturned(raw.text)))
    except UnparsableError as error:
        raise SourceError(f"Can't read {raw.source}: {error}.") from error


def tidy(text: str) -> str:
    r"""The same words: line ends are `\\n`, every other space an ordinary one, nothing invisible."""
    text = re.sub("\r\n?|[\x85\u2028\u2029\x0b\x0c]", "\n", text)
    return _SPACES.sub(" ", _HIDDEN.sub("", text.expandtabs(4)))


def _one_line(piece: Piece) -> Piece:
    """A piece as it is written here, without what its format hid in it, such as `&shy;`."""
    text = _HIDDEN.sub("", piece.text)
    if piece.kind == "table":
        return replace(piece, text="\n".join(" ".join(row.split()) for row in text.split("\n") if row.strip()))
    return replace(piece, text=" ".join(text.split()))


def _title(raw: Raw, parsed: Parsed, pieces: Sequence[Piece]) -> metadata.Known:
    """What the format names, else the first heading of the outermost level, else the name of the file."""
    headings = [piece for piece in pieces if piece.kind == "heading"]
    named = " ".join((parsed.title or "").split())
    if named and all(piece.text != named for piece in headings):
        return metadata.known({"title": named}, parsed.origins.get("title", _SAID_IN.get(raw.format, "the file")))
    top = [piece.text for piece in headings if piece.level == 1] or [
        piece.text for piece in pieces[:1] if headings[:1] == [piece]
    ]
    found = named or (top[0] if top else "")
    return metadata.known({"title": found or _named(raw.source)}, "its heading" if found else "name of the file")


def _named(source: str) -> str:
    name = re.sub(r"[-_]+", " ", PurePosixPath(source).stem).strip()
    return name[:1].upper() + name[1:] if name else source


def _levelled(pieces: Sequence[Piece], title: str) -> tuple[Piece, ...]:
    """A title that is the first of the article's questions is a heading like the others too."""
    headings = [piece for piece in pieces if piece.kind == "heading"]
    if not pieces or pieces[0].text != title or pieces[0].kind != "heading" or len(headings) < 2 or len(pieces) < 2:
        return tuple(pieces)
    others = headings[1:]
    asked = sum(is_question(piece.text) for piece in others if piece.level == 2)
    if is_question(title) and pieces[1].kind != "heading" and 2 * asked > len(others):
        return (replace(pieces[0], level=2), *pieces[1:])
    return tuple(pieces)


def _document(raw: Raw, known: metadata.Known, pieces: Sequence[Piece]) -> Document:
    text, blocks = assemble(pieces)
    title = str(known.get("title") or _named(raw.source))
    identity = str(known.get("id") or "") or _identity(title, text)
    return Document(identity, title, text, raw.source, blocks, known.get("url"), {})


def _about(known: metadata.Known) -> dict[str, Any]:
    """What a document holds as metadata: all but what has a place of its own."""
    return {key: value for key, value in known.plain().items() if key not in _ELSEWHERE}


def _identity(title: str, text: str) -> str:
    return f"{slug(title)}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def slug(title: str) -> str:
    """A title as a piece of an address: `What is a CMO?` is `what-is-a-cmo`."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:60].strip("-") or "article"


def assemble(pieces: Sequence[Piece]) -> tuple[str, tuple[Block, ...]]:
    """The cleaned text and its blocks: a blank line between blocks, none between the items of one list."""
    parts: list[str] = []
    blocks: list[Block] = []
    at = 0
    for number, piece in enumerate(pieces):
        gap = _between(pieces[number - 1], piece) if number else ""
        lead = gap + ("  " * piece.level if piece.kind == "item" else "") + piece.marker
        text = _unturned(piece.text)
        parts += [lead, text]
        start = at + len(lead)
        at = start + len(text)
        blocks.append(Block(piece.kind, start, at, piece.level, piece.list_id))
    return "".join(parts), tuple(blocks)


def _unturned(text: str) -> str:
    return text.replace(PAGE_TURN, "")


def _pages(pieces: Sequence[Piece], blocks: Sequence[Block]) -> dict[str, list[list[int]]]:
    """Where in the text each page begins, as `[start, page]`; nothing where the format has no pages."""
    found: list[list[int]] = []
    for piece, block in zip(pieces, blocks, strict=True):
        page = piece.page or (found[-1][1] if found else None)
        if page is None:
            continue
        if not found or found[-1][1] != page:
            found.append([block.start, page])
        turns = [at for at, char in enumerate(piece.text) if char == PAGE_TURN]
        found += [[block.start + at - turn, page + turn + 1] for turn, at in enumerate(turns)]
    return {"pages": found} if found else {}


def _between(before: Piece, piece: Piece) -> str:
    """A blank line, or just a new one within a list; more text of an item is indented under it."""
    if before.kind == "lead_in" or piece.list_id is None or before.list_id != piece.list_id:
        return _GAP
    return "\n" if piece.kind == "item" else "\n  "
