"""A question that leans on the ones before it is made whole; one that stands alone is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmo_qa.converse import standalone, topic_of
from cmo_qa.text import content_words, words
from tests.shipped import golden

WORDS = (
    "what why how who which is are does do a the an and or in at for of about it that this they their she one there"
    " example more important CMO physician hospital health center credentialing licenses quality review board"
).split()
STANDALONE = (
    "What is HIPAA?",
    "Who grants licenses to healthcare facilities?",
    "Where do chief medical officers work?",
    "Is it necessary to have an MBA?",
    "Are there rules for billing?",
    "Do physicians have to know that HIPAA applies?",
    "What makes sure that wards are safe?",
    "patient safety committee chair",
)
QUESTIONS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(lambda said: " ".join(said) + "?")


def asks(question: str, *earlier: str) -> set[str]:
    """The words that say something in the question made whole."""
    return set(content_words(standalone(question, earlier)))


@pytest.mark.parametrize(
    ("earlier", "question", "wanted"),
    [
        ("What is credentialing?", "Why is that important?", "credentialing important"),
        ("What is credentialing?", "How does it work?", "credentialing work"),
        ("What does a CMO do in a hospital?", "And in a health center?", "CMO health center"),
        ("Which executives does a CMO work with?", "And outside the organization?", "executives CMO organization"),
        ("What is quality assurance?", "Why is it different from oversight?", "quality assurance different oversight"),
        ("What is a physician champion?", "How does one help the CMO?", "physician champion help CMO"),
        ("How does a CMO hire physicians?", "How does she keep them?", "CMO keep physicians"),
        ("What is a physician champion?", "what does that mean", "physician champion"),
        ("What does a fractional CMO do?", "What about the qualifications?", "qualifications"),
        ("What do Medicare and Medicaid require?", "And what about the FDA?", "FDA"),
        ("What is credentialing?", "Why?", "credentialing"),
        ("What is credentialing?", "Tell me more.", "credentialing"),
        ("How does a CMO use data analytics?", "An example?", "example data analytics"),
        ("How does a CMO use data analytics?", "Can you give an example?", "example data analytics"),
    ],
)
def test_what_is_missing_comes_from_the_question_before(earlier: str, question: str, wanted: str) -> None:
    assert asks(question, earlier) >= set(words(wanted))


def test_the_new_half_takes_the_place_of_the_old_one() -> None:
    assert "hospital" not in asks("And in a health center?", "What does a CMO do in a hospital?")


def test_the_thread_is_kept_over_several_questions() -> None:
    assert asks("And why?", "What is credentialing?", "How does it work?") >= {"credentialing"}


@settings(deadline=None, derandomize=True)
@given(question=st.sampled_from(STANDALONE), history=st.lists(QUESTIONS, max_size=4))
def test_a_change_of_subject_is_not_dragged_back(question: str, history: list[str]) -> None:
    whole = standalone(question, history)
    assert whole.casefold() == question.casefold()
    assert standalone(whole, history) == whole


def test_a_new_subject_is_what_the_next_question_leans_on() -> None:
    asked = asks("Why is it important?", "What is credentialing?", "What is a sentinel event?")
    assert asked >= {"sentinel", "event", "important"}
    assert "credentialing" not in asked


@pytest.mark.parametrize("question", [one.question for one in golden() if not one.history], ids=str.split)
def test_without_a_history_every_question_is_left_as_it_is(question: str) -> None:
    assert standalone(question, []) == question.strip()
    assert standalone(question, ["", "  "]) == question.strip()


@settings(deadline=None, derandomize=True)
@given(question=st.text(max_size=80), history=st.lists(st.text(max_size=80), max_size=4))
def test_any_text_with_any_history_has_a_reading(question: str, history: list[str]) -> None:
    assert isinstance(standalone(question, history), str)


@settings(deadline=None, derandomize=True)
@given(question=QUESTIONS, history=st.lists(QUESTIONS, max_size=3))
def test_nothing_is_said_that_nobody_said(question: str, history: list[str]) -> None:
    asked = set(content_words(" ".join([question, *history])))
    assert set(content_words(standalone(question, history))) <= asked


@settings(deadline=None, derandomize=True)
@given(question=QUESTIONS, history=st.lists(QUESTIONS, max_size=3))
def test_a_question_grows_by_no_more_than_a_topic_for_each_of_its_words(question: str, history: list[str]) -> None:
    longest = max([question, *history], key=len)
    before = sum(map(len, history)) + len(longest)
    assert len(standalone(question, history)) <= before + len(words(question)) * (len(longest) + 4)


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Does the CMO have a role in medical research?", "medical research"),
        ("What is a physician champion?", "a physician champion"),
        ("What is a fractional CMO?", "a fractional CMO"),
        ("What is credentialing?", "credentialing"),
        ("What is it?", ""),
        ("", ""),
    ],
)
def test_what_a_question_is_about(question: str, topic: str) -> None:
    assert topic_of(question).casefold() == topic.casefold()
