"""Two statements on the same thing: do they say the same, or do their sources differ?

Statements that agree are said once, with both their places. Where two speak of the same thing and give other figures,
or one denies what the other says, neither may stand for the other: both are said, and that they differ is said too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Protocol

from cmo_qa.arrays import as_used
from cmo_qa.index import Index
from cmo_qa.late import best_matches
from cmo_qa.polarity import POLAR
from cmo_qa.text import STOPWORDS, any_of, stem, words
from cmo_qa.types import Unit

SAME = 0.8  # mean token similarity, both ways, above which two statements say the same
ALIKE = 0.62  # and above which they speak of the same thing, where it is counted
ALIKE_SHARE = 0.75  # and where it is a percentage, which may be one of anything
ALIKE_DENIED = 0.82  # and where one has a "not": it may stand with something else
NEGATION = any_of(r"\b(?:not(?! (?:only|just|merely))|no|never|nor|neither|cannot|none)\b", r"n['’]t\b")
NUMBERS = {
    word: str(value)
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()
    )
} | {"twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "hundred": "100", "dozen": "12"}
FIGURE = re.compile(rf"\d[\d,]*(?:\.\d+)?|\b(?:{'|'.join(NUMBERS)})\b", re.IGNORECASE)
PERCENT = re.compile(r"\s*(?:%|per ?cent\b)", re.IGNORECASE)
RANGE = re.compile(rf"\s*(?:to|or|and|[-–])\s*(?:{FIGURE.pattern})", re.IGNORECASE)
LOOSE = frozenset("or more full whole other further additional".split())  # between a figure and its noun


class Stated(Protocol):
    """A statement, as it was found in one place."""

    @property
    def row(self) -> int: ...
    @property
    def unit(self) -> Unit: ...
    @property
    def text(self) -> str: ...


def say_the_same(index: Index, one: Stated, other: Stated) -> bool:
    """Whether one of the two is enough."""
    contradict = bool(_other_figures(one.text, other.text)) or _denies(one.text, other.text)
    return not contradict and _alike(index, one, other) >= SAME


def differ(index: Index, one: Stated, other: Stated) -> bool:
    """Whether two articles speak of the same thing, with other figures or the one denying it."""
    if one.unit.document_id == other.unit.document_id or "lead_in" in (one.unit.kind, other.unit.kind):
        return False
    if things := _other_figures(one.text, other.text):
        return _alike(index, one, other) >= (ALIKE_SHARE if things == {"%"} else ALIKE)
    return _denies(one.text, other.text) and _alike(index, one, other) >= ALIKE_DENIED


def differing(index: Index, said: Sequence[Stated]) -> list[tuple[int, int]]:
    """The places of the statements that differ from an earlier one, each with that one's."""
    return [
        (before, after)
        for after in range(len(said))
        for before in range(after)
        if differ(index, said[before], said[after])
    ]


def _alike(index: Index, one: Stated, other: Stated) -> float:
    tokens, others = as_used(index.unit_tokens(one.row)), as_used(index.unit_tokens(other.row))
    return float(min(best_matches(tokens, others).mean(), best_matches(others, tokens).mean()))


def _other_figures(text: str, other: str) -> set[str]:
    """What is counted in both, and with no figure in common."""
    figures, others = figures_of(text), figures_of(other)
    return {thing for thing in set(figures) & set(others) if not figures[thing] & others[thing]}


def _denies(text: str, other: str) -> bool:
    """Whether one has a "not"; a "No, …" in front answers the question above it and denies nothing by itself."""
    return bool(NEGATION.search(POLAR.sub("", text))) != bool(NEGATION.search(POLAR.sub("", other)))


@lru_cache(maxsize=1024)
def figures_of(text: str) -> Mapping[str, set[str]]:
    """What is counted, by its stem, with its figures: "five to 10 years" is {"year": {"5", "10"}}."""
    found: dict[str, set[str]] = {}
    values: list[str] = []
    for figure in FIGURE.finditer(text):
        value = figure.group().lower().replace(",", "")
        values.append(NUMBERS.get(value, value))
        rest = text[figure.end() :]
        if RANGE.match(rest):
            continue
        thing = _counted(rest)
        if thing:
            found.setdefault(thing, set()).update(values)
        values = []
    return found


def _counted(rest: str) -> str:
    """The stem of the noun behind a figure; empty where none follows."""
    if PERCENT.match(rest):
        return "%"
    following = re.match(r"[-–\s]*((?:[a-z]+[-\s]*){1,3})", rest, re.IGNORECASE)
    named = next((word for word in words(following[1]) if word not in LOOSE), "") if following else ""
    return "" if named in STOPWORDS or named in NUMBERS else stem(named)
