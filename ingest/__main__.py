"""The command line of ingest: parses, calls, prints."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from cmo_qa.errors import CmoQaError
from cmo_qa.settings import Settings
from ingest.build import Report, build, is_current
from ingest.progress import Progress

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    sources: Annotated[
        list[Path], typer.Argument(help="Articles: files or folders (.md, .txt, .html).", metavar="SOURCE…")
    ],
    index: Annotated[Path | None, typer.Option(help="Folder of the index.", show_default="index")] = None,
    model: Annotated[str | None, typer.Option(help="Folder of another sentence-transformers model.")] = None,
    *,
    if_changed: Annotated[bool, typer.Option("--if-changed", help="Do nothing where the index is up to date.")] = False,
) -> None:
    """Reads articles and builds the index; the one before it stays until the new one is whole."""
    settings = Settings()
    settings = settings.model_copy(update={"model": model or settings.model})
    folder = index or settings.index
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        if if_changed and is_current(sources, folder, settings):
            _say(f"The index at {folder}/ is up to date.")
            return
        _print(build(sources, folder, settings, Progress()))
    except KeyboardInterrupt:
        _fail(f"Interrupted. The index at {folder}/ is as it was.", 130)
    except CmoQaError as error:
        _fail(str(error), 2)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _print(report: Report) -> None:
    console = Console(stderr=True, highlight=False)
    for problem in report.problems:
        console.print(f"Left out: {problem}", markup=False, soft_wrap=True)
    counts = f"{report.documents} articles, {report.passages} passages, {report.sentences} sentences"
    _say(f"Indexed {counts} in {report.seconds:.1f} s: {report.index}/")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _fail(message: str, code: int) -> NoReturn:
    sys.stderr.write(message + "\n")
    raise typer.Exit(code)


if __name__ == "__main__":
    app()
