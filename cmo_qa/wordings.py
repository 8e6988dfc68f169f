"""How else people ask for what the articles say: questions that were written for single sentences, as vectors.

A question is more like another one that asks the same than like the sentence that answers both. Whoever keeps the
library writes such questions (`wordings.jsonl`, docs/ingest.md); here the ones that come near a reader's are found.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cmo_qa.arrays import Tokens, Vectors, mapped
from cmo_qa.embed import Encoded
from cmo_qa.late import late_interaction

if TYPE_CHECKING:
    from cmo_qa.index import Index

FILES = ("wordings.npy", "wording_tokens.npy", "wording_ends.npy")  # of a generation that has any
COMPARED = 500  # wordings of the nearest vectors, which are compared token by token: one sentence may have twenty


class Wordings:
    """The wordings of one generation. Raises OSError, ValueError where a file is missing or unreadable."""

    def __init__(self, generation: Path) -> None:
        vectors, tokens, ends = (mapped(generation / name) for name in FILES)
        self.vectors: Vectors = vectors  # (n, dim)
        self._tokens: Tokens = tokens
        self._ends: NDArray[np.int64] = ends  # (n + 1,)

    def tokens(self, row: int) -> Tokens:
        """Token vectors (n, token_dim) of one wording."""
        return self._tokens[self._ends[row] : self._ends[row + 1]]


def asked_alike(index: Index, question: Encoded) -> dict[int, float]:
    """Sentences by row that a wording near the question asks for, with how near the nearest comes, -1..1."""
    if index.wordings is None:
        return {}
    cosines = index.wordings.vectors @ question.vector
    nearest = np.argsort(-cosines, kind="stable")[:COMPARED].tolist()
    late = late_interaction(index, question, map(index.wordings.tokens, nearest))
    near = dict(zip(nearest, late.tolist(), strict=True))
    found: dict[int, float] = {}
    for wording, sentence in index.worded(nearest):
        found[sentence] = max(near[wording], found.get(sentence, -1.0))
    return found
