"""A statement of the kind that is asked for is worth more than one of another kind."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmo_qa.fit import fit
from cmo_qa.question import Question, shape_of
from cmo_qa.text import stems
from cmo_qa.types import Unit, UnitKind
from tests.library import BagOfWords

QUESTIONS = {
    "number": "How many committees are there?",
    "list": "What are the duties of the board?",
    "definition": "What is credentialing?",
    "weight": "How important is peer review?",
    "example": "Give an example of a pilot.",
    "reason": "Why are pilots run?",
    "yes_no": "Is an MBA required?",
    "comparison": "What is the difference between a mentor and a coach?",
    "manner": "How are pilots run?",
    "keywords": "patient safety",
}


def question(text: str) -> Question:
    return Question(text, text, shape_of(text), tuple(stems(text)), BagOfWords(("ward",)).encode_question(text))


def worth(asked: str, text: str, kind: UnitKind = "sentence") -> float:
    return fit(question(asked), Unit("a", 0, 0, len(text), kind, 0), text)


@pytest.mark.parametrize(
    ("shape", "better", "worse"),
    [
        ("number", "There are 12 committees.", "There are committees."),
        ("number", "There are three committees.", "There are committees."),
        ("list", "It plans, it hires, and it audits.", "It plans."),
        ("comparison", "A mentor stays longer.", "There are differences between a mentor and a coach."),
        ("definition", "Credentialing is a check of licenses.", "A check of licenses precedes credentialing."),
        ("definition", "Credentialing is a check of licenses.", "The board is in charge of credentialing."),
        ("example", "For example, one ward tries it first.", "One ward tries it first."),
        ("example", "A ward may try it, such as the one upstairs.", "A ward may try it."),
        ("weight", "Peer review is a vital task.", "Peer review is a weekly task."),
        ("reason", "They are run because a failure costs less.", "They are run in one ward."),
        ("yes_no", "The board may not ask for one.", "The board asks around."),
        ("comparison", "A mentor guides, whereas a coach drills.", "A mentor guides."),
        ("comparison", "A mentor guides.", "While alike at first glance, the two have distinct duties."),
        ("comparison", "The difference is that a mentor stays.", "The difference between the two matters."),
        ("comparison", "They differ in distinct ways: a mentor stays.", "They differ in distinct ways."),
    ],
)
def test_the_kind_that_is_asked_for_is_worth_more(shape: str, better: str, worse: str) -> None:
    assert shape_of(QUESTIONS[shape]) == shape
    assert worth(QUESTIONS[shape], better) > worth(QUESTIONS[shape], worse)


def test_a_list_is_best_answered_by_its_parts() -> None:
    sentence = worth(QUESTIONS["list"], "It plans", "sentence")
    assert worth(QUESTIONS["list"], "It plans", "item") > sentence
    assert worth(QUESTIONS["list"], "It plans", "lead_in") > sentence


def test_an_abbreviation_in_brackets_is_defined_with_its_name() -> None:
    text = "Computerized order entry (CPOE) is a system for orders."
    assert worth("What is CPOE?", text) > 0
    assert worth("What is computerized order entry?", text) > 0


@pytest.mark.parametrize("asked", QUESTIONS.values(), ids=QUESTIONS)
def test_a_sentence_about_the_article_itself_is_worth_less_than_nothing(asked: str) -> None:
    assert worth(asked, "In the following sections we will explore 12 duties, for example audits.") < 0


@settings(deadline=None, derandomize=True)
@given(asked=st.sampled_from(sorted(QUESTIONS.values())), text=st.text(max_size=120))
def test_fit_is_a_small_part_of_a_score(asked: str, text: str) -> None:
    assert -0.2 <= worth(asked, text) <= 0.2
