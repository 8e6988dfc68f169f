"""A second run over a library of which one article in a hundred has changed, against the first."""

from __future__ import annotations

import os
import random
import resource
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from cmo_qa.settings import Settings
from ingest import export
from ingest.build import build
from ingest.progress import Progress
from ingest.report import Report

ARTICLES = int(os.environ.get("BENCHMARK_ARTICLES", "2000"))
CHANGED = ARTICLES // 100
SECTIONS, SENTENCES = 4, 6
SUBJECTS = "officer board clinic ward nurse physician department committee patient council director team".split()
VERBS = "reviews leads plans audits supports measures reports approves trains schedules documents improves".split()
OBJECTS = (
    "incidents budgets credentials safety quality staffing referrals protocols outcomes privileges audits training"
    " complaints records pathways contracts vaccines rotas standards interviews"
).split()
SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu".split()
TIMES = "weekly monthly yearly quarterly daily rarely often twice together early openly jointly".split()


def article(number: int, edition: int = 0) -> str:
    """One article of its own words; another edition has a sentence more."""
    draw = random.Random(number)
    lines = [f"---\nid: article-{number}\ntitle: {draw.choice(OBJECTS).title()} in unit {number}\n---"]
    for section in range(SECTIONS):
        lines.append(f"## How does the {draw.choice(SUBJECTS)} handle {draw.choice(OBJECTS)} in part {section}?")
        lines.append(" ".join(_sentence(draw, number) for _ in range(SENTENCES)))
    if edition:
        lines.append(f"This is edition {edition} of the article on unit {number}.")
    return "\n\n".join(lines) + "\n"


def _sentence(draw: random.Random, number: int) -> str:
    """Half of its words are made up, as an article's own names and terms are."""
    terms = [_term(draw) for _ in range(9)]
    return (
        f"{' '.join(terms[:4]).capitalize()} {' '.join(terms[4:])}: the {draw.choice(SUBJECTS)}"
        f" {draw.choice(VERBS)} the {draw.choice(OBJECTS)} of unit {number}"
        f" {draw.choice(TIMES)} and {draw.choice(VERBS)} {draw.choice(OBJECTS)} with the {draw.choice(SUBJECTS)}"
        f" after {draw.randint(2, 90)} days."
    )


def _term(draw: random.Random) -> str:
    return "".join(draw.choice(SYLLABLES) for _ in range(draw.randint(2, 3)))


def measure(settings: Settings, _: Path) -> Table:
    """Builds an index, changes one in a hundred, builds again, and again with nothing changed."""
    export.encoder_for(export.locate(settings.model), settings.cache, Progress().say)  # once for all, and not counted
    with tempfile.TemporaryDirectory() as place:
        sources, folder = Path(place) / "articles", Path(place) / "index"
        sources.mkdir()
        for number in range(ARTICLES):
            (sources / f"{number:05}.md").write_text(article(number), encoding="utf-8")
        runs = {"all new": _run(sources, folder, settings)}
        for number in range(0, ARTICLES, ARTICLES // CHANGED):
            (sources / f"{number:05}.md").write_text(article(number, edition=1), encoding="utf-8")
        runs[f"{CHANGED} changed"] = _run(sources, folder, settings)
        runs["none changed"] = _run(sources, folder, settings)
    return _table(runs)


def _run(sources: Path, folder: Path, settings: Settings) -> tuple[Report, float, float, float]:
    """The report, seconds, seconds of processors, and the peak of memory up to its end."""
    began, worked = time.perf_counter(), time.process_time()
    report = build([sources], folder, settings, Progress(Console(stderr=True, highlight=False)))
    seconds = time.perf_counter() - began, time.process_time() - worked
    return report, *seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _table(runs: dict[str, tuple[Report, float, float, float]]) -> Table:
    (first, first_seconds, first_worked, _), *_rest = runs.values()
    size = f"{first.passages} passages, {first.megabytes:.0f} MB"
    title = f"A run over {ARTICLES} articles, {size}, {os.cpu_count()} cores"
    table = Table(title=title)
    for name in (
        "articles",
        "seconds",
        "of the first (wanted: a few per cent)",
        "processor",
        "of the first",
        "peak so far",
    ):
        table.add_column(name, justify="left" if name == "articles" else "right")
    for name, (_, seconds, worked, megabytes) in runs.items():
        shares = f"{100 * seconds / first_seconds:.1f} %", f"{100 * worked / first_worked:.1f} %"
        table.add_row(name, f"{seconds:.1f}", shares[0], f"{worked:.1f}", shares[1], f"{megabytes:.0f} MB")
    return table
