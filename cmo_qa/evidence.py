"""Sentences and list items for a question, from the passages that were retrieved, best first.

A sentence is scored by what it says and by where it stands: late interaction of its tokens with the question's
(ColBERT's MaxSim, Khattab and Zaharia 2020, with the same encoder's token vectors and the question's rarer tokens
counting more), the cosine of sentence and question, and the two scores of its passage.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cmo_qa.embed import Encoded, Vectors
from cmo_qa.index import Index
from cmo_qa.retrieve import min_max
from cmo_qa.types import Hit, Unit

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
    cosine: float  # -1..1: of the question and the sentence behind the one before it


def gather(index: Index, question: Encoded, hits: Sequence[Hit]) -> list[Evidence]:
    """Every sentence of the hits' passages, best first."""
    by_row = {hit.row: hit for hit in hits}
    units = index.units(by_row)
    if not units:
        return []
    rows = list(units)
    late = _late(index, question, rows)
    cosines = np.asarray(index.sentence_vectors[rows].astype(np.float32) @ question.vector, dtype=np.float32)
    of_hits = [by_row[unit.passage] for unit, _ in units.values()]
    scores = (
        LATE * min_max(late)
        + SENTENCE * min_max(cosines)
        + COSINE * min_max(np.array([hit.cosine for hit in of_hits], dtype=np.float32))
        + LEXICAL * min_max(np.array([hit.lexical for hit in of_hits], dtype=np.float32))
    )
    found = [
        Evidence(row, *units[row], of_hits[at], float(scores[at]), float(late[at]), float(cosines[at]))
        for at, row in enumerate(rows)
    ]
    return sorted(found, key=lambda one: (-one.score, one.row))


def _late(index: Index, question: Encoded, rows: Sequence[int]) -> NDArray[np.float32]:
    """Mean over the question's tokens of the best match in each sentence, weighted by `rarity`."""
    if not len(question.ids):
        return np.zeros(len(rows), dtype=np.float32)
    weights = rarity(index, question.ids)
    best = [best_matches(question.tokens, index.unit_tokens(row)) for row in rows]
    return np.asarray(np.stack(best) @ weights / weights.sum(), dtype=np.float32)


def best_matches(wanted: Vectors, given: Vectors) -> NDArray[np.float32]:
    """For each wanted token (n, dim) the cosine of the given token that comes nearest; 0 where none is given."""
    if not len(given):
        return np.zeros(len(wanted), dtype=np.float32)
    return np.asarray((wanted @ given.T).max(axis=1), dtype=np.float32)


def rarity(index: Index, ids: NDArray[np.int64]) -> NDArray[np.float32]:
    """Inverse document frequency of tokens over the passages, always above zero."""
    passages = index.passage_count
    return np.array(
        [math.log(1 + (passages + 1) / (0.5 + count)) for count in index.token_frequency(ids)], dtype=np.float32
    )
