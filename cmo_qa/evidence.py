"""Sentences and list items for a question, from the passages that were retrieved, best first.

A sentence is scored by what it says and by where it stands: late interaction of its tokens with the question's, the
cosine of sentence and question, and the two scores of its passage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cmo_qa.embed import Encoded
from cmo_qa.index import Index
from cmo_qa.late import late_interaction
from cmo_qa.retrieve import min_max
from cmo_qa.types import Hit, Unit

WORDED = 2.0  # of how much nearer than WORDED_FROM the nearest wording of a sentence comes, in its score
WORDED_FROM = 0.4
NOTHING: Mapping[int, float] = {}
LATE, SENTENCE, COSINE, LEXICAL = 0.4, 0.3, 0.15, 0.15  # shares of a sentence's score; see benchmarks/


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence, item or lead-in that may answer the question."""

    row: int  # of the sentence in the index
    unit: Unit
    text: str
    hit: Hit  # the passage it stands in
    score: float  # 0..1 within one question, higher is better
    late: float  # -1..1: how near the question's tokens come to its own, the rarer ones counting more
    cosine: float  # -1..1: of the question and the sentence with the one before it
    log_odds: float | None = None  # that it answers, where the reader has read it


def gather(
    index: Index, question: Encoded, hits: Sequence[Hit], worded: Mapping[int, float] = NOTHING
) -> list[Evidence]:
    """Every sentence of the hits' passages, best first; `worded`: `cmo_qa.wordings.asked_alike`."""
    by_row = {hit.row: hit for hit in hits}
    units = index.units(by_row)
    if not units:
        return []
    rows = list(units)
    late = late_interaction(index, question, map(index.unit_tokens, rows))
    cosines = np.asarray(index.sentence_vectors[rows].astype(np.float32) @ question.vector, dtype=np.float32)
    of_hits = [by_row[unit.passage] for unit, _ in units.values()]
    scores = (
        LATE * min_max(late)
        + SENTENCE * min_max(cosines)
        + COSINE * min_max(np.array([hit.cosine for hit in of_hits], dtype=np.float32))
        + LEXICAL * min_max(np.array([hit.lexical for hit in of_hits], dtype=np.float32))
        + WORDED * np.array([max(worded.get(row, 0.0) - WORDED_FROM, 0.0) for row in rows], dtype=np.float32)
    )
    found = [
        Evidence(row, *units[row], of_hits[at], float(scores[at]), float(late[at]), float(cosines[at]))
        for at, row in enumerate(rows)
    ]
    return sorted(found, key=lambda one: (-one.score, one.row))
