"""The whole output of `python -m cmo_qa ask`, its errors and exit codes, and what it does without."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cmo_qa.__main__ import app
from cmo_qa.knowledge import KnowledgeBase
from cmo_qa.terminal import rendered

ROOT = Path(__file__).parent.parent
QUESTION = "Who appoints the chief medical officer?"
KEYS = (
    "id", "question", "understood_as", "status", "confidence", "text", "statements", "citations", "passages",
    "follow_ups",
)  # fmt: skip


def ask(*arguments: str, given: str | bytes = "") -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    result = CliRunner().invoke(app, ["ask", *arguments], input=given)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def lines(*objects: object) -> str:
    return "".join(json.dumps(one) + "\n" for one in objects)


# Its three forms


def test_a_question_is_answered_for_a_person(real_index: Path) -> None:
    answer = KnowledgeBase.open(real_index).ask(QUESTION)
    assert ask(QUESTION, "--index", str(real_index)) == (0, rendered(answer), "")


def test_a_question_is_answered_as_json(real_index: Path) -> None:
    code, out, err = ask(QUESTION, "--json", "--index", str(real_index))
    assert (code, err) == (0, "")
    answer = json.loads(out)
    assert answer == json.loads(json.dumps(KnowledgeBase.open(real_index).ask(QUESTION).as_json()))
    assert set(KEYS) <= set(answer)


def test_lines_are_answered_in_order_with_their_ids(real_index: Path) -> None:
    asked = lines(
        {"id": "b", "question": QUESTION},
        {"id": 7, "question": "Is it a board?", "history": [QUESTION]},
        {"question": "How many hours?", "history": None},
        {"id": "a", "question": QUESTION, "history": []},
    )
    code, out, err = ask("--jsonl", "--index", str(real_index), given="\n" + asked + "\n  \n")
    assert (code, err) == (0, "")
    answers = [json.loads(line) for line in out.splitlines()]
    assert [answer["id"] for answer in answers] == ["b", 7, None, "a"]
    assert [answer["question"] for answer in answers] == [QUESTION, "Is it a board?", "How many hours?", QUESTION]
    assert {**answers[0], "id": ""} == {**answers[3], "id": ""}
    knowledge = KnowledgeBase.open(real_index)
    assert answers[1]["text"] == knowledge.ask("Is it a board?", [QUESTION]).text


def test_no_lines_give_no_answers(real_index: Path) -> None:
    assert ask("--jsonl", "--index", str(real_index)) == (0, "", "")


@pytest.mark.parametrize("question", ["", "  \n ", "?", "🙂", "zxqv", "x" * 2001, "a\x00b", "half \ud800 a pair"])
def test_odd_questions_are_declined_without_an_error(question: str, real_index: Path) -> None:
    code, out, err = ask("--jsonl", "--index", str(real_index), given=lines({"id": 1, "question": question}))
    assert (code, err) == (0, "")
    answer = json.loads(out)
    assert (answer["id"], answer["status"], answer["statements"]) == (1, "not_covered", [])
    assert answer["text"]


# Errors


def test_no_question_and_two_kinds_of_questions(real_index: Path) -> None:
    wanted = "Give one question, or --jsonl and questions on standard input.\n"
    assert ask("--index", str(real_index)) == (2, "", wanted)
    assert ask(QUESTION, "--jsonl", "--index", str(real_index)) == (2, "", wanted)


def test_no_index(tmp_path: Path) -> None:
    folder = tmp_path / "none"
    wanted = f"No index at {folder}/.\nBuild one: python -m ingest corpus --index {folder}\n"
    assert ask(QUESTION, "--index", str(folder)) == (2, "", wanted)
    assert ask("--jsonl", "--index", str(folder), given=lines({"question": QUESTION})) == (2, "", wanted)


def test_an_index_that_is_damaged(tmp_path: Path, real_index: Path) -> None:
    folder = tmp_path / "index"
    subprocess.run(["cp", "-r", str(real_index), str(folder)], check=True)
    (folder / "tokens.npy").resolve().unlink()
    assert ask(QUESTION, "--index", str(folder)) == (
        2,
        "",
        (
            f"The index at {folder}/ can't be used: tokens.npy is missing.\n"
            f"Build it again: python -m ingest SOURCE… --index {folder}\n"
        ),
    )


@pytest.mark.parametrize(
    "line",
    ["What?", "{", "[]", "3", "null", "{}", '{"question": 3}', '{"question": "A?", "history": "B?"}',
     '{"question": "A?", "history": [1]}', '{"question": null}', '{"question": "' + "x" * 100],
)  # fmt: skip
def test_a_bad_line_is_shown_after_the_answers_before_it(line: str, real_index: Path) -> None:
    given = lines({"id": 1, "question": QUESTION}) + line + "\n" + lines({"id": 3, "question": QUESTION})
    code, out, err = ask("--jsonl", "--index", str(real_index), given=given)
    assert code == 2
    assert [json.loads(line)["id"] for line in out.splitlines()] == [1]
    assert err == (
        f"Line 2 of standard input is no question: {line[:80]}\n"
        'Write each line as {"id": "1", "question": "…", "history": ["…"]}\n'
    )


def test_lines_deeper_than_can_be_read_are_bad(real_index: Path) -> None:
    code, _, err = ask("--jsonl", "--index", str(real_index), given="[" * 100_000 + "\n")
    assert code == 2
    assert err.startswith("Line 1 of standard input is no question: [[[")


# As a process


def process(code: Sequence[str], *, given: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    settings = {**os.environ, **environment}
    return subprocess.run(
        [sys.executable, *code], cwd=ROOT, env=settings, input=given, capture_output=True, timeout=60, check=False
    )


def test_asking_loads_neither_torch_nor_gradio(real_index: Path) -> None:
    code = f"""if True:
        import atexit, sys
        heavy = ("torch", "sentence_transformers", "transformers", "gradio", "fastapi", "onnx", "ingest", "pandas")
        atexit.register(lambda: print([name for name in heavy if name in sys.modules]))
        sys.argv = ["cmo_qa", "ask", {QUESTION!r}, "--index", {str(real_index)!r}]
        from cmo_qa.__main__ import app
        app()
    """
    done = process(["-c", code])
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.splitlines()[-1] == b"[]"


def test_importing_loads_nothing_heavy() -> None:
    code = """if True:
        import sys, cmo_qa, cmo_qa.index, cmo_qa.embed, cmo_qa.knowledge, ingest.build
        heavy = ("torch", "sentence_transformers", "onnxruntime", "faiss", "bm25s", "gradio", "tokenizers")
        print([name for name in heavy if name in sys.modules])
    """
    assert process(["-c", code]).stdout == b"[]\n"


def test_bytes_that_are_no_text_are_asked_as_they_can_be_read(real_index: Path) -> None:
    given = b'\xef\xbb\xbf{"id": 1, "question": "Who \xff appoints the chief medical officer?"}\n'
    done = process(["-m", "cmo_qa", "ask", "--jsonl", "--index", str(real_index)], given=given, LC_ALL="en_US.UTF-8")
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["question"] == "Who \ufffd appoints the chief medical officer?"


def test_json_is_utf_8_whatever_the_terminal_speaks(real_index: Path) -> None:
    question = "Who “appoints” the officer – 漢字?"
    for more in (["--json"], []):
        done = process(["-m", "cmo_qa", "ask", question, *more, "--index", str(real_index)], PYTHONIOENCODING="ascii")
        assert (done.returncode, done.stderr) == (0, b"")
        if more:
            assert json.loads(done.stdout.decode("utf-8"))["question"] == question


def test_a_reader_that_leaves_ends_it_quietly(real_index: Path) -> None:
    given = lines(*({"id": number, "question": QUESTION} for number in range(300)))
    command = [sys.executable, "-m", "cmo_qa", "ask", "--jsonl", "--index", str(real_index)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdin.write(given.encode())
        running.stdin.flush()
        assert json.loads(running.stdout.readline())["id"] == 0
        running.stdout.close()
        assert running.wait(timeout=60) == 130
        assert running.stderr.read() == b""
        with contextlib.suppress(BrokenPipeError):
            running.stdin.close()
