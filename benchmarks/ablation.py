"""What each ingredient of the answer earns: the figures without it, on our gold questions and on ../shared/eval's."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

from rich.table import Table

from cmo_qa import agreement, compose, evaluate, evidence, knowledge, polarity, question, reader
from cmo_qa.knowledge import KnowledgeBase
from cmo_qa.settings import Settings
from ingest import export
from ingest.build import build
from ingest.progress import Progress

FIGURES = ("evidence within 50 words", "evidence within 100 words", "key points said", "list points said")
HEADS = ("50", "100", "points", "list")
WITHOUT: dict[str, tuple[Any, str, Any]] = {
    "late interaction": (evidence, "LATE", 0.0),
    "cosine of the sentence": (evidence, "SENTENCE", 0.0),
    "cosine of its passage": (evidence, "COSINE", 0.0),
    "BM25 of its passage": (evidence, "LEXICAL", 0.0),
    "form that suits the question": (compose, "fit", lambda *_: 0.0),
    "wordings": (knowledge, "asked_alike", lambda *_: {}),
    "lists whole": (compose, "_list_first", lambda *_: ([], False)),
    "two sides of a comparison": (compose, "two_sided", lambda _, __, found: list(found)),
    "yes and no bound to their question": (polarity, "PENALTY", 0.0),
    "near repeats said once": (agreement, "SAME", 2.0),
    "what another source says differently": (compose, "_with_difference", lambda _, found: found),
    "whose view is asked for": (knowledge, "as_said_by", lambda _, __, found: found),
    "the reader": (reader, "WEIGHT", 0.0),
    "the sentence that one leans on": (compose, "_before", lambda *_: None),
    "spelling mended": (question, "mend", lambda _, text: text),
    "follow-ups made whole": (question, "standalone", lambda asked, *_: asked),
}


def measure(settings: Settings, data: Path) -> Table:
    """A row for all ingredients together and one for each that is left out; data is the folder beside eval/."""
    sets = [(Path("corpus"), Path("tests/golden/questions.jsonl"))]
    if (data.parent / "eval" / "dev.jsonl").exists():
        sets.append((data.parent / "articles", data.parent / "eval" / "dev.jsonl"))
    table = Table("without", *(f"{gold.stem} {head}" for _, gold in sets for head in HEADS))
    with tempfile.TemporaryDirectory() as place:
        opened = [_open(articles, gold, Path(place) / gold.stem, settings) for articles, gold in sets]
        table.add_row("nothing", *_row(opened))
        published = settings.model_copy(update={"model": str(export.locate(export.DEFAULT_MODEL).folder)})
        bare = [_open(articles, gold, Path(place) / f"{gold.stem}-published", published) for articles, gold in sets]
        table.add_row("the encoder's adapter", *_row(bare))
        for name, (module, attribute, value) in WITHOUT.items():
            with patch.object(module, attribute, value):
                table.add_row(name, *_row(opened))
    return table


def _open(articles: Path, gold: Path, folder: Path, settings: Settings) -> tuple[KnowledgeBase, list[evaluate.Gold]]:
    build([articles], folder, settings, Progress())
    return KnowledgeBase.open(folder), evaluate.load(gold)


def _row(opened: Sequence[tuple[KnowledgeBase, list[evaluate.Gold]]]) -> list[str]:
    cells = []
    for library, gold in opened:
        found = evaluate.figures(list(evaluate.outcomes(library, gold)))
        cells += [f"{found[name]:.3f}" for name in FIGURES]
    return cells
