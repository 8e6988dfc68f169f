"""Passages of different articles that say the same in the same words: found by sketches, then compared in full.

A passage's sketch is the least few hashes of its runs of words (Broder, On the resemblance and containment of
documents, 1997): two passages that share nine in ten of their runs share half of the least almost always. Whatever the
sketches bring together is compared word by word, and only what differs in grammar and punctuation alone is kept once: a
number, a name, a "not" or any other word makes it another statement.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from cmo_qa.text import STOPWORDS, stem

Sketches: TypeAlias = NDArray[np.uint64]  # (passages, LEAST): hashes, the least first; NOTHING where there are fewer

LEAST = 6  # hashes that are kept of a passage
SHARED = 3  # of them, that two passages must have in common to be compared
LOOKED_AT = 8  # earlier passages with the same hash that are looked at
SHINGLE = 4  # words in a run
FEWEST_WORDS = 20  # below which two passages may well be alike by chance
COMPARED = 8  # passages that one is compared with
TURNING = frozenset(
    """
    after all any before below both but can could either few more most must neither never no nor not off once only or
    other out over should some such under until up will without would
    """.split()
)  # grammar that makes another statement of the same words
GRAMMAR = STOPWORDS - TURNING
NOTHING = np.iinfo(np.uint64).max
WORD = re.compile(r"\w+(?:['’]\w+)?")
_WEIGHTS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5], dtype=np.uint64)
_MIXER = np.uint64(0xFF51AFD7ED558CCD)
_HALF = np.uint64(32)


def sketch(text: str) -> Sketches:
    """The sketch (LEAST,) of a passage; all NOTHING where it is too short to be kept once."""
    held = np.full(LEAST, NOTHING, dtype=np.uint64)
    words = _words(text)
    if len(words) < FEWEST_WORDS:
        return held
    hashes = np.array([_hash(word) for word in words], dtype=np.uint64)
    runs = np.lib.stride_tricks.sliding_window_view(hashes, SHINGLE)
    mixed = (runs * _WEIGHTS).sum(axis=1, dtype=np.uint64)
    mixed = (mixed ^ (mixed >> _HALF)) * _MIXER
    least = np.unique(mixed)[:LEAST]
    held[: len(least)] = least
    return held


def twins(
    sketches: Sketches, documents: NDArray[np.int64], texts: Callable[[Iterable[int]], Mapping[int, tuple[str, str]]]
) -> dict[int, int]:
    """For each passage that says the same as one before it in another article, the row of that one.

    `documents` (passages,) says whose each passage is; `texts` gives document and text of passages by row.
    """
    found: dict[int, int] = {}
    for row, earlier in _candidates(sketches).items():
        others = [other for other in earlier if other not in found and documents[other] != documents[row]][:COMPARED]
        if others:
            known = texts((row, *others))
            same = next((other for other in others if say_the_same(known[other][1], known[row][1])), None)
            if same is not None:
                found[row] = same
    return found


def _candidates(sketches: Sketches) -> dict[int, list[int]]:
    """The passages that share enough hashes with an earlier one, in order, each with the first few of those."""
    hashes = sketches.ravel()
    rows = np.repeat(np.arange(len(sketches), dtype=np.int64), sketches.shape[1])
    held = hashes != NOTHING
    hashes, rows = hashes[held], rows[held]
    order = np.lexsort((rows, hashes))
    hashes, rows = hashes[order], rows[order]
    groups = np.flatnonzero(np.r_[True, hashes[1:] != hashes[:-1], True])
    earlier: dict[int, Counter[int]] = {}
    for start, stop in pairwise(groups.tolist()):
        if stop - start > 1:
            group = rows[start:stop].tolist()
            for place, row in enumerate(group[1:], start=1):
                earlier.setdefault(row, Counter()).update(group[: min(place, LOOKED_AT)])
    likely = {row: [other for other in sorted(counts) if counts[other] >= SHARED] for row, counts in earlier.items()}
    return {row: likely[row] for row in sorted(likely) if likely[row]}


def say_the_same(one: str, other: str) -> bool:
    """Whether two texts have the same words that say something, in the same order; only grammar may differ."""
    return _saying(one) == _saying(other)


def _words(text: str) -> list[str]:
    return [word.casefold() for word in WORD.findall(text)]


def _saying(text: str) -> list[str]:
    return [stem(word) for word in _words(text) if word not in GRAMMAR]


@lru_cache(maxsize=1 << 16)
def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")
