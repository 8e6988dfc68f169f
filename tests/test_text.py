"""Words are read the same way everywhere."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmo_qa.text import STOPWORDS, any_of, content_words, stem, stem_all, stems, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ward 5, 42 CFR 482.22!", ["ward", "5", "42", "cfr", "482", "22"]),
        ("the doctor's and the doctor’s", ["the", "doctor", "and", "the", "doctor"]),
        ("A Chief Medical Officer", ["a", "cmo"]),
        ("chief\nmedical  officers, CMOs and a CMO", ["cmo", "cmo", "and", "a", "cmo"]),
        ("the chief medical officer’s staff", ["the", "cmo", "s", "staff"]),
        ("a chief medical office", ["a", "chief", "medical", "office"]),
        ("follow-up", ["follow", "up"]),
        ("", []),
        ("?! … 😀", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@settings(deadline=None, derandomize=True)
@given(st.text())
def test_words_of_any_text_are_plain(text: str) -> None:
    assert all(re.fullmatch(r"[a-z0-9]+", word) for word in words(text))


@settings(deadline=None, derandomize=True)
@given(st.text(), st.text())
def test_words_of_two_lines_are_the_words_of_each(first: str, second: str) -> None:
    apart = " / "  # no phrase goes across it
    assert words(first + apart + second) == words(first) + words(second)


def test_content_words_say_something() -> None:
    assert content_words("What does the officer do for patients?") == ["officer", "patients"]
    assert content_words("What is it that they don't do?") == []


def test_no_stopword_is_a_subject() -> None:
    assert STOPWORDS.isdisjoint({"cmo", "physician", "hospital", "care", "board", "patient", "first", "new"})


def test_stems_bring_the_forms_of_a_word_together() -> None:
    assert stem("credentialing") == stem("credentials") == "credenti"
    assert stems("The physicians and a physician") == ["physician", "physician"]
    assert stems("Chief medical officers manage") == stems("CMOs managing") == ["cmo", "manag"]
    assert stem_all(word for word in ("boards", "care")) == ["board", "care"]


def test_any_of_matches_where_one_does_in_either_case() -> None:
    pattern = any_of(r"\bwards?\b", r"\bboards?\b")
    assert pattern.search("The BOARD met")
    assert pattern.search("two Wards")
    assert not pattern.search("a boarding house")
