"""Whose view a question asks for, and that it is answered from theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmo_qa.attribution import as_said_by, speaker_of
from cmo_qa.evidence import gather
from cmo_qa.question import understand
from cmo_qa.retrieve import retrieve
from tests.library import build_library

ARTICLES = {
    "alder.md": (
        "---\ntitle: The guide\npublisher: Alder Institute\n---\n\n# Practice\n\n"
        "An officer needs five years of practice.\n"
    ),
    "birch.md": (
        "---\ntitle: The handbook\n---\n\n# Practice\n\n"
        "The Birch Society asks for nine years of practice. It wants a licence for the practice too.\n\n"
        "# Skills\n\nThe Cedar Council names these skills for practice:\n\n"
        "- patience in practice\n- order in practice\n"
    ),
}


@pytest.mark.parametrize(
    ("question", "speaker"),
    [
        ("According to the Birch Society, how long must one practise?", {"birch", "society"}),
        ("How long must one practise according to Birch?", {"birch"}),
        ("according to birch society, what is needed?", {"birch", "society"}),
        ("What does the Alder Institute say about practice?", {"alder", "institute"}),
        ("What skills does Indeed say to look for?", {"indeed"}),
        ("Which skills Indeed lists are about time?", {"indeed"}),
        ("What does an officer do?", set()),
        ("What does the article say about practice?", set()),
        ("How does a CMO describe the plan?", set()),
        ("What do they recommend?", set()),
        ("How does a hospital report an error?", set()),
    ],
)
def test_whose_view_is_asked_for(question: str, speaker: set[str]) -> None:
    assert speaker_of(question) == speaker


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        (
            "According to the Birch Society, what practice is needed?",
            "The Birch Society asks for nine years of practice.",
        ),
        ("According to the Alder Institute, what practice is needed?", "An officer needs five years of practice."),
        ("What does the handbook say of practice?", "The Birch Society asks for nine years of practice."),
        ("What practice does the Cedar Council list?", "The Cedar Council names these skills for practice:"),
    ],
)
def test_the_one_who_is_asked_for_is_heard_first(tmp_path: Path, asked: str, first: str) -> None:
    assert ranked_texts(tmp_path, asked)[0] == first


def test_what_goes_on_from_their_words_and_the_items_of_their_list_are_theirs(tmp_path: Path) -> None:
    birch = ranked_texts(tmp_path, "According to the Birch Society, what practice is needed?")
    assert "It wants a licence for the practice too." in birch[:2]
    cedar = ranked_texts(tmp_path / "again", "What practice does the Cedar Council list?")
    assert {"patience in practice", "order in practice"} <= set(cedar[:3])


def test_where_nothing_is_theirs_the_evidence_stays_as_it_was(tmp_path: Path) -> None:
    plain = ranked_texts(tmp_path, "What practice is needed?")
    assert set(ranked_texts(tmp_path / "again", "According to Dogwood, what practice is needed?")) == set(plain)


def ranked_texts(folder: Path, asked: str) -> list[str]:
    index = build_library(folder, ARTICLES).index
    question = understand(index, asked, [])
    evidence = gather(index, question.encoded, retrieve(index, question.encoded, question.stems, 40))
    return [one.text for one in as_said_by(index, question, evidence)]
