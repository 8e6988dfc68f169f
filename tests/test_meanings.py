"""In this library CMO is the Chief Medical Officer; a question that shows another meaning is told so."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmo_qa.meanings import MEANINGS, other_meaning
from tests.shipped import golden

MARKETING = "chief marketing officer"
MANUFACTURING = "contract manufacturing organization"
MORTGAGE = "collateralized mortgage obligation"
OTHER = "another expansion of these letters"


@pytest.mark.parametrize(
    ("question", "meaning"),
    [
        ("What does a chief marketing officer do?", MARKETING),
        ("How should a CMO plan the advertising for a new brand?", MARKETING),
        ("cmo seo lead generation", MARKETING),
        ("marketing CMO salary", MARKETING),
        ("What is a contract manufacturing organization?", MANUFACTURING),
        ("Which CMO can make ten batches of tablets?", MANUFACTURING),
        ("Is a CDMO better for us?", MANUFACTURING),
        ("Which CMO manufactures vaccines?", MANUFACTURING),
        ("What is a collateralised mortgage obligation?", MORTGAGE),
        ("How are the tranches of a CMO priced?", MORTGAGE),
        ("What does a chief merchandising officer do?", OTHER),
    ],
)
def test_another_meaning_is_called_by_its_name(question: str, meaning: str) -> None:
    assert other_meaning(question) == meaning


@pytest.mark.parametrize(
    "question",
    [
        "What does a CMO do?",
        "What does a chief medical officer do?",
        "Does the chief medical officer work with the chief marketing officer?",
        "How does a hospital CMO use social media to reach patients?",
        "What is a brand?",
        "Does a CMO oversee clinical trials of a manufacturer's drug for patients?",
        "What kinds of manufacturers have a CMO?",
        "What does a CMO do at a device manufacturer?",
        "Besides the medical officer, what else can CMO mean?",
        "",
    ],
)
def test_a_question_about_the_medical_officer_has_no_other_meaning(question: str) -> None:
    assert other_meaning(question) == ""


@pytest.mark.parametrize("question", [one.question for one in golden() if one.answerable], ids=str.split)
def test_no_answerable_question_is_taken_for_another_meaning(question: str) -> None:
    assert other_meaning(question) == ""


@settings(deadline=None, derandomize=True)
@given(st.text(max_size=100))
def test_any_text_has_a_known_meaning_or_none(text: str) -> None:
    assert other_meaning(text) in {"", *(meaning.name for meaning in MEANINGS)}
