"""An index is kept up to date: a burst of changes is one run, a failure is told, an interrupt ends it cleanly."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from cmo_qa.errors import SourceError
from ingest import watch as watching
from ingest.watch import Watcher, watch


class DoneError(Exception):
    """Ends a watch from within."""


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "QUIET", 400)
    monkeypatch.setattr(watching, "STEP", 50)


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.md").write_text("A")
    return tmp_path / "articles"


def notices(watcher: Watcher, timeout: float) -> bool:
    return watcher._changed.wait(timeout)


def test_a_change_during_a_run_is_followed_by_another_run(articles: Path, tmp_path: Path) -> None:
    runs: list[str] = []

    def run() -> None:
        runs.append((articles / "a.md").read_text())
        if len(runs) == 3:
            raise DoneError
        for number in range(5):
            (articles / f"{number}.md").write_text("burst")
        (articles / "a.md").write_text("B" * len(runs))

    with pytest.raises(DoneError):
        watch([articles], tmp_path / "index", run, print)
    assert runs == ["A", "B", "BB"]


def test_a_run_that_fails_is_told_and_the_next_is_made(articles: Path, tmp_path: Path) -> None:
    said: list[str] = []
    turns = iter(range(9))

    def run() -> None:
        if next(turns) == 0:
            threading.Timer(0.3, (articles / "b.md").write_text, ["B"]).start()
            raise SourceError("Can't read it.")
        raise DoneError

    with pytest.raises(DoneError):
        watch([articles], tmp_path / "index", run, said.append)
    assert said == ["Can't read it."]


def test_new_changed_and_removed_files_are_noticed(articles: Path, tmp_path: Path) -> None:
    with Watcher([articles], tmp_path / "index") as watcher:
        for change in (
            (articles / "deep").mkdir,
            lambda: (articles / "a.md").write_text("more"),
            lambda: (articles / "a.md").rename(articles / "b.md"),
            (articles / "b.md").unlink,
        ):
            change()
            assert notices(watcher, 10)
            watcher.wait()


def test_the_index_itself_is_not_watched(articles: Path) -> None:
    index = articles / "index"
    index.mkdir()
    with Watcher([articles], index) as watcher:
        (index / "current").write_text("swapped")
        assert not notices(watcher, 1.0)


def test_a_file_is_watched_and_not_its_neighbours(articles: Path, tmp_path: Path) -> None:
    with Watcher([articles / "a.md"], tmp_path / "index") as watcher:
        (articles / "b.md").write_text("B")
        assert not notices(watcher, 1.0)
        (articles / "new.md").write_text("A, anew")
        (articles / "new.md").replace(articles / "a.md")
        assert notices(watcher, 10)
