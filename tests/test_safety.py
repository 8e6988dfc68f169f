"""Killed, interrupted or out of space, with the real encoder: the earlier index stays whole, and a line says so."""

from __future__ import annotations

import errno
import os
import random
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cmo_qa.errors import SourceError
from cmo_qa.index import generation_of
from cmo_qa.knowledge import LiveKnowledgeBase
from cmo_qa.settings import Settings
from cmo_qa.verify import faults
from ingest import rows, store, tables, write
from tests.library import ARTICLES, write_articles
from tests.runs import QUESTION, Process, answers, documents, run, tidy

KILLS = int(os.environ.get("KILLS", "4"))
OTHER = {"other.md": "---\nid: other\ntitle: Another\n---\n\nThe other officer is appointed by the minister.\n"}


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


STEPS = [
    (tables.Tables, "take"),
    (tables.Tables, "count_words"),
    (rows.Rows, "close"),
    (store, "_write_lexical"),
    (store.Store, "finish"),
    (write, "write_manifest"),
    (tables, "add_asked"),
    (write, "_sync"),
    (write, "_swap"),
]


@pytest.mark.parametrize(("owner", "name"), STEPS, ids=[name for _, name in STEPS])
def test_a_full_disk_at_each_step(
    owner: object, name: str, index: Path, sources: Path, real_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = answers(index)
    monkeypatch.setattr(owner, name, full)
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

    monkeypatch.setattr(store, "_write_lexical", broken)
    with pytest.raises(RuntimeError, match=r"^a fault$"):
        run(sources / "pay.md", index, real_settings)
    assert tidy(index)


def test_another_trouble_with_the_folder_names_the_place(
    index: Path, sources: Path, real_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> object:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/some/file")

    monkeypatch.setattr(tables.Tables, "add", refused)
    monkeypatch.setattr(tables.Tables, "take", refused)
    with pytest.raises(SourceError) as caught:
        run(sources / "pay.md", index, real_settings)
    assert str(caught.value) == f"The index at {index}/ was not changed. Permission denied: /some/file"


# Killed and interrupted


POINTS = ("Files: ", "Reading and embedding: ", "Writing the index", "Asking the articles")


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_step_the_index_is_whole(point: str, index: Path, tmp_path: Path, real_settings: Settings) -> None:
    before = answers(index)
    sources = write_articles(tmp_path / "articles", {**ARTICLES, **OTHER})
    process = Process(sources, index, real_settings)
    assert process.until(point)
    code, _, _ = process.end(signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert answers(index) == before or "other" in documents(index)
    report = run(write_articles(tmp_path / "next", OTHER), index, real_settings)
    assert report.documents == 1
    assert faults(index) == []
    assert tidy(index)
    assert documents(index) == ["other"]


def test_killed_at_any_moment_the_chat_answers_throughout(index: Path, tmp_path: Path, real_settings: Settings) -> None:
    """Moments from a fixed seed, from the start of a run to some way beyond its end; `KILLS=50` takes minutes."""
    places = {name: write_articles(tmp_path / name, articles) for name, articles in (("a", ARTICLES), ("b", OTHER))}
    held = [documents(index), ["other"]]
    live, failed, asked, done = LiveKnowledgeBase(index), [], [], threading.Event()

    def ask() -> None:
        while not done.is_set():
            try:
                answer = live.current().ask(QUESTION)
                asked.append(answer.id)
            except Exception as error:  # noqa: BLE001 whatever it is, nobody may see it
                failed.append(error)

    reader = threading.Thread(target=ask)
    reader.start()
    moments = random.Random(7)
    try:
        for turn in range(KILLS):
            process = Process(places["ab"[turn % 2]], index, real_settings)
            if turn % 4:
                process.until("Files: ")
            time.sleep(moments.uniform(0, 2.0))
            process.end(signal.SIGKILL)
            assert documents(index) in held
            with write.locked(index):
                pass
    finally:
        done.set()
        reader.join()
    assert failed == []
    assert len(asked) > KILLS
    run(places["b"], index, real_settings)
    assert tidy(index)
    assert faults(index) == []
    assert documents(index) == ["other"]


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_says_so_in_a_line(
    by: signal.Signals, index: Path, tmp_path: Path, real_settings: Settings
) -> None:
    before = answers(index)
    process = Process(write_articles(tmp_path / "other", {**ARTICLES, **OTHER}), index, real_settings)
    process.until("Files: ")
    code, out, err = process.end(by)
    assert (code, out) == (130, "")
    assert re.sub(r"^(Reading .*|Writing .*|Asking .*)\n", "", err, flags=re.MULTILINE) == (
        f"Interrupted. The index at {index}/ is as it was.\n"
    )
    assert answers(index) == before
    assert tidy(index)


def test_of_two_at_once_one_builds_and_one_is_refused(tmp_path: Path, real_settings: Settings) -> None:
    index = tmp_path / "index"
    both = [Process(write_articles(tmp_path / name), index, real_settings) for name in ("one", "two")]
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
