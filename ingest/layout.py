"""From fragments of a page to its lines in reading order: columns one after the other, tables row by row."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, replace
from statistics import mean, median
from typing import TYPE_CHECKING, TypeAlias

from ingest.glyphs import Fragment
from ingest.lines import BULLET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ingest.glyphs import Page

_Ruled: TypeAlias = tuple[float, float, float, float]  # left, top, right, bottom
_NEAR = 3.0  # points: edges that are meant to be one
_CANDIDATES = 12  # places tried as the left edge of a column
_MOST_RULED = 1200  # lines of a page that are looked at for tables


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a column, or a table in place of one."""

    text: str
    left: float
    right: float
    y: float
    size: float
    bold: bool
    page: int
    column: int  # lines that follow each other in one column share its number
    edges: tuple[float, float] = (0.0, 0.0)  # left and right of the column
    rows: tuple[str, ...] = ()


def lines(page: Page, joined: Callable[[str, str], str]) -> list[Line]:
    """All lines of a page as one reads them; `joined` puts the lines of a cell together."""
    fragments = _with_tables(page, joined)
    found: list[Line] = []
    for column, group in enumerate(_groups(fragments, 0)):
        rows = _rows(group)
        taken = list(_lines(rows, page.number, column, joined))
        edges = min(line.left for line in taken), max(line.right for line in taken)
        found += [replace(line, edges=edges) for line in taken]
    return found


# Columns


def _groups(fragments: Sequence[Fragment], depth: int) -> Iterator[list[Fragment]]:
    """Fragments column by column; what crosses the columns stands between what is above and below it."""
    edge = _column_edge(fragments) if depth < 4 else None
    if edge is None:
        if fragments:
            yield list(fragments)
        return
    whole: list[Fragment] = []
    sides: tuple[list[Fragment], list[Fragment]] = ([], [])
    for one in sorted(fragments, key=lambda one: one.y):
        if _crosses(one, edge):
            yield from itertools.chain.from_iterable(_groups(side, depth + 1) for side in sides)
            sides = ([], [])
            whole.append(one)
            continue
        if whole:
            yield whole
            whole = []
        sides[one.left >= edge - 1].append(one)
    if whole:
        yield whole
    yield from itertools.chain.from_iterable(_groups(side, depth + 1) for side in sides)


def _crosses(one: Fragment, edge: float) -> bool:
    return one.left < edge - 1 and one.right > edge - 0.5 * one.size


def _column_edge(fragments: Sequence[Fragment]) -> float | None:
    """Where the right one of two columns begins; None where there is one column."""
    if len(fragments) < 8:
        return None
    starts = Counter(round(one.left / _NEAR) for one in fragments)
    first = min(starts)
    best: tuple[int, int, float] | None = None
    for start, count in starts.most_common(_CANDIDATES):
        if count < 3 or start <= first + 5:
            continue
        edge = min(one.left for one in fragments if round(one.left / _NEAR) == start)
        left = [one for one in fragments if one.right <= edge - 0.5 * one.size]
        right = [one for one in fragments if one.left >= edge - 1]
        if _are_columns(left, right):
            crossing = len(fragments) - len(left) - len(right)
            best = max(best or (0, 0, 0.0), (min(len(left), len(right)), -crossing, edge))
    return best[2] if best else None


def _are_columns(left: Sequence[Fragment], right: Sequence[Fragment]) -> bool:
    """Two sides of running text, beside each other."""
    if not (_is_prose(left) and _is_prose(right)):
        return False
    top = max(min(one.y for one in left), min(one.y for one in right))
    low = min(max(one.y for one in left), max(one.y for one in right))
    return low > top


def _is_prose(side: Sequence[Fragment]) -> bool:
    """Lines that go on from one to the next, as cells of a table don't."""
    if len(side) < 3:
        return False
    lower = sum(one.text[:1].islower() for one in side)
    length = mean(len(one.text) for one in side)
    return length >= 12 and (lower >= 0.25 * len(side) or length >= 35)


# Rows


def _rows(fragments: Sequence[Fragment]) -> list[list[Fragment]]:
    """Fragments on one base line, from top to bottom, each row from left to right."""
    rows: list[list[Fragment]] = []
    for one in sorted(fragments, key=lambda one: (one.y, one.left)):
        if rows and one.y - rows[-1][0].y < 0.35 * max(one.size, rows[-1][0].size) and not one.rows:
            rows[-1].append(one)
        else:
            rows.append([one])
    return [_with_bullet(sorted(row, key=lambda one: one.left)) for row in rows]


def _with_bullet(row: list[Fragment]) -> list[Fragment]:
    """A bullet or number that stands apart from its text, with it."""
    marker = BULLET.match(f"{row[0].text} x") if len(row) > 1 else None
    if marker and marker.end() == len(row[0].text) + 1:
        return [replace(row[1], text=f"{row[0].text} {row[1].text}", left=row[0].left), *row[2:]]
    return row


def _lines(rows: Sequence[list[Fragment]], page: int, column: int, joined: Callable[[str, str], str]) -> Iterator[Line]:
    at = 0
    while at < len(rows):
        end = _table_end(rows, at)
        if end > at:
            yield _table(rows[at:end], page, column, joined)
            at = end
        else:
            yield _line(rows[at], page, column)
            at += 1


def _line(row: Sequence[Fragment], page: int, column: int) -> Line:
    widest = max(row, key=lambda one: len(one.text))
    bold = sum(len(one.text) for one in row if one.bold) > 0.6 * sum(len(one.text) for one in row)
    text = " ".join(one.text for one in row)
    return Line(
        text, row[0].left, max(one.right for one in row), widest.y, widest.size, bold, page, column, rows=row[0].rows
    )


# Tables


def _table_end(rows: Sequence[Sequence[Fragment]], start: int) -> int:
    """Where the table that begins with a row ends: rows of two cells and more whose edges are the same."""
    if len(rows[start]) < 2:
        return start
    columns = [one.left for one in rows[start]]
    end, full = start + 1, 1
    while end < len(rows) and _fits(rows[end], columns) and _close(rows[end - 1], rows[end]):
        full += len(rows[end]) > 1
        end += 1
    while end > start and len(rows[end - 1]) < 2 and rows[end - 1][0].left < columns[1] - _NEAR:
        end -= 1
    return end if full > 1 else start


def _fits(row: Sequence[Fragment], columns: Sequence[float]) -> bool:
    places = [_column_of(one, columns) for one in row]
    return None not in places and len(set(places)) == len(places) and (len(row) > 1 or places[0] != 0)


def _column_of(one: Fragment, columns: Sequence[float]) -> int | None:
    """The column whose left edge the fragment has, or whose room it stands in, where it is set otherwise."""
    for number, left in enumerate(columns):
        if abs(one.left - left) <= _NEAR:
            return number
    for number, left in enumerate(columns):
        following = columns[number + 1] if number + 1 < len(columns) else float("inf")
        if number and left - 20 < one.left and one.right < following:
            return number
    return None


def _close(above: Sequence[Fragment], row: Sequence[Fragment]) -> bool:
    return row[0].y - above[0].y < 3.2 * row[0].size and not row[0].rows


def _table(rows: Sequence[Sequence[Fragment]], page: int, column: int, joined: Callable[[str, str], str]) -> Line:
    columns = [one.left for one in rows[0]]
    cells: list[list[str]] = []
    for row in rows:
        texts = [""] * len(columns)
        for one in row:
            texts[_column_of(one, columns) or 0] = one.text
        if cells and not texts[0]:  # a cell of two lines
            cells[-1] = [joined(above, text) for above, text in zip(cells[-1], texts, strict=True)]
        else:
            cells.append(texts)
    return _of_rows([" | ".join(row) for row in cells], [one for row in rows for one in row], page, column)


def _of_rows(rows: Sequence[str], fragments: Sequence[Fragment], page: int, column: int) -> Line:
    left, right = min(one.left for one in fragments), max(one.right for one in fragments)
    size = median(one.size for one in fragments)
    return Line(
        "", left, right, max(one.y for one in fragments), size, bold=False, page=page, column=column, rows=tuple(rows)
    )


def _with_tables(page: Page, joined: Callable[[str, str], str]) -> list[Fragment]:
    """The page's fragments, those within the lines of a table put together to one."""
    rest = list(page.fragments)
    for xs, ys, closed in _grids(page.lines):
        if not closed:
            rest = [part for one in rest for part in _parted(one, xs, ys)]
            continue
        inside = [one for one in rest if xs[0] <= one.left and one.right <= xs[-1] + 2 and ys[0] <= one.y <= ys[-1]]
        cells = _cells(inside, xs, ys, joined)
        if len([column for column in zip(*cells, strict=True) if any(column)]) < 2:
            continue
        taken = {id(one) for one in inside}
        rest = [one for one in rest if id(one) not in taken]
        rows = tuple(" | ".join(row) for row in cells if any(row))
        rest.append(Fragment("", xs[0], xs[-1], max(one.y for one in inside), inside[0].size, rows=rows))
    return rest


def _parted(one: Fragment, xs: Sequence[float], ys: Sequence[float]) -> list[Fragment]:
    """The cells of a fragment in a table whose rows alone have lines, each as wide as its cell."""
    if not (ys[0] - 2 * one.size < one.y < ys[-1] + 1 and xs[0] <= one.left and one.right <= xs[-1] + 2):
        return [one]
    runs = [list(run) for _, run in itertools.groupby(one.words, key=lambda word: _slot(xs, word[1] + 1.0))]
    if any(run[0][1] - xs[_slot(xs, run[0][1] + 1.0)] > 0.8 * one.size for run in runs):
        return [one]
    rights = [after[0][1] - 1 for after in runs[1:]] + [one.right]
    return [
        replace(one, text=" ".join(word for word, _ in run), left=run[0][1], right=right, words=tuple(run))
        for run, right in zip(runs, rights, strict=True)
    ]


def _cells(
    inside: Sequence[Fragment], xs: Sequence[float], ys: Sequence[float], joined: Callable[[str, str], str]
) -> list[list[str]]:
    cells = [["" for _ in xs[1:]] for _ in ys[1:]]
    for one in sorted(inside, key=lambda one: (round(one.y), one.left)):
        row = cells[_slot(ys, one.y - 0.3 * one.size)]
        for column, run in itertools.groupby(one.words, key=lambda word: _slot(xs, word[1] + 1.0)):
            row[column] = joined(row[column], " ".join(word for word, _ in run))
    return cells


def _slot(edges: Sequence[float], place: float) -> int:
    return max(0, min(sum(edge <= place for edge in edges) - 1, len(edges) - 2))


def _grids(ruled: Sequence[_Ruled]) -> Iterator[tuple[list[float], list[float], bool]]:
    """Left and right, upper and lower edges of the cells of a table, and whether lines stand on all sides of them.

    Where there are lines beneath the cells alone, each row is given by itself.
    """
    clusters: list[list[_Ruled]] = []
    for line in ruled[:_MOST_RULED]:
        touched = [cluster for cluster in clusters if any(_touch(line, other) for other in cluster)]
        apart = {id(cluster) for cluster in touched}
        clusters = [cluster for cluster in clusters if id(cluster) not in apart]
        clusters.append([line, *itertools.chain.from_iterable(touched)])
    for cluster in clusters:
        level = [line for line in cluster if line[2] - line[0] > line[3] - line[1]]
        xs = _distinct(left for left, top, right, bottom in cluster if bottom - top > right - left)
        ys = _distinct(top for _, top, _, _ in level)
        lefts = _distinct(left for left, *_ in level)
        if len(xs) >= 3 and len(ys) >= 2:
            yield xs, ys, True
        elif not xs and len(lefts) > 1 and len(ys) == 1:
            yield [*lefts, max(right for _, _, right, _ in level)], ys, False


def _touch(one: _Ruled, two: _Ruled) -> bool:
    return (
        one[0] <= two[2] + _NEAR and two[0] <= one[2] + _NEAR and one[1] <= two[3] + _NEAR and two[1] <= one[3] + _NEAR
    )


def _distinct(edges: Iterator[float]) -> list[float]:
    found: list[float] = []
    for edge in sorted(edges):
        if not found or edge - found[-1] > _NEAR:
            found.append(edge)
    return found
