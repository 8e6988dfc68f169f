"""Arrays as an index keeps them: in files that are read as they are used, and token vectors in int8."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from bm25s import BM25

Vectors: TypeAlias = NDArray[np.float32]  # (n, dim), rows of unit length: inner product = cosine
Tokens: TypeAlias = NDArray[np.int8]  # (n, token_dim), unit rows times TOKEN_SCALE, as an index keeps them
TOKEN_SCALE = 127
_PARSING = threading.Lock()  # CPython 3.11 can't parse in two threads at once, as numpy does a file's header


def mapped(path: Path) -> NDArray[Any]:
    """The array in a `.npy` file; a plain one, since numpy's own class for it makes each slice slow.

    Raises OSError, ValueError where the file is missing or unreadable.
    """
    with _PARSING:
        return np.asarray(np.load(path, mmap_mode="r"))


def lexical(generation: Path) -> BM25:
    """BM25 over a generation's passages. Raises OSError, ValueError, KeyError where it is missing or unreadable."""
    from bm25s import BM25

    with _PARSING:
        return BM25.load(generation / "lexical", mmap=True, show_progress=False)


def as_kept(tokens: Vectors) -> Tokens:
    """Token vectors as an index keeps them."""
    return np.asarray(np.rint(tokens * TOKEN_SCALE), dtype=np.int8)


def as_used(tokens: Tokens) -> Vectors:
    """Token vectors of an index as they are compared."""
    return np.asarray(tokens, dtype=np.float32) / np.float32(TOKEN_SCALE)
