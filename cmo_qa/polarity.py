"""A "Yes, …" or "No, …" answers the question above it, and may say the opposite under another one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from cmo_qa.arrays import Vectors
from cmo_qa.evidence import Evidence
from cmo_qa.index import Index
from cmo_qa.question import Question
from cmo_qa.text import any_of

POLAR = any_of(
    r"^(?:yes|no|(?:normally|usually)(?: not)?|not (?:necessarily|always|usually)|it depends|only if)\b[,.;: ]"
)
LOOKED_AT = 12  # pieces of evidence: what comes behind them is hardly said
SAME_QUESTION = 0.75  # cosine from which the heading asks what is asked
PENALTY = 0.15  # where a yes or no is asked for
SMALL_PENALTY = 0.05  # where it isn't: then it reads oddly, but misleads nobody


def bound(index: Index, question: Question, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence with every yes and no that belongs to another question put back, best first."""
    weighed = [_weighed(index, question, one) for one in evidence[:LOOKED_AT]]
    return sorted([*weighed, *evidence[LOOKED_AT:]], key=lambda one: (-one.score, one.row))


def _weighed(index: Index, question: Question, one: Evidence) -> Evidence:
    heading = one.hit.passage.section[-1] if one.hit.passage.section else ""
    if not POLAR.match(one.text) or not heading.endswith("?"):
        return one
    if float(_vector(index, heading) @ question.encoded.vector) >= SAME_QUESTION:
        return one
    return replace(one, score=one.score - (PENALTY if question.shape == "yes_no" else SMALL_PENALTY))


@lru_cache(maxsize=4096)
def _vector(index: Index, heading: str) -> Vectors:
    return index.encoder.encode_question(heading).vector
