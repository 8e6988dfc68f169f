"""The command line of ingest: parses, calls, prints."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from typer.core import TyperGroup

from cmo_qa.errors import CmoQaError
from cmo_qa.index import generation_of, read_manifest
from cmo_qa.settings import Settings, load
from ingest import changes, write
from ingest.build import build, is_current, would_change
from ingest.progress import Progress
from ingest.report import Report, many, shortened, summary

DEFAULT = "build"
HELP = """Reads articles and builds the index; the one before it stays until the new one is whole.

What is as it was in the index before is taken over; only what is new or altered is read and embedded.

\b
Other commands: diff (what the last run changed), explain (what is made of a file). Each has its own --help;
a folder of that name is given as ./diff.

\b
Exit codes: 0 done, also where single sources were left out; 2 nothing was done, and standard error says why;
130 interrupted, and standard error says whether the new index was there already.
"""
MISSING = "Missing argument 'SOURCE…'.\nName a file or folder of articles: python -m ingest FOLDER --index DIR"


class _Commands(TyperGroup):
    """Commands of which one is meant where none is named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or args[0] not in self.commands:
            args = [DEFAULT, *args]
        return list(super().parse_args(ctx, args))


app = typer.Typer(cls=_Commands, add_completion=False, pretty_exceptions_enable=False)
IndexOption = Annotated[Path | None, typer.Option("--index", help="Folder of the index.", show_default="index")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the report as one JSON object.")]


@app.callback()
def main() -> None:
    """Articles into an index."""


@app.command(name=DEFAULT, help=HELP)
def build_command(  # noqa: PLR0913 an option each
    sources: Annotated[
        list[Path] | None, typer.Argument(help="Articles: files or folders of them.", metavar="SOURCE…")
    ] = None,
    index: IndexOption = None,
    model: Annotated[str | None, typer.Option(help="Folder of another sentence-transformers model.")] = None,
    *,
    if_changed: Annotated[bool, typer.Option("--if-changed", help="Do nothing where the index is up to date.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Read and embed everything again.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; write nothing.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on, with a run after each burst of changes.")] = False,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Make the generation before live again; no SOURCE.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    settings = _settings(model)
    folder = index or settings.index
    given = sources or []
    _refuse_what_does_not_fit(given, rollback=rollback, both=dry_run and watch)
    signal.signal(signal.SIGTERM, _interrupt)
    before = _live(folder)
    try:
        if rollback:
            _roll_back(folder)
        elif dry_run:
            _show_changes(given, folder, settings, as_json=as_json)
        elif watch:
            _watch(given, folder, lambda: build(given, folder, settings, Progress(), full=full), as_json=as_json)
        elif if_changed and not full and is_current(given, folder, settings):
            _up_to_date(folder, as_json=as_json)
        else:
            _print(build(given, folder, settings, Progress(), full=full), as_json=as_json)
    except KeyboardInterrupt:
        _fail(f"Interrupted. {_state(folder, before)}", 130)
    except CmoQaError as error:
        _fail(str(error), 2)


@app.command(name="diff")
def diff_command(index: IndexOption = None, *, as_json: JsonOption = False) -> None:
    """Shows what the last run changed: the articles that the live index has (+), has anew (~) or has no more (-)."""
    try:
        found = changes.last(index or load().index)
    except CmoQaError as error:
        _fail(str(error), 2)
    if as_json:
        _say(json.dumps(asdict(found), ensure_ascii=False, indent=2))
        return
    for line in changes.listed(found.changes):
        _say(line)
    _say(f"Articles: {found.changes.line} ({_moment(found.before)} → {_moment(found.after)})")


@app.command(name="explain")
def explain_command(
    path: Annotated[Path | None, typer.Argument(help="An article.", metavar="FILE")] = None,
    *,
    rules: Annotated[bool, typer.Option("--rules", help="List the rules instead, each with an example.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print an object a line for each article.")] = False,
) -> None:
    """Shows an article as it is read: what is dropped by which rule, what is joined, where passages begin."""
    from ingest.explain import explain, show_rules

    if path is None and not rules:
        _fail("Missing argument 'FILE'.\nName an article: python -m ingest explain FILE", 2)
    try:
        if rules:
            show_rules(Console(highlight=False))
        elif path is not None:
            explain(path, Console(highlight=False), as_json=as_json)
    except CmoQaError as error:
        _fail(str(error), 2)


def _refuse_what_does_not_fit(given: Sequence[Path], *, rollback: bool, both: bool) -> None:
    if both:
        _fail("--dry-run writes nothing and --watch goes on writing: give one of them.", 2)
    if rollback == bool(given):
        _fail("--rollback takes no SOURCE." if rollback else MISSING, 2)


def _settings(model: str | None) -> Settings:
    try:
        settings = load()
    except CmoQaError as error:
        _fail(str(error), 2)
    return settings.model_copy(update={"model": model or settings.model})


def _roll_back(folder: Path) -> None:
    with write.locked(folder):
        earlier = write.roll_back(folder)
    made = read_manifest(earlier)
    held = many(made["counts"]["documents"], "article")
    _say(f"The index at {folder}/ is the one of {_moment(made['created'])} again: {held}.")


def _moment(created: str) -> str:
    return created.replace("T", " ").replace("+00:00", " UTC")


def _show_changes(sources: Sequence[Path], folder: Path, settings: Settings, *, as_json: bool) -> None:
    found, why, skipped = would_change(sources, folder, settings)
    if as_json:
        _say(json.dumps({"changes": asdict(found), "rebuilt": why, "problems": skipped}, ensure_ascii=False, indent=2))
        return
    _say_each("Warning: {}", skipped)
    for line in changes.listed(found):
        _say(line)
    if why:
        _say(f"Everything would be read and embedded again: {why}.")
    _say(f"Files: {found.line}. Nothing was written.")


def _watch(sources: Sequence[Path], folder: Path, run: Callable[[], Report], *, as_json: bool) -> None:
    from ingest.watch import watch

    idle = [False]

    def once() -> None:
        idle[0] = False
        report = run()
        if report.swapped or as_json:
            _print(report, as_json=as_json)
        Progress().say(f"Watching {', '.join(map(str, sources))} (Ctrl+C stops it)")
        idle[0] = True

    try:
        watch(sources, folder, once, lambda message: sys.stderr.write(message + "\n"))
    except KeyboardInterrupt:
        if not idle[0]:
            raise
        Progress().say("Stopped.")


def _up_to_date(folder: Path, *, as_json: bool) -> None:
    line = f"The index at {folder}/ is up to date."
    _say(json.dumps({"index": str(folder), "swapped": False}, ensure_ascii=False, indent=2) if as_json else line)


def _print(report: Report, *, as_json: bool) -> None:
    if as_json:
        _say(report.as_json())
        return
    copies = [f"{source}: the same text as {kept}, which is cited with both names" for source, kept in report.copies]
    _say_each("Warning: {}", report.problems)
    _say_each("Kept once: {}", copies)
    if report.swapped:
        Console(stderr=True, highlight=False).print(summary(report))
    _say(report.line)


def _say_each(form: str, lines: Sequence[str]) -> None:
    console = Console(stderr=True, highlight=False)
    for line in shortened(lines):
        console.print(form.format(line), markup=False, soft_wrap=True)


def _live(folder: Path) -> Path | None:
    with suppress(CmoQaError):
        return generation_of(folder)
    return None


def _state(folder: Path, before: Path | None) -> str:
    """What an interrupted run leaves behind, of the generation that was live before it."""
    now = _live(folder)
    if now is None:
        return f"There is no index at {folder}/ yet; the same command makes it."
    return f"The index at {folder}/ is {'as it was' if now == before else 'the new one, whole'}."


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _fail(message: str, code: int) -> NoReturn:
    sys.stderr.write(message + "\n")
    raise typer.Exit(code)


if __name__ == "__main__":
    app()
