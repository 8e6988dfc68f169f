"""Which statements may stand for each other, and which must stand beside each other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from cmo_qa.agreement import differ, differing, figures_of, say_the_same
from cmo_qa.types import Unit
from tests.library import Library, build_library

YEARS = "An officer needs five to ten years of practice"


@dataclass(frozen=True)
class Statement:
    """A statement with its place."""

    row: int
    unit: Unit
    text: str


def statements(library: Library) -> dict[str, Statement]:
    index = library.index
    found = index.units(range(index.passage_count)).items()
    return {text: Statement(row, unit, text) for row, (unit, text) in found}


def two(folder: Path, first: str, second: str) -> tuple[Library, Statement, Statement]:
    """A library of two articles with a sentence each."""
    library = build_library(folder, {"a.md": f"# Alder\n\n{first}\n", "b.md": f"# Birch\n\n{second}\n"})
    said = statements(library)
    return library, said[first], said[second]


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("at least five to 10 years", {"year": {"5", "10"}}),
        ("between 10 and 15 years, one of them abroad", {"year": {"10", "15"}}),
        ("five or more years", {"year": {"5"}}),
        ("20% of the staff and 3,000 beds", {"%": {"20"}, "bed": {"3000"}}),
        ("20 percent", {"%": {"20"}}),
        ("within 30-60 days", {"day": {"30", "60"}}),
        ("In 2019 the officer retired", {}),
        ("no figure at all", {}),
    ],
)
def test_figures_are_read_with_what_they_count(text: str, figures: dict[str, set[str]]) -> None:
    assert figures_of(text) == figures


def test_two_articles_that_give_other_figures_differ(tmp_path: Path) -> None:
    library, one, other = two(tmp_path, f"{YEARS}.", "An officer needs fifteen to twenty years of practice.")
    assert differ(library.index, one, other)
    assert differ(library.index, other, one)
    assert not say_the_same(library.index, one, other)
    assert differing(library.index, [one, other]) == [(0, 1)]


def test_a_figure_in_common_is_no_difference(tmp_path: Path) -> None:
    library, one, other = two(tmp_path, f"{YEARS}.", "An officer needs ten years of practice.")
    assert not differ(library.index, one, other)


def test_two_articles_of_which_one_denies_what_the_other_says_differ(tmp_path: Path) -> None:
    library, one, other = two(
        tmp_path, "An officer must hold a business degree.", "An officer must not hold a business degree."
    )
    assert differ(library.index, one, other)
    assert not say_the_same(library.index, one, other)


@pytest.mark.parametrize("start", ["No, an", "Yes, an", "Normally not, because an"])
def test_the_answer_to_another_question_in_front_denies_nothing(tmp_path: Path, start: str) -> None:
    library, one, other = two(
        tmp_path, "An officer must hold a business degree.", f"{start} officer must hold a business degree."
    )
    assert not differ(library.index, one, other)


def test_what_speaks_of_other_things_does_not_differ(tmp_path: Path) -> None:
    library, one, other = two(
        tmp_path, f"{YEARS}.", "The ward has twelve beds and the roof was mended three years ago."
    )
    assert not differ(library.index, one, other)


def test_an_article_does_not_differ_from_itself(tmp_path: Path) -> None:
    text = "An officer needs five years of practice. An officer needs nine years of practice."
    said = statements(library := build_library(tmp_path, {"a.md": f"# Alder\n\n{text}\n"}))
    one, other = said.values()
    assert not differ(library.index, one, other)


def test_one_is_enough_of_two_that_say_the_same(tmp_path: Path) -> None:
    library, one, other = two(tmp_path, f"{YEARS}.", f"{YEARS} too.")
    assert say_the_same(library.index, one, other)
