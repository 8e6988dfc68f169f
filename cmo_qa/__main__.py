"""The command line: parses, calls, prints."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from cmo_qa.errors import BadLineError, CmoQaError
from cmo_qa.knowledge import KnowledgeBase
from cmo_qa.settings import Settings, load
from cmo_qa.terminal import rendered

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="Cited answers about the Chief Medical Officer.",
)
IndexOption = Annotated[Path | None, typer.Option("--index", help="Folder of the index.", show_default="index")]


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question; none with --jsonl.")] = None,
    index: IndexOption = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as one JSON object.")] = False,
    jsonl: Annotated[
        bool,
        typer.Option(
            help='Read lines {"id", "question", "history": [earlier questions]} on standard input; one answer a line.'
        ),
    ] = False,
) -> None:
    """Answers a question from the library, every sentence quoted with its source."""
    if jsonl == (question is not None):
        _fail("Give one question, or --jsonl and questions on standard input.")
    settings = _settings()
    _choose_encodings(as_json=as_json or jsonl)
    try:
        knowledge = KnowledgeBase.open(index or settings.index, settings.threads)
        if question is not None:
            answer = knowledge.ask(question)
            _write(json.dumps(answer.as_json(), ensure_ascii=False, indent=2) + "\n" if as_json else rendered(answer))
        else:
            _ask_lines(knowledge, sys.stdin)
    except CmoQaError as error:
        _fail(str(error))
    except (BrokenPipeError, KeyboardInterrupt):
        sys.stderr.close()  # whoever read the answers has gone: nothing to say
        raise typer.Exit(130) from None


@app.command(name="eval")
def evaluate_command(
    gold: Annotated[Path, typer.Argument(help="Gold questions, one JSON object a line.")],
    index: IndexOption = None,
    report: Annotated[Path | None, typer.Option(help="Also write an HTML report with plots to this file.")] = None,
) -> None:
    """Measures the answers on gold questions: evidence met early, points said, the rest refused."""
    from rich.console import Console
    from rich.progress import track

    from cmo_qa import evaluate
    from cmo_qa.report import number, rendered

    settings = _settings()
    try:
        questions = evaluate.load(gold)
        knowledge = KnowledgeBase.open(index or settings.index, settings.threads)
        asked = track(questions, "Asking", console=Console(stderr=True), transient=True)
        found = list(evaluate.outcomes(knowledge, asked))
        if report:
            report.write_text(rendered(found, f"Answers to {gold.name}"), encoding="utf-8")
    except CmoQaError as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"The report can't be written: {error}.")
    for name, value in evaluate.figures(found).items():
        _write(f"{name:26} {number(value):>6}\n")


@app.command()
def verify(index: IndexOption = None) -> None:
    """Checks an index whole: every digest, every offset, every count. Exit codes: 0 whole, 1 damaged, 2 none there."""
    from cmo_qa.verify import faults

    folder = index or _settings().index
    try:
        found = faults(folder)
    except CmoQaError as error:
        _fail(str(error))
    if not found:
        _write(f"The index at {folder}/ is whole.\n")
        return
    for fault in found:
        _write(f"{fault}\n")
    _write(f"The index at {folder}/ is damaged.\n")
    _write(f"Build it again: python -m ingest SOURCE… --index {folder}\n")
    _write(f"Or go back to the one before: python -m ingest --rollback --index {folder}\n")
    raise typer.Exit(1)


def _settings() -> Settings:
    try:
        return load()
    except CmoQaError as error:
        _fail(str(error))


def _ask_lines(knowledge: KnowledgeBase, lines: Iterable[str]) -> None:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            asked, question, history = _parsed(number, line)
            answer = {**knowledge.ask(question, history).as_json(), "id": asked}
            _write(json.dumps(answer, ensure_ascii=False) + "\n")


def _parsed(number: int, line: str) -> tuple[object, str, list[str]]:
    """Id, question and history of one line. Raises BadLineError."""
    try:
        given = json.loads(line)
        question, history = given["question"], given.get("history") or []
        if isinstance(question, str) and isinstance(history, list) and all(isinstance(one, str) for one in history):
            return given.get("id"), question, history
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    wanted = '{"id": "1", "question": "…", "history": ["…"]}'
    raise BadLineError(
        f"Line {number} of standard input is no question: {line.strip()[:80]}\nWrite each line as {wanted}"
    )


def _choose_encodings(*, as_json: bool) -> None:
    """JSON is UTF-8 whatever the terminal speaks; what a terminal can't show is a question mark in plain text."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8" if as_json else sys.stdout.encoding, errors="replace")


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _fail(message: str) -> NoReturn:
    sys.stderr.write(message + "\n")
    raise typer.Exit(2)


if __name__ == "__main__":
    app()
