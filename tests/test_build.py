"""Ingest from end to end, with the real encoder: what a run makes, and what it says where it can make nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from cmo_qa.errors import BusyError, NothingToIndexError, SourceError
from cmo_qa.index import Index, generation_of
from cmo_qa.knowledge import KnowledgeBase
from cmo_qa.settings import Settings
from ingest import build, read, write
from ingest.build import is_current
from tests.library import Silent
from tests.runs import QUESTION, answers, run, tidy

# What a run makes


def test_the_index_answers_and_says_so_again_when_reopened(index: Path) -> None:
    answer = answers(index)
    assert answer == answers(index)
    assert "The board of the hospital appoints" in str(answer["passages"])
    knowledge = KnowledgeBase.open(index)
    for citation in knowledge.ask(QUESTION).citations:
        document = knowledge.document(citation.document_id)
        assert document
        assert document.text[citation.start : citation.end] == citation.quote


def test_the_report_counts_what_is_there(sources: Path, tmp_path: Path, real_settings: Settings) -> None:
    (sources / "copy.md").write_text("---\nid: pay\n---\n\nThe same id again.\n")
    (sources / "empty.md").write_text("")
    (sources / "table.xyz").write_text("a,b\n")
    report = run(sources, tmp_path / "index", real_settings)
    opened = Index.open(tmp_path / "index")
    counts = opened.manifest["counts"]
    assert counts == {"documents": 4, "passages": report.passages, "sentences": report.sentences}
    assert (report.documents, opened.passage_count) == (4, report.passages)
    assert report.problems == (
        f"{sources}/table.xyz: not {read.READABLE}",
        f"{sources}/empty.md: the file is empty. Remove it, or fill it.",
        f"{sources}/pay.md: has the id pay, as {sources}/copy.md has; the first one is kept",
    )


def test_every_unit_has_tokens_and_faiss_equals_numpy(index: Path) -> None:
    opened = Index.open(index)
    units = opened.units(range(opened.passage_count))
    for row, (_, text) in units.items():
        assert len(opened.unit_tokens(row)) == opened.encoder.count_tokens(text)
    question = opened.encoder.encode_question(QUESTION).vector
    cosines = opened.cosines(question[np.newaxis], range(opened.passage_count))
    rows, scores = opened.nearest(question[np.newaxis], 3)
    assert scores == pytest.approx(np.sort(cosines)[::-1][:3], abs=1e-6)
    assert cosines[rows] == pytest.approx(scores, abs=1e-6)


def test_built_again_of_the_same_sources_it_is_the_same(sources: Path, tmp_path: Path, real_settings: Settings) -> None:
    index = tmp_path / "index"
    run(sources, index, real_settings)
    before, generation = answers(index), generation_of(index)
    build.build([sources], index, real_settings, Silent(), full=True)
    assert generation_of(index) != generation
    assert answers(index) == before
    for name in ("dense.faiss", "sentences.npy", "tokens.npy", "token_ends.npy"):
        assert (generation / name).read_bytes() == (generation_of(index) / name).read_bytes()


def test_an_article_is_embedded_the_same_whatever_else_is_read(
    sources: Path, tmp_path: Path, real_settings: Settings
) -> None:
    run(sources, tmp_path / "all", real_settings)
    run(sources / "role.md", tmp_path / "one", real_settings)
    rows = {name: _sentence_vectors(tmp_path / name, "role") for name in ("all", "one")}
    assert np.array_equal(rows["all"], rows["one"])


def _sentence_vectors(index: Path, document: str) -> NDArray[np.float16]:
    opened = Index.open(index)
    units = opened.units(range(opened.passage_count))
    rows = [row for row, (unit, _) in units.items() if unit.document_id == document]
    return np.asarray(opened.sentence_vectors[rows])


def test_is_current_until_something_changes(sources: Path, tmp_path: Path, real_settings: Settings) -> None:
    index = tmp_path / "index"
    assert not is_current([sources], index, real_settings)
    run(sources, index, real_settings)
    assert is_current([sources], index, real_settings)
    assert not is_current([sources / "pay.md"], index, real_settings)
    text = (sources / "pay.md").read_text()
    (sources / "pay.md").write_text(text + "\nMore.\n")
    assert not is_current([sources], index, real_settings)
    (sources / "pay.md").write_text(text)
    assert is_current([sources], index, real_settings)
    (sources / "new.md").write_text("# New\n\nA new article.\n")
    assert not is_current([sources], index, real_settings)
    (sources / "new.md").unlink()
    (generation_of(index) / "tokens.npy").write_bytes(b"damaged")
    assert not is_current([sources], index, real_settings)


def test_a_change_while_an_article_is_read_is_seen_later(
    sources: Path, tmp_path: Path, real_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    unchanged = read.articles

    def read_then_changed(source: read.Source) -> Iterator[read.Raw | read.Skipped]:
        yield from unchanged(source)
        source.path.write_text(source.path.read_text() + "\nChanged.\n")

    monkeypatch.setattr(read, "articles", read_then_changed)
    run(sources / "pay.md", tmp_path / "index", real_settings)
    monkeypatch.undo()
    assert not is_current([sources / "pay.md"], tmp_path / "index", real_settings)


def test_an_article_that_vanishes_midway_is_left_out(
    sources: Path, tmp_path: Path, real_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    unchanged = read.find

    def find_then_gone(paths: Sequence[Path]) -> read.Found:
        found = unchanged(paths)
        (sources / "pay.md").unlink()
        return found

    monkeypatch.setattr(read, "find", find_then_gone)
    report = run(sources, tmp_path / "index", real_settings)
    assert report.documents == 3
    assert report.problems == (f"{sources}/pay.md: no such file or directory. Check that it exists and may be read.",)


# Nothing to do it with


def test_nothing_readable_leaves_the_index(index: Path, tmp_path: Path, real_settings: Settings) -> None:
    before = answers(index)
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "empty.md").write_text("")
    with pytest.raises(NothingToIndexError) as caught:
        run(tmp_path / "none", index, real_settings)
    assert str(caught.value) == (
        f"Nothing to index in {tmp_path}/none: no readable article ({read.READABLE}).\n"
        f"{tmp_path}/none/empty.md: the file is empty. Remove it, or fill it.\n"
        "Name a file or folder of articles: python -m ingest FOLDER --index DIR"
    )
    assert answers(index) == before
    assert tidy(index)


def test_a_missing_source_makes_no_index_folder(tmp_path: Path, real_settings: Settings) -> None:
    with pytest.raises(SourceError):
        run(tmp_path / "none", tmp_path / "index", real_settings)
    assert not (tmp_path / "index").exists()


def test_a_second_run_at_once_is_refused(sources: Path, index: Path, real_settings: Settings) -> None:
    before = answers(index)
    with write.locked(index), pytest.raises(BusyError):
        run(sources, index, real_settings)
    assert answers(index) == before
