"""The letters of a PDF page as PDFium places them, put together to fragments of lines."""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pypdfium2.raw as pdfium

from ingest.pieces import Dropped, UnparsableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_APART = 1.5  # times the letters' size: a wider gap parts cells or columns
_BOLD = re.compile(r"bold|black|heavy|semibold|demi|cmbx|sfbx", re.IGNORECASE)
_GLYPHS = {0xF0B7: "•", 0xF0A7: "▪", 0xF06F: "◦", 0xF0D8: "➢", 0xF0FC: "✓", 0x2: "-", 0xFFFE: "-", 0xAD: "-"}
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "ft", 0xFB06: "st"}
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_MOST_LETTERS = 500_000  # of one page
_MOST_PATHS = 5000  # of one page that are looked at
_MOST_DOTS = 300
_THIN = 3.0  # points: a path no thicker is a line


@dataclass(frozen=True, slots=True)
class Fragment:
    """Letters of one line without a wide gap. Places in points from the upper left corner, y that of the base line."""

    text: str
    left: float
    right: float
    y: float
    size: float
    bold: bool = False
    words: tuple[tuple[str, float], ...] = ()  # each with its left edge, to part them where a table's line runs
    rows: tuple[str, ...] = ()  # of a table that stands here in place of letters


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on one page."""

    number: int  # 1 is the first
    height: float
    fragments: tuple[Fragment, ...]
    lines: tuple[tuple[float, float, float, float], ...] = ()  # ruled ones: left, top, right, bottom
    dropped: tuple[Dropped, ...] = ()
    unreadable: int = 0  # letters whose font doesn't say what they are


@dataclass(slots=True)
class _Style:
    """How the letters of one text object look."""

    size: float
    bold: bool
    turned: int | None  # quarter turns against the clock, None for any other angle


@dataclass(slots=True)
class _Letter:
    """One letter at its place, in the page's own coordinates."""

    text: str
    left: float
    right: float
    y: float
    style: _Style


@dataclass(slots=True)
class _Open:
    """A fragment that letters are still added to."""

    letters: list[_Letter] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    starts: list[tuple[int, float]] = field(default_factory=list)  # of words: which part, left edge
    space: bool = False


def read_page(page: Any, number: int) -> Page:
    """The fragments of a page, in the order in which they were written."""
    letters, unreadable = _letters(page)
    counted = Counter(letter.style.turned for letter in letters if letter.text.strip())
    turned = next((turn for turn, _ in counted.most_common() if turn is not None), 0)
    upright = [letter for letter in letters if letter.style.turned == turned]
    other = "".join(letter.text for letter in letters if letter.style.turned != turned).strip()
    left, bottom, right, top = page.get_bbox()
    height = right - left if turned % 2 else top - bottom
    origin = {0: top, 1: right, 2: -bottom, 3: -left}[turned]
    fragments = _with_dots(list(_once(_fragments(upright, origin))), [] if turned else list(_dots(page, origin)))
    dropped = (Dropped("turned text", " ".join(other.split())),) if other else ()
    lines = () if turned else tuple(_ruled(page, origin))
    return Page(number, height, tuple(fragments), lines, dropped, unreadable)


def _letters(page: Any) -> tuple[list[_Letter], int]:
    """All letters, turned so that lines run from left to right; and how many are unreadable."""
    textpage = page.get_textpage()
    raw = textpage.raw
    styles: dict[int, _Style] = {}
    found: list[_Letter] = []
    unreadable = 0
    box, x, y = pdfium.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    count = textpage.count_chars()
    if count > _MOST_LETTERS:
        raise UnparsableError(f"a page of it has {count:,} letters, as no page of an article has. Split it")
    for at in range(count):
        code = pdfium.FPDFText_GetUnicode(raw, at)
        if code in {0xA, 0xD}:
            continue
        text, readable = _text_of(code)
        unreadable += not readable
        holder = pdfium.FPDFText_GetTextObject(raw, at)
        key = ctypes.cast(holder, ctypes.c_void_p).value or 0
        if not key or not pdfium.FPDFText_GetLooseCharBox(raw, at, box):
            if found and text == " ":
                found.append(_Letter(" ", found[-1].right, found[-1].right, found[-1].y, found[-1].style))
            continue
        style = styles.get(key)
        if style is None:
            style = styles[key] = _style(raw, at, holder)
        pdfium.FPDFText_GetCharOrigin(raw, at, x, y)
        found.append(_placed(text, box, x.value, y.value, style))
    textpage.close()
    return found, unreadable


def _text_of(code: int) -> tuple[str, bool]:
    """What a letter's code says, and whether it says anything."""
    if code in _GLYPHS:
        return _GLYPHS[code], True
    if code in _LIGATURES:
        return _LIGATURES[code], True
    if code in {0, 0xFFFD} or 0xE000 <= code <= 0xF8FF or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return "", False
    text = chr(code)
    return (" ", True) if text.isspace() else (text, text.isprintable())


def _placed(text: str, box: Any, x: float, y: float, style: _Style) -> _Letter:
    match style.turned:
        case 1:
            return _Letter(text, box.bottom, box.top, x, style)
        case 2:
            return _Letter(text, -box.right, -box.left, -y, style)
        case 3:
            return _Letter(text, -box.top, -box.bottom, -x, style)
        case _:
            return _Letter(text, box.left, box.right, y, style)


def _style(raw: Any, at: int, holder: Any) -> _Style:
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(raw, at, matrix)
    scale = math.hypot(matrix.c, matrix.d) or 1.0
    angle = math.degrees(math.atan2(matrix.b, matrix.a)) / 90
    turned = round(angle) % 4 if abs(angle - round(angle)) < 0.06 else None
    size = abs(pdfium.FPDFText_GetFontSize(raw, at) * scale)
    return _Style(size if 0.5 < size < 2000 else 10.0, _is_bold(holder), turned)


def _is_bold(holder: Any) -> bool:
    font = pdfium.FPDFTextObj_GetFont(holder)
    name = ctypes.create_string_buffer(200)
    pdfium.FPDFFont_GetBaseFontName(font, name, 200)
    return bool(_BOLD.search(name.value.decode("utf-8", "replace")))


def _fragments(letters: Sequence[_Letter], origin: float) -> Iterator[Fragment]:
    """Letters in their order, parted where a line or a cell ends."""
    current = _Open()
    for letter in letters:
        if not letter.text.strip():
            current.space = current.space or bool(letter.text)
            continue
        if current.letters and not _goes_on(current.letters[-1], letter):
            yield _closed(current, origin)
            current = _Open()
        _add(current, letter)
    if current.letters:
        yield _closed(current, origin)


def _goes_on(before: _Letter, letter: _Letter) -> bool:
    """Whether a letter stands on the line of the one before it, and near."""
    size = max(before.style.size, letter.style.size)
    gap = letter.left - before.right
    if not -0.7 * size < gap < _APART * size:
        return False
    level = abs(letter.y - before.y)
    same = 0.85 < letter.style.size / before.style.size < 1.18
    return level < (0.3 if same else 0.6) * size


def _add(current: _Open, letter: _Letter) -> None:
    text = letter.text
    if current.letters:
        first, before = current.letters[0], current.letters[-1]
        if letter.style.size < 0.85 * first.style.size and letter.y > first.y + 0.15 * first.style.size:
            text = text.translate(_RAISED)
        if current.space or letter.left - before.right > 0.25 * max(letter.style.size, before.style.size):
            current.parts.append(" ")
            current.starts.append((len(current.parts), letter.left))
    else:
        current.starts.append((0, letter.left))
    current.parts.append(text)
    current.letters.append(letter)
    current.space = False


def _closed(current: _Open, origin: float) -> Fragment:
    letters = current.letters
    main = Counter((letter.style.size, letter.y) for letter in letters).most_common(1)[0][0]
    bold = sum(letter.style.bold for letter in letters) > 0.6 * len(letters)
    text = "".join(current.parts)
    if letters[0].style.size < 0.85 * main[0] and letters[0].y > main[1] + 0.15 * main[0]:
        marks = re.match(r"\d{1,3}", text)
        text = text[: marks.end()].translate(_RAISED) + text[marks.end() :] if marks else text
    right = max(letter.right for letter in letters)
    return Fragment(text, letters[0].left, right, origin - main[1], main[0], bold, _words(current))


def _words(current: _Open) -> tuple[tuple[str, float], ...]:
    ends = [start for start, _ in current.starts[1:]] + [len(current.parts)]
    starts = zip(current.starts, ends, strict=True)
    return tuple(("".join(current.parts[start:end]).strip(), left) for (start, left), end in starts)


def _once(fragments: Iterator[Fragment]) -> Iterator[Fragment]:
    """Each fragment once, though a shadow or a heavy look was made by writing it twice."""
    seen: set[tuple[str, int, int]] = set()
    for one in fragments:
        place = (one.text, round(one.left / 2), round(one.y / 2))
        near = {(one.text, place[1] + dx, place[2] + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)}
        if len(one.text) < 4 or not near & seen:
            yield one
        seen.add(place)


def _dots(page: Any, origin: float) -> Iterator[tuple[float, float]]:
    """Small shapes as high as they are wide, by left edge and height of the middle: bullets that are no letters."""
    for count, path in enumerate(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=2)):
        if count > _MOST_PATHS:
            return
        left, bottom, right, top = path.get_bounds()
        if 1.5 < right - left < 8 and abs((right - left) - (top - bottom)) < 0.8:
            yield left, origin - (top + bottom) / 2


def _with_dots(fragments: list[Fragment], dots: Sequence[tuple[float, float]]) -> list[Fragment]:
    """Fragments, those that a dot stands before with a bullet."""
    for left, middle in dots[:_MOST_DOTS]:
        for at, one in enumerate(fragments):
            near = 0 < one.left - left < 2.5 * one.size and 0.05 < (one.y - middle) / one.size < 0.65
            if near and not one.text.startswith("•"):
                fragments[at] = replace(one, text=f"• {one.text}", left=left)
                break
    return fragments


def _ruled(page: Any, origin: float) -> Iterator[tuple[float, float, float, float]]:
    """Thin paths and the edges of small boxes: the lines of a table."""
    for count, path in enumerate(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=2)):
        if count > _MOST_PATHS:
            return
        left, bottom, right, top = path.get_bounds()
        top, bottom = origin - top, origin - bottom
        if right - left <= _THIN or bottom - top <= _THIN:
            yield left, top, right, bottom
        else:
            yield left, top, left, bottom
            yield right, top, right, bottom
            yield left, top, right, top
            yield left, bottom, right, bottom
