"""What a run did, for a person and for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table

from cmo_qa.library import open_library
from ingest.changes import Changes

SHOWN = 20  # lines of a kind that are shown to a person; `--json` has all


@dataclass(frozen=True, slots=True)
class Report:
    """`problems` has a line for each source that was left out or is not as it should be; counts are of the whole."""

    index: Path
    documents: int
    passages: int
    sentences: int
    problems: tuple[str, ...]
    seconds: float = 0.0
    changes: Changes = field(default_factory=Changes)
    rebuilt: str = ""  # why everything was read again; empty where it wasn't
    copies: tuple[tuple[str, str], ...] = ()  # sources whose text another article has, and the source of that one
    twins: int = 0  # passages that say the same as one of another article, and are kept once
    dropped: int = 0  # pieces of furniture
    languages: dict[str, int] = field(default_factory=dict)
    megabytes: float = 0.0
    swapped: bool = True  # whether there is a new generation

    @property
    def line(self) -> str:
        """The whole in one line."""
        counted = (self.documents, "article"), (self.passages, "passage"), (self.sentences, "sentence")
        counts = ", ".join(many(count, noun) for count, noun in counted)
        if not self.swapped:
            return f"Nothing has changed: {counts}: {self.index}/"
        return f"Indexed {counts} in {self.seconds:.1f} s: {self.index}/"

    def as_json(self) -> str:
        """One object, as `--json` prints it."""
        found = asdict(self)
        found["index"] = str(self.index)
        found["seconds"] = round(self.seconds, 3)
        found["megabytes"] = round(self.megabytes, 3)
        found["copies"] = [{"source": source, "same_as": kept} for source, kept in self.copies]
        return json.dumps(found, ensure_ascii=False, indent=2)


def counted(generation: Path) -> dict[str, Any]:
    """What an index says of itself that a report wants: twins, dropped, languages, copies, megabytes."""
    library = open_library(generation)
    try:
        (twins,) = library.execute("SELECT count(*) FROM twins").fetchone()
        (dropped,) = library.execute("SELECT coalesce(sum(dropped), 0) FROM articles").fetchone()
        copies = library.execute(
            "SELECT a.source, d.source FROM articles a JOIN articles k ON k.text_sha256 = a.text_sha256 AND k.kept"
            " IS NOT NULL JOIN documents d ON d.row = k.kept WHERE a.kept IS NULL ORDER BY a.row"
        ).fetchall()
        languages = library.execute(
            "SELECT json_extract(metadata, '$.language') AS language, count(*) FROM documents"
            " WHERE language IS NOT NULL GROUP BY language ORDER BY 2 DESC, 1"
        ).fetchall()
    finally:
        library.close()
    held = sum(path.stat().st_size for path in generation.rglob("*") if path.is_file())
    return {
        "twins": twins,
        "dropped": dropped,
        "copies": tuple(copies),
        "languages": {str(language): count for language, count in languages},
        "megabytes": held / 1e6,
    }


def summary(report: Report) -> Table:
    """The run as a table of two columns."""
    table = Table(box=box.SIMPLE, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(justify="right")
    changes = report.changes
    rows: list[tuple[str, object]] = [
        ("articles", report.documents),
        ("  new", len(changes.new)),
        ("  changed", len(changes.changed)),
        ("  removed", len(changes.removed)),
        ("  unchanged", changes.unchanged),
        ("passages", report.passages),
        ("sentences", report.sentences),
        ("the same text under another name", len(report.copies)),
        ("passages said elsewhere too", report.twins),
        ("pieces of furniture dropped", report.dropped),
        ("warnings", len(report.problems)),
        ("languages", ", ".join(f"{name} {count}" for name, count in report.languages.items()) or "not known"),
        ("seconds", f"{report.seconds:.1f}"),
        ("megabytes", f"{report.megabytes:.1f}"),
    ]
    for name, value in rows:
        table.add_row(name, str(value))
    return table


def many(count: int, noun: str) -> str:
    """`1 article`, `2 articles`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def shortened(lines: Sequence[str]) -> list[str]:
    """The first lines, and how many more there are."""
    more = len(lines) - SHOWN
    return [*lines[:SHOWN], f"… and {more} more (--json has all)"] if more > 0 else list(lines)
