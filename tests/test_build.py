"""Ingest from end to end, with the real encoder: killed, interrupted or out of space, the earlier index stays whole."""

from __future__ import annotations

import errno
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from cmo_qa.errors import BusyError, NothingToIndexError, SourceError
from cmo_qa.index import Index, check_files, generation_of, read_manifest
from cmo_qa.knowledge import KnowledgeBase
from cmo_qa.settings import Settings
from ingest import build, read, write
from ingest.build import Report, is_current
from tests.library import ARTICLES, Silent, write_articles

ROOT = Path(__file__).parent.parent
QUESTION = "Who appoints the chief medical officer?"
OTHER = {"other.md": "---\nid: other\ntitle: Another\n---\n\nThe other officer is appointed by the minister.\n"}


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    return write_articles(tmp_path / "articles")


@pytest.fixture
def index(real_index: Path, tmp_path: Path) -> Path:
    """A copy of the shared index, the test's own."""
    shutil.copytree(real_index, tmp_path / "index", symlinks=True)
    return tmp_path / "index"


def run(sources: Path, index: Path, settings: Settings) -> Report:
    return build.build([sources], index, settings, Silent())


def answers(index: Path) -> dict[str, object]:
    """What the index says now, after every file of it was read and checked."""
    generation = generation_of(index)
    check_files(generation, read_manifest(generation), whole=True)
    return KnowledgeBase.open(index).ask(QUESTION).as_json()


def documents(index: Path) -> list[str]:
    """What the index holds now, after every file of it was read and checked."""
    answers(index)
    return [document.id for document in KnowledgeBase.open(index).documents()]


def tidy(index: Path) -> bool:
    """Whether nothing half-written is there."""
    inside = [*index.iterdir(), *(index / "generations").iterdir()]
    return not [path for path in inside if path.name.startswith(".") and path.name != ".lock"]


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
    (sources / "table.csv").write_text("a,b\n")
    report = run(sources, tmp_path / "index", real_settings)
    opened = Index.open(tmp_path / "index")
    counts = opened.manifest["counts"]
    assert counts == {"documents": 4, "passages": report.passages, "sentences": report.sentences}
    assert (report.documents, opened.passage_count) == (4, report.passages)
    assert report.problems == (
        f"{sources}/table.csv: not .md, .txt or .html",
        f"Can't read {sources}/empty.md: the file is empty. Remove it, or fill it.",
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
    run(sources, index, real_settings)
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
    unchanged = read.read

    def read_then_changed(path: Path, source: str) -> read.Raw:
        raw = unchanged(path, source)
        path.write_text(raw.text + "\nChanged.\n")
        return raw

    monkeypatch.setattr(read, "read", read_then_changed)
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
    assert report.problems == (
        f"Can't read {sources}/pay.md: no such file or directory. Check that it exists and may be read.",
    )


# Nothing to do it with


def test_nothing_readable_leaves_the_index(index: Path, tmp_path: Path, real_settings: Settings) -> None:
    before = answers(index)
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "empty.md").write_text("")
    with pytest.raises(NothingToIndexError) as caught:
        run(tmp_path / "none", index, real_settings)
    assert str(caught.value) == (
        f"Nothing to index in {tmp_path}/none: no readable article (.md, .txt, .html).\n"
        f"Can't read {tmp_path}/none/empty.md: the file is empty. Remove it, or fill it.\n"
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


# A full disk

FULL = "The index at {}/ was not changed. The disk is full. Free some space, then run this again."


@pytest.fixture(scope="session")
def tiny_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[int], Path]]:
    """A disk of so many bytes, where this machine lets us mount one."""
    mounted: list[Path] = []

    def mount(size: int) -> Path:
        place = tmp_path_factory.mktemp("disk")
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], capture_output=True, check=False
        )
        if done.returncode:
            pytest.skip("mounting a small disk needs root")
        mounted.append(place)
        return place

    try:
        yield mount
    finally:
        for place in mounted:
            subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_is_told_wherever_it_happens(
    sources: Path, real_index: Path, real_settings: Settings, tiny_disk: Callable[[int], Path]
) -> None:
    generation = generation_of(real_index)
    sizes = {name: _size(generation / name) for name in ("encoder", "library.sqlite", "dense.faiss", "tokens.npy")}
    index = tiny_disk(3 * _size(generation)) / "index"
    shutil.copytree(real_index, index, symlinks=True)
    before = answers(index)
    room = 0
    for size in sizes.values():
        ballast = index.parent / "ballast"
        ballast.write_bytes(b"0" * (shutil.disk_usage(index).free - room - size // 2))
        with pytest.raises(SourceError) as caught:
            run(sources, index, real_settings)
        assert str(caught.value) == FULL.format(index)
        assert answers(index) == before
        assert tidy(index)
        assert len(list((index / "generations").iterdir())) == 1
        ballast.unlink()
        room += size
    run(sources / "pay.md", index, real_settings)
    assert documents(index) == ["pay"]


def _size(path: Path) -> int:
    """Bytes of a file or of all in a folder, in whole blocks."""
    paths = [path, *path.rglob("*")]
    return sum(-(-one.stat().st_size // 4096) * 4096 for one in paths if one.is_file())


def full(*_: object, **__: object) -> object:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "some file")


@pytest.mark.parametrize(
    "place", ["_write_library", "_write_dense", "_write_lexical", "write_manifest", "_sync", "add_questions", "_swap"]
)
def test_a_full_disk_at_each_step(
    place: str, index: Path, sources: Path, real_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = answers(index)
    monkeypatch.setattr(write, place, full)
    with pytest.raises(SourceError) as caught:
        run(sources / "pay.md", index, real_settings)
    assert str(caught.value) == FULL.format(index)
    assert answers(index) == before
    assert tidy(index)


def test_a_fault_of_the_program_is_not_called_a_full_disk(
    index: Path, sources: Path, real_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> object:
        raise RuntimeError("a fault")

    monkeypatch.setattr(write, "_write_dense", broken)
    with pytest.raises(RuntimeError, match=r"^a fault$"):
        run(sources / "pay.md", index, real_settings)
    assert tidy(index)


def test_another_trouble_with_the_folder_names_the_place(
    index: Path, sources: Path, real_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> object:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/some/file")

    monkeypatch.setattr(write, "_write_library", refused)
    with pytest.raises(SourceError) as caught:
        run(sources / "pay.md", index, real_settings)
    assert str(caught.value) == f"The index at {index}/ was not changed. Permission denied: /some/file"


# Killed and interrupted


class Run:
    """`python -m ingest` as a process of its own, with the encoder in the cache."""

    def __init__(self, sources: Path, index: Path, settings: Settings, *more: str) -> None:
        environment = {**os.environ, "CMO_QA_CACHE": str(settings.cache), "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-m", "ingest", str(sources), "--index", str(index), *more]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def until(self, wanted: str) -> str:
        """What is said on standard error up to the line that begins so."""
        assert self._process.stderr is not None
        said = ""
        for line in self._process.stderr:
            said += line
            if line.startswith(wanted):
                break
        return said

    def end(self, by: signal.Signals | None = None) -> tuple[int, str, str]:
        """Exit code, standard output and what is left of standard error, after the signal."""
        if by is not None:
            self._process.send_signal(by)
        out, err = self._process.communicate(timeout=60)
        return self._process.returncode, out, err


POINTS = ("Reading articles", "Embedding passages", "Embedding sentences", "Writing the index", "Asking the articles")


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_step_the_index_is_whole(point: str, index: Path, tmp_path: Path, real_settings: Settings) -> None:
    before = answers(index)
    sources = write_articles(tmp_path / "articles", {**ARTICLES, **OTHER})
    process = Run(sources, index, real_settings)
    assert process.until(point)
    code, _, _ = process.end(signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert answers(index) == before or "other" in documents(index)
    report = run(write_articles(tmp_path / "next", OTHER), index, real_settings)
    assert report.documents == 1
    assert tidy(index)
    assert documents(index) == ["other"]


def test_killed_at_any_moment_the_index_is_whole(index: Path, tmp_path: Path, real_settings: Settings) -> None:
    """Moments from a fixed seed, between the first line and some way beyond the end."""
    places = {name: write_articles(tmp_path / name, articles) for name, articles in (("a", ARTICLES), ("b", OTHER))}
    before, after = documents(index), ["other"]
    moments = random.Random(7)
    for turn in range(6):
        process = Run(places["ab"[turn % 2]], index, real_settings)
        process.until("Reading articles")
        time.sleep(moments.uniform(0, 0.8))
        process.end(signal.SIGKILL)
        assert documents(index) in (before, after)
    run(places["b"], index, real_settings)
    assert tidy(index)
    assert documents(index) == ["other"]


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_says_so_in_a_line(
    by: signal.Signals, index: Path, tmp_path: Path, real_settings: Settings
) -> None:
    before = answers(index)
    process = Run(write_articles(tmp_path / "other", {**ARTICLES, **OTHER}), index, real_settings)
    process.until("Reading articles")
    code, out, err = process.end(by)
    assert (code, out) == (130, "")
    assert re.sub(r"^(Embedding .*|Writing .*|Asking .*)\n", "", err, flags=re.MULTILINE) == (
        f"Interrupted. The index at {index}/ is as it was.\n"
    )
    assert answers(index) == before
    assert tidy(index)


def test_of_two_at_once_one_builds_and_one_is_refused(tmp_path: Path, real_settings: Settings) -> None:
    index = tmp_path / "index"
    both = [Run(write_articles(tmp_path / name), index, real_settings) for name in ("one", "two")]
    ended = sorted(process.end() for process in both)
    codes = [code for code, _, _ in ended]
    if codes == [0, 0]:
        pytest.skip("the first had ended before the second began")
    assert codes == [0, 2]
    assert (
        ended[1][2] == f"Another process is writing the index at {index}/.\nWait for it to end, then run this again.\n"
    )
    assert answers(index)["citations"]
    assert tidy(index)
