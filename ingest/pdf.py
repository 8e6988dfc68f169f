"""PDF into pieces: read with PDFium, columns in reading order, running heads dropped, headings known by their type."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from ingest import margins
from ingest.flow import Flow, Words
from ingest.layout import lines
from ingest.pieces import Parsed, UnparsableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.glyphs import Page
    from ingest.pieces import Piece

MOST_PAGES = 3000
_NO_TITLE = re.compile(
    r"(?:microsoft (?:word|powerpoint).*|untitled.*|document\d*|title|slide \d+|"
    r".*\.(?:docx?|pdf|indd|qxd|tex|pptx?|odt))",
    re.IGNORECASE,
)
_DATE = re.compile(r"D:(\d{4})(\d{2})?(\d{2})?")
_NOTHING = re.compile(r"\(?(?:unspecified|anonymous|unknown|none|user|admin|administrator)\)?", re.IGNORECASE)
_PROTECTED = 4  # PDFium's FPDF_ERR_PASSWORD


def parse(data: bytes) -> Parsed:
    """The pieces of a PDF in its order, each with its page; its properties as metadata."""
    document = _opened(data)
    try:
        pages, broken = _pages(document)
        metadata = _facts(document)
    finally:
        document.close()
    _check_text(pages)
    kept, dropped = margins.drop(pages)
    turned = tuple(one for page in pages for one in page.dropped)
    vocabulary = Words(one.text for page in kept for one in page.fragments)
    flowing = [line for page in kept for line in lines(page, vocabulary.joined)]
    pieces = Flow(flowing, vocabulary).pieces() if flowing else []
    title = _title(metadata.pop("title", ""), pieces)
    return Parsed(tuple(pieces), title, metadata, (*turned, *dropped), warnings=_warnings(broken))


def _opened(data: bytes) -> Any:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _PROTECTED:
            raise UnparsableError("it is locked with a password. Save a copy without one") from error
        raise UnparsableError("it is damaged, or no PDF. Save it again from where it came") from error
    if count > MOST_PAGES:
        document.close()
        raise UnparsableError(f"it has {count} pages, more than {MOST_PAGES}. Split it into articles")
    if not count:
        raise UnparsableError("it is damaged: there is no page in it. Save it again from where it came")
    return document


def _pages(document: Any) -> tuple[list[Page], list[int]]:
    """Every page that can be read, and the numbers of those that can't."""
    import pypdfium2

    from ingest.glyphs import read_page

    pages: list[Page] = []
    broken: list[int] = []
    for at in range(len(document)):
        try:
            page = document[at]
            pages.append(read_page(page, at + 1))
            page.close()
        except pypdfium2.PdfiumError:
            broken.append(at + 1)
    if not pages:
        raise UnparsableError("it is damaged: no page of it can be read. Save it again from where it came")
    return pages, broken


def _warnings(broken: Sequence[int]) -> tuple[str, ...]:
    if not broken:
        return ()
    shown = ", ".join(map(str, broken[:10])) + (" …" if len(broken) > 10 else "")
    return (f"{'pages' if len(broken) > 1 else 'page'} {shown} of the PDF can't be read",)


def _check_text(pages: Sequence[Page]) -> None:
    """Refuses a scan, and fonts that don't say which letters they show."""
    letters = sum(len(one.text) for page in pages for one in page.fragments)
    unreadable = sum(page.unreadable for page in pages)
    if unreadable > max(letters, 20):
        raise UnparsableError("its fonts don't say which letters they show. Run it through text recognition (OCR)")
    if not letters:
        raise UnparsableError("it has pictures of pages and no text. Run it through text recognition (OCR)")


# What the file says of itself


def _facts(document: Any) -> dict[str, Any]:
    written = document.get_metadata_dict(skip_empty=True)
    found = {
        "title": " ".join(written.get("Title", "").split()),
        "author": " ".join(written.get("Author", "").split()),
        "summary": " ".join(written.get("Subject", "").split()),
        "date": _date(written.get("CreationDate", "")),
        "updated": _date(written.get("ModDate", "")),
    }
    return {name: fact for name, fact in found.items() if fact and not _NOTHING.fullmatch(fact)}


def _date(written: str) -> str:
    """`D:20240131101500Z` as 2024-01-31; empty where it is none."""
    found = _DATE.match(written)
    try:
        return date(*(int(part or 1) for part in found.groups())).isoformat() if found else ""
    except ValueError:
        return ""


def _title(written: str, pieces: Sequence[Piece]) -> str | None:
    """The heading at the top, else what the properties say, unless a program put it there."""
    top = next((piece for piece in pieces[:6] if piece.kind == "heading" and piece.level == 1), None)
    if top is not None:
        return top.text
    return written if written and not _NO_TITLE.fullmatch(written) else None
