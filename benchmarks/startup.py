"""Process start to printed answer, and peak memory: `python -m cmo_qa ask` against benchmarks/baseline.py."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from cmo_qa.index import Index, generation_of
from cmo_qa.settings import Settings
from ingest import build, export
from ingest.progress import Progress

ROOT = Path(__file__).parent.parent
QUESTION = "What does a chief medical officer do?"
RUNS = 7


@dataclass(frozen=True, slots=True)
class Run:
    """One process, from its start until its first line was printed; memory is the peak until its end."""

    seconds: float
    megabytes: float


def measure(settings: Settings, _: Path) -> Table:
    """Builds an index of corpus/, then runs both by turns; medians."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "index"
        build.build([ROOT / "corpus"], folder, settings, Progress())
        commands = {"python -m cmo_qa ask": _ask(folder), "sentence-transformers + FAISS": _baseline(folder, settings)}
        runs: dict[str, list[Run]] = {name: [] for name in commands}
        for _turn in range(RUNS + 1):
            for name, command in commands.items():
                runs[name].append(_timed(command))
    return _table({name: found[1:] for name, found in runs.items()})  # the first of each warms the disk's cache


def _ask(folder: Path) -> list[str]:
    return [sys.executable, "-m", "cmo_qa", "ask", QUESTION, "--index", str(folder)]


def _baseline(folder: Path, settings: Settings) -> list[str]:
    """The same passages as a list of texts, the same FAISS file, the same model."""
    index = Index.open(folder)
    texts = [text for _, text in index.passages(range(index.passage_count)).values()]
    index.close()
    passages = folder.parent / "passages.json"
    passages.write_text(json.dumps(texts), encoding="utf-8")
    model = export.locate(settings.model).folder
    script = Path(__file__).with_name("baseline.py")
    return [sys.executable, str(script), *map(str, (model, generation_of(folder) / "dense.faiss", passages)), QUESTION]


def _timed(command: Sequence[str]) -> Run:
    timed = [sys.executable, str(Path(__file__).with_name("timed.py")), *command]
    done = subprocess.run(timed, cwd=ROOT, check=True, capture_output=True, text=True)
    return Run(*json.loads(done.stdout))


def _table(runs: dict[str, list[Run]]) -> Table:
    table = Table(title=f"Process start to printed answer, median of {RUNS}, by turns, {os.cpu_count()} cores")
    table.add_column("")
    table.add_column("seconds", justify="right")
    table.add_column("range", justify="right")
    table.add_column("peak memory", justify="right")
    medians = []
    for name, found in runs.items():
        seconds = sorted(run.seconds for run in found)
        medians.append((statistics.median(seconds), statistics.median(run.megabytes for run in found)))
        spread = f"{seconds[0]:.2f} to {seconds[-1]:.2f}"
        table.add_row(name, f"{medians[-1][0]:.2f}", spread, f"{medians[-1][1]:.0f} MB")
    (fast, small), (slow, large) = medians
    table.add_row("ratio (wanted: 6 or more, under 0.50)", f"{slow / fast:.1f}", "", f"{small / large:.2f}")
    return table
