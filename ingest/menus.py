"""Menus in plain text: rows of short lines at the top and foot of a page that was scraped with all that is on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.phrases import COPYRIGHT, INTERFACE, MENU
from ingest.pieces import ended, leads_in, words

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_LONGEST = 60  # characters of an entry
_MOST_WORDS = 6
_FURTHEST = 6  # lines between one entry that is known and the next
_MOST = 200  # lines of a menu


def menus(lines: Sequence[str]) -> set[int]:
    """The positions of lines from the first known entry to the last (`Home`, `Careers`), what is between them included.

    `Skip to content / Home / Patients & visitors / Careers / Search`, and the title of the article, which stays: only
    what stands between two entries is one too. A line that stands in both the top and the foot is known as well, such
    as the name of the site, which may be in a copyright line (`© Harbour Care`). One entry alone is no menu, and a list
    under its lead-in is none.
    """
    top = _run(lines, range(min(len(lines), _MOST)))
    foot = _run(lines, range(len(lines) - 1, max(top[-1] if top else -1, len(lines) - 1 - _MOST), -1))[::-1]
    if len(top) == len(lines):
        return set()
    both = {lines[n].lower() for n in top} & {lines[n].lower() for n in foot}
    owned = " ".join(lines[n].lower() for n in foot if COPYRIGHT.search(lines[n]))
    both |= {line for line in (lines[n].lower() for n in top[:2]) if line in owned and len(words(line)) < 4}
    if foot and foot[0] and leads_in(lines[foot[0] - 1]):
        foot = []
    return _entries(lines, top, both) | _entries(lines, foot, both)


def _run(lines: Sequence[str], order: range) -> list[int]:
    """Short lines in a row, from where an order begins."""
    found = []
    for number in order:
        if not _is_entry(lines[number]):
            break
        found.append(number)
    return found


def _is_entry(line: str) -> bool:
    if len(line) > _LONGEST:
        return False
    return bool(INTERFACE.fullmatch(line) or MENU.fullmatch(line) or COPYRIGHT.search(line)) or (
        len(words(line)) <= _MOST_WORDS and not ended(line) and not line.endswith((",", "?"))
    )


def _entries(lines: Sequence[str], run: Sequence[int], both: Collection[str]) -> set[int]:
    known = [n for n in run if MENU.fullmatch(lines[n])]
    again = [n for n in run if lines[n].lower() in both]
    if len(known) < 2 and not (known and len(again) > 2):
        return set()
    gone: set[int] = set()
    hits = sorted({*known, *again})
    for hit, after in zip(hits, [*hits[1:], hits[-1]], strict=True):
        gone |= set(range(hit, after + 1)) if after - hit <= _FURTHEST else {hit}
    return gone
