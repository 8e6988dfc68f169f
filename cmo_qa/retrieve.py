"""Passages for a question: cosine over FAISS and BM25, fused, and the best of them compared token by token."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cmo_qa.embed import Encoded
from cmo_qa.index import Index
from cmo_qa.late import late_interaction
from cmo_qa.types import Hit

CANDIDATES = 100  # from each of the two searches
REREAD = 60  # of these, compared token by token
COSINE_SHARE = 0.6  # of the fused score, BM25 has the rest; min-max fusion of both (SciFact nDCG@10 0.73)
LATE_SHARE = 0.5  # of a passage's score once its tokens have been compared; the fused score has the rest


def retrieve(
    index: Index, question: Encoded, stems: Sequence[str], count: int, also: Collection[int] = ()
) -> list[Hit]:
    """The passages nearest to the question, best first, and rows in `also` however far; scores are 0..1 within it."""
    rows, cosines, lexical = _candidates(index, question, stems, also)
    wanted = np.isin(rows, list(also))
    fused = COSINE_SHARE * min_max(cosines) + (1 - COSINE_SHARE) * min_max(lexical)
    kept = _best(fused, REREAD, wanted)
    late = late_interaction(index, question, (index.passage_tokens(int(rows[at])) for at in kept))
    scores = LATE_SHARE * min_max(late) + (1 - LATE_SHARE) * fused[kept]
    best = _best(scores, count, wanted[kept])
    found = index.passages(rows[kept[best]].tolist())
    return [
        Hit(row, *found[row], float(scores[place]), float(cosines[at]), float(lexical[at]))
        for place, at, row in ((int(place), int(kept[place]), int(rows[kept[place]])) for place in best)
    ]


def _best(scores: NDArray[np.floating[Any]], count: int, wanted: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The places of the highest scores, and of those that are wanted anyway, best first."""
    order = np.argsort(-scores, kind="stable")
    return order[(np.arange(len(order)) < count) | wanted[order]]


def _candidates(
    index: Index, question: Encoded, stems: Sequence[str], also: Collection[int]
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]:
    """Rows that either search puts forward or that are wanted anyway, in order of row, with both scores of each."""
    vector = question.vector[np.newaxis, :]
    near, _ = index.nearest(vector, CANDIDATES)
    lexical = index.lexical_scores(stems)
    spoken = np.argsort(-lexical, kind="stable")[:CANDIDATES]
    found = near, spoken[lexical[spoken] > 0], np.array(list(also), dtype=np.int64)
    rows = np.unique(np.concatenate(found)).astype(np.int64)
    return rows, index.cosines(vector, rows.tolist()), lexical[rows]


def min_max(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scores stretched to 0..1; all zero where they are all the same."""
    spread = float(scores.max() - scores.min())
    return np.zeros_like(scores) if spread == 0 else np.asarray((scores - scores.min()) / spread, dtype=np.float32)
