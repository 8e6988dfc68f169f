"""Informal names of the role and abbreviations are put as articles put them; what the library uses itself stays."""

from __future__ import annotations

import pytest

from cmo_qa.lexicon import in_its_terms


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("Should the top doctor care?", "Should the chief medical officer care?"),
        ("our Head Physician left", "our chief medical officer left"),
        ("What does the boss doctor do?", "What does the chief medical officer do?"),
        ("Why do FQHCs struggle?", "Why do federally qualified health centers struggle?"),
        ("who does the RCA", "who does the root cause analysis"),
    ],
)
def test_what_people_call_it_is_put_the_way_articles_do(asked: str, read: str) -> None:
    assert in_its_terms(asked, set()) == read


@pytest.mark.parametrize(
    "asked",
    [
        "Who is the medical director?",
        "What is a chief of staff?",
        "a head nurse",
        "top doctors of surgery",
        "What is HIPAA?",
    ],
)
def test_other_roles_and_names_stay(asked: str) -> None:
    assert in_its_terms(asked, set()) == asked


def test_an_abbreviation_that_the_library_uses_stays() -> None:
    assert in_its_terms("What is an EHR?", {"ehr"}) == "What is an EHR?"
