"""One question, asked of an open library: the whole answer against embedding and searching with the usual kit."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import faiss
from rich.table import Table

from cmo_qa import evaluate
from cmo_qa.index import generation_of
from cmo_qa.knowledge import KnowledgeBase
from cmo_qa.settings import Settings
from ingest import export
from ingest.build import build
from ingest.progress import Progress

ROOT = Path(__file__).parent.parent
QUESTIONS = 60  # of the gold set, each asked once of both by turns
WARM_UP = 5


def measure(settings: Settings, _: Path) -> Table:
    """Median and slowest tenth, in milliseconds."""
    questions = [gold.question for gold in evaluate.load(ROOT / "tests" / "golden" / "questions.jsonl")][:QUESTIONS]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "index"
        build([ROOT / "corpus"], folder, settings, Progress())
        asked = {
            "KnowledgeBase.ask: the whole answer": KnowledgeBase.open(folder).ask,
            "sentence-transformers + FAISS: three passages": _baseline(folder, settings),
        }
        times: dict[str, list[float]] = {name: [] for name in asked}
        for question in [*questions[:WARM_UP], *questions]:
            for name, ask in asked.items():
                times[name].append(_milliseconds(ask, question))
    table = Table("", "median", "slowest tenth", title=f"One question, milliseconds, {os.cpu_count()} cores")
    for name, found in times.items():
        kept = found[WARM_UP:]
        table.add_row(name, f"{statistics.median(kept):.1f}", f"{statistics.quantiles(kept, n=10)[-1]:.1f}")
    return table


def _baseline(folder: Path, settings: Settings) -> Callable[[str], object]:
    from sentence_transformers import SentenceTransformer

    encoder = SentenceTransformer(str(export.locate(settings.model).folder), device="cpu", local_files_only=True)
    index = faiss.read_index(str(generation_of(folder) / "dense.faiss"))
    return lambda question: index.search(encoder.encode_query([question], normalize_embeddings=True), 3)


def _milliseconds(ask: Callable[[str], object], question: str) -> float:
    began = time.perf_counter()
    ask(question)
    return (time.perf_counter() - began) * 1000
