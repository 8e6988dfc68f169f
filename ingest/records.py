"""Tables of articles: JSONL, CSV and TSV, a record an article, its columns known by their names or named beside it.

`faq.csv.yaml` beside `faq.csv` may say which column is what, and how the texts are written:

    columns: {title: Frage, text: Antwort}
    format: html  # or markdown, text
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ingest.pieces import UnparsableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

TITLES = ("title", "headline", "name", "question", "heading", "subject")
TEXTS = ("text", "body", "content", "article", "answer", "markdown", "md", "html", "bodyhtml", "bodytext",
         "articlebody", "fulltext", "maintext", "pagecontent", "description")  # fmt: skip
KINDS = ("format", "contenttype", "mimetype", "texttype", "type")
IDS = ("id", "guid", "uuid", "slug", "key", "identifier")
FORMATS = {
    "html": "html", "text/html": "html", "xhtml": "html", "htm": "html", "markdown": "markdown", "md": "markdown",
    "text/markdown": "markdown", "text": "text", "plain": "text", "text/plain": "text", "txt": "text",
}  # fmt: skip
_MARKS = (",", ";", "\t", "|")
_LONGEST = 5_000_000  # characters of one record
_DEEPEST = 200  # brackets in brackets of one record
_HTML = re.compile(r"<(p|div|h[1-6]|ul|ol|table|article|section|blockquote|br|strong|em)\b[^<>]{0,500}>", re.IGNORECASE)
_PAGE = re.compile(r"\s*<(?:!doctype|html)", re.IGNORECASE)
_MARKDOWN = re.compile(r"^#{1,6} \S|\]\([^)\s]{1,500}\)|\*\*\S[^*\n]{0,300}\*\*|^\|.*\|\s*$|^```", re.MULTILINE)
_HOLDS = {"text": TEXTS, "title": TITLES, "id": IDS, "format": KINDS}


@dataclass(frozen=True, slots=True)
class Mapped:
    """Which column holds what, as a person says it; what is not said is told by the columns' names."""

    columns: Mapping[str, str] = field(default_factory=dict)  # what → name of the column
    format: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One article of a table."""

    line: int  # where it begins; 1 is the first
    format: str  # html, markdown or text
    text: str
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Bad:
    """A record that can't be used, and why."""

    line: int
    reason: str


def jsonl(text: str, mapped: Mapped) -> Iterator[Record | Bad]:
    """The articles of a text with a JSON object a line."""
    for number, line in enumerate(_lines(text), start=1):
        if not line.strip():
            continue
        if len(line) > _LONGEST:
            yield Bad(number, f"longer than {_LONGEST:,} characters")
            continue
        found = _object(line)
        yield Bad(number, found) if isinstance(found, str) else _record(number, found, mapped)


def table(text: str, mapped: Mapped, mark: str = "") -> Iterator[Record | Bad]:
    """The articles of a CSV; its first line names the columns. Cells are parted by `mark`, told by that line if empty.

    Raises UnparsableError where no column holds the text of an article.
    """
    rows = _rows(_lines(text), mark or _mark(text))
    header = next((row for row in rows if isinstance(row, Bad) or any(cell.strip() for cell in row[1])), None)
    if header is None or isinstance(header, Bad):
        raise UnparsableError("its first line does not name the columns. Put `title,text` or the like above the rows")
    names = [name.strip() for name in header[1]]
    _check_columns(names, mapped)
    for row in rows:
        if isinstance(row, Bad):
            yield row
        elif len(row[1]) > len(names) and any(cell.strip() for cell in row[1][len(names) :]):
            counts = f"{len(row[1])} cells in it and {len(names)} columns"
            yield Bad(row[0], f"{counts}; put quotation marks around its text")
        elif any(cell.strip() for cell in row[1]):
            yield _record(row[0], dict(zip(names, row[1], strict=False)), mapped)


def mapped_by(said: Any) -> Mapped:
    """What a sidecar says of columns and format. Raises UnparsableError where it can't be meant so."""
    if not isinstance(said, dict):
        return Mapped()
    columns, kind = said.get("columns") or {}, str(said.get("format") or "").strip().lower()
    if not isinstance(columns, dict) or not all(isinstance(name, str | int) for name in columns.values()):
        raise UnparsableError("`columns` in its sidecar is no list of `title: name of a column`. Put it right")
    if kind and kind not in FORMATS:
        raise UnparsableError(f"`format` in its sidecar is {kind!r}. Use html, markdown or text")
    wanted = {str(what).strip().lower(): str(name).strip() for what, name in columns.items()}
    for other in ("body", "content"):
        if other in wanted:
            wanted.setdefault("text", wanted.pop(other))
    return Mapped(wanted, FORMATS.get(kind, ""))


# Records


def _record(line: int, said: Mapping[str, Any], mapped: Mapped) -> Record | Bad:
    named = {what: _column(said, what, mapped) for what in _HOLDS}
    held = said.get(named["text"] or "")
    if named["text"] is None:
        return Bad(line, f"no text; its fields are {', '.join(map(repr, list(said)[:8])) or 'none'}")
    text = "\n\n".join(map(str, held)) if isinstance(held, list) else held
    if not isinstance(text, str) or not text.strip():
        return Bad(line, f"its field {named['text']!r} holds no text")
    kind = _kind(str(said.get(named["format"] or "") or ""), named["text"], text, mapped)
    return Record(line, kind, _whole(text, kind), _facts(said, named, mapped))


def _facts(said: Mapping[str, Any], named: Mapping[str, str | None], mapped: Mapped) -> dict[str, Any]:
    """What the other columns say, under the names that the sidecar gives them."""
    ours = {column: what for what, column in mapped.columns.items()}
    kept = {ours.get(name, name): value for name, value in said.items()
            if name not in {named["text"], named["format"], named["id"]} and value not in ("", None)}  # fmt: skip
    for what in ("title", "id"):
        value = said.get(named[what] or "")
        if isinstance(value, str | int) and str(value).strip():
            kept.pop(named[what] or "", None)
            kept[what] = " ".join(str(value).split())
    return kept


def _column(said: Mapping[str, Any], what: str, mapped: Mapped) -> str | None:
    """The column that holds it: as mapped, else the first of its usual names that holds anything."""
    if what in mapped.columns:
        return next((name for name in said if _bare(name) == _bare(mapped.columns[what])), None)
    bare: dict[str, str] = {}
    for name in said:
        bare.setdefault(_bare(name), name)
    there = [bare[usual] for usual in _HOLDS[what] if usual in bare]
    return next((name for name in there if said[name] not in ("", None, [])), there[0] if there else None)


def _bare(name: str) -> str:
    return re.sub(r"[\s_.:-]+", "", str(name)).casefold()


def _check_columns(names: Sequence[str], mapped: Mapped) -> None:
    held = dict.fromkeys(names, "x")
    missing = [name for name in mapped.columns.values() if _bare(name) not in {_bare(one) for one in names}]
    if missing:
        raise UnparsableError(f"its sidecar names the column {missing[0]!r}, its first line does not. Put one right")
    if _column(held, "text", mapped) is None:
        shown = ", ".join(map(repr, names[:8]))
        raise UnparsableError(
            f"none of its columns ({shown}) is known to hold the text. Name one `text`, or say which in a sidecar"
        )


def _kind(said: str, column: str, text: str, mapped: Mapped) -> str:
    """How a text is written: as said, as its column is named, as it looks."""
    by_name = FORMATS.get(_bare(column)) if _bare(column) != "text" else None  # which may hold any of them
    named = FORMATS.get(said.strip().lower().partition(";")[0]) or mapped.format or by_name
    if named:
        return named
    if "html" in _bare(column) or _PAGE.match(text) or len(_HTML.findall(text[:20000])) > 1:
        return "html"
    return "markdown" if _MARKDOWN.search(text[:20000]) else "text"


def _whole(text: str, kind: str) -> str:
    """A piece of HTML as a page of its own; anything else as it is."""
    if kind != "html" or re.search(r"<(?:html|body)\b", text[:5000], re.IGNORECASE):
        return text
    return f"<html><body><article>{text}</article></body></html>"


# Lines


def _lines(text: str) -> list[str]:
    """The lines of a text; what only looks like a line's end to `splitlines` stays in its line."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _object(line: str) -> dict[str, Any] | str:
    """The object of a line, or what is wrong with it."""
    if _nesting(line) > _DEEPEST:
        return "brackets are nested too deeply"
    try:
        found = json.loads(line)
    except json.JSONDecodeError as error:
        return f"no valid JSON ({error.msg.lower()} at character {error.pos + 1})"
    except (ValueError, RecursionError):
        return "no valid JSON"
    return found if isinstance(found, dict) else "no JSON object with fields such as title and text"


def _nesting(line: str) -> int:
    """How deep brackets are nested at most, those in texts counted too: only so much matters."""
    if line.count("[") + line.count("{") <= _DEEPEST:
        return 0
    depth = deepest = 0
    for found in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', line):
        depth += (found[0] in "[{") - (found[0] in "]}")
        deepest = max(deepest, depth)
    return deepest


def _mark(text: str) -> str:
    """What parts the cells: with which most of the first line's cells are names that we know, else most cells."""
    first = next((line for line in _lines(text[:100_000]) if line.strip()), "")
    usual = {name for names in _HOLDS.values() for name in names}

    def worth(mark: str) -> tuple[int, int]:
        cells = [cell.strip().strip('"') for cell in first.split(mark)]
        return sum(_bare(cell) in usual for cell in cells), len(cells)

    return max(_MARKS, key=worth)


def _rows(lines: Sequence[str], mark: str) -> Iterator[tuple[int, list[str]] | Bad]:
    """Each row with the number of its first line; after one that can't be read the next line begins anew."""
    csv.field_size_limit(_LONGEST)
    odd = [number for number, line in enumerate(lines) if line.count('"') % 2]
    at = upcoming = 0
    while at < len(lines):
        while upcoming < len(odd) and odd[upcoming] < at:
            upcoming += 1
        end = at
        if upcoming < len(odd) and odd[upcoming] == at:
            if upcoming + 1 == len(odd):
                yield Bad(at + 1, "a quotation mark in it is never closed")
                at += 1
                continue
            end = odd[upcoming + 1]
        cells = _cells("\n".join(lines[at : end + 1]), mark)
        if isinstance(cells, str):
            yield Bad(at + 1, cells)
            at += 1
        else:
            yield at + 1, cells
            at = end + 1


def _cells(row: str, mark: str) -> list[str] | str:
    """The cells of a row, or what is wrong with it."""
    if len(row) > _LONGEST:
        return f"longer than {_LONGEST:,} characters"
    try:
        return next(csv.reader([row], delimiter=mark, strict=True), [])
    except csv.Error as error:
        return f"no valid row ({error})"
