"""Plain text into pieces: headings, lists, tables and questions, known by their looks alone."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ingest import furniture
from ingest.lines import Segment, segments
from ingest.menus import menus
from ingest.pieces import (
    FAQ,
    LABEL,
    NUMBERING,
    QUESTION_LABEL,
    Dropped,
    Parsed,
    Piece,
    ended,
    is_clause,
    is_question,
    is_short,
    leads_in,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_FACT = re.compile(
    r"(?:(?:job |office |work )?(?:location|title|type|hours|schedule|shift|category|status)|employment(?: type)?|"
    r"salary|pay|compensation|reports to|department|specialt(?:y|ies)|company|employer|address|experience|education|"
    r"degree|languages?|industry|position|grade|deadline|start date|duration|level|board certifications?):\s",
    re.IGNORECASE,
)
_BARE_RUN = 4  # so many short lines in a row are a heading and its list, where no blank lines help


def parse(text: str) -> Parsed:
    """The pieces of a plain text, in its order."""
    found = segments(text.split("\n"))
    gone = menus([segment.text for segment in found])
    kept = [segment for number, segment in enumerate(found) if number not in gone]
    dropped = tuple(Dropped("menu", found[number].text) for number in sorted(gone))
    return Parsed(tuple(_Reader(kept).pieces()), dropped=dropped)


def continued(item: Piece, text: str) -> list[Piece]:
    """An item with one more paragraph: one text where the item ended with a sentence, else two pieces of the list."""
    if ended(item.text):
        return [replace(item, text=f"{item.text} {text}")]
    return [item, Piece("paragraph", text, list_id=item.list_id)]


def _is_bare_item(segment: Segment) -> bool:
    """A short line that is no sentence: an item that lost its bullet, or a heading."""
    return (
        not (segment.marker or segment.row or segment.heading)
        and is_short(segment.text)
        and not segment.text.endswith((".", ":", "?", "!"))
        and not furniture.is_furniture(segment.text)
    )


def _spans(count: int, goes_on: Callable[[int], bool]) -> list[tuple[int, int]]:
    """For each position the first and last of those in a row with it; one that `goes_on` is with the one before."""
    found: list[tuple[int, int]] = []
    while len(found) < count:
        first = last = len(found)
        while last + 1 < count and goes_on(last + 1):
            last += 1
        found += [(first, last)] * (last + 1 - first)
    return found


class _Reader:
    """Goes through the segments once and says what each is."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.segments = segments
        self.spaced = sum(segment.apart for segment in segments) > 0.3 * len(segments)
        self.title = next((n for n, segment in enumerate(segments) if not furniture.is_furniture(segment.text)), 0)
        self.bare = [_is_bare_item(segment) for segment in segments]
        self.runs = _spans(len(segments), lambda number: self.bare[number - 1] and self.bare[number])
        self.blocks = _spans(len(segments), lambda number: not segments[number].apart)
        self.indents: list[int] = []  # of the items that the next item may be nested in
        self.found: list[Piece] = []
        self.list_id = 0
        self.level = 0  # of the heading that the next piece stands under
        self.faq = 0  # level of the FAQ's own heading, 0 outside of one
        self.inset: tuple[int, int] | None = None  # indent of what stands under a bulleted heading, level to return to

    def pieces(self) -> list[Piece]:
        """All of them."""
        for number, segment in enumerate(self.segments):
            self._take(number, segment)
        return self.found

    def _take(self, number: int, segment: Segment) -> None:
        before, after = self._at(number - 1), self._at(number + 1)
        if segment.row:
            self._row(before, segment)
        elif segment.heading:
            self._heading(segment.text, segment.heading, said=True)
        elif (
            number == self.title
            and not segment.marker
            and is_short(segment.text, 30)
            and not segment.text.endswith((".", ";", ","))
        ):
            self._heading(segment.text, 1)
        elif segment.marker:
            self._marked(number, segment, before, after)
        elif self._unmarked_item(number, segment):
            self._item(segment, before)
        elif self._is_subtitle(number, segment):
            self._paragraph(segment, before)
        elif self._heads(segment, after):
            self._heading(segment.text, self._level_of(segment.text))
        else:
            self._paragraph(segment, before)

    def _at(self, number: int) -> Segment | None:
        return self.segments[number] if 0 <= number < len(self.segments) else None

    def _row(self, before: Segment | None, segment: Segment) -> None:
        cells = " | ".join(cell.strip() for cell in segment.text.strip().strip("|").split("|"))
        if not cells.strip(" |-:"):
            return
        if before and before.row and not segment.apart and self.found and self.found[-1].kind == "table":
            self.found[-1] = replace(self.found[-1], text=f"{self.found[-1].text}\n{cells}")
        else:
            self.found.append(Piece("table", cells))

    def _heading(self, text: str, level: int, *, said: bool = False) -> None:
        self.found.append(Piece("heading", text, level, said=said))
        self.level, self.inset = level, None
        if FAQ.search(text) and not is_question(text):
            self.faq = level
        elif level <= self.faq:
            self.faq = 0

    def _level_of(self, text: str) -> int:
        if self.faq and is_question(text):
            return self.faq + 1
        if found := re.match(r"\d{1,2}((?:\.\d{1,2}){1,3})[.)]?\s", text):
            return 2 + found[1].count(".")
        return 2

    def _marked(self, number: int, segment: Segment, before: Segment | None, after: Segment | None) -> None:
        if self._is_bulleted_heading(number, segment, after):
            numbered = segment.marker[0].isdigit() or segment.marker[0] == "("
            outer = self.inset[1] if self.inset else self.level
            level = 2 if numbered and not segment.indent else max(outer, 1) + 1
            self._heading(f"{segment.marker} {segment.text}" if numbered else segment.text, level)
            if after and after.indent > segment.indent:
                self.inset = (after.indent, outer)
        else:
            self._item(segment, before)

    def _is_bulleted_heading(self, number: int, segment: Segment, after: Segment | None) -> bool:
        """`• Clinical audits` above a paragraph of its own is its heading; so is `4. Quality` in a numbered article."""
        if not after or after.marker or after.row or after.heading or not is_short(segment.text, 14):
            return False
        if ended(segment.text) and not is_question(segment.text):
            return False
        if after.indent > segment.indent:
            return True
        led = self._led(number) and not self._goes_on_below(number)
        return not self._in_run(number) and not led and (ended(after.text) or not is_short(after.text, 8))

    def _goes_on_below(self, number: int) -> bool:
        """`Follow these steps:`, `1. Earn a degree`, a paragraph on it, and `2. …`: steps with text of their own."""
        own = re.sub(r"\D", "", self.segments[number].marker)
        below = self.segments[number + 1 : number + 12]
        marked = next((n for n, segment in enumerate(below) if segment.marker), 0)
        return bool(own) and marked > 0 and re.sub(r"\D", "", below[marked].marker) == str(int(own) + 1)

    def _in_run(self, number: int) -> bool:
        """Whether the marked segment goes on with the item above it; a `1.` after a `3.` does not."""
        before, segment = self._at(number - 1), self.segments[number]
        if not before or not before.marker:
            return False
        old, new = re.sub(r"\D", "", before.marker), re.sub(r"\D", "", segment.marker)
        return not (old and new) or int(new) == int(old) + 1

    def _led(self, number: int) -> bool:
        before = self._at(number - 1)
        return before is not None and leads_in(before.text)

    def _unmarked_item(self, number: int, segment: Segment) -> bool:
        """A short line in a run of such lines that a lead-in opens: a list that lost its bullets."""
        if not self.bare[number]:
            return False
        first, last = self.runs[number]
        if self._led(first):
            closing = number == last and segment.apart and not self.segments[first].apart
            return last > first and not closing
        if self.spaced:
            return number > first and not segment.apart and self._under_heading(number) and self._block_of(number) > 1
        heads_on = number == last and self._at(number + 1) is not None
        return last - first + 1 >= _BARE_RUN and number > first and not heads_on

    def _under_heading(self, number: int) -> bool:
        """Whether the lines from the last blank one on begin with one that can be a heading."""
        return self.bare[self.blocks[number][0]]

    def _block_of(self, number: int) -> int:
        """How many lines stand between the first line of this block and the next blank one."""
        start, end = self.blocks[number]
        return end - start

    def _is_subtitle(self, number: int, segment: Segment) -> bool:
        """A single short line right under a heading, where blank lines part blocks: text, and no second heading."""
        alone = self.spaced and not segment.apart and self.bare[number] and self._block_of(number) == 1
        return alone and number > 0 and self.bare[number - 1]

    def _item(self, segment: Segment, before: Segment | None) -> None:
        if not (before and self.found and self.found[-1].kind == "item"):
            self.list_id += 1
            self.indents = []
        ordered = any(char.isalnum() for char in segment.marker)
        marker = f"{segment.marker} " if ordered else "- "
        self.found.append(Piece("item", segment.text, self._depth(segment), marker, self.list_id))

    def _depth(self, segment: Segment) -> int:
        """How deep an item is nested, told by the indents of the items above it in the same list."""
        while self.indents and self.indents[-1] >= segment.indent:
            self.indents.pop()
        self.indents.append(segment.indent)
        return len(self.indents) - 1

    def _heads(self, segment: Segment, after: Segment | None) -> bool:
        text = segment.text
        if QUESTION_LABEL.match(text) and is_question(text):
            return True
        if not is_short(text, 30 if is_question(text) else 16) or text.endswith((".", ",", ";", "!", "…", ".”", ".)")):
            return False
        if text.endswith(":") and leads_in(text):
            return not after
        if _FACT.match(text) or self._is_fact(segment, after):
            return False
        bodied = after is not None and (after.marker or after.row or not is_short(after.text) or ended(after.text))
        if not bodied and is_clause(text) and not text.endswith(":") and not is_question(text):
            return False
        return text[0].isupper() or text[0].isdigit() or text[0] in "\"“‘'¿(" or bool(NUMBERING.match(text))

    def _is_fact(self, segment: Segment, after: Segment | None) -> bool:
        """`Reports to: the president` above or below another such line."""
        other = after if after is not None else None
        above = self.found[-1] if self.found and self.found[-1].kind == "paragraph" else None
        near = [piece.text for piece in (other, above) if piece is not None and is_short(piece.text)]
        return bool(LABEL.match(segment.text)) and any(LABEL.match(text) for text in near)

    def _paragraph(self, segment: Segment, before: Segment | None) -> None:
        if self.found and self.found[-1].kind == "item" and self._belongs(segment, before):
            self.found += continued(self.found.pop(), segment.text)
            return
        level = 0
        if self.inset and segment.indent < self.inset[0]:
            level, self.inset = self.inset[1], None
            self.level = level
        self.found.append(Piece("paragraph", segment.text, level))

    def _belongs(self, segment: Segment, before: Segment | None) -> bool:
        """An indented paragraph goes on with the item above it."""
        return before is not None and bool(before.marker) and segment.indent > before.indent
