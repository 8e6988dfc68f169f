"""What a run shows while it works: steps, and a bar with the time left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
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

    @contextmanager
    def stage(self, what: str, total: float) -> Iterator[Callable[[float], None]]:
        """A bar that is advanced by the function it gives; `total` in the same unit, whatever it is."""
        columns = TextColumn(what), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(compact=True)
        with Bar(*columns, console=self._console, transient=True, disable=not self._console.is_terminal) as bar:
            task = bar.add_task(what, total=total)
            yield lambda done: bar.advance(task, done)


class Portion(Progress):
    """A part of a longer stage: what is tracked here advances that one, in as many equal steps as are announced."""

    def __init__(self, advance: Callable[[float], None], amount: float, steps: int) -> None:
        super().__init__()
        self._advance = advance
        self._each = amount / steps
        self._left = amount

    def say(self, message: str) -> None:
        """Nothing: the stage says it in the end."""

    def track(self, what: str, batches: Iterable[Sequence[T]], total: int) -> Iterator[Sequence[T]]:  # noqa: ARG002
        for batch in batches:
            yield batch
            self._done(self._each * len(batch) / max(total, 1))

    def end(self) -> None:
        """The rest of the amount, if more or fewer steps were taken than announced."""
        self._done(self._left)

    def _done(self, amount: float) -> None:
        amount = min(amount, self._left)
        self._left -= amount
        self._advance(amount)
