"""What the reader adds to knowing when not to answer: the confidence with it and without it, each fitted anew."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from cmo_qa.evaluate import auroc
from cmo_qa.settings import Settings
from training import confidence

FALSE_REFUSALS = 0.05  # share of the answerable questions
READ = confidence.NAMES.index("read")


@dataclass(frozen=True, slots=True)
class Asked:
    """The signs (n, signs) of a set of questions, and which of them can be answered."""

    signs: NDArray[np.float64]
    answerable: NDArray[np.bool_]


def measure(_: Settings, data: Path) -> Table:
    """A row each for the signs alone, the reader alone, and both; data is the folder beside eval/ and articles/."""
    sets = {"gold": (Path("corpus"), Path("tests/golden/questions.jsonl"))}
    if (data.parent / "eval" / "dev.jsonl").exists():
        sets["dev"] = data.parent / "articles", data.parent / "eval" / "dev.jsonl"
    with tempfile.TemporaryDirectory() as place:
        fitted_on = Asked(*confidence.ours(Path(place)))
        asked = {name: Asked(*confidence.asked(*files, Path(place) / name)) for name, files in sets.items()}
    table = Table("confidence from", *(f"{name} {figure}" for name in sets for figure in ("AUROC", "refused")))
    others = [at for at in range(len(confidence.NAMES)) if at != READ]
    for name, columns in (("signs alone", others), ("reader alone", [READ]), ("both", [*others, READ])):
        sure = _confidence(fitted_on, columns)
        table.add_row(name, *(cell for one in asked.values() for cell in _figures(sure(one.signs), one)))
    return table


def _confidence(asked: Asked, columns: Sequence[int]) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """A model of these signs alone."""
    model, _ = confidence.fit(asked.signs[:, columns], asked.answerable, [confidence.NAMES[at] for at in columns])
    return lambda signs: confidence.confidences(model, signs[:, columns])


def _figures(sure: NDArray[np.float64], asked: Asked) -> tuple[str, str]:
    """AUROC, and the share of the unanswerable that is refused where FALSE_REFUSALS of the answerable are."""
    answered, refused = sure[asked.answerable], sure[~asked.answerable]
    least = np.quantile(answered, FALSE_REFUSALS)
    return f"{auroc(answered.tolist(), refused.tolist()):.3f}", f"{np.mean(refused < least):.3f}"
