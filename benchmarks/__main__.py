"""`python -m benchmarks [NAME…]`: all of them, or those that are named."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks import ablation, latency, retrieval, startup
from cmo_qa.errors import CmoQaError
from cmo_qa.settings import Settings

app = typer.Typer(add_completion=False)
DATA = Path("../shared/benchmarks")
BENCHMARKS = {
    "startup": startup.measure,
    "latency": latency.measure,
    "retrieval": retrieval.measure,
    "ablation": ablation.measure,
}


@app.command()
def main(
    names: Annotated[
        list[str] | None, typer.Argument(help=f"Any of {', '.join(BENCHMARKS)}; all if none is named.", metavar="NAME…")
    ] = None,
    data: Annotated[Path, typer.Option(help="Folder with scifact/ and xquad_sentences/.")] = DATA,
) -> None:
    """Measures and prints a table for each; benchmarks/README.md keeps what was found when."""
    unknown = [name for name in names or () if name not in BENCHMARKS]
    if unknown:
        sys.stderr.write(f"No benchmark {unknown[0]}.\nName any of: {', '.join(BENCHMARKS)}\n")
        raise typer.Exit(2)
    console, failed = Console(), False
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
