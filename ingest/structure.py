"""What belongs together: labelled items, lead-ins with their lists, questions with their answers."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from ingest.pieces import ANSWER_LABEL, FAQ, LABEL, QUESTION_LABEL, Dropped, Piece, ended, is_question, leads_in
from ingest.sentences import split

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_ANNOUNCES = re.compile(r"\b(?:the following|as follows|listed below|these include)\b[^.]*\.$", re.IGNORECASE)
_INLINE_BULLET = re.compile(r"\s+[•●▪◦]\s+")


Watch: TypeAlias = "Callable[[str, Sequence[Piece], Sequence[Piece]], None]"  # a step's name, pieces before and after


def unwatched(step: str, before: Sequence[Piece], after: Sequence[Piece]) -> None:
    """Who only wants the result watches nothing."""


def arrange(pieces: Sequence[Piece], watch: Watch = unwatched) -> tuple[tuple[Piece, ...], tuple[Dropped, ...]]:
    """The same words with lists, lead-ins and questions recognised; dropped is the `A:` before answers."""
    for step in STEPS:
        before, pieces = pieces, step(pieces)
        watch(step.__name__.replace("_", " "), before, pieces)
    bare, dropped = _bare_answers(pieces)
    return tuple(bare), tuple(dropped)


def inline_bullets(pieces: Sequence[Piece]) -> list[Piece]:
    """`Skills include: • Tact • Patience` on one line is a lead-in and its items."""
    found: list[Piece] = []
    number = _last_list(pieces)
    for piece in pieces:
        parts = _INLINE_BULLET.split(f" {piece.text}")
        if piece.kind != "paragraph" or len(parts) < 3:
            found.append(piece)
            continue
        number += 1
        head, *items = (part.strip() for part in parts)
        found += [replace(piece, text=head)] if head else []
        found += [Piece("item", item, 0, "- ", number) for item in items if item]
    return found


def labelled_items(pieces: Sequence[Piece]) -> list[Piece]:
    """Paragraphs that each begin with `Label: …` are a list, two below a heading or lead-in, or three anywhere."""
    found = list(pieces)
    number = _last_list(pieces)
    start = 0
    while start < len(found):
        end = start
        while end < len(found) and found[end].kind == "paragraph" and LABEL.match(found[end].text):
            end += 1
        opened = start > 0 and (found[start - 1].kind == "heading" or leads_in(found[start - 1].text))
        if end - start >= (2 if opened else 3):
            number += 1
            found[start:end] = [Piece("item", piece.text, 0, "- ", number) for piece in found[start:end]]
        start = max(end, start + 1)
    return found


def _last_list(pieces: Sequence[Piece]) -> int:
    return max((piece.list_id or 0 for piece in pieces), default=0)


def question_headings(pieces: Sequence[Piece]) -> list[Piece]:
    """A paragraph that is a question above its answer is a heading, unless it is the only one of its kind."""
    asks = [number for number in range(len(pieces) - 1) if _asks(pieces, number)]
    labelled = [number for number in asks if QUESTION_LABEL.match(pieces[number].text)]
    chosen = set(asks if len(asks) > 1 else labelled)
    level = 1
    found: list[Piece] = []
    for number, piece in enumerate(pieces):
        if number in chosen:
            found.append(Piece("heading", piece.text, level + 1, said=False))
            continue
        if piece.kind == "heading":
            level = piece.level
        found.append(piece)
    return found


def _asks(pieces: Sequence[Piece], number: int) -> bool:
    """A single question, with something other than a question beneath it."""
    piece, after = pieces[number], pieces[number + 1]
    single = piece.kind == "paragraph" and is_question(piece.text) and len(split(piece.text)) == 1
    return single and after.kind != "heading" and not is_question(after.text)


def question_series(pieces: Sequence[Piece]) -> list[Piece]:
    """What follows the last answer of numbered questions, all of one length, stands under the heading of all.

    `Question 6: …?`, its answer, and then a paragraph that rounds off the whole FAQ.
    """
    found = list(pieces)
    heads = [number for number, piece in enumerate(found) if piece.kind == "heading"]
    lengths = dict(zip(heads, _lengths(heads, len(found)), strict=True))
    series = [number for number in heads if QUESTION_LABEL.match(found[number].text)]
    if len(series) < 3:
        return found
    usual = max(lengths[number] for number in series[:-1])
    last = series[-1] + usual + 1
    above = [number for number in heads if number < series[0] and found[number].level < found[series[0]].level]
    if above and lengths[series[-1]] > usual and found[last].kind == "paragraph":
        found[last] = replace(found[last], level=found[above[-1]].level)
    return found


def _lengths(heads: Sequence[int], end: int) -> list[int]:
    """How many pieces stand under each heading."""
    return [after - head - 1 for head, after in zip(heads, [*heads[1:], end], strict=False)]


def question_levels(pieces: Sequence[Piece]) -> list[Piece]:
    """The questions of a FAQ are of one level, though a page marks some as headings and others as terms or buttons."""
    found = list(pieces)
    level: int | None = None  # of the questions of the FAQ that this piece stands in
    inside = False
    for number, piece in enumerate(pieces):
        if piece.kind != "heading":
            continue
        if not is_question(piece.text):
            inside, level = bool(FAQ.search(piece.text)), None
        elif inside:
            level = level or piece.level
            found[number] = replace(piece, level=level)
    return found


def lead_ins(pieces: Sequence[Piece]) -> list[Piece]:
    """The paragraph that announces a list becomes its lead-in and shares its number."""
    found = list(pieces)
    for number, piece in enumerate(pieces[:-1]):
        after = pieces[number + 1]
        if piece.kind == "paragraph" and after.kind == "item" and _announces(piece.text):
            found[number] = replace(piece, kind="lead_in", list_id=after.list_id)
    return found


def _announces(text: str) -> bool:
    if not ended(text):
        return True  # `The chief now`, and the list goes on with it
    return text.rstrip().endswith((":", ":-", ":–", ": –", "—")) or bool(_ANNOUNCES.search(text))


STEPS: tuple[Callable[[Sequence[Piece]], list[Piece]], ...] = (
    inline_bullets,
    labelled_items,
    question_headings,
    question_levels,
    question_series,
    lead_ins,
)


def _bare_answers(pieces: Sequence[Piece]) -> tuple[list[Piece], list[Dropped]]:
    """`A: ` before an answer is a mark, not a word of it."""
    found: list[Piece] = []
    dropped: list[Dropped] = []
    for piece in pieces:
        mark = ANSWER_LABEL.match(piece.text)
        if mark and piece.kind in {"paragraph", "item"} and found and is_question(found[-1].text):
            dropped.append(Dropped("answer mark", mark.group().strip()))
            piece = replace(piece, text=piece.text[mark.end() :], kind="paragraph", marker="", list_id=None)  # noqa: PLW2901
        found.append(piece)
    return found, dropped
