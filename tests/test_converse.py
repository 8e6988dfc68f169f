"""A question that leans on the ones before it is made whole; one that stands alone is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmo_qa.converse import standalone, with_subject
from cmo_qa.text import content_words, stem_all, stems, words
from cmo_qa.topic import topic_of
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


@pytest.mark.parametrize(
    ("history", "question", "whole"),
    [
        (["What is anemia?"], "What are the symptoms?", "What are the symptoms of anemia?"),
        (["What is anemia?", "What are the symptoms?"], "How is it treated?", "How is anemia treated?"),
        (["What is melatonin?"], "Are there any side effects?", "Are there any side effects of melatonin?"),
        (["How reliable is the breath test?"], "Can it be repeated?", "Can the breath test be repeated?"),
        (["When did Netflix shift to streaming?"], "Is it cheap?", "Is Netflix cheap?"),
        (["What is ketosis?"], "How is it related to fasting?", "How is ketosis related to fasting?"),
        (["What is inflation?"], "Is it bad for the economy?", "Is inflation bad for the economy?"),
        (["What are supertankers?"], "What led to their development?", "What led to supertankers' development?"),
        (["What are mammals?"], "What is the largest one on land?", "What is the largest mammal on land?"),
        (["What are mammals?"], "What is the largest in the world?", "What is the largest mammal in the world?"),
        (["Tell me about the Justice League."], "Why was the League founded?", "Why was the Justice League founded?"),
        (["What is keto?", "What is paleo?"], "What do they have in common?", "What do keto and paleo have in common?"),
        (["What are the advantages of ESAs?"], "What about disadvantages?", "What are the disadvantages of ESAs?"),
        (["Who are the whips?"], "What would those people do?", "What would the whips do?"),
        (["Does a CMO need an MBA?"], "Why?", "Why does a CMO need an MBA?"),
        (["Does a CMO write policies?"], "With whom do they do that?", "With whom does a CMO write policies?"),
        (["What if a ward breaks the NHS rules?"], "And with the EMA's?", "What if a ward breaks the EMA's rules?"),
    ],
)
def test_how_a_question_is_understood_reads_as_english(history: list[str], question: str, whole: str) -> None:
    assert standalone(question, history) == whole


LISTED = ("Patience: it takes years", "clear speech", "industry knowledge")


@pytest.mark.parametrize(
    ("question", "whole"),
    [
        ("the second one?", "Tell me more about clear speech."),
        ("Why is the first one important?", "Why is patience important?"),
        ("and the last?", "Tell me more about industry knowledge."),
        ("The tenth one?", "The tenth one?"),
    ],
)
def test_a_place_in_a_list_is_the_item_there(question: str, whole: str) -> None:
    asked: list[str] = []

    def items(earlier: str) -> tuple[str, ...]:
        asked.append(earlier)
        return LISTED

    assert standalone(question, ["What are the skills of a CMO?"], items) == whole
    assert asked == ["What are the skills of a CMO?"]


def test_without_a_list_a_place_in_it_is_left_as_it_is() -> None:
    assert standalone("the second one?", ["What is HIPAA?"]) == "the second one?"


@pytest.mark.parametrize(
    ("question", "reading"),
    [
        ("What are the figures good for?", "What are the figures (infection rates) good for?"),
        ("What are the figures of last year good for?", ""),
        ("How does the role differ from others?", ""),
        ("Who founded the Mayo Clinic?", ""),
        ("Why is it important?", ""),
    ],
)
def test_only_a_noun_of_something_unsaid_may_be_read_with_the_subject(question: str, reading: str) -> None:
    assert with_subject(question, ["Does a CMO look at infection rates?"]) == reading


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
    assert set(stems(standalone(question, history))) <= set(stem_all(asked))


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
