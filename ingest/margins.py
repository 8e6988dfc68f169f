"""What a PDF repeats on its pages' edges and is no part of the text: small rules, each with a name."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from ingest.pieces import Dropped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.glyphs import Fragment, Page

_ZONE = 0.13  # of the page's height, at its head and at its foot
_NUMBER = re.compile(
    r"(?:(?P<word>page|p\.|seite|pagina|página|-|–|—)\s*)?(?P<number>\d{1,4}|[ivxlc]{1,6})"
    r"(?:\s*(?P<of>of|/|von|de|sur|\|)\s*\d{1,4})?\s*[-–—]?",
    re.IGNORECASE,
)
_DEEPEST = 3  # rows of a header or footer
_Row = tuple["Fragment", ...]
_Key = tuple[str, int, int]  # words, place, how far a number in them is ahead of the page


def drop(pages: Sequence[Page]) -> tuple[tuple[Page, ...], tuple[Dropped, ...]]:
    """The pages without running headers, footers and page numbers, and what was taken by which rule."""
    edges = [_edges(page) for page in pages]
    often = _repeated(edges, pages)
    numbered = _numbered(edges, pages)
    kept: list[Page] = []
    dropped: list[Dropped] = []
    for page, rows in zip(pages, edges, strict=True):
        gone: set[int] = set()
        for row in rows:
            rule = _rule(page, row, often, numbered)
            if rule:
                gone |= {id(one) for one in row}
                dropped.append(Dropped(rule, _text(row)))
        kept.append(replace(page, fragments=tuple(one for one in page.fragments if id(one) not in gone)))
    return tuple(kept), tuple(dropped)


def _rule(page: Page, row: _Row, often: set[_Key], numbered: set[int]) -> str:
    """`Annual report 2024` on every page, `Page 3 of 10`, `– 3 –`; empty for a row that stays."""
    if id(row[0]) in numbered or (_NUMBER.fullmatch(_text(row)) and often.intersection(_keys(page, row))):
        return "page number"
    if often.intersection(_keys(page, row)):
        return "running header" if row[0].y < page.height / 2 else "running footer"
    return ""


def _edges(page: Page) -> list[_Row]:
    """The outermost rows at the head and at the foot of a page."""
    rows: dict[int, list[Fragment]] = defaultdict(list)
    for one in page.fragments:
        rows[round(one.y / 3)].append(one)
    ordered = [tuple(sorted(row, key=lambda one: one.left)) for _, row in sorted(rows.items())]
    head = [row for row in ordered[:_DEEPEST] if row[0].y < _ZONE * page.height]
    foot = [row for row in ordered[-_DEEPEST:] if row[0].y > (1 - _ZONE) * page.height]
    return [*head, *foot]


def _text(row: _Row) -> str:
    return " ".join(one.text for one in row)


def _keys(page: Page, row: _Row) -> list[_Key]:
    """What is the same on every page: the words and about where they stand; a number in them may count the pages."""
    text, place = _text(row).lower(), round(row[0].y / 6)
    counting = {
        (f"{text[: found.start()]}#{text[found.end() :]}", place, int(found[0]) - page.number)
        for found in re.finditer(r"(?<!\d)\d{1,4}(?!\d)", text)
    }
    return [(text, place, 0), *counting]


def _repeated(edges: Sequence[Sequence[_Row]], pages: Sequence[Page]) -> set[_Key]:
    """Rows that stand at one place on several pages; two do in a short text, three in any."""
    counted: Counter[_Key] = Counter()
    for rows, page in zip(edges, pages, strict=True):
        counted.update({key for row in rows for key in _keys(page, row)})
    return {key for key, count in counted.items() if count >= 3 or (count == 2 and len(edges) < 7)}


def _numbered(edges: Sequence[Sequence[_Row]], pages: Sequence[Page]) -> set[int]:
    """Outermost rows that are the page's number: in step with the pages, or said to be one."""
    steps: dict[int, list[int]] = defaultdict(list)
    said: set[int] = set()
    single = 0 if len(edges) == 1 else None
    for rows, page in zip(edges, pages, strict=True):
        for row in (rows[0], rows[-1]) if rows else ():
            found = _NUMBER.fullmatch(_text(row))
            if found and (found["word"] or found["of"]) and found["number"].isdigit():
                said.add(id(row[0]))
            elif found and found["number"].isdigit():
                steps[int(found["number"]) - page.number].append(id(row[0]))
    return said | {one for shift, rows in steps.items() for one in rows if len(rows) > 1 or shift == single}
