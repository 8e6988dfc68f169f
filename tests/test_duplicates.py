"""Passages that say the same are brought together; those that only look alike are not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pytest

from ingest.duplicates import LEAST, NOTHING, say_the_same, sketch, twins

TEXT = (
    "Every incident on the ward is reported within a day, read by the safety committee within a week, and closed only"
    " when the change that it led to has been seen at work by two of its members."
)


def found(texts: Sequence[str], documents: Sequence[int]) -> dict[int, int]:
    def given(rows: Iterable[int]) -> Mapping[int, tuple[str, str]]:
        return {row: (str(documents[row]), texts[row]) for row in rows}

    sketches = np.array([sketch(text) for text in texts], dtype=np.uint64)
    return twins(sketches, np.array(documents), given)


def other(number: int) -> str:
    return " ".join(f"word{number}x{at}" for at in range(40))


def test_a_passage_of_another_article_is_found_among_many() -> None:
    texts = [other(0), TEXT, *map(other, range(1, 50)), TEXT.upper().replace(",", ""), other(60)]
    assert found(texts, range(len(texts))) == {51: 1}


def test_all_copies_lead_to_the_first() -> None:
    assert found([TEXT] * 30, range(30)) == dict.fromkeys(range(1, 30), 0)


def test_within_an_article_nothing_is_kept_once() -> None:
    assert found([TEXT, TEXT], [7, 7]) == {}


def test_a_short_passage_is_never_a_twin() -> None:
    assert (sketch("It is open from nine to five.") == NOTHING).all()
    assert len(sketch(TEXT)) == LEAST
    assert found(["It is open from nine to five."] * 2, [0, 1]) == {}


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("Every incident", "Each incident", True),
        ("closed only when", "closed when", False),
        ("seen at work", "seen in work", True),
        ("is reported", "was reported", True),
        ("two of its", "three of its", False),
        ("the safety committee", "the Safety Board", False),
        ("is reported", "is not reported", False),
        ("a day, read", "a day – read", True),
    ],
)
def test_what_may_differ(old: str, new: str, same: bool) -> None:
    assert say_the_same(TEXT, TEXT.replace(old, new)) is same


def test_a_sketch_is_the_same_in_every_process() -> None:
    assert sketch(TEXT).tolist() == sorted(sketch(TEXT).tolist())
    assert sketch(TEXT)[0] == sketch(TEXT.lower())[0]
