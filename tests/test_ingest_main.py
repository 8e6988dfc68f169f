"""The whole output of `python -m ingest`, its errors and exit codes."""

from __future__ import annotations

import json
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cmo_qa.index import generation_of
from cmo_qa.settings import Settings
from cmo_qa.verify import faults
from ingest import read, store, watch, write
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


LINES = (
    "Files: 4 new, 0 changed, 0 removed, 0 unchanged\n"
    "Reading and embedding: 4 articles\n"
    "Writing the index\n"
    "Asking the articles' own questions: 5\n"
)


def table(err: str) -> dict[str, str]:
    """The summary's rows."""
    return dict(re.findall(r"^ {1,3}(\S.*?) {2,}(\S.*?) *$", err, flags=re.MULTILINE))


def test_a_run_says_what_it_does_and_where_the_index_is() -> None:
    code, out, err = ingest("articles", "--index", "library")
    assert (code, out) == (0, "Indexed 4 articles, 5 passages, 11 sentences in S s: library/\n")
    assert err.startswith(LINES)
    found = table(err)
    assert {name: found[name] for name in ("articles", "new", "unchanged", "passages", "warnings")} == {
        "articles": "4", "new": "4", "unchanged": "0", "passages": "5", "warnings": "0",
    }  # fmt: skip
    assert float(found["seconds"]) > 0
    assert float(found["megabytes"]) > 1


def test_the_command_may_be_named() -> None:
    assert ingest("build", "articles", "--index", "library")[0] == 0
    assert ingest("articles", "--index", "library")[:2] == (
        0,
        "Nothing has changed: 4 articles, 5 passages, 11 sentences: library/\n",
    )


def test_the_index_is_where_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CMO_QA_INDEX", "elsewhere")
    code, out, _ = ingest("articles/pay.md")
    assert (code, out) == (0, "Indexed 1 article, 1 passage, 2 sentences in S s: elsewhere/\n")
    assert generation_of(Path("elsewhere")).is_dir()


def test_what_was_left_out_is_said_with_the_reason() -> None:
    Path("articles/odd[1].md").write_bytes(b"")
    Path("articles/note.xyz").write_bytes(b"PK")
    code, out, err = ingest("articles", "--index", "library")
    assert (code, out) == (0, "Indexed 4 articles, 5 passages, 11 sentences in S s: library/\n")
    assert [line for line in err.splitlines() if line.startswith("Warning")] == [
        f"Warning: articles/note.xyz: not {read.READABLE}",
        "Warning: articles/odd[1].md: the file is empty. Remove it, or fill it.",
    ]


def test_the_report_for_machines() -> None:
    Path("articles/copy.md").write_text(Path("articles/pay.md").read_text().replace("id: pay", "id: copy"))
    Path("articles/empty.md").write_text("")
    code, out, _ = ingest("articles", "--index", "library", "--json")
    report = json.loads(out)
    assert code == 0
    assert (report["documents"], report["passages"], report["sentences"]) == (4, 5, 11)
    assert report["copies"] == [{"source": "articles/pay.md", "same_as": "articles/copy.md"}]
    assert report["problems"] == ["articles/empty.md: the file is empty. Remove it, or fill it."]
    assert report["changes"]["unchanged"] == 0
    assert len(report["changes"]["new"]) == 4
    assert report["swapped"] is True
    assert json.loads(ingest("articles", "--index", "library", "--json")[1])["swapped"] is False


def test_unchanged_articles_are_not_read_again() -> None:
    assert ingest("articles", "--index", "library", "--if-changed")[0] == 0
    generation = generation_of(Path("library"))
    assert ingest("articles", "--index", "library", "--if-changed") == (0, "The index at library/ is up to date.\n", "")
    assert generation_of(Path("library")) == generation
    with Path("articles/pay.md").open("a") as file:
        file.write("\nThe pay is public.\n")
    code, out, _ = ingest("articles", "--index", "library", "--if-changed")
    assert (code, out) == (0, "Indexed 4 articles, 5 passages, 12 sentences in S s: library/\n")


# Changes


def test_a_dry_run_shows_what_would_change_and_writes_nothing() -> None:
    wanted = "+ articles/duties.md\n+ articles/growth.md\n+ articles/pay.md\n+ articles/role.md\n"
    counts = "Files: 4 new, 0 changed, 0 removed, 0 unchanged. Nothing was written.\n"
    assert ingest("articles", "--index", "library", "--dry-run") == (0, wanted + counts, "")
    assert not Path("library").exists()
    ingest("articles", "--index", "library")
    generation = generation_of(Path("library"))
    Path("articles/pay.md").unlink()
    Path("articles/role.md").write_text("# Role\n\nAnother text.\n")
    assert ingest("articles", "--index", "library", "--dry-run")[1] == (
        "~ articles/role.md\n- articles/pay.md\nFiles: 0 new, 1 changed, 1 removed, 2 unchanged. Nothing was written.\n"
    )
    assert generation_of(Path("library")) == generation


def test_what_the_last_run_changed_and_back_again() -> None:
    ingest("articles", "--index", "library")
    first = generation_of(Path("library"))
    assert ingest("diff", "--index", "library") == (
        2, "", "There is no generation before the live one in library/ to compare with.\n",
    )  # fmt: skip
    assert ingest("--rollback", "--index", "library")[0] == 2
    Path("articles/pay.md").unlink()
    Path("articles/new.md").write_text("# New\n\nThe new ward opens in May.\n")
    ingest("articles", "--index", "library")
    second = generation_of(Path("library"))
    code, out, _ = ingest("diff", "--index", "library")
    assert (code, out.splitlines()[:2]) == (0, ["+ articles/new.md", "- articles/pay.md"])
    assert out.splitlines()[2].startswith("Articles: 1 new, 0 changed, 1 removed, 3 unchanged (20")
    changes = json.loads(ingest("diff", "--index", "library", "--json")[1])["changes"]
    assert (changes["new"], changes["removed"]) == (["articles/new.md"], ["articles/pay.md"])
    code, out, _ = ingest("--rollback", "--index", "library")
    assert code == 0
    assert re.fullmatch(r"The index at library/ is the one of \S+ \S+ UTC again: 4 articles.\n", out)
    assert generation_of(Path("library")) == first
    assert faults(Path("library")) == []
    ingest("--rollback", "--index", "library")
    assert generation_of(Path("library")) == second


def test_a_damaged_generation_is_not_rolled_back_to() -> None:
    ingest("articles", "--index", "library")
    first = generation_of(Path("library"))
    Path("articles/pay.md").unlink()
    ingest("articles", "--index", "library")
    second = generation_of(Path("library"))
    (first / "tokens.npy").write_bytes(b"damaged")
    code, _, err = ingest("--rollback", "--index", "library")
    assert code == 2
    assert "tokens.npy has 7 bytes" in err
    assert generation_of(Path("library")) == second


def test_what_cannot_be_watched_is_a_line() -> None:
    missing = "No file or folder at none. Give the path of an article or of a folder of articles.\n"
    assert ingest("none", "--index", "library", "--watch") == (2, "", missing)
    code, _, err = ingest("articles", "--index", "library", "--watch", "--dry-run")
    assert (code, err) == (2, "--dry-run writes nothing and --watch goes on writing: give one of them.\n")


def test_watching_ends_cleanly_between_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(watch.Watcher, "wait", interrupted)
    code, out, err = ingest("articles", "--index", "library", "--watch")
    assert (code, out) == (0, "Indexed 4 articles, 5 passages, 11 sentences in S s: library/\n")
    assert err.endswith("Watching articles (Ctrl+C stops it)\nStopped.\n")


# Nothing to do it with


def test_a_setting_that_cannot_be_one_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CMO_QA_THREADS", "-1")
    code, out, err = ingest("articles", "--index", "library")
    assert (code, out) == (2, "")
    assert (
        err == "CMO_QA_THREADS=-1 can't be used: input should be greater than or equal to 0. Change it, or unset it.\n"
    )


def test_a_missing_folder() -> None:
    wanted = "No file or folder at none. Give the path of an article or of a folder of articles.\n"
    assert ingest("none", "--index", "library") == (2, "", wanted)
    assert ingest("none", "--index", "library", "--if-changed") == (2, "", wanted)
    assert not Path("library").exists()


def test_nothing_readable() -> None:
    Path("none").mkdir()
    Path("none/table.xyz").write_text("a,b\n")
    assert ingest("none", "articles/none.d", "--index", "library")[0] == 2
    assert ingest("none", "--index", "library") == (
        2,
        "",
        (
            f"Nothing to index in none: no readable article ({read.READABLE}).\n"
            f"none/table.xyz: not {read.READABLE}\n"
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

    monkeypatch.setattr(store.Store, "finish", interrupted)
    assert ingest("articles", "--index", "library") == (
        130,
        "",
        (
            "Files: 4 new, 0 changed, 4 removed, 0 unchanged\n"
            "Reading and embedding: 0 articles, 4 taken over\n"
            "Writing the index\n"
            "Interrupted. The index at library/ is as it was.\n"
        ),
    )
    assert generation_of(Path("library")) == generation


def test_an_interrupt_of_the_first_run_says_that_there_is_no_index_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(store.Store, "finish", interrupted)
    code, out, err = ingest("articles", "--index", "other")
    assert (code, out) == (130, "")
    assert err.endswith("Interrupted. There is no index at other/ yet; the same command makes it.\n")


def test_an_interrupt_after_the_swap_says_that_the_index_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(write, "_remove_all_but", interrupted)
    code, out, err = ingest("articles", "--index", "library")
    assert (code, out) == (130, "")
    assert err.endswith("Interrupted. The index at library/ is the new one, whole.\n")
    assert faults(Path("library")) == []
