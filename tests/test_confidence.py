"""The signs by which a question is thought to be answered, each on a case that can be counted by eye."""

from __future__ import annotations

import math
from dataclasses import asdict, fields, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmo_qa.compose import compose, ranked
from cmo_qa.confidence import Signs, confidence, model, signs, status_of
from cmo_qa.evidence import gather
from cmo_qa.question import understand
from cmo_qa.retrieve import retrieve
from tests.library import Library, build_library

NAMES = [field.name for field in fields(Signs)]
NOTHING = Signs(**dict.fromkeys(NAMES, 0.0))
ARTICLES = {
    "wards.md": (
        "---\nid: wards\ntitle: Wards\n---\n\n"
        "Nurses serve 12 wards of the Harborview hospital. The rounds began in 1998. Each round takes $40 of wages.\n"
    ),
    "boards.md": "---\nid: boards\ntitle: Boards\n---\n\nThe board meets with the officer. Half of it, 50%, votes. "
    "Members stay for several years.\n",
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return build_library(tmp_path_factory.mktemp("confidence") / "index", ARTICLES)


def read(library: Library, asked: str, only: str = "") -> Signs:
    """The signs of a question, against all evidence or only the sentence that begins so."""
    question = understand(library.index, asked, [])
    hits = retrieve(library.index, question.encoded, question.stems, 40)
    found = ranked(question, gather(library.index, question.encoded, hits))
    evidence = [one for one in found if one.text.startswith(only)]
    return signs(library.index, question, evidence, compose(library.index, question, evidence))


def idf(holding: int, passages: int = 2) -> float:
    return math.log(1 + (passages + 1) / (0.5 + holding))


# What is covered


def test_words_that_the_evidence_has_are_covered_by_rarity(library: Library) -> None:
    found = read(library, "Do nurses serve the board?", only="Nurses")
    nurses = serve = board = idf(1)
    assert found.covered == pytest.approx((nurses + serve) / (nurses + serve + board))
    assert found.least_covered == 0
    whole = read(library, "Do nurses serve wards?", only="Nurses")
    assert whole.covered == whole.least_covered == whole.least_covered_by_one == pytest.approx(1)


def test_more_evidence_covers_more(library: Library) -> None:
    found = read(library, "Do nurses serve the board?")
    assert found.covered_by_all == pytest.approx(1)
    assert found.least_covered_by_all == pytest.approx(1)
    assert found.least_covered_by_one == 0  # no sentence has them all


def test_the_thing_asked_for_counts_by_itself(library: Library) -> None:
    assert read(library, "Which wards do nurses serve?", only="Nurses").thing_covered == pytest.approx(1)
    assert read(library, "Which board do nurses serve?", only="Nurses").thing_covered == 0
    assert read(library, "Do nurses serve?", only="Nurses").thing_covered == 1  # none is named


def test_words_that_the_library_lacks_are_unknown(library: Library) -> None:
    assert read(library, "Do nurses serve wards?").unknown == 0
    assert read(library, "Do zebras serve wards?").unknown == pytest.approx(1 / 3)
    assert read(library, "xyzzy plugh").unknown == 1
    assert read(library, "What is it?").unknown == 1


def test_headings_name_what_the_sentence_leaves_out(library: Library) -> None:
    assert read(library, "Do nurses serve wards?", only="Nurses").named == pytest.approx(1)
    assert read(library, "Do zebras serve wards?", only="Nurses").named < 1
    assert read(library, "Do zebras juggle?", only="Nurses").named == 0


# What is asked for


def is_missed(found: Signs) -> bool:
    """Whether any of the signs for it says that the kind of thing asked for is missing."""
    return any(value == 1 for name, value in asdict(found).items() if name.startswith("missing"))


@pytest.mark.parametrize(
    ("asked", "only", "missing"),
    [
        ("How many wards are there?", "Nurses", False),
        ("How many boards are there?", "The board", True),
        ("How long do members stay?", "Members", False),
        ("When did the rounds begin?", "The rounds", False),
        ("In which year did the board meet?", "The board", True),
        ("What does a round cost?", "Each", False),
        ("What does a round cost?", "The rounds", True),
        ("What percentage of the board votes?", "Half", False),
        ("What percentage of the board votes?", "The board", True),
        ("Who was the first to meet the board?", "The board", True),
        ("Do nurses serve wards?", "Nurses", False),
    ],
)
def test_a_number_a_sum_a_date_or_a_name_is_missed_where_one_is_asked_for(
    library: Library, asked: str, only: str, missing: bool
) -> None:
    assert is_missed(read(library, asked, only)) == missing


@pytest.mark.parametrize(
    ("asked", "has", "missing"),
    [
        ("Do nurses serve wards?", 0, 0),
        ("Do nurses of Harborview serve wards?", 1, 0),
        ("Do nurses of Cleveland serve wards?", 1, 1),
        ("Does the CMO serve wards?", 0, 0),
        ("Nurses serve wards?", 0, 0),  # a sentence begins with a capital
    ],
)
def test_names_are_noticed_and_looked_for(library: Library, asked: str, has: float, missing: float) -> None:
    found = read(library, asked)
    assert (found.has_name, found.name_missing) == (has, missing)


@pytest.mark.parametrize(
    ("asked", "sign"),
    [
        ("Who serves wards?", "who"),
        ("Where do nurses serve?", "where"),
        ("When did the rounds begin?", "when"),
        ("Which wards do nurses serve?", "which"),
        ("How many boards are there?", "how_many"),
        ("Do nurses serve wards?", "yes_no"),
        ("nurses wards", "keywords"),
    ],
)
def test_the_kind_of_question_is_a_sign(library: Library, asked: str, sign: str) -> None:
    kinds = {"who", "where", "when", "which", "how_many", "yes_no", "keywords"}
    found = asdict(read(library, asked))
    assert {kind for kind in kinds if found[kind] == 1} == {sign}


def test_how_many_is_no_sign_where_the_best_evidence_has_the_number(library: Library) -> None:
    assert read(library, "How many wards are there?").how_many == 0


def test_a_list_that_can_be_counted_answers_how_many(small: Library) -> None:
    found = read(small, "How many duties does a chief medical officer have?")
    assert found.how_many == 0
    assert not is_missed(found)


@settings(deadline=None, derandomize=True)
@given(asked=st.text(max_size=100))
def test_the_signs_of_any_question_are_about_0_to_1(library: Library, asked: str) -> None:
    found = asdict(read(library, asked or "?"))
    del found["read"]  # log-odds
    assert all(-1e-5 <= value <= 1 + 1e-5 for value in found.values()), found


# The model


def test_the_model_has_a_weight_for_every_sign_and_for_nothing_else() -> None:
    assert set(model().weights) == set(NAMES)
    assert all(math.isfinite(weight) for weight in model().weights.values())
    assert 0 < model().covered < model().sure < 1


def test_confidence_is_the_logistic_of_the_weighted_signs() -> None:
    some = replace(NOTHING, covered=0.5, read=-2.0)
    total = model().bias + 0.5 * model().weights["covered"] - 2.0 * model().weights["read"]
    assert confidence(some) == pytest.approx(1 / (1 + math.exp(-total)))


@pytest.mark.parametrize("name", NAMES)
def test_each_sign_moves_the_confidence_the_way_its_weight_says(name: str) -> None:
    weight = model().weights[name]
    moved = confidence(replace(NOTHING, **{name: 1.0})) - confidence(NOTHING)
    assert math.copysign(1, moved) == math.copysign(1, weight) or moved == weight == 0


def test_what_is_not_covered_lowers_the_confidence() -> None:
    """Whatever the weights come to be, a missing kind, an unknown word or an unknown name is never a good sign."""
    weights = model().weights
    missing = [weight for name, weight in weights.items() if "missing" in name]
    assert max(*missing, weights["unknown"]) <= 0
    assert min(weights["least_covered"], weights["covered"], weights["thing_covered"]) >= 0


def test_the_status_changes_at_the_thresholds() -> None:
    covered, sure = model().covered, model().sure
    assert status_of(1.0) == status_of(sure) == "answered"
    assert status_of(math.nextafter(sure, 0)) == status_of(covered) == "partial"
    assert status_of(math.nextafter(covered, 0)) == status_of(0.0) == "not_covered"


def test_the_model_is_read_once_and_ships_with_the_program() -> None:
    assert model() is model()
    assert Path(__file__).parents[1].joinpath("cmo_qa", "confidence.json").is_file()
