"""A server goes on with a new index without a restart, and with the old one where the new one is bad."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from cmo_qa import knowledge
from cmo_qa.errors import IndexMissingError, IndexUnusableError
from cmo_qa.index import Index, generation_of
from cmo_qa.knowledge import KnowledgeBase, LiveKnowledgeBase
from tests.library import BagOfWords, build_library

ONE = {"a.md": "# A\n\nThe ward has staff.\n"}
TWO = {"b.md": "# B\n\nThe board pays the chief.\n"}


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The generations that were opened, with the embedder that counts words."""
    encoder = BagOfWords.of(*ONE.values(), *TWO.values())
    generations: list[Path] = []

    class FakeIndex(Index):
        def __init__(self, generation: Path, threads: int = 0, encoder: object = encoder) -> None:
            assert isinstance(encoder, BagOfWords | None)
            super().__init__(generation, threads, encoder or BagOfWords.of(*ONE.values(), *TWO.values()))
            generations.append(generation)

    monkeypatch.setattr(knowledge, "Index", FakeIndex)
    return generations


def titles(current: KnowledgeBase) -> list[str]:
    return [document.title for document in current.documents()]


def test_the_same_index_is_opened_once(tmp_path: Path, opened: list[Path]) -> None:
    build_library(tmp_path / "index", ONE)
    live = LiveKnowledgeBase(tmp_path / "index")
    assert not opened
    assert live.current() is live.current()
    assert opened == [generation_of(tmp_path / "index")]


def test_a_new_generation_is_picked_up(tmp_path: Path, opened: list[Path]) -> None:
    build_library(tmp_path / "index", ONE)
    live = LiveKnowledgeBase(tmp_path / "index")
    before = live.current()
    build_library(tmp_path / "index", TWO)
    assert titles(live.current()) == ["B"]
    assert titles(before) == ["A"]  # who was in the middle of an answer ends it
    assert len(opened) == 2


def test_a_bad_generation_is_passed_over_until_the_next(tmp_path: Path, opened: list[Path]) -> None:
    folder = tmp_path / "index"
    build_library(folder, ONE)
    live = LiveKnowledgeBase(folder)
    before = live.current()
    build_library(folder, TWO)
    (generation_of(folder) / "tokens.npy").unlink()
    assert live.current() is before
    assert live.current() is before
    assert len(opened) == 1
    build_library(folder, TWO)
    assert titles(live.current()) == ["B"]


def test_an_index_that_goes_away_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    build_library(folder, ONE)
    live = LiveKnowledgeBase(folder)
    before = live.current()
    shutil.rmtree(folder)
    assert live.current() is before
    assert titles(before) == ["A"]
    build_library(folder, TWO, name="two")
    assert titles(live.current()) == ["B"]


def test_no_index_is_said_each_time_until_there_is_one(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    live = LiveKnowledgeBase(folder)
    for _ in range(2):
        with pytest.raises(IndexMissingError):
            live.current()
    build_library(folder, ONE)
    assert titles(live.current()) == ["A"]


def test_a_bad_first_index_is_said_until_it_is_mended(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    build_library(folder, ONE)
    (generation_of(folder) / "tokens.npy").unlink()
    live = LiveKnowledgeBase(folder)
    with pytest.raises(IndexUnusableError):
        live.current()
    build_library(folder, TWO)
    assert titles(live.current()) == ["B"]


def test_many_at_once_open_it_once(tmp_path: Path, opened: list[Path]) -> None:
    build_library(tmp_path / "index", ONE)
    live = LiveKnowledgeBase(tmp_path / "index")
    found: list[KnowledgeBase] = []
    threads = [threading.Thread(target=lambda: found.append(live.current())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(map(id, found))) == len(opened) == 1
