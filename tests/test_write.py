"""What is written is what was read, and the swap is one step: whoever opens an index finds one generation, whole."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cmo_qa.arrays import as_used
from cmo_qa.errors import BusyError, IndexMissingError, SourceError
from cmo_qa.index import Index, check_files, generation_of, read_manifest
from ingest import write
from tests.library import ARTICLES, BagOfWords, Library, build_library

ONE = {"a.md": "# A\n\nThe ward has staff.\n"}
TWO = {"b.md": "# B\n\nThe board pays the chief.\n"}


def titles(index: Index) -> list[str]:
    return [document.title for document in index.documents()]


def live(folder: Path) -> list[str]:
    """Titles of the generation that the folder shows now, after all of it was checked."""
    generation = generation_of(folder)
    check_files(generation, read_manifest(generation), whole=True)
    index = Index(generation, encoder=BagOfWords(("ward",)))
    found = titles(index)
    index.close()
    return found


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# What is in it


def test_documents_come_back_as_they_went_in(small: Library) -> None:
    for part in small.parts:
        assert small.index.document(part.document.id) == part.document


def test_every_passage_and_unit_obeys_the_offset_law(small: Library) -> None:
    texts = {part.document.id: part.document.text for part in small.parts}
    passages = small.index.passages(range(small.index.passage_count))
    assert [passage for passage, _ in passages.values()] == [one for part in small.parts for one in part.passages]
    for passage, text in passages.values():
        assert texts[passage.document_id][passage.start : passage.end] == text
    units = small.index.units(passages)
    assert list(units) == list(range(sum(len(part.units) for part in small.parts)))
    for unit, text in units.values():
        assert texts[unit.document_id][unit.start : unit.end] == text
        passage, _ = passages[unit.passage]
        assert passage.document_id == unit.document_id
        assert passage.start <= unit.start < unit.end <= passage.end


def test_offsets_count_characters_beyond_the_first_plane(tmp_path: Path) -> None:
    text = "# A\n\nThe 🙂 ward – “naïve” 漢字. It has staff.\n"
    library = build_library(tmp_path / "index", {"a.md": text})
    assert [text for _, text in library.index.units([0]).values()] == ["The 🙂 ward – “naïve” 漢字.", "It has staff."]


def test_all_files_have_a_row_for_the_same_things(small: Library) -> None:
    generation = generation_of(small.folder)
    library = sqlite3.connect(generation / "library.sqlite")
    counts = {name: library.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("passages", "sentences")}
    library.close()
    assert counts == {name: small.index.manifest["counts"][name] for name in counts}
    assert small.index.manifest["counts"]["documents"] == len(ARTICLES)
    ends = np.load(generation / "token_ends.npy")
    assert small.index.passage_count == counts["passages"]
    assert len(np.load(generation / "sentences.npy")) == counts["sentences"]
    assert len(ends) == counts["sentences"] + 1
    assert ends[-1] == len(np.load(generation / "tokens.npy"))
    assert len(small.index.lexical_scores(["officer"])) == counts["passages"]


def test_each_unit_has_the_tokens_of_its_own_words_and_no_others(small: Library) -> None:
    for row, (_, text) in small.index.units(range(small.index.passage_count)).items():
        assert np.array_equal(as_used(small.index.unit_tokens(row)), small.encoder.encode_question(text).tokens)


def test_a_sentence_is_embedded_behind_the_one_before_it_in_its_passage(tmp_path: Path) -> None:
    encoder = BagOfWords(("ward", "staff", "beds"))
    text = "# Beds\n\nThe ward is old. It has staff. All the beds are taken.\n"
    library = build_library(tmp_path / "index", {"a.md": text}, encoder)
    half = 0.5**0.5
    wanted = [[1, 0, 0], [half, half, 0], [0, half, half]]
    assert np.allclose(library.index.sentence_vectors, wanted, atol=1e-3)
    title_too = np.array([[1, 1, 2]]) / 6**0.5
    assert library.index.cosines(np.eye(3, dtype=np.float32), [0])[0] == pytest.approx(title_too[0, 0])


def test_faiss_finds_what_numpy_finds(small: Library) -> None:
    question = small.encoder.encode_question("Who appoints the chief medical officer of the hospital?").vector
    cosines = small.embedded.passages @ question
    rows, scores = small.index.nearest(question[np.newaxis], 5)
    assert scores.tolist() == pytest.approx(sorted(cosines, reverse=True)[:5])
    assert cosines[rows] == pytest.approx(scores)
    assert small.index.cosines(question[np.newaxis], rows.tolist()) == pytest.approx(scores)


def test_counts_of_words_stems_and_tokens(tmp_path: Path) -> None:
    library = build_library(tmp_path / "index", {**ONE, **TWO}, BagOfWords(("ward", "the", "chief")))
    assert {word: count for word, (count, _) in library.index.vocabulary().items()} == {
        "a": 1, "b": 1, "the": 3, "ward": 1, "has": 1, "staff": 1, "board": 1, "pays": 1, "chief": 1,
    }  # fmt: skip
    assert library.index.vocabulary()["b"] == (1, "B")  # how it is mostly written
    assert [library.index.document_frequency(stem) for stem in ("pay", "staff", "nothing")] == [1, 1, 0]
    assert library.index.token_frequency(np.array([0, 1, 2])).tolist() == [1, 2, 1]


def test_questions_are_given_one_an_article_first(tmp_path: Path) -> None:
    questions = [("A 1?", "a", 0), ("A 2?", "a", 0), ("B 1?", "b", 1)]
    library = build_library(tmp_path / "index", {**ONE, **TWO}, questions=questions)
    assert library.index.example_questions(9) == ["A 1?", "B 1?", "A 2?"]
    assert library.index.example_questions(1) == ["A 1?"]


def test_an_article_of_grammar_alone_can_be_indexed(tmp_path: Path) -> None:
    library = build_library(tmp_path / "index", {"a.md": "# Who\n\nIt was so and it is.\n"})
    assert library.index.lexical_scores(["ward"]).tolist() == [0]


# The lock


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    with write.locked(folder), pytest.raises(BusyError) as caught, write.locked(folder):
        pass
    assert str(caught.value) == (
        f"Another process is writing the index at {folder}/.\nWait for it to end, then run this again."
    )
    with write.locked(folder):
        pass


def test_a_killed_writer_leaves_no_lock(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    code = f"""if True:
        import sys, time
        from pathlib import Path
        from ingest.write import locked
        with locked(Path({str(folder)!r})):
            print("locked", flush=True)
            time.sleep(60)
    """
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        with pytest.raises(BusyError), write.locked(folder):
            pass
        process.send_signal(signal.SIGKILL)
    with write.locked(folder):
        pass


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("mine")
    with pytest.raises(SourceError) as caught, write.locked(tmp_path / "index"):
        pass
    assert str(caught.value) == (
        f"The index folder {tmp_path}/index can't be written: File exists.\nName another with --index DIR."
    )
    assert (tmp_path / "index").read_text() == "mine"


@pytest.mark.skipif(not os.access("/sys/kernel", os.F_OK), reason="needs a place that nobody can write to")
def test_a_folder_that_cannot_be_written_is_named() -> None:
    with pytest.raises(SourceError) as caught, write.locked(Path("/sys/kernel/index")):
        pass
    first, second = str(caught.value).splitlines()
    assert first.startswith("The index folder /sys/kernel/index can't be written: ")
    assert second == "Name another with --index DIR."


# The swap


def test_the_next_generation_takes_over_and_the_one_before_stays(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    first = build_library(folder, ONE, name="one")
    second = build_library(folder, TWO, name="two")
    assert live(folder) == ["B"]
    assert titles(first.index) == ["A"]  # whoever has it open goes on
    assert names(folder / "generations") == ["one", "two"]
    build_library(folder, ONE, name="one")
    assert names(folder / "generations") == ["one-2", "two"]
    assert titles(first.index) == ["A"]
    assert (first.index.content, second.index.content) == ("one", "two")
    assert Index.open(folder, encoder=first.encoder).content == "one"


def test_all_names_of_the_folder_lead_to_the_live_generation(small: Library) -> None:
    generation = generation_of(small.folder)
    shown = {path.name for path in generation.iterdir()}
    assert set(names(small.folder)) == {*shown, ".lock", "current", "generations"}
    assert json.loads((small.folder / "manifest.json").read_text()) == small.index.manifest
    assert not any(path.readlink().is_absolute() for path in small.folder.iterdir() if path.is_symlink())


class Stopped(BaseException):
    """Stands for whatever ends a run."""


def _half(place: Path) -> None:
    (place / "library.sqlite").write_text("half")
    raise Stopped


def test_a_run_that_fails_leaves_nothing_and_the_earlier_index(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    build_library(folder, ONE, name="one")
    with pytest.raises(Stopped), write.new_generation(folder, "two") as place:
        _half(place)
    assert names(folder / "generations") == ["one"]
    assert live(folder) == ["A"]


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    build_library(folder, ONE, name="one")
    (folder / "generations" / ".two.building" / "lexical").mkdir(parents=True)
    (folder / "generations" / "two").mkdir()  # renamed, and killed before the swap
    (folder / write.NEXT).symlink_to("generations/two")
    (folder / ".current.new").symlink_to("generations/one")
    (folder / ".lexical.old").mkdir()
    build_library(folder, TWO, name="two")
    assert live(folder) == ["B"]
    assert names(folder / "generations") == ["one", "two"]
    assert not [name for name in names(folder) if name.startswith(".") and name != ".lock"]


def copied(folder: Path, to: Path) -> None:
    shutil.copytree(folder, to, symlinks=True)


def followed(folder: Path, to: Path) -> None:
    shutil.copytree(folder, to)


def taken_out(folder: Path, to: Path) -> None:
    shutil.copytree(folder / "current", to)


@pytest.mark.parametrize("copy", [copied, followed, taken_out])
def test_a_copy_answers_and_can_be_written_again(copy: Callable[[Path, Path], None], tmp_path: Path) -> None:
    build_library(tmp_path / "index", ONE, name="one")
    folder = tmp_path / "copy"
    copy(tmp_path / "index", folder)
    shutil.rmtree(tmp_path / "index")
    assert live(folder) == ["A"]
    build_library(folder, TWO, name="two")
    assert live(folder) == ["B"]
    assert not [path for path in folder.iterdir() if path.name in write.SHOWN and not path.is_symlink()]
    build_library(folder, ONE, name="one")
    assert live(folder) == ["A"]
    assert len(names(folder / "generations")) == 2


STEPS = ("rename", "replace", "symlink_to", "unlink")


def test_rolling_back_never_leads_to_a_generation_that_was_not_live(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_library(tmp_path / "index", ONE, name="one")
    seen = []
    for stop in range(6):
        folder = tmp_path / f"copy-{stop}"
        copied(tmp_path / "index", folder)
        left = iter(range(stop))
        with monkeypatch.context() as patch, suppress(Stopped):
            for name in STEPS:
                patch.setattr(Path, name, _stopping(getattr(Path, name), left))
            build_library(folder, TWO, name="two")
        seen.append((*live(folder), (folder / "generations" / "two").exists()))
        if live(folder) == ["A"]:
            with pytest.raises(IndexMissingError):
                write.roll_back(folder)
        else:
            write.roll_back(folder)
        assert live(folder) == ["A"]
    assert set(seen) == {("A", False), ("A", True), ("B", True)}


@pytest.mark.parametrize("copy", [copied, followed, taken_out])
def test_stopped_at_any_step_of_the_swap_the_index_is_whole(
    copy: Callable[[Path, Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_library(tmp_path / "index", ONE, name="one")
    for stop in itertools.count():
        folder = tmp_path / f"copy-{stop}"
        copy(tmp_path / "index", folder)
        left = iter(range(stop))
        with monkeypatch.context() as patch:
            for name in STEPS:
                patch.setattr(Path, name, _stopping(getattr(Path, name), left))
            patch.setattr(shutil, "rmtree", lambda *_, **__: None)  # killed: nothing is tidied up
            try:
                build_library(folder, TWO, name="two")
                stopped = False
            except Stopped:
                stopped = True
        assert live(folder) in (["A"], ["B"])
        build_library(folder, TWO, name="two")
        assert live(folder) == ["B"]
        if not stopped:
            assert stop >= 4
            break


def _stopping(step: Callable[..., object], left: object) -> Callable[..., object]:
    """The step, until as many were taken as are left; then the run stops before it."""

    def taken(*given: object, **named: object) -> object:
        if next(left, None) is None:  # type: ignore[call-overload]
            raise Stopped
        return step(*given, **named)

    return taken


def test_who_opens_while_others_swap_sees_one_generation_whole(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    encoder = BagOfWords.of(*ONE.values(), *TWO.values())
    build_library(folder, ONE, encoder, name="one")
    done = threading.Event()

    def swap() -> None:
        try:
            for number in range(24):
                build_library(folder, TWO if number % 2 else ONE, encoder, name=f"n{number}").index.close()
        finally:
            done.set()

    writer = threading.Thread(target=swap)
    writer.start()
    seen: set[str] = set()
    opened = 0
    while not done.is_set():
        index = Index.open(folder, encoder=encoder)
        (title,) = titles(index)
        (text,) = (text for _, text in index.units([0]).values())
        tokens = as_used(index.unit_tokens(0))
        index.close()
        assert text == {"A": "The ward has staff.", "B": "The board pays the chief."}[title]
        assert np.array_equal(tokens, encoder.encode_question(text).tokens)
        seen.add(title)
        opened += 1
    writer.join()
    assert seen == {"A", "B"}
    assert opened > 10


def test_an_index_that_is_replaced_twice_while_it_is_opened_is_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "index"
    library = build_library(folder, ONE, name="one")

    def swapped_twice(generation: Path, manifest: Mapping[str, Any]) -> None:
        monkeypatch.undo()
        build_library(folder, TWO, name="two")
        build_library(folder, TWO, name="three")
        assert not generation.exists()
        check_files(generation, manifest)

    monkeypatch.setattr("cmo_qa.index.check_files", swapped_twice)
    index = Index.open(folder, encoder=library.encoder)
    assert (index.content, titles(index)) == ("three", ["B"])


def test_a_folder_without_an_index_has_none_after_a_failed_first_run(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    with pytest.raises(Stopped), write.locked(folder), write.new_generation(folder, "one"):
        raise Stopped
    with pytest.raises(IndexMissingError):
        generation_of(folder)
