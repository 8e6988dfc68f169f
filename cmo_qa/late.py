"""Late interaction: a question and a text compared token by token.

Each of the question's tokens is matched with the nearest token of the text, and the rarer tokens count more: ColBERT's
MaxSim (Khattab and Zaharia 2020) with the token vectors of the same encoder that embeds the passages.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cmo_qa.arrays import Tokens, Vectors, as_used
from cmo_qa.embed import Encoded

if TYPE_CHECKING:
    from cmo_qa.index import Index


def late_interaction(index: Index, question: Encoded, texts: Iterable[Tokens]) -> NDArray[np.float32]:
    """For each text's tokens (n, token_dim) the weighted mean of the question's best matches, -1..1."""
    given = list(texts)
    found = np.zeros((len(given), len(question.ids)), dtype=np.float32)
    held = [at for at, tokens in enumerate(given) if len(tokens)]
    if not held or not len(question.ids):
        return np.zeros(len(given), dtype=np.float32)
    starts = np.cumsum([0, *(len(given[at]) for at in held[:-1])])
    near = as_used(np.concatenate([given[at] for at in held])) @ question.tokens.T
    found[held] = np.maximum.reduceat(near, starts, axis=0)
    weights = rarity(index, question.ids)
    return np.asarray(found @ weights / weights.sum(), dtype=np.float32)


def best_matches(wanted: Vectors, given: Vectors) -> NDArray[np.float32]:
    """For each wanted token (n, dim) the cosine of the given token that comes nearest; 0 where none is given."""
    if not len(given):
        return np.zeros(len(wanted), dtype=np.float32)
    return np.asarray((wanted @ given.T).max(axis=1), dtype=np.float32)


def rarity(index: Index, ids: NDArray[np.int64]) -> NDArray[np.float32]:
    """Inverse document frequency of tokens over the passages."""
    passages = index.passage_count
    return np.array([inverse_frequency(count, passages) for count in index.token_frequency(ids)], dtype=np.float32)


def inverse_frequency(holding: int, passages: int) -> float:
    """What a word or token counts that so many of the passages hold; always above zero."""
    return math.log(1 + (passages + 1) / (0.5 + holding))
