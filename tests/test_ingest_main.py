"""The whole output of `python -m ingest`, its errors and exit codes."""

from __future__ import annotations

import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cmo_qa.index import generation_of
from cmo_qa.settings import Settings
from ingest import build, write
from ingest.__main__ import app
from tests.library import write_articles


@pytest.fixture(autouse=True)
def place(tmp_path: Path, real_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working folder with articles/ in it, and the encoder in the cache."""
    monkeypatch.setenv("CMO_QA_CACHE", str(real_settings.cache))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    write_articles(Path("articles"))
    before = signal.getsignal(signal.SIGTERM)
    yield tmp_path
    signal.signal(signal.SIGTERM, before)


def ingest(*arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error; seconds are said as S."""
    result = CliRunner().invoke(app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, re.sub(r"\d+\.\d s", "S s", result.stdout), result.stderr


def test_a_run_says_what_it_does_and_where_the_index_is() -> None:
    code, out, err = ingest("articles", "--index", "library")
    assert (code, out) == (0, "Indexed 4 articles, 5 passages, 11 sentences in S s: library/\n")
    assert re.sub(r"articles' own questions: \d+", "articles' own questions: N", err) == (
        "Reading articles: 4\n"
        "Embedding passages: 5\n"
        "Embedding sentences: 11\n"
        "Writing the index\n"
        "Asking the articles' own questions: N\n"
    )


def test_the_index_is_where_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CMO_QA_INDEX", "elsewhere")
    code, out, _ = ingest("articles/pay.md")
    assert (code, out) == (0, "Indexed 1 articles, 1 passages, 2 sentences in S s: elsewhere/\n")
    assert generation_of(Path("elsewhere")).is_dir()


def test_what_was_left_out_is_said_with_the_reason() -> None:
    Path("articles/odd[1].md").write_bytes(b"")
    Path("articles/note.docx").write_bytes(b"PK")
    code, out, err = ingest("articles", "--index", "library")
    assert (code, out) == (0, "Indexed 4 articles, 5 passages, 11 sentences in S s: library/\n")
    assert err.splitlines()[-2:] == [
        "Left out: articles/note.docx: not .md, .txt or .html",
        "Left out: Can't read articles/odd[1].md: the file is empty. Remove it, or fill it.",
    ]


def test_unchanged_articles_are_not_read_again() -> None:
    assert ingest("articles", "--index", "library", "--if-changed")[0] == 0
    generation = generation_of(Path("library"))
    assert ingest("articles", "--index", "library", "--if-changed") == (0, "The index at library/ is up to date.\n", "")
    assert generation_of(Path("library")) == generation
    with Path("articles/pay.md").open("a") as file:
        file.write("\nThe pay is public.\n")
    code, out, _ = ingest("articles", "--index", "library", "--if-changed")
    assert (code, out) == (0, "Indexed 4 articles, 5 passages, 12 sentences in S s: library/\n")


def test_a_missing_folder() -> None:
    wanted = "No file or folder at none. Give the path of an article or of a folder of articles.\n"
    assert ingest("none", "--index", "library") == (2, "", wanted)
    assert ingest("none", "--index", "library", "--if-changed") == (2, "", wanted)
    assert not Path("library").exists()


def test_nothing_readable() -> None:
    Path("none").mkdir()
    Path("none/table.csv").write_text("a,b\n")
    assert ingest("none", "articles/none.d", "--index", "library")[0] == 2
    assert ingest("none", "--index", "library") == (
        2,
        "",
        (
            "Nothing to index in none: no readable article (.md, .txt, .html).\n"
            "none/table.csv: not .md, .txt or .html\n"
            "Name a file or folder of articles: python -m ingest FOLDER --index DIR\n"
        ),
    )


def test_no_source() -> None:
    code, out, err = ingest()
    assert (code, out) == (2, "")
    assert "Missing argument 'SOURCE…'" in err


def test_another_model_that_is_not_there() -> None:
    assert ingest("articles", "--model", "models/none") == (
        2, "", "No model folder models/none.\nThe default, all-MiniLM-L6-v2, needs no folder.\n",
    )  # fmt: skip


def test_another_writer() -> None:
    with write.locked(Path("library")):
        assert ingest("articles", "--index", "library") == (
            2,
            "",
            "Another process is writing the index at library/.\nWait for it to end, then run this again.\n",
        )


def test_a_file_where_the_index_should_be() -> None:
    Path("library").write_text("mine")
    assert ingest("articles", "--index", "library") == (
        2, "", "The index folder library can't be written: File exists.\nName another with --index DIR.\n",
    )  # fmt: skip


def test_an_interrupted_run(real_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(real_index, "library", symlinks=True)
    generation = generation_of(Path("library"))

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(build, "embed", interrupted)
    assert ingest("articles", "--index", "library") == (
        130,
        "",
        "Reading articles: 4\nInterrupted. The index at library/ is as it was.\n",
    )
    assert generation_of(Path("library")) == generation
