"""Articles to a finished index, against sentence-transformers embedding the same passages and nothing else."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.public import rows
from cmo_qa.errors import SourceError
from cmo_qa.index import Index, generation_of
from cmo_qa.settings import Settings
from ingest import export
from ingest.build import build
from ingest.chunk import embedding_text
from ingest.progress import Progress

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

ARTICLES = 5000
PORTION = 500  # articles that both take before both take the next, so that what else runs here slows both alike
DATA = Path("../shared/benchmarks")


@dataclass(frozen=True, slots=True)
class Spent:
    """What one portion took: seconds by the clock, and of all cores together."""

    clock: float
    cores: float


def measure(settings: Settings, data: Path, articles: int = ARTICLES, portion: int = PORTION) -> Table:
    """SciFact's abstracts as Markdown files. Raises SourceError where they are not in the folder."""
    model = export.locate(settings.model)
    export.encoder_for(model, settings.cache, print)  # once for a model, not once for a library
    original = export.load(model)
    ours, theirs, passages, count = [], [], 0, 0
    with tempfile.TemporaryDirectory() as place:
        for number, texts in enumerate(_portions(data, articles, portion)):
            folder, index = Path(place) / f"articles-{number}", Path(place) / f"index-{number}"
            _write(folder, texts)
            ours.append(_timed(lambda: build([folder], index, settings, _Silent())))  # noqa: B023 called at once
            embedded = _passages(index)
            theirs.append(_timed(lambda: _encode(original, embedded)))  # noqa: B023
            passages += len(embedded)
            count += len(texts)
    return _table(f"{count} articles, {passages} passages, {portion} articles at a time", ours, theirs)


class _Silent(Progress):
    def say(self, message: str) -> None:
        """Nothing."""


def _portions(data: Path, articles: int, portion: int) -> Iterator[Sequence[tuple[str, str, str]]]:
    """Name, title and text of SciFact's abstracts."""
    path = data / "scifact" / "corpus.jsonl"
    if not path.is_file():
        raise SourceError(f"No {path}.\nName the folder that holds scifact/: python -m benchmarks --data DIR")
    texts = [(row["_id"], row["title"], row["text"]) for row in rows(path)][:articles]
    return (texts[first : first + portion] for first in range(0, len(texts), portion))


def _write(folder: Path, texts: Sequence[tuple[str, str, str]]) -> None:
    folder.mkdir()
    for name, title, text in texts:
        (folder / f"{name}.md").write_text(f"# {title}\n\n{text}\n", encoding="utf-8")


def _passages(folder: Path) -> list[str]:
    """The passages of an index as they were embedded."""
    index = Index(generation_of(folder))
    try:
        return [
            embedding_text(index.heading(passage.document_id)[0], passage.section, text)
            for passage, text in index.passages(range(index.passage_count)).values()
        ]
    finally:
        index.close()


def _encode(original: SentenceTransformer, texts: list[str]) -> None:
    original.encode(texts, show_progress_bar=False)


def _timed(work: Callable[[], object]) -> Spent:
    clock, cores = time.perf_counter(), sum(os.times()[:4])
    work()
    return Spent(time.perf_counter() - clock, sum(os.times()[:4]) - cores)  # of processes that it started too


def _table(title: str, ours: Sequence[Spent], theirs: Sequence[Spent]) -> Table:
    table = Table(title=f"{title}, {os.cpu_count()} cores", box=box.MARKDOWN)
    for name in ("", "seconds", "core seconds"):
        table.add_column(name, justify="left" if not name else "right")
    for name, spent in (("the whole ingestion", ours), ("`SentenceTransformer.encode` alone", theirs)):
        table.add_row(name, f"{sum(one.clock for one in spent):.1f}", f"{sum(one.cores for one in spent):.1f}")
    by_clock = sorted(other.clock / own.clock for own, other in zip(ours, theirs, strict=True))
    by_cores = sorted(other.cores / own.cores for own, other in zip(ours, theirs, strict=True))
    table.add_row("ratio of a portion, median", *(f"{of[len(of) // 2]:.2f}" for of in (by_clock, by_cores)))
    table.add_row("lowest and highest", *(f"{of[0]:.2f} to {of[-1]:.2f}" for of in (by_clock, by_cores)))
    return table


def main(
    articles: Annotated[int, typer.Option(min=1)] = ARTICLES,
    portion: Annotated[int, typer.Option(min=1)] = PORTION,
    data: Annotated[Path, typer.Option(help="Folder with scifact/.")] = DATA,
) -> None:
    """Measures with fewer articles, or in other portions."""
    Console(width=200).print(measure(Settings(), data, articles, portion))


if __name__ == "__main__":
    typer.run(main)
