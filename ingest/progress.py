"""What a run shows while it works: steps, and a bar with the time left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

T = TypeVar("T")


class Progress:
    """Writes to standard error: a line a step; a bar where a person is watching, a closing count where none is."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False)

    def say(self, message: str) -> None:
        self._console.print(message, markup=False)

    def track(self, what: str, batches: Iterable[Sequence[T]], total: int) -> Iterator[Sequence[T]]:
        """Passes the batches on, and counts what is in them once each has been dealt with."""
        columns = TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(compact=True)
        with Bar(*columns, console=self._console, transient=True, disable=not self._console.is_terminal) as bar:
            task = bar.add_task(what, total=total)
            for batch in batches:
                yield batch
                bar.advance(task, len(batch))
        self.say(f"{what}: {total}")
