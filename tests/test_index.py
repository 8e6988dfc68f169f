"""An index that can't be used is refused with what is wrong and the command that mends it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cmo_qa.errors import IndexMissingError, IndexUnusableError
from cmo_qa.index import Index, check_files, generation_of, read_manifest
from tests.library import BagOfWords, Library, build_library

FILES = (
    "library.sqlite",
    "dense.faiss",
    "sentences.npy",
    "tokens.npy",
    "token_ends.npy",
    "heading_tokens.npy",
    "heading_ends.npy",
    "unit_ends.npy",
    "token_frequency.npy",
    "token_ids.npy",
    "token_id_ends.npy",
    "sketches.npy",
    "lexical/data.csc.index.npy",
    "lexical/indices.csc.index.npy",
    "lexical/indptr.csc.index.npy",
    "lexical/params.index.json",
    "lexical/vocab.index.json",
    "encoder/README",
)
ENCODER = BagOfWords(("officer",))


def refused(folder: Path) -> str:
    """What opening the index folder says."""
    with pytest.raises(IndexUnusableError) as caught:
        Index.open(folder, encoder=ENCODER)
    return str(caught.value)


def unusable(folder: Path, what: str) -> str:
    return f"The index at {folder}/ can't be used: {what}.\nBuild it again: python -m ingest SOURCE… --index {folder}"


# None


@pytest.mark.parametrize("make", [lambda _: None, Path.mkdir, Path.touch], ids=["nothing", "empty folder", "a file"])
def test_no_index(make: Callable[[Path], None], tmp_path: Path) -> None:
    folder = tmp_path / "index"
    make(folder)
    with pytest.raises(IndexMissingError) as caught:
        Index.open(folder)
    assert str(caught.value) == f"No index at {folder}/.\nBuild one: python -m ingest corpus --index {folder}"


def test_a_link_that_leads_nowhere_is_no_index(small: Library) -> None:
    shutil.rmtree(small.folder / "generations")
    with pytest.raises(IndexMissingError):
        Index.open(small.folder)


# Half of one


def test_the_list_of_files_is_all_of_them(small: Library) -> None:
    assert sorted(FILES) == sorted(small.index.manifest["files"])


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(name: str, small: Library) -> None:
    (generation_of(small.folder) / name).unlink()
    assert refused(small.folder) == unusable(small.folder, f"{name} is missing")


@pytest.mark.parametrize("name", FILES)
def test_a_truncated_file_is_named(name: str, small: Library) -> None:
    path = generation_of(small.folder) / name
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[:-1])
    assert refused(small.folder) == unusable(small.folder, f"{name} has {size - 1} bytes instead of {size}")


@pytest.mark.parametrize("name", FILES)
def test_a_changed_file_is_named(name: str, small: Library) -> None:
    path = generation_of(small.folder) / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert refused(small.folder) == unusable(small.folder, f"{name} is not as it was written (its digest differs)")


def test_a_file_that_cannot_be_read_is_named(small: Library) -> None:
    path = generation_of(small.folder) / "tokens.npy"
    path.unlink()
    path.symlink_to(path.name)  # to itself
    reason = "Too many levels of symbolic links"
    assert refused(small.folder) == unusable(small.folder, f"tokens.npy can't be read ({reason})")


def test_a_large_file_is_checked_by_its_size_unless_all_is_wanted(
    small: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation = generation_of(small.folder)
    path = generation / "tokens.npy"
    path.write_bytes(b"0" * path.stat().st_size)
    monkeypatch.setattr("cmo_qa.index.FULL_CHECK_BYTES", 100)
    check_files(generation, read_manifest(generation))
    with pytest.raises(IndexUnusableError, match=r"tokens\.npy is not as it was written"):
        check_files(generation, read_manifest(generation), whole=True)


def remake_manifest(folder: Path, change: Callable[[dict[str, object]], object]) -> None:
    path = generation_of(folder) / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))


@pytest.mark.parametrize("name", ["dense.faiss", "sentences.npy", "lexical/vocab.index.json"])
def test_a_file_that_is_what_it_was_written_as_and_no_index_is_refused(name: str, small: Library) -> None:
    (generation_of(small.folder) / name).write_bytes(b"not what it should be")

    def forget(manifest: dict[str, object]) -> None:
        files = manifest["files"]
        assert isinstance(files, dict)
        del files[name]

    remake_manifest(small.folder, forget)
    message = refused(small.folder)
    assert message.startswith(f"The index at {small.folder}/ can't be used: ")
    assert message.endswith(f"\nBuild it again: python -m ingest SOURCE… --index {small.folder}")


# The manifest


def test_another_format_is_named(small: Library) -> None:
    remake_manifest(small.folder, lambda manifest: manifest.update(format=99))
    assert refused(small.folder) == unusable(small.folder, "it has format 99, this program reads format 2")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "{}", '{"format": 1}', '{"format": 1, "files": []}', "\xff\xfe"]
)
def test_a_manifest_that_says_nothing_is_refused(text: str, small: Library) -> None:
    (generation_of(small.folder) / "manifest.json").write_text(text, encoding="latin-1")
    message = refused(small.folder)
    assert message.startswith(f"The index at {small.folder}/ can't be used: its manifest can't be read (")
    assert message.endswith(f"\nBuild it again: python -m ingest SOURCE… --index {small.folder}")


def test_a_folder_without_a_generation_is_named_itself(small: Library, tmp_path: Path) -> None:
    shutil.copytree(small.folder / "current", tmp_path / "flat")
    shutil.copytree(small.folder, tmp_path / "followed")
    for name in ("flat", "followed"):
        folder = tmp_path / name
        (generation_of(folder) / "tokens.npy").unlink()
        assert refused(folder) == unusable(folder, "tokens.npy is missing")


# Odd places


@pytest.mark.parametrize("name", ["with space", "ünï🙂", "a?b#c%20d", 'it\'s "quoted"'])
def test_an_index_answers_from_any_place(name: str, tmp_path: Path) -> None:
    library = build_library(tmp_path / name)
    assert len(library.index.documents()) == 4


def test_a_path_relative_to_the_working_folder_goes_on_when_that_changes(
    small: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    index = Index.open(Path("index"), encoder=small.encoder)
    monkeypatch.chdir("/")
    assert index.document("role") is not None
    assert len(index.unit_tokens(0)) > 0


# What it is asked


def test_what_is_unknown_is_nothing(small: Library) -> None:
    assert small.index.document("none") is None
    assert small.index.list_units("none", 1) == []
    assert small.index.passages([]) == {}
    assert small.index.units([]) == {}
    assert not np.any(small.index.lexical_scores(["nowhere"]))
    assert not np.any(small.index.lexical_scores([]))


def test_more_passages_than_there_are_gives_all(small: Library) -> None:
    rows, _ = small.index.nearest(small.encoder.encode_question("officer").vector[np.newaxis], 1000)
    assert sorted(rows.tolist()) == list(range(small.index.passage_count))


def test_a_list_comes_whole_and_in_order(small: Library) -> None:
    (lead,) = (
        unit for unit, _ in small.index.units(range(small.index.passage_count)).values() if unit.kind == "lead_in"
    )
    assert lead.list_id is not None
    found = small.index.list_units("duties", lead.list_id)
    assert [(unit.kind, text.split(":")[0]) for _, unit, text in found] == [
        ("lead_in", "The duties of a chief medical officer are"),
        ("item", "Patient safety"),
        ("item", "Credentialing"),
        ("item", "Budgets"),
    ]
