"""The fake embedder does what its docstring says: tests that rest on it can be worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.library import BagOfWords, Library

WORDS = BagOfWords(("care", "staff", "ward"))


def test_a_text_is_the_sum_of_its_known_words_at_unit_length() -> None:
    encoded = WORDS.encode_question("Ward care, and care!")
    assert encoded.ids.tolist() == [2, 0, 0]
    assert encoded.spans.tolist() == [[0, 4], [5, 9], [15, 19]]
    assert encoded.tokens.tolist() == [[0, 0, 1], [1, 0, 0], [1, 0, 0]]
    assert encoded.vector == pytest.approx([2 / math.sqrt(5), 0, 1 / math.sqrt(5)])


def test_a_text_without_known_words_is_near_nothing() -> None:
    encoded = WORDS.encode_question("What is it?")
    assert encoded.tokens.shape == (0, 3)
    assert encoded.spans.shape == (0, 2)
    assert not np.any(encoded.vector)


def test_the_small_library_is_whole(small: Library) -> None:
    assert [document.id for document in small.index.documents()] == ["growth", "pay", "duties", "role"]
    assert small.index.passage_count == sum(len(part.passages) for part in small.parts)
