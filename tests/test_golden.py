"""The quality gate: no figure over the golden questions falls below its floor. Floors are raised, not lowered."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

import pytest

from cmo_qa.evaluate import FIGURES, NEVER, Outcome, auroc, figures, judged, share, words_to_evidence
from cmo_qa.settings import Settings
from tests.figures import AT_MOST, digests, to_look_at
from tests.shipped import QUESTIONS, documents, golden, golden_answers, shipped

FLOORS: dict[str, Any] = json.loads(QUESTIONS.with_name("floors.json").read_text(encoding="utf-8"))
PINNING = "python -m tests.figures index > floors.json && mv floors.json tests/golden/"


@pytest.fixture(scope="module")
def found(real_settings: Settings) -> list[Outcome]:
    answers = golden_answers(real_settings)
    return [judged(shipped(real_settings), one, answers[one.id]) for one in golden()]


def failure(name: str, now: float, pinned: float, found: list[Outcome]) -> str:
    """What fell, which questions to look at, and how."""
    asked = {one.gold.id: one.gold.question for one in found}
    ids = to_look_at(name, found)
    lines = [
        f"{name}: {now:.3f}, pinned at {pinned:.3f}",
        *(f"  {one}  {asked[one][:90]}" for one in ids[:20]),
        *([f"  and {len(ids) - 20} more: {' '.join(ids[20:])}"] if len(ids) > 20 else []),
        'To look: python -m ingest corpus --index index && python -m cmo_qa ask "QUESTION" --index index',
    ]
    return "\n".join(lines)


@pytest.mark.parametrize("name", FLOORS["at least"])
def test_no_figure_falls_below_its_floor(name: str, found: list[Outcome]) -> None:
    now, pinned = figures(found)[name], FLOORS["at least"][name]
    assert now >= pinned, failure(name, now, pinned, found)


@pytest.mark.parametrize("name", FLOORS["at most"])
def test_no_figure_rises_above_its_ceiling(name: str, found: list[Outcome]) -> None:
    now, pinned = figures(found)[name], FLOORS["at most"][name]
    assert now <= pinned, failure(name, now, pinned, found)


def test_of_the_answers_shown_at_0_9_nine_in_ten_are_to_questions_that_the_library_answers(
    found: list[Outcome],
) -> None:
    shown = [one for one in found if 0.85 <= one.confidence <= 0.95]
    wrong = [one.gold.id for one in shown if not one.gold.answerable]
    assert len(shown) > 20
    assert len(wrong) <= len(shown) / 10, wrong


def test_every_figure_is_pinned(found: list[Outcome]) -> None:
    assert {*FLOORS["at least"], *FLOORS["at most"]} == figures(found).keys()


@pytest.mark.parametrize("name", ["corpus", "questions"])
def test_the_floors_were_measured_on_this_library_and_these_questions(name: str) -> None:
    assert FLOORS[name] == digests()[name], f"The {name} changed. Measure again, and see that nothing fell: {PINNING}"


def test_the_golden_set_is_large_and_a_third_of_it_is_not_answerable() -> None:
    questions = golden()
    assert len(questions) >= 150
    assert len({one.id for one in questions}) == len(questions)
    assert sum(not one.answerable for one in questions) >= len(questions) / 3
    assert all(one.evidence and one.must for one in questions if one.answerable)


def test_every_article_is_cited_in_the_answers_to_three_questions_that_it_answers(
    found: list[Outcome], real_settings: Settings
) -> None:
    counts: Counter[str] = Counter()
    for one in found:
        counts.update({part.document_id for part in one.answer.citations if part.quote in one.gold.evidence})
    assert [f"{name}: {counts[name]}" for name in documents(real_settings) if counts[name] < 3] == []


# The measuring stick itself


def test_words_are_counted_to_the_end_of_the_first_whole_evidence() -> None:
    evidence = ["the board appoints the officer"]
    assert words_to_evidence(["Well. The board appoints the officer now."], evidence) == 6
    assert words_to_evidence(["Well.", "The board appoints", "the officer"], evidence) == 6
    assert words_to_evidence(["The board, the officer"], evidence) == NEVER
    assert words_to_evidence(["x " * NEVER + "the board appoints the officer"], evidence) == NEVER
    assert words_to_evidence(["anything"], []) == NEVER


def test_four_fifths_of_the_evidence_are_enough() -> None:
    evidence = ["a b c d e f g h"]  # five runs of four words
    assert words_to_evidence(["a b c d e f g"], evidence) == 7
    assert words_to_evidence(["a b c d e f"], evidence) == NEVER


def test_a_point_is_said_in_any_of_its_ways() -> None:
    assert share([["physician", "doctor"], ["board"]], "The doctors’ choice") == 0.5
    assert share([], "anything") == 1


def test_auroc_of_small_samples() -> None:
    assert auroc([0.9, 0.8], [0.1, 0.2]) == 1
    assert auroc([0.5], [0.5]) == 0.5
    assert math.isclose(auroc([0.9, 0.1], [0.5]), 0.5)


def test_a_failure_says_what_fell_and_which_questions_to_look_at(found: list[Outcome]) -> None:
    for name in (*FIGURES, *AT_MOST, "AUROC of confidence"):
        ids = to_look_at(name, found)
        message = failure(name, 0.5, 0.75, found)
        assert message.startswith(f"{name}: 0.500, pinned at 0.750")
        assert all(one in message for one in ids)
        assert "python -m cmo_qa ask" in message
