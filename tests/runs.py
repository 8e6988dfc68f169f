"""Runs of ingest for tests: in this process, or as one of its own that can be killed; and what an index then says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cmo_qa.index import check_files, generation_of, read_manifest
from cmo_qa.knowledge import KnowledgeBase
from cmo_qa.settings import Settings
from ingest import build
from ingest.report import Report
from tests.library import Silent

ROOT = Path(__file__).parent.parent
QUESTION = "Who appoints the chief medical officer?"


def run(sources: Path, index: Path, settings: Settings) -> Report:
    return build.build([sources], index, settings, Silent())


def answers(index: Path) -> dict[str, object]:
    """What the index says now, after every file of it was read and checked."""
    generation = generation_of(index)
    check_files(generation, read_manifest(generation), whole=True)
    return KnowledgeBase.open(index).ask(QUESTION).as_json()


def documents(index: Path) -> list[str]:
    """What the index holds now, after every file of it was read and checked."""
    answers(index)
    return [document.id for document in KnowledgeBase.open(index).documents()]


def tidy(index: Path) -> bool:
    """Whether nothing half-written is there."""
    inside = [*index.iterdir(), *(index / "generations").iterdir()]
    return not [path for path in inside if path.name.startswith(".") and path.name != ".lock"]


class Process:
    """`python -m ingest` as a process of its own, with the encoder in the cache."""

    def __init__(self, sources: Path, index: Path, settings: Settings, *more: str) -> None:
        environment = {**os.environ, "CMO_QA_CACHE": str(settings.cache), "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-m", "ingest", str(sources), "--index", str(index), *more]
        pipe = subprocess.PIPE
        with _minding_sigint():
            self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, text=True)

    def until(self, wanted: str) -> str:
        """What is said on standard error up to the line that begins so."""
        assert self._process.stderr is not None
        said = ""
        for line in self._process.stderr:
            said += line
            if line.startswith(wanted):
                break
        return said

    def end(self, by: signal.Signals | None = None) -> tuple[int, str, str]:
        """Exit code, standard output and what is left of standard error, after the signal."""
        if by is not None:
            self._process.send_signal(by)
        out, err = self._process.communicate(timeout=60)
        return self._process.returncode, out, err


@contextmanager
def _minding_sigint() -> Iterator[None]:
    """What is started meanwhile minds Ctrl+C, which a shell may have turned off for tests in its background."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
