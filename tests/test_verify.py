"""A whole index has no fault; whatever is wrong with one is named."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from cmo_qa.__main__ import app
from cmo_qa.index import digest, generation_of
from cmo_qa.verify import faults


def verify(index: Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["verify", "--index", str(index)])
    return result.exit_code, result.output


def sealed(index: Path, change: Callable[[Path], None]) -> None:
    """A change that the digests know of, so that only what is in the files can tell."""
    generation = generation_of(index)
    change(generation)
    path = generation / "manifest.json"
    manifest = json.loads(path.read_text())
    for name, about in manifest["files"].items():
        about |= {"bytes": (generation / name).stat().st_size, "sha256": digest(generation / name)}
    path.write_text(json.dumps(manifest))


def sql(statement: str) -> Callable[[Path], None]:
    def change(generation: Path) -> None:
        library = sqlite3.connect(generation / "library.sqlite")
        with library:
            library.execute(statement)
        library.close()

    return change


def test_a_whole_index(index: Path) -> None:
    assert faults(index) == []
    assert verify(index) == (0, f"The index at {index}/ is whole.\n")


def test_every_damaged_missing_and_stray_file_is_named(index: Path) -> None:
    generation = generation_of(index)
    data = bytearray((generation / "encoder" / "encoder.onnx").read_bytes())
    data[len(data) // 2] ^= 1
    (generation / "encoder" / "encoder.onnx").write_bytes(data)
    (generation / "tokens.npy").unlink()
    (generation / "note.txt").write_text("mine")
    assert sorted(faults(index)) == [
        "encoder/encoder.onnx is not as it was written (its digest differs)",
        "note.txt is there, and is no part of it",
        "tokens.npy is missing",
    ]
    code, output = verify(index)
    assert code == 1
    assert f"The index at {index}/ is damaged.\n" in output
    assert f"python -m ingest --rollback --index {index}\n" in output


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ('UPDATE passages SET "end" = 1000000 WHERE row = 0', "1 of the rows for a passage lead outside"),
        ('UPDATE sentences SET start = "end" WHERE row = 1', "1 of the rows for a sentence lead outside"),
        ("UPDATE blocks SET start = -1 WHERE position = 0", "of the rows for a block lead outside"),
        ("DELETE FROM sentences WHERE row = 0", "library.sqlite has 10 sentences instead of 11"),
        ("INSERT INTO twins VALUES (0, 999)", "1 of the rows for a twin lead outside"),
    ],
)
def test_offsets_and_counts_are_checked(statement: str, fault: str, index: Path) -> None:
    sealed(index, sql(statement))
    assert any(fault in found for found in faults(index)), faults(index)


def test_arrays_that_do_not_fit_each_other_are_named(index: Path) -> None:
    def shorten(generation: Path) -> None:
        np.save(generation / "sentences.npy", np.load(generation / "sentences.npy")[:-1])

    sealed(index, shorten)
    assert faults(index) == [
        "sentences.npy has 10 rows instead of 11",
        "unit_ends.npy doesn't part the rows of sentences.npy among the passages",
    ]


def test_no_index(tmp_path: Path) -> None:
    code, output = verify(tmp_path / "none")
    assert (code, output.splitlines()[0]) == (2, f"No index at {tmp_path}/none/.")


def test_a_setting_that_cannot_be_one_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CMO_QA_PORT", "abc")
    result = CliRunner().invoke(app, ["ask", "Who?"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("CMO_QA_PORT=abc can't be used: ")
    assert result.stderr.count("\n") == 1
