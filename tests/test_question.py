"""What a question asks for, and which of its words are slips of the pen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmo_qa.converse import LONGEST
from cmo_qa.embed import OnnxEncoder
from cmo_qa.index import Index
from cmo_qa.question import SHAPES, mend, shape_of, understand
from cmo_qa.text import stems
from tests.library import Library, build_library

KINDS = {
    "definition": [
        "What is a chief medical officer?",
        "What's credentialing?",
        "What does a CMO do?",
        "Define clinical oversight.",
        "What does HRSA stand for?",
        "What is the meaning of clinical governance?",
    ],
    "list": [
        "What are the duties of a chief medical officer?",
        "List the benefits of a mentor.",
        "Which skills should a CMO have?",
        "What kinds of audits are carried out?",
        "Which committees does a CMO chair?",
        "Name the four parts of compliance.",
    ],
    "number": [
        "How many duties does a CMO have?",
        "how much does it cost",
        "What percentage of the staff are nurses?",
        "How often is the plan reviewed?",
    ],
    "weight": [
        "How important is a mentor?",
        "How much does the policy matter?",
        "How much weight is given to the board?",
        "how big a role does the chair play",
        "What importance does the page give to peer review?",
    ],
    "comparison": [
        "What is the difference between oversight and quality assurance?",
        "Compare a mentor with a fractional CMO.",
        "Does a hospital CMO differ from a health center CMO?",
        "Is it better to hire or to train?",
        "difference mentor and fractional CMO",
        "mentor vs coach",
    ],
    "example": [
        "Give me an example of a pilot.",
        "What are examples of audits?",
        "How, for instance, are audits done?",
    ],
    "reason": ["Why is credentialing important?", "why do physicians resist", "Can you tell me why errors spread?"],
    "yes_no": ["Is an MBA required?", "Must a hospital have a CMO?", "do CMOs need a license"],
    "manner": ["How does a CMO lower readmissions?", "In what way are nurses involved?"],
    "other": ["For what do CMOs have to learn statistics?", "What do nurses need most"],
    "keywords": ["patient safety committee chair", "sepsis protocol", "CMO"],
}


@pytest.mark.parametrize(("question", "shape"), [(text, shape) for shape, texts in KINDS.items() for text in texts])
def test_the_shape_of_a_question(question: str, shape: str) -> None:
    assert shape_of(question) == shape


def test_every_shape_is_tried() -> None:
    assert {shape for shape, _ in SHAPES} | {"keywords", "other"} == set(KINDS)


@settings(deadline=None, derandomize=True)
@given(st.text(max_size=200))
def test_any_text_has_one_of_the_known_shapes(text: str) -> None:
    assert shape_of(text) in KINDS


# Spelling. The small library writes physician, chief, medical, officer, credentialing, hospital …


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("phisician", "physician"),  # a letter for another
        ("physican", "physician"),  # one left out
        ("hosspital", "hospital"),  # one too many
        ("cheif", "chief"),  # two turned about
        ("credentailling", "credentialing"),  # a long word may have two slips
        ("fysician", "physician"),  # as it sounds
        ("Phisician", "Physician"),
        ("PHISICIAN", "PHYSICIAN"),
        ("a phisician's oficer?", "a physician"),
    ],
)
def test_a_slip_of_the_pen_is_mended_as_the_library_writes_it(small: Library, written: str, meant: str) -> None:
    assert mend(small.index, written).startswith(meant)


@pytest.mark.parametrize(
    "text",
    [
        "What are the duties of a chief medical officer?",  # the library's words
        "phys and hosp",  # too short to tell
        "zoologist",  # near nothing
        "chaaf xhief",  # too far; another first letter
        "there shall yours",  # grammar
        "FQHC CPOE 42 CFR 482.22",
        "b0ard, f_ficer & Über-arzt",
        "",
    ],
)
def test_other_words_are_left_as_they_are(small: Library, text: str) -> None:
    assert mend(small.index, text) == text


def test_a_short_word_may_have_one_slip_and_a_long_one_two(small: Library) -> None:
    assert mend(small.index, "boarrd") == "board"
    assert mend(small.index, "bord") == "bord"  # too short to tell
    assert mend(small.index, "pyscian") == "pyscian"
    assert mend(small.index, "physicein") == "physician"


def test_of_two_words_as_near_the_more_frequent_is_meant(tmp_path: Path) -> None:
    articles = {"a.md": "# Wards\n\nA board of nurses boasts a coast. The boast is not a boast of the coast.\n"}
    library = build_library(tmp_path / "index", articles)
    assert library.index.vocabulary()["boast"] > library.index.vocabulary()["boasts"]
    assert mend(library.index, "boastt") == "boast"


@pytest.fixture(scope="module")
def real(real_index: Path, real_encoder: OnnxEncoder) -> Iterator[Index]:
    index = Index.open(real_index, encoder=real_encoder)
    yield index
    index.close()


@pytest.mark.parametrize(
    "name", ["Geisinger", "Wharton", "Deloitte", "Cleveland", "Baylor", "Cigna", "Joint Commission", "Stanford"]
)
def test_a_name_is_no_slip_of_the_pen(real: Index, name: str) -> None:
    assert mend(real, f"What does {name} say?") == f"What does {name} say?"


@pytest.mark.parametrize(
    "word", ["organisation", "centre", "believes", "licensing", "readmitted", "nurses", "surgical"]
)
def test_a_word_that_the_encoder_knows_is_left_even_if_the_library_lacks_it(real: Index, word: str) -> None:
    assert mend(real, word) == word


@settings(deadline=None, derandomize=True)
@given(text=st.text(max_size=60))
def test_mending_twice_changes_no_more_than_mending_once(real: Index, text: str) -> None:
    once = mend(real, text)
    assert mend(real, once) == once


# A question ready to be answered


def test_a_question_is_whole_mended_and_encoded(small: Library) -> None:
    question = understand(small.index, "  what about\n the hosptal? ", ["What does a physician do?"])
    assert question.asked == "what about the hosptal?"
    assert "hospital" in question.text
    assert question.stems == tuple(stems(question.text))
    assert question.shape == shape_of(question.text)
    expected = small.encoder.encode_question(question.text)
    assert np.array_equal(question.encoded.vector, expected.vector)
    assert np.array_equal(question.encoded.ids, expected.ids)


def test_a_long_history_is_read_to_a_limit(small: Library) -> None:
    question = understand(small.index, "What is a ward?", ["board " * LONGEST])
    assert question.text == "What is a ward?"
