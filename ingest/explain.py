"""What is made of a file: what was dropped and joined by which rule, what is known of it, where its passages begin."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from cmo_qa.errors import SourceError
from cmo_qa.types import Passage, Unit
from ingest import chunk, clean, read, rules
from ingest.companions import given
from ingest.lines import segments
from ingest.metadata import one_line

if TYPE_CHECKING:
    from rich.console import Console

    from ingest.pieces import Piece

_SHOWN = 160  # characters of a dropped or joined text in a terminal
_MOST_PIECES = 20_000  # that a change is looked for in


@dataclass(frozen=True, slots=True)
class Change:
    """Pieces that a step joined, parted or took for something else."""

    rule: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """An article as the library will hold it, and all that led to it."""

    raw: read.Raw
    cleaned: clean.Cleaned
    changes: tuple[Change, ...]
    passages: Sequence[Passage]
    units: Sequence[Unit]
    problems: tuple[str, ...]  # what was not as it should be


def explained(path: Path, count_tokens: chunk.CountTokens, limit: int) -> Iterator[Explained | read.Skipped]:
    """Each article of a file. Raises SourceError where there is none."""
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "isn't there"
        raise SourceError(f"{path} {what}. Give the path of an article: python -m ingest explain FILE")
    beside = given(path)
    for raw in read.articles(read.Source(path, path.as_posix())):
        if isinstance(raw, read.Skipped):
            yield raw
            continue
        changes = list(_joined_lines(raw))
        cleaned = clean.explain(raw, beside.known, lambda *step: changes.extend(_changes(*step)))  # noqa: B023
        passages, units = chunk.chunk(cleaned.document, count_tokens, limit)
        yield Explained(raw, cleaned, tuple(changes), passages, units, beside.problems + cleaned.warnings)


def _joined_lines(raw: read.Raw) -> Iterator[Change]:
    """The lines of a plain text that are one; other formats say themselves where a paragraph ends."""
    if raw.format == "text":
        for segment in segments(clean.tidy(raw.text).split("\n")):
            if segment.lines > 1:
                yield Change("joined lines", (f"{segment.lines} lines",), (segment.text,))


def _changes(rule: str, before: Sequence[Piece], after: Sequence[Piece]) -> Iterator[Change]:
    """Where a step's pieces differ from those it was given."""
    if before == after or len(before) + len(after) > _MOST_PIECES:
        return
    one, two = [_written(piece) for piece in before], [_written(piece) for piece in after]
    for kind, a, b, c, d in difflib.SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if kind != "equal":
            yield Change(rule, tuple(one[a:b]), tuple(two[c:d]))


def _written(piece: Piece) -> str:
    mark = f" {piece.level}" if piece.kind == "heading" else ""
    return f"{piece.kind.replace('_', '-')}{mark}: {piece.text}"


# As JSON


def record(one: Explained) -> dict[str, Any]:
    """All of it, for machines; offsets count characters of `text`."""
    document = one.cleaned.document
    return {
        "source": document.source,
        "format": one.raw.format,
        "encoding": one.raw.encoding,
        "id": document.id,
        "title": document.title,
        "url": document.url,
        "metadata": {
            key: {"value": said.value, "origin": said.origin} for key, said in one.cleaned.known.values.items()
        },
        "refused": [
            {"key": refused.key, "value": refused.value, "origin": refused.origin, "reason": refused.reason}
            for refused in one.cleaned.known.refused
        ],
        "problems": list(one.problems),
        "dropped": [{**_rule_json(dropped.rule), "text": dropped.text} for dropped in one.cleaned.dropped],
        "changed": [
            {**_rule_json(change.rule), "before": list(change.before), "after": list(change.after)}
            for change in one.changes
        ],
        "text": document.text,
        "blocks": [
            {"kind": block.kind, "level": block.level, "start": block.start, "end": block.end, "list": block.list_id}
            for block in document.blocks
        ],
        "passages": [_passage_json(one, row) for row in range(len(one.passages))],
    }


def _rule_json(name: str) -> dict[str, str]:
    rule = rules.about(name)
    return {"rule": rule.name, "about": rule.what, "example": rule.example}


def _passage_json(one: Explained, row: int) -> dict[str, Any]:
    passage = one.passages[row]
    units = [{"kind": unit.kind, "start": unit.start, "end": unit.end} for unit in one.units if unit.passage == row]
    return {"section": list(passage.section), "start": passage.start, "end": passage.end, "units": units}


# In a terminal


def explain(path: Path, console: Console, *, as_json: bool = False) -> None:
    """Prints what is made of a file; with `as_json` an object a line for each article in it."""
    count_tokens, limit = _measure()
    for one in explained(path, count_tokens, limit):
        if isinstance(one, read.Skipped):
            _say(console, f"Left out: {one.source}: {one.reason}")
        elif as_json:
            console.file.write(json.dumps(record(one), ensure_ascii=False) + "\n")
        else:
            show(one, console)


def _measure() -> tuple[Callable[[str], int], int]:
    """What the encoder counts as tokens, and how many a passage may have: as in a build."""
    from cmo_qa.embed import OnnxEncoder
    from cmo_qa.settings import load
    from ingest import export
    from ingest.build import FRAME

    settings = load()
    folder = export.encoder_for(export.locate(settings.model), settings.cache, _silent)
    encoder = OnnxEncoder(folder, 1)
    return encoder.count_tokens, encoder.max_tokens - FRAME


def _silent(_: str) -> None:
    """Exporting the encoder once is no news about an article."""


def show(one: Explained, console: Console) -> None:
    """One article for a reader: what is known, what was left out and changed, and the text in its passages."""
    document = one.cleaned.document
    _say(console, f"{document.source} ({one.raw.format}), id {document.id}", "bold")
    for problem in one.problems:
        _say(console, f"Beware: {problem}", "yellow")
    _show_metadata(one, console)
    _show_dropped(one, console)
    _show_changes(one, console)
    _show_passages(one, console)


def _show_metadata(one: Explained, console: Console) -> None:
    _head(console, "Metadata")
    for key, said in one.cleaned.known.values.items():
        value = said.value if isinstance(said.value, str) else json.dumps(said.value, ensure_ascii=False)
        shown = "taken away" if said.value is None else one_line(value, _SHOWN)
        _say(console, f"  {key}: {shown}  ({said.origin})")
    for refused in one.cleaned.known.refused:
        _say(console, f"  {refused.key} not used: {refused.value}  ({refused.origin}: {refused.reason})", "yellow")


def _show_dropped(one: Explained, console: Console) -> None:
    _head(console, f"Dropped: {len(one.cleaned.dropped)}")
    for name in dict.fromkeys(dropped.rule for dropped in one.cleaned.dropped):
        _say(console, f"  {_named(name)}", "cyan")
        for dropped in one.cleaned.dropped:
            if dropped.rule == name:
                _say(console, f"    {one_line(dropped.text, _SHOWN)}")


def _show_changes(one: Explained, console: Console) -> None:
    _head(console, f"Joined and recognised: {len(one.changes)}")
    for name in dict.fromkeys(change.rule for change in one.changes):
        _say(console, f"  {_named(name)}", "cyan")
        for change in one.changes:
            if change.rule == name:
                _say(console, f"    {_several(change.before)} → {_several(change.after)}")


def _named(name: str) -> str:
    rule = rules.about(name)
    return f"{rule.name}: {rule.what} ({rule.example})" if rule.what else rule.name


def _several(texts: Sequence[str]) -> str:
    shown = " | ".join(one_line(text, _SHOWN // 2) for text in texts[:4])
    return f"{shown} | {len(texts) - 4} more" if len(texts) > 4 else shown


def _show_passages(one: Explained, console: Console) -> None:
    document = one.cleaned.document
    _head(console, f"Text: {len(document.text)} characters, {len(one.passages)} passages, {len(one.units)} units")
    waiting = list(enumerate(one.passages))[::-1]
    for block in document.blocks:
        while waiting and waiting[-1][1].start < block.end:
            row, passage = waiting.pop()
            inside = "" if passage.start == block.start else ", within the block"
            section = "".join(f" · {heading}" for heading in passage.section)
            _say(console, f"── passage {row + 1}{inside}{section}", "green")
        text = document.text[block.start : block.end]
        _say(console, _shown(block.kind, block.level, text), "bold" if block.kind == "heading" else "")


def _shown(kind: str, level: int, text: str) -> str:
    if kind == "heading":
        return f"{'#' * level} {text}"
    if kind == "item":
        return f"{'  ' * level}- {text}"
    return "\n".join(f"| {row} |" for row in text.split("\n")) if kind == "table" else text


def show_rules(console: Console) -> None:
    """All rules by name, with what each is for and an example."""
    for head, listed in (("What is dropped", rules.DROPS), ("What is joined or recognised", rules.STEPS)):
        _head(console, head)
        if not console.is_terminal:
            for rule in listed:
                _say(console, f"{rule.name}: {rule.what}. Example: {rule.example}")
            continue
        table = Table("rule", "what it is for", "example", box=None)
        for rule in listed:
            table.add_row(Text(rule.name, "cyan"), Text(rule.what), Text(rule.example, "dim"))
        console.print(table)


def _head(console: Console, text: str) -> None:
    _say(console, "")
    _say(console, text, "bold underline")


def _say(console: Console, text: str, style: str = "") -> None:
    """Text as it is: no markup in it counts, and a pipe gets whole lines."""
    console.print(Text(text, style), soft_wrap=not console.is_terminal)
