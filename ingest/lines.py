"""Lines of plain text into segments: those that a width or a link broke apart, joined again."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ingest.pieces import LABEL, QUESTION_LABEL, ended, is_question, is_short, words

if TYPE_CHECKING:
    from collections.abc import Sequence

BULLET = re.compile(
    r"(?P<marker>[-*+•◦▪●○■□▸►‣⁃·–➢➤✓✔❖»]|\(?\d{1,2}[.)]|\(?[a-z]\))[ \t]+(?=\S)|(?P<tight>[•●▪►➢➤✓✔❖])(?=\S)"
)
_LONE = re.compile(r"\s*[•◦▪●○■□▸►‣⁃➢➤✓✔❖]\s*")
_ATX = re.compile(r"(?P<marks>#{1,6})\s+(?P<text>.*?)\s*#*$")
_UNDERLINE = re.compile(r"(?:={3,}|-{3,}|~{3,})\s*$")
_RULE = re.compile(r"[\s\-*_=~•·.]{3,}$")
_ROW = re.compile(r"\|.+|.*\S\s*\|\s*$")
_DANGLING = re.compile(
    r"(?:,|\b(?:the|a|an|of|and|or|to|in|for|with|by|that|which|from|their|its|is|are|as))$", re.IGNORECASE
)
_NO_BULLET = re.compile(r"–\s+[a-z]|(?!1\b)\d{1,2}[.)]\s")  # where a sentence that is not over goes on with it
_HYPHEN = re.compile(r"[^\W\d_](?:-|—)$")
_LONGEST_WRAP = 130
_LONG = 400  # characters: no heading is as long


@dataclass(frozen=True, slots=True)
class Segment:
    """Lines that belong together, joined with one space."""

    text: str
    indent: int = 0
    marker: str = ""
    apart: bool = False  # a blank line stands before it
    row: bool = False  # of a table
    lines: int = 1
    heading: int = 0  # level of a heading that the text itself marks as one


def wrap_width(lines: Sequence[str]) -> int | None:
    """The width that lines were wrapped at, None where each line is a block of its own."""
    carried = [
        len(line.strip())
        for line, after in itertools.pairwise(lines)
        if 35 <= len(line.strip()) <= _LONGEST_WRAP and not ended(line.strip()) and after.strip()[:1].islower()
    ]
    full = sum(len(line.strip()) >= 35 for line in lines)
    if len(carried) < 3 or len(carried) < full / 5:
        return None
    return sorted(carried)[int(0.9 * (len(carried) - 1))]


def segments(lines: Sequence[str]) -> list[Segment]:
    """What lines say together: wrapped ones joined, each other one for itself."""
    lines = _closed_up(_with_bullets(lines))
    width = wrap_width(lines)
    found: list[Segment] = []
    more: list[list[str]] = []  # of each segment what goes on with it once it is no short one any more
    last = ""  # the line before, empty after a blank one
    for number, raw in enumerate(lines):
        line = raw.strip()
        if line and found and _UNDERLINE.match(line) and last and found[-1].lines == 1 and is_short(found[-1].text):
            found[-1] = replace(found[-1], heading=1 if line[0] == "=" else 2)
            last = ""
        elif not line or _RULE.match(line):
            last = ""
        elif last and _continues(found[-1], last, line, _after(lines, number), width):
            if len(found[-1].text) > _LONG:
                more[-1].append(line)
            else:
                found[-1] = _joined(found[-1], [line])
            last = line
        else:
            found.append(_open(raw, apart=not last))
            more.append([])
            last = "" if found[-1].heading else line
    return [_joined(segment, going_on) if going_on else segment for segment, going_on in zip(found, more, strict=True)]


def _with_bullets(lines: Sequence[str]) -> Sequence[str]:
    """A bullet that stands on a line of its own, as where the item's text was a paragraph, with the next line."""
    if not any(_LONE.fullmatch(line) for line in lines):
        return lines
    found: list[str] = []
    lone = ""
    for line in lines:
        if _LONE.fullmatch(line):
            lone = f"{line.rstrip()} "
        elif line.strip() or not lone:
            found.append(lone + line.lstrip() if lone else line)
            lone = ""
    return found


def _closed_up(lines: Sequence[str]) -> Sequence[str]:
    """Double-spaced text, where blank lines stand between all of a sentence's wrapped lines, without those."""
    written = [line for line in lines if line.strip()]
    single = sum(bool(one.strip() and two.strip()) for one, two in itertools.pairwise(lines))
    return written if single < len(written) / 20 and wrap_width(written) else lines


def _joined(segment: Segment, more: Sequence[str]) -> Segment:
    """A segment and the lines that go on with it; one may have been broken after a hyphen, without a space."""
    parts = [segment.text]
    for line in more:
        parts += ["" if _HYPHEN.search(parts[-1][-2:]) and line[:1].isalnum() else " ", line]
    return replace(segment, text="".join(parts), lines=segment.lines + len(more))


def _after(lines: Sequence[str], number: int) -> str:
    return lines[number + 1].strip() if number + 1 < len(lines) else ""


def _open(raw: str, *, apart: bool) -> Segment:
    """The segment that a line begins."""
    line = raw.strip()
    indent = len(raw) - len(raw.lstrip())
    if found := _ATX.match(line):
        return Segment(found["text"], indent, apart=apart, heading=len(found["marks"]))
    if _ROW.match(line):
        return Segment(line, indent, apart=apart, row=True)
    if found := BULLET.match(line):
        return Segment(line[found.end() :], indent, found["marker"] or found["tight"], apart)
    return Segment(line, indent, apart=apart)


def _continues(segment: Segment, last: str, line: str, after: str, width: int | None) -> bool:
    """Whether a line goes on with the segment above it, `last` being that one's last line."""
    if segment.row or segment.heading:
        return False
    if _open(line, apart=False) != Segment(line):
        return width is not None and not segment.marker and not ended(last) and bool(_NO_BULLET.match(line))
    if line[0] in ",;.)]”’%":
        return True
    if width is None or len(last) > _LONGEST_WRAP:
        return _dangles(last) and not _titled(line)
    return _wraps(segment, last, line, after, width)


def _dangles(last: str) -> bool:
    """A line that can't end there, where each line is a block of its own: `… the Healthcare CMO and`."""
    return bool(_DANGLING.search(last[-10:])) and len(words(last)) > 2


def _wraps(segment: Segment, last: str, line: str, after: str, width: int) -> bool:
    """Wrapped lines go on where the first word had no room above, or what is above is no whole thing yet."""
    full = len(last) + 1 + len(line.split(maxsplit=1)[0]) > width
    if line[0].islower():
        return full or not ended(last)
    if last.endswith(":") or QUESTION_LABEL.match(line):
        return full and not last.endswith(":")
    if ended(last):
        return full and not _stands_alone(line, after, width)
    return full or not is_short(segment.text, 12) or (segment.marker != "" and len(last) > 0.75 * width)


def _titled(line: str) -> bool:
    return bool(LABEL.match(line)) or is_question(line)


def _stands_alone(line: str, after: str, width: int) -> bool:
    """A heading among wrapped lines: short, unfinished, and the next line did not have to break there."""
    fits = not after or len(line) + 1 + len(after.split(maxsplit=1)[0]) <= width
    return fits and not after[:1].islower() and (not ended(line) or is_question(line)) and is_short(line)
