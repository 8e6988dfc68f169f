"""`python -m benchmarks [NAME…]`: all of them, or those that are named."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console, RenderableType

from benchmarks import (
    ablation,
    extraction,
    followups,
    incremental,
    ingestion,
    ingredients,
    latency,
    reading,
    retrieval,
    startup,
)
from cmo_qa.errors import CmoQaError
from cmo_qa.settings import Settings

app = typer.Typer(add_completion=False)
DATA = Path("../shared/benchmarks")
WIDTH = 200  # characters: a row of a table is one line, also in a file
BENCHMARKS: dict[str, Callable[[Settings, Path], RenderableType]] = {
    "startup": startup.measure,
    "ingestion": ingestion.measure,
    "latency": latency.measure,
    "retrieval": retrieval.measure,
    "ingredients": ingredients.measure,
    "ablation": ablation.measure,
    "reading": reading.measure,
    "followups": followups.measure,
    "incremental": incremental.measure,
    "extraction": extraction.measure,
}


@app.command()
def main(
    names: Annotated[
        list[str] | None, typer.Argument(help=f"Any of {', '.join(BENCHMARKS)}; all if none is named.", metavar="NAME…")
    ] = None,
    data: Annotated[
        Path, typer.Option(help="Folder with scifact/, medquad/, xquad_sentences/, squad/ and cast2019/.")
    ] = DATA,
) -> None:
    """Measures and prints a table for each; benchmarks/README.md keeps what was found when."""
    unknown = [name for name in names or () if name not in BENCHMARKS]
    if unknown:
        sys.stderr.write(f"No benchmark {unknown[0]}.\nName any of: {', '.join(BENCHMARKS)}\n")
        raise typer.Exit(2)
    console, failed = Console(width=WIDTH), False
    for name in names or BENCHMARKS:
        try:
            console.print(BENCHMARKS[name](Settings(), data))
        except CmoQaError as error:
            sys.stderr.write(f"{name}: {error}\n")
            failed = True
    if failed:
        raise typer.Exit(2)


if __name__ == "__main__":
    app()
