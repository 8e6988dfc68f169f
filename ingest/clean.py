"""From a source as it was read to the cleaned document, and an account of what was left out."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from cmo_qa.errors import SourceError
from cmo_qa.types import Block, Document
from ingest import faq, furniture, html, markdown, plaintext, structure
from ingest.pieces import Dropped, Parsed, Piece, UnparsableError, is_question

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ingest.read import Raw

PARSERS: Mapping[str, Callable[[str], Parsed]] = {
    "markdown": markdown.parse,
    "html": html.parse,
    "text": plaintext.parse,
}
_GAP = "\n\n"
_HIDDEN = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\x00-\x08\x0b\x0e-\x1f\x7f]")
_SPACES = re.compile(r"[^\S\n]")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A document and what is missing from it, rule by rule."""

    document: Document
    dropped: tuple[Dropped, ...] = ()


def clean(raw: Raw) -> Document:
    """The document of a source: furniture gone, content kept in order, each block a span of the text."""
    return explain(raw).document


def explain(raw: Raw) -> Cleaned:
    """The same, with what was dropped and by which rule."""
    parsed = _parsed(raw)
    paired = faq.pair([_one_line(piece) for piece in parsed.pieces if piece.text.strip()])
    kept, furniture_gone = furniture.drop(paired)
    arranged, marks_gone = structure.arrange(kept)
    if all(piece.kind == "heading" for piece in arranged):
        raise SourceError(f"Can't use {raw.source}: no text of an article is in it. Remove it, or fill it.")
    title = _title(parsed, arranged, raw.source)
    pieces = _levelled(arranged, title)
    document = _document(raw, parsed, title, pieces)
    return Cleaned(document, parsed.dropped + furniture_gone + marks_gone)


def _parsed(raw: Raw) -> Parsed:
    try:
        return PARSERS[raw.format](tidy(raw.text))
    except UnparsableError as error:
        raise SourceError(f"Can't read {raw.source}: {error}.") from error


def tidy(text: str) -> str:
    r"""The same words: line ends are `\\n`, every other space an ordinary one, nothing invisible."""
    text = re.sub("\r\n?|[\x85\u2028\u2029\x0b\x0c]", "\n", text)
    return _SPACES.sub(" ", _HIDDEN.sub("", text.expandtabs(4)))


def _one_line(piece: Piece) -> Piece:
    if piece.kind == "table":
        return replace(piece, text="\n".join(" ".join(row.split()) for row in piece.text.split("\n") if row.strip()))
    return replace(piece, text=" ".join(piece.text.split()))


def _title(parsed: Parsed, pieces: Sequence[Piece], source: str) -> str:
    """What the format names, else the first heading of the outermost level, else the name of the file."""
    if parsed.title:
        return " ".join(parsed.title.split())
    top = [piece.text for piece in pieces if piece.kind == "heading" and piece.level == 1]
    if not top and pieces and pieces[0].kind == "heading":
        top = [pieces[0].text]
    return top[0] if top else _named(source)


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


def _document(raw: Raw, parsed: Parsed, title: str, pieces: Sequence[Piece]) -> Document:
    text, blocks = assemble(pieces)
    metadata = dict(parsed.metadata)
    identity = str(metadata.pop("id", "") or "") or _identity(title, text)
    url = metadata.pop("url", None)
    metadata.pop("title", None)
    return Document(identity, title, text, raw.source, blocks, str(url) if url else None, metadata)


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
        parts += [lead, piece.text]
        start = at + len(lead)
        at = start + len(piece.text)
        blocks.append(Block(piece.kind, start, at, piece.level, piece.list_id))
    return "".join(parts), tuple(blocks)


def _between(before: Piece, piece: Piece) -> str:
    """A blank line, or just a new one within a list; more text of an item is indented under it."""
    if before.kind == "lead_in" or piece.list_id is None or before.list_id != piece.list_id:
        return _GAP
    return "\n" if piece.kind == "item" else "\n  "
