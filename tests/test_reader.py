"""The reader: how it is given statements, what it tells apart, and what stands where it is missing."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from cmo_qa.errors import IndexUnusableError
from cmo_qa.evidence import gather
from cmo_qa.index import Index, generation_of, read_manifest
from cmo_qa.knowledge import look_up
from cmo_qa.question import understand
from cmo_qa.reader import FILES, FOLDER, MODEL, READ_FIRST, READ_ON, Reader, as_read, read_first, written
from cmo_qa.retrieve import retrieve
from cmo_qa.settings import Settings
from tests import shipped
from tests.library import Library

REPORTS = "The harbour master reports to the port director and leads a staff of nine pilots."
FINE = "A boat that enters without a permit may be fined and turned away."


@pytest.fixture(scope="module")
def shipped_index(real_settings: Settings) -> Path:
    return shipped.shipped_index(real_settings)


@pytest.fixture(scope="module")
def reader(shipped_index: Path) -> Reader:
    return Reader(generation_of(shipped_index) / FOLDER, 2)


def heard(text: str) -> str:
    return as_read(text, "The harbour", ("The harbour", "Staff"), "")


def test_a_statement_is_given_with_the_nearest_headings_and_what_stands_before_it() -> None:
    read = as_read("It is paid.", "Posts", ("Posts", "Pay", "Bonus"), "The post is full-time.")
    assert read == "It is paid. [SEP] Pay > Bonus: The post is full-time."
    assert as_read("It is paid.", "Posts", (), "") == "It is paid. [SEP] Posts: "


@pytest.mark.parametrize(
    ("answered", "not_answered", "statement"),
    [
        ("Who does the harbour master report to?", "What does the harbour master earn?", REPORTS),
        ("How many pilots does the harbour master lead?", "How many ships call at the harbour each year?", REPORTS),
        ("What happens to a boat without a permit?", "How high is the fine in euros?", FINE),
    ],
)
def test_an_answer_is_told_from_what_is_only_near(
    reader: Reader, answered: str, not_answered: str, statement: str
) -> None:
    assert reader.read(answered, [heard(statement)])[0] > reader.read(not_answered, [heard(statement)])[0] + 1


def test_what_is_read_does_not_depend_on_what_is_read_beside_it(reader: Reader) -> None:
    question = "Who does the harbour master report to?"
    together = reader.read(question, [heard(REPORTS), heard(FINE), heard("Short.")])
    alone = [float(reader.read(question, [heard(text)])[0]) for text in (REPORTS, FINE, "Short.")]
    assert np.array_equal(together, np.array(alone, dtype=np.float32))
    assert reader.read(question, []).shape == (0,)


def test_a_long_statement_is_cut_and_not_refused(reader: Reader) -> None:
    assert np.isfinite(reader.read("How long?" * 300, [heard("word " * 5000)])).all()


def test_the_reader_is_small_and_part_of_every_index(shipped_index: Path) -> None:
    assert MODEL.stat().st_size < 25_000_000
    listed = read_manifest(generation_of(shipped_index))["files"]
    assert {f"{FOLDER}/{name}" for name in FILES} <= set(listed)


@pytest.mark.parametrize("name", FILES)
def test_a_reader_that_lacks_a_file_says_how_to_mend_it(shipped_index: Path, tmp_path: Path, name: str) -> None:
    folder = tmp_path / FOLDER
    shutil.copytree(generation_of(shipped_index) / FOLDER, folder)
    (folder / name).unlink()
    with pytest.raises(IndexUnusableError, match="Build the index again"):
        Reader(folder)


@pytest.mark.parametrize(
    ("question", "count"), [("What is a fractional CMO?", READ_FIRST), ("How tall is the chief of Larkmere?", READ_ON)]
)
def test_the_first_pieces_of_evidence_are_read_and_more_where_none_answers(
    shipped_index: Path, question: str, count: int
) -> None:
    index = Index.open(shipped_index)
    _, evidence = look_up(index, understand(index, question, []))
    read = [one.log_odds for one in evidence if one.log_odds is not None]
    assert len(read) == count
    assert (max(read) < 0) == (count == READ_ON)
    assert [one.score for one in evidence] == sorted((one.score for one in evidence), reverse=True)


def test_a_piece_of_evidence_is_read_behind_its_own_passage_only(shipped_index: Path) -> None:
    index = Index.open(shipped_index)
    _, evidence = look_up(index, understand(index, "What does a CMO do?", []))
    for one in evidence[:20]:
        first_of_passage = min(index.units([one.unit.passage]))
        assert written(index, one).endswith(": ") == (one.row == first_of_passage)


def test_without_a_reader_the_evidence_stays_as_it_is(small: Library) -> None:
    assert small.index.reader is None
    question = understand(small.index, "What is a chief medical officer?", [])
    evidence = gather(small.index, question.encoded, retrieve(small.index, question.encoded, question.stems, 40))
    assert read_first(small.index, question.text, evidence) == evidence
