"""A comparison's two sides: evidence for each, so that neither is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cmo_qa.arrays import as_used
from cmo_qa.evidence import Evidence
from cmo_qa.fit import only_differs
from cmo_qa.index import Index
from cmo_qa.late import best_matches
from cmo_qa.question import Question
from cmo_qa.text import any_of

SIDES = any_of(
    r"\b(?:differences?|distinction|comparison|compared?) (?:(?:\w+ )?(?:between|of) )?"
    r"(?P<a>.+?) (?:and|with|to|from|versus|vs\.?) (?P<b>.+)",
    r"(?P<c>.+?)\b(?:differs?(?: from)?|different from|versus|vs\.?|compared (?:with|to)|unlike"
    r"|(?:\w+er|more \w+) than)\b(?P<d>.+)",
    r"(?P<e>.+?)\bor\b(?P<f>.+)",
)
WEIGHT = 0.25  # of how much nearer a sentence is to one side than to the other
WORTHY = 0.7  # of the best score: what scores less is not shown for the sake of a side
BOTH = 0.7  # nearness to each of the sides from which a sentence names both
LEANS = 0.1  # cosine by which a sentence is nearer to its side


def two_sided(index: Index, question: Question, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence with the best sentence for each side first, and behind it what goes on about that side.

    As it was where no two sides are seen, or the best sentence that says more than that they differ names both.
    """
    sides = _sides(question)
    if not sides:
        return list(evidence)
    near = np.array([_nearness(index, question, sides, one) for one in evidence])
    scores = np.array([-np.inf if only_differs(one.text) else one.score for one in evidence])
    if near[scores.argmax()].min() >= BOTH:
        return list(evidence)
    first, second = (_best_for(side, near, scores) for side in (0, 1))
    if first is None or second is None:
        return list(evidence)
    chosen = []
    for at, side in sorted(((first, 0), (second, 1)), key=lambda one: -scores[one[0]]):
        chosen += [at, *_going_on(evidence, at, near[:, side] - near[:, 1 - side])]
    most = max(one.score for one in evidence)
    said = [replace(evidence[at], score=most) for at in dict.fromkeys(chosen)]
    return [*said, *(one for at, one in enumerate(evidence) if at not in chosen)]


def _going_on(evidence: Sequence[Evidence], at: int, leaning: NDArray[np.float64]) -> list[int]:
    """The sentence behind this one in its paragraph, unless it turns to the other side."""
    own = evidence[at].unit
    return [
        place
        for place, one in enumerate(evidence)
        if one.row == evidence[at].row + 1
        and (one.unit.passage, one.unit.block, one.unit.kind) == (own.passage, own.block, "sentence")
        and leaning[place] > -LEANS
    ]


def _best_for(side: int, near: NDArray[np.float64], scores: NDArray[np.float64]) -> int | None:
    """The best sentence of those that are clearly nearer to this side; none where all are as near to the other."""
    leaning = near[:, side] - near[:, 1 - side]
    ours = np.flatnonzero((leaning > LEANS) & (scores >= WORTHY * scores.max()))
    return int(ours[np.argmax(scores[ours] + WEIGHT * leaning[ours])]) if len(ours) else None


def _sides(question: Question) -> tuple[list[int], list[int]] | None:
    """The question's tokens that name the one side alone, and the other alone."""
    found = SIDES.search(question.text)
    if not found:
        return None
    spans = [found.span(name) for name, text in found.groupdict().items() if text is not None]
    first, second = (question.content_tokens(*span) for span in spans)
    words = [{question.word(at) for at in side} for side in (first, second)]
    own = (
        [at for at in first if question.word(at) not in words[1]],
        [at for at in second if question.word(at) not in words[0]],
    )
    return own if all(own) else None


def _nearness(
    index: Index, question: Question, sides: tuple[list[int], list[int]], one: Evidence
) -> tuple[float, float]:
    given = as_used(index.unit_tokens(one.row))
    near_first, near_second = (float(best_matches(question.encoded.tokens[side], given).mean()) for side in sides)
    return near_first, near_second
