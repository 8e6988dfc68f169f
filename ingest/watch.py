"""An index kept up to date: one run at the start, and one after each burst of changes to the sources."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

from cmo_qa.errors import BusyError, CmoQaError
from ingest.read import find

RETRY = 5.0  # seconds after which a run that another process kept out is tried again
QUIET = 1600  # milliseconds that a burst may last
STEP = 200  # milliseconds without a change that end it


class Watcher:
    """Notices changes under the sources from when it is entered on, also while a run is going on."""

    def __init__(self, sources: Sequence[Path], index: Path) -> None:
        self._folders = [path for path in sources if path.is_dir()]
        self._files = {path.absolute() for path in sources if not path.is_dir()}
        self._index = index.absolute()
        self._changed = threading.Event()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        parents = sorted({path.parent for path in self._files})
        for paths, wanted, recursive in ((self._folders, self._outside, True), (parents, self._named, False)):
            if paths:
                self._start(paths, wanted, recursive=recursive)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def wait(self, timeout: float | None = None) -> None:
        """Returns once something has changed since the last call."""
        self._changed.wait(timeout)
        self._changed.clear()

    def _start(self, paths: Sequence[Path], wanted: Callable[[str], bool], *, recursive: bool) -> None:
        ready = threading.Event()
        thread = threading.Thread(target=self._watch, args=(paths, wanted, recursive, ready), daemon=True)
        thread.start()
        ready.wait(RETRY)
        self._threads.append(thread)

    def _watch(
        self,
        paths: Sequence[Path],
        wanted: Callable[[str], bool],
        recursive: bool,  # noqa: FBT001 given by position to a thread
        ready: threading.Event,
    ) -> None:
        from watchfiles import watch

        for changes in watch(
            *paths,
            watch_filter=lambda _, path: wanted(path),
            debounce=QUIET,
            step=STEP,
            stop_event=self._stop,
            rust_timeout=STEP,
            yield_on_timeout=True,
            recursive=recursive,
            raise_interrupt=False,
        ):
            ready.set()
            if changes:
                self._changed.set()

    def _outside(self, path: str) -> bool:
        return not Path(path).is_relative_to(self._index)

    def _named(self, path: str) -> bool:
        return any(Path(path) == file or path.startswith(f"{file}.") for file in self._files)


def watch(sources: Sequence[Path], index: Path, run: Callable[[], None], say: Callable[[str], object]) -> None:
    """Runs now and after every burst of changes, until interrupted; a run that fails is told, and the next may do.

    Raises SourceError where a source is missing from the start.
    """
    find(sources)
    with Watcher(sources, index) as watcher:
        while True:
            timeout = None
            try:
                run()
            except CmoQaError as error:
                say(str(error))
                timeout = RETRY if isinstance(error, BusyError) else None
            watcher.wait(timeout)
