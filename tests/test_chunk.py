"""Passages are whole blocks under one heading path; units cover all that can be quoted, each once."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.chunk import MOST_WORDS, chunk, embedding_text, section_label
from ingest.clean import clean
from ingest.read import Raw

if TYPE_CHECKING:
    from cmo_qa.types import Document, Passage, Unit

SENTENCE = "The chief of the ward reads the figures of the month with care. "


def words(text: str) -> int:
    return len(text.split())


def chunked(text: str, limit: int = 250, kind: str = "markdown") -> tuple[Document, list[Passage], list[Unit]]:
    document = clean(Raw("a.md", kind, text))
    passages, units = chunk(document, words, limit)
    return document, passages, units


def quoted(document: Document, units: list[Unit]) -> list[tuple[str, str]]:
    return [(unit.kind, document.text[unit.start : unit.end]) for unit in units]


def test_units_are_sentences_items_and_lead_ins() -> None:
    text = "# Wards\n\nWards differ. Each ward has:\n\n- **Nurses:** they care. They watch.\n- doctors\n\nThat is all."
    document, _, units = chunked(text)
    assert quoted(document, units) == [
        ("sentence", "Wards differ."),
        ("lead_in", "Each ward has:"),
        ("item", "Nurses: they care."),
        ("sentence", "They watch."),
        ("item", "doctors"),
        ("sentence", "That is all."),
    ]
    assert [unit.list_id for unit in units] == [None, 1, 1, 1, 1, None]


def test_rows_of_a_table_are_units() -> None:
    document, _, units = chunked("# Pay\n\n| Post | Pay |\n|---|---|\n| Chief | high |\n")
    assert quoted(document, units) == [("item", "Post | Pay"), ("item", "Chief | high")]


def test_sections_are_paths_of_labels_without_numbers_and_without_the_title() -> None:
    text = "# The chief\n\nA.\n\n## 2. Duties:\n\nB.\n\n### Question 1: Which ones?\n\nC.\n\n## Pay\n\nD."
    _, passages, _ = chunked(text)
    assert [passage.section for passage in passages] == [(), ("Duties",), ("Duties", "Which ones?"), ("Pay",)]


def test_a_paragraph_that_returns_to_its_section_stands_under_it() -> None:
    text = (
        "Wards\n\n1. Care\n\nCare is much.\n\n"
        "  • Beds\n\n    Beds are few here.\n\n  • Staff\n\n    Staff is scarce here.\n\nBoth matter."
    )
    document, passages, _ = chunked(text, kind="text")
    assert [(passage.section, document.text[passage.start : passage.end]) for passage in passages] == [
        (("Care",), "Care is much."),
        (("Care", "Beds"), "Beds are few here."),
        (("Care", "Staff"), "Staff is scarce here."),
        (("Care",), "Both matter."),
    ]


def test_small_neighbours_are_joined_up_to_the_most() -> None:
    paragraph = SENTENCE * 4
    document, passages, _ = chunked("# T\n\n" + "\n\n".join([paragraph] * 6))
    sizes = [words(document.text[passage.start : passage.end]) for passage in passages]
    assert max(sizes) <= MOST_WORDS
    assert len(passages) == 2


def test_a_list_goes_with_its_lead_in_and_is_split_between_items() -> None:
    items = "".join(f"- item {number} does one thing. It does it well.\n" for number in range(40))
    document, passages, units = chunked(f"# T\n\nThere are many items:\n\n{items}", limit=80)
    assert units[0].kind == "lead_in"
    assert units[1].passage == 0
    for row in range(len(passages)):
        first = next(unit for unit in units if unit.passage == row)
        assert first.kind in {"lead_in", "item"}
    assert all(words(embedding_text("T", p.section, document.text[p.start : p.end])) <= 80 for p in passages)


def test_a_sentence_longer_than_the_limit_stays_whole_and_alone() -> None:
    long = "word " * 60 + "end."
    document, _passages, units = chunked(f"# T\n\n{SENTENCE}{long} {SENTENCE}", limit=30)
    assert f"{long}" in [document.text[unit.start : unit.end] for unit in units]
    holder = next(unit.passage for unit in units if unit.end - unit.start == len(long))
    assert [unit.passage for unit in units].count(holder) == 1


def test_an_embedding_text_says_title_and_headings_once() -> None:
    assert embedding_text("What is a chief?", ("What is a chief?",), "A doctor.") == "What is a chief?\nA doctor."
    assert embedding_text("Chiefs", ("Duties", "Care"), "Much.") == "Chiefs\nDuties › Care\nMuch."


def test_labels_lose_numbers_and_colons_only() -> None:
    heard = [
        "1. Care",
        "Question 3: Why?",
        "Q: Who?",
        "Duties:",
        "3.2 Pay",
        "9+ Tips",
        "I. Past",
        "2024 in review",
        "A chief",
    ]
    assert [section_label(one) for one in heard] == [
        "Care", "Why?", "Who?", "Duties", "Pay", "9+ Tips", "Past", "2024 in review", "A chief",
    ]  # fmt: skip


LINES = st.lists(
    st.sampled_from(
        ["# Title", "## Part", "### Inner", "- item one. More of it.", "  - inner item", "1. first", "A list follows:",
         SENTENCE, "",
         "Is it so?", "| a | b |", "Label: text of it.", "A line\nwrapped here.",
         "Dr. No. 5 of the U.S. team, etc. Then more.", "• Dot"]
    ),
    min_size=1,
    max_size=25,
)  # fmt: skip


@settings(deadline=None)
@given(LINES, st.sampled_from(["\n", "\n\n"]), st.sampled_from(["markdown", "text"]), st.integers(12, 200))
def test_whatever_the_text_units_cover_it_and_passages_keep_to_the_limit(
    lines: list[str], gap: str, kind: str, limit: int
) -> None:
    document, passages, units = chunked(gap.join(["Begin", SENTENCE, *lines]), limit, kind)
    text = document.text
    assert all(
        unit.start < unit.end and text[unit.start : unit.end] == text[unit.start : unit.end].strip() for unit in units
    )
    assert all(one.end <= two.start for one, two in itertools.pairwise(units))
    for block in document.blocks:
        inside = [text[unit.start : unit.end] for unit in units if block.start <= unit.start and unit.end <= block.end]
        expected = "" if block.kind == "heading" else "".join(text[block.start : block.end].split())
        assert "".join("".join(one.split()) for one in inside) == expected
    assert sorted({unit.passage for unit in units}) == list(range(len(passages)))
    for row, passage in enumerate(passages):
        mine = [unit for unit in units if unit.passage == row]
        assert (mine[0].start, mine[-1].end) == (passage.start, passage.end)
        size = words(embedding_text(document.title, passage.section, text[passage.start : passage.end]))
        assert size <= limit or len(mine) == 1
        headings = [block for block in document.blocks if block.kind == "heading"]
        assert not any(passage.start <= heading.start < passage.end for heading in headings)
