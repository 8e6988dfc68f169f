"""nDCG@10 on public data, with the program's own index, retrieval and evidence, one step added at a time."""

from __future__ import annotations

from pathlib import Path

from rich import box
from rich.table import Table

from benchmarks import public
from benchmarks.ranking import CUT, Ranker, cosine, gathered, late, lexical, retrieved, scores, without
from cmo_qa import retrieve
from cmo_qa.knowledge import SEARCHED
from cmo_qa.settings import Settings

RETRIEVAL: dict[str, Ranker] = {
    "cosine alone": cosine,
    "BM25 alone": lexical,
    "cosine and BM25, min-max fusion": without(retrieved, (retrieve, "LATE_SHARE", 0.0)),
    "the same, compared token by token (`retrieve`)": retrieved,
}
EVIDENCE: dict[str, Ranker] = {
    f"late interaction alone over the best {SEARCHED}": late,
    f"all four signals over the best {SEARCHED} (`evidence`)": gathered,
}


def measure(settings: Settings, data: Path) -> Table:
    """Raises SourceError where a collection is not in the folder."""
    collections = public.scifact(data), public.medquad(data), public.xquad(data)
    abstracts, answers, sentences = collections
    found = {
        "SciFact": scores(abstracts, RETRIEVAL, settings),
        "MedQuAD": scores(answers, RETRIEVAL, settings),
        "XQuAD sentences": scores(sentences, RETRIEVAL | EVIDENCE, settings, sentences=True),
    }
    table = Table(title=f"nDCG@{CUT}, {settings.model} as int8", box=box.MARKDOWN)
    table.add_column("")
    for name in found:
        table.add_column(name, justify="right")
    for ranker in RETRIEVAL | EVIDENCE:
        table.add_row(ranker, *(f"{of[ranker].mean():.4f}" if ranker in of else "" for of in found.values()))
    return table
