"""An answer in a terminal, to the character."""

from __future__ import annotations

from dataclasses import replace

from cmo_qa import notices
from cmo_qa.terminal import rendered
from cmo_qa.types import Answer, Citation, Retrieved, Statement

WHERE = Citation(1, "wards", "Wards", "corpus/wards.md", None, ("Work", "Where?"), 40, 62, "Officers visit wards.")
WHEN = Citation(2, "hours", "Hours", "corpus/hours.md", None, (), 0, 11, "Every day.")
NEAR = Retrieved("wards", "Wards", "corpus/wards.md", ("Work",), 40, 90, "Officers visit wards. …", 0.5)
ANSWER = Answer(
    id="0123456789abcdef",
    question="where do they go",
    understood_as="where do they go",
    status="answered",
    confidence=0.9,
    statements=(Statement("Officers visit wards.", "sentence", (1,)),),
    citations=(WHERE,),
    passages=(NEAR,),
)


def test_an_answer_with_its_sources() -> None:
    assert rendered(ANSWER) == (
        "Officers visit wards. [1]\n\nSources\n[1] Wards › Work › Where? (corpus/wards.md, 40–62)\n"
    )


def test_what_was_understood_what_to_beware_of_and_what_to_ask_next() -> None:
    whole = replace(
        ANSWER,
        understood_as="Where do officers go?",
        status="partial",
        notice=notices.PARTIAL,
        follow_ups=("What is a ward?", "Who pays?"),
    )
    assert rendered(whole) == (
        "Read as: Where do officers go?\n"
        "\n"
        "Officers visit wards. [1]\n"
        "\n"
        f"{notices.PARTIAL}\n"
        "\n"
        "Sources\n"
        "[1] Wards › Work › Where? (corpus/wards.md, 40–62)\n"
        "\n"
        "You could also ask\n"
        "- What is a ward?\n"
        "- Who pays?\n"
    )


def test_a_list_and_a_statement_with_two_sources() -> None:
    statements = (
        Statement("Officers visit:", "lead_in", (1,)),
        Statement("wards", "item", (1, 2)),
        Statement("boards", "item", (2,)),
    )
    assert rendered(replace(ANSWER, statements=statements, citations=(WHERE, WHEN))) == (
        "Officers visit: [1]\n"
        "- wards [1][2]\n"
        "- boards [2]\n"
        "\n"
        "Sources\n"
        "[1] Wards › Work › Where? (corpus/wards.md, 40–62)\n"
        "[2] Hours (corpus/hours.md, 0–11)\n"
    )


def test_what_is_not_covered_is_said_with_the_nearest_three_passages() -> None:
    declined = replace(
        ANSWER,
        status="not_covered",
        confidence=0.1,
        statements=(),
        citations=(),
        passages=(NEAR,) * 5,
        notice=notices.NOT_COVERED,
    )
    assert rendered(declined) == (
        f"{notices.NOT_COVERED}\n"
        "\n"
        "Nearest passages\n"
        "- Wards › Work (corpus/wards.md, 40–90)\n"
        "- Wards › Work (corpus/wards.md, 40–90)\n"
        "- Wards › Work (corpus/wards.md, 40–90)\n"
    )


def test_what_is_no_question_has_the_notice_alone() -> None:
    empty = Answer("0", "", "", "not_covered", 0.0, (), (), (), ("What is a ward?",), notices.EMPTY)
    assert rendered(empty) == f"{notices.EMPTY}\n\nYou could also ask\n- What is a ward?\n"
