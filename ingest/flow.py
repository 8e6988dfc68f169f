"""Lines of pages into pieces: paragraphs and items joined again, headings known by how they are set."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

from ingest.lines import BULLET
from ingest.pieces import PAGE_TURN, Piece, ended, is_question, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ingest.layout import Line

_BROKEN = re.compile(r"(?P<head>[^\W\d_]+)[-‐\u00ad]$")
_RANGE = re.compile(r"[^\W_][-‐]$")  # `2019-` and `20`, `COVID-` and `19`
_NOTE = re.compile(r"(?:[⁰¹²³⁴⁵⁶⁷⁸⁹]+|[*†‡§]|\d{1,2}\s)\s*(?=\S)")
_SIGN = re.compile(r"[•◦▪●○■□▸►‣⁃·➢➤✓✔❖*–—-]\s")  # a bullet that is no number
_KEEPS_FIRST = frozenset(
    "self well non high long short full part cross co ex anti decision evidence value cost".split()
)
_KEEPS_LAST = frozenset("based making term level related wide centered centred driven care time free effective".split())
_HEADING_WORDS = 25
_TAIL = 60  # characters at the end of a text that say how it ends
_SAME = 0.06  # of a size: less is no difference


class Words:
    """How the text's own words are written, to tell a hyphen that belongs from one that a line's end brought."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.whole: set[str] = set()
        for text in texts:
            self.whole.update(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*(?![\w-])", text.lower()))

    def joined(self, text: str, line: str) -> str:
        """Two lines as one: `deci-` and `sions` are `decisions`, `decision-` and `making` are `decision-making`."""
        end = text[-_TAIL:]  # the whole may be long, and grows line by line
        broken = _BROKEN.search(end)
        if not text or not line:
            return text or line
        if not broken or not line[0].isalpha():
            return f"{text}{line}" if _RANGE.search(end) and line[0].isalnum() else f"{text} {line}"
        if line[0].isupper():
            return f"{text}{line}"
        tail = words(line)[0]
        head = broken["head"]
        return f"{text}{line}" if self._belongs(head.lower(), tail.lower()) else f"{text[:-1]}{line}"

    def _belongs(self, head: str, tail: str) -> bool:
        """Whether the hyphen between two halves is a part of the word."""
        if f"{head}-{tail}" in self.whole:
            return True
        if head + tail in self.whole:
            return False
        return head in _KEEPS_FIRST or tail in _KEEPS_LAST


@dataclass(frozen=True, slots=True)
class _Setting:
    """How the text is mostly set."""

    size: float
    step: float  # from line to line, times the size
    headings: tuple[float, ...]  # larger sizes that headings have, largest first
    titled: bool  # the largest is that of the title alone


class Flow:
    """Goes through the lines once; the state is the piece that may go on."""

    def __init__(self, lines: Sequence[Line], vocabulary: Words) -> None:
        self.lines = lines
        self.words = vocabulary
        self.setting = _setting(lines)
        self.found: list[Piece] = []
        self.notes: list[Piece] = []  # at the foot of a page: they wait until the paragraph above them has ended
        self.last: Line | None = None  # of the open piece
        self.lists = 0
        self.markers: list[float] = []  # left edges of the bullets that the next item may be nested in
        self.inset = 0.0  # where the text of the open item begins
        self.level = 1

    def pieces(self) -> list[Piece]:
        """All of them."""
        feet = _feet(self.lines, self.setting)
        for number, line in enumerate(self.lines):
            if number in feet:
                self._note(line)
            else:
                self._take(line)
        return [*self.found, *self.notes]

    def _take(self, line: Line) -> None:
        if line.rows:
            self._table(line)
        elif self._is_heading(line):
            self._heading(line)
        elif (marker := BULLET.match(line.text)) and not self._wraps(line, marker):
            self._item(line, marker)
        elif self._goes_on(line):
            self._continue(line)
        elif self._in_item(line):
            self._open(Piece("paragraph", line.text, list_id=self.lists, page=line.page), line)
        else:
            self._open(Piece("paragraph", line.text, page=line.page), line)

    def _open(self, piece: Piece, line: Line) -> None:
        if piece.kind != "heading" or self.found:
            self._flush(piece)
        self.found.append(piece)
        self.last = line
        if piece.list_id is None:
            self.markers = []

    def _table(self, line: Line) -> None:
        """A table, or the rest of one that the end of a column or page cut in two."""
        before, last = self.found[-1] if self.found else None, self.last
        moved = last is not None and (last.page, last.column) != (line.page, line.column)
        if before and before.kind == "table" and moved and _cells(before.text) == _cells(line.rows[0]):
            first = before.text.partition("\n")[0]
            rows = line.rows[1:] if line.rows[0] == first else line.rows  # its head is said again
            self.found[-1] = replace(before, text="\n".join((before.text, *rows)))
            self.last = line
        else:
            self._open(Piece("table", "\n".join(line.rows), page=line.page), line)

    def _flush(self, piece: Piece) -> None:
        """Notes come behind the paragraph that they interrupted."""
        if self.notes and self.notes[0].page != piece.page:
            self.found += self.notes
            self.notes = []

    def _continue(self, line: Line) -> None:
        before, last = self.found[-1], self.last
        text = f"{PAGE_TURN}{line.text}" if last and last.page != line.page else line.text
        joined = self.words.joined(before.text, line.text)
        if text != line.text:  # the mark goes where the new page's letters begin
            joined = joined[: len(joined) - len(line.text)] + text
        self.found[-1] = replace(before, text=joined)
        self.last = line

    # Headings

    def _is_heading(self, line: Line) -> bool:
        """Larger than the text, or bold from end to end and no sentence."""
        short = len(words(line.text)) <= _HEADING_WORDS and bool(words(line.text))
        if not short or _SIGN.match(line.text):
            return False
        if line.size > (1 + 1.5 * _SAME) * self.setting.size:
            return any(abs(line.size - size) <= 0.5 for size in self.setting.headings)
        return (
            line.bold
            and line.size > (1 - _SAME) * self.setting.size
            and (not ended(line.text.rstrip(":")) or is_question(line.text))
        )

    def _heading(self, line: Line) -> None:
        before = self.found[-1] if self.found else None
        if before and before.kind == "heading" and self._same_heading(line):
            self.found[-1] = replace(before, text=self.words.joined(before.text, line.text))
            self.last = line
            return
        larger = line.size > (1 + 1.5 * _SAME) * self.setting.size
        self._open(Piece("heading", line.text, self._level_of(line), said=larger, page=line.page), line)

    def _same_heading(self, line: Line) -> bool:
        last = self.last
        return (
            last is not None
            and last.page == line.page
            and last.left < line.right
            and line.left < last.right
            and abs(last.size - line.size) <= _SAME * line.size
            and last.bold == line.bold
            and 0 < line.y - last.y < 1.45 * line.size
            and not re.match(r"\d+(?:\.\d+)*[.)]?\s", line.text)
        )

    def _level_of(self, line: Line) -> int:
        sizes = self.setting.headings
        near = [at for at, size in enumerate(sizes) if abs(line.size - size) <= 0.5]
        place = near[0] if near and line.size > (1 + 1.5 * _SAME) * self.setting.size else len(sizes)
        return min(place + (1 if self.setting.titled else 2), 6)

    # Lists

    def _item(self, line: Line, marker: re.Match[str]) -> None:
        tolerance = 0.3 * line.size
        if not self._lists_on(line):
            self.lists += 1
            self.markers = []
        if self.last and (self.last.column, self.last.page) != (line.column, line.page) and len(self.markers) < 2:
            self.markers = []
        while self.markers and self.markers[-1] > line.left - tolerance:
            self.markers.pop()
        self.markers.append(line.left)
        said = marker["marker"] or marker["tight"]
        shown = f"{said} " if any(char.isalnum() for char in said) else "- "
        depth = len(self.markers) - 1
        self._open(Piece("item", line.text[marker.end() :], depth, shown, self.lists, page=line.page), line)
        share = marker.end() / max(len(line.text), 1)
        self.inset = line.left + min(share * (line.right - line.left), 3 * line.size)

    def _lists_on(self, line: Line) -> bool:
        """Whether an item goes on with the list of the piece above it."""
        return bool(self.found) and self.found[-1].list_id is not None and bool(self.last) and not self._leaps(line)

    def _leaps(self, line: Line) -> bool:
        last = self.last
        return (
            last is not None
            and last.page == line.page
            and last.column == line.column
            and (line.y - last.y > 4 * line.size)
        )

    def _wraps(self, line: Line, marker: re.Match[str]) -> bool:
        """A wrapped line that only begins as an item does: `12. more`, `– as they say –`."""
        said = marker["marker"] or marker["tight"]
        if said and said not in {"-", "–", "*", "o"} and not any(char.isalnum() for char in said):
            return False
        return (
            self._goes_on(line) and not ended(self.found[-1].text[-_TAIL:]) and self._is_full(line) and not self.markers
        )

    def _in_item(self, line: Line) -> bool:
        """A further paragraph of an item, set as far in as its text."""
        before = self.found[-1] if self.found else None
        return (
            before is not None
            and before.list_id is not None
            and self.last is not None
            and self.last.column == line.column
            and self.last.page == line.page
            and bool(self.markers)
            and line.left > self.markers[-1] + 0.5 * line.size
        )

    # Paragraphs

    def _goes_on(self, line: Line) -> bool:
        """Whether a line continues the open paragraph or item."""
        last, before = self.last, self.found[-1] if self.found else None
        if last is None or before is None or before.kind not in {"paragraph", "item"} or last.rows:
            return False
        if abs(last.size - line.size) > 2 * _SAME * line.size:
            return False
        if (last.page, last.column) != (line.page, line.column):
            return not ended(before.text[-_TAIL:]) or line.text[:1].islower()
        gap = (line.y - last.y) / line.size
        if not 0 < gap <= max(1.22 * self.setting.step, self.setting.step + 0.15):
            return (
                gap > 0 and line.text[:1].islower() and not ended(before.text[-_TAIL:]) and gap < 2 * self.setting.step
            )
        return self._same_item(line) if before.kind == "item" else self._same_paragraph(line, last)

    def _same_item(self, line: Line) -> bool:
        last = self.last
        if last is None or line.left >= self.inset - 0.45 * line.size:
            return True
        return self._is_full(line) or (not ended(last.text) and line.text[:1].islower())

    def _same_paragraph(self, line: Line, last: Line) -> bool:
        indented = line.left > last.left + 0.8 * line.size and ended(last.text)
        if indented and line.left > line.edges[0] + 0.8 * line.size:
            return False
        return not ended(last.text) or self._is_full(line)

    def _is_full(self, line: Line) -> bool:
        """Whether the line above had no room for this one's first word."""
        last = self.last
        if last is None:
            return False
        first = len(line.text.split(maxsplit=1)[0]) + 1
        letter = (last.right - last.left) / max(len(last.text), 1)
        return last.right + 0.9 * first * letter > line.edges[1] - 0.5 * line.size

    def _note(self, line: Line) -> None:
        """A note at the foot of a page, or one more line of it."""
        if self.notes and not _NOTE.match(line.text):
            note = self.notes[-1]
            self.notes[-1] = replace(note, text=self.words.joined(note.text, line.text))
        else:
            self.notes.append(Piece("paragraph", line.text, page=line.page))


def _cells(text: str) -> int:
    return text.partition("\n")[0].count(" | ")


def _setting(lines: Sequence[Line]) -> _Setting:
    weights: Counter[float] = Counter()
    for line in lines:
        weights[round(line.size * 2) / 2] += len(line.text) + sum(map(len, line.rows))
    size = weights.most_common(1)[0][0] if weights else 10.0
    steps = [
        (two.y - one.y) / one.size
        for one, two in itertools.pairwise(lines)
        if (one.page, one.column) == (two.page, two.column) and 0.5 < (two.y - one.y) / one.size < 2.6
        and abs(one.size - size) < 0.6 and abs(two.size - size) < 0.6 and not ended(one.text)
    ]  # fmt: skip
    headings = _heading_sizes(lines, size)
    top = [line for line in lines if headings and abs(line.size - headings[0]) <= 0.5]
    titled = bool(top) and top[0].page == lines[0].page and all(line.page == top[0].page for line in top)
    titled = titled and top[-1].y - top[0].y < 4 * top[0].size
    return _Setting(size, median(steps) if steps else 1.25, headings, titled)


def _heading_sizes(lines: Sequence[Line], size: float) -> tuple[float, ...]:
    """Sizes of short lines larger than the text, half a point apart and more."""
    larger = {round(line.size * 2) / 2 for line in lines
              if line.size > (1 + 1.5 * _SAME) * size and len(words(line.text)) <= _HEADING_WORDS}  # fmt: skip
    kept: list[float] = []
    for one in sorted(larger, reverse=True):
        if not kept or kept[-1] - one > 0.5:
            kept.append(one)
    return tuple(kept[:5])


def _feet(lines: Sequence[Line], setting: _Setting) -> set[int]:
    """Lines of notes: the last ones of a column, smaller than the text, from the first that a mark opens."""
    feet: set[int] = set()
    by_column = itertools.groupby(range(len(lines)), key=lambda number: (lines[number].page, lines[number].column))
    for _, group in by_column:
        small = list(itertools.takewhile(lambda n: lines[n].size < 0.93 * setting.size and not lines[n].rows,
                                         reversed(list(group))))  # fmt: skip
        marked = [number for number in small if _NOTE.match(lines[number].text)]
        feet |= {number for number in small if marked and number >= min(marked)}
    return feet
