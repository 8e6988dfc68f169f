"""Fits the weights of cmo_qa/confidence.json on questions with known answers; see training/README.md.

usage: python -m training.confidence [--work build/confidence]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import astuple, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from cmo_qa.compose import compose
from cmo_qa.confidence import Signs, signs
from cmo_qa.index import Index
from cmo_qa.knowledge import look_up
from cmo_qa.meanings import other_meaning
from cmo_qa.question import understand
from cmo_qa.settings import Settings
from ingest.build import build
from ingest.progress import Progress
from training.lessons import rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

HERE = Path(__file__).parent
OURS = (  # articles, and the questions that are asked of them
    (HERE.parent / "corpus", HERE / "calibration-corpus.jsonl"),
    (HERE / "library", HERE / "calibration.jsonl"),
)
OTHERS = HERE / "other" / "articles", HERE / "other" / "questions.jsonl"
MODEL = HERE.parent / "cmo_qa" / "confidence.json"
NAMES = [field.name for field in fields(Signs)]
REGULARISATION = 0.1  # C of the regression: the signs overlap, and the questions are few
FALSE_REFUSALS = 0.11  # share of answerable questions that may be refused, over articles that nothing was fitted on
UNSURE = 0.1  # share of answerable questions that may be answered with reserve, or refused, in the folds
SEED = 0


def read_signs(index: Index, questions: list[dict[str, Any]]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Signs (n, signs) of each question and whether it can be answered; other meanings of CMO are left out."""
    rows, answerable = [], []
    for question in track(questions, "Reading the signs"):
        understood = understand(index, question["question"], question.get("history") or [])
        if other_meaning(understood.text):
            continue
        _, evidence = look_up(index, understood)
        rows.append(astuple(signs(index, understood, evidence, compose(index, understood, evidence))))
        answerable.append(bool(question["answerable"]))
    return np.array(rows, dtype=np.float64), np.array(answerable)


def fit(
    rows: NDArray[np.float64], answerable: NDArray[np.bool_], names: Sequence[str] = NAMES
) -> tuple[dict[str, Any], NDArray[np.float64]]:
    """Bias and weights as JSON, and the confidence of each question from the folds that had not seen it."""
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=REGULARISATION, max_iter=1000))
    folds = StratifiedKFold(10, shuffle=True, random_state=SEED)
    unseen = cross_val_predict(pipeline, rows, answerable, cv=folds, method="predict_proba")[:, 1]
    pipeline.fit(rows, answerable)
    scaler, regression = pipeline[0], pipeline[1]
    weights = regression.coef_[0] / scaler.scale_
    model = {
        "bias": round(float(regression.intercept_[0] - weights @ scaler.mean_), 4),
        "weights": {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)},
    }
    return model, unseen


def confidences(model: dict[str, Any], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The confidence (n,) that a fitted model has in each question, by its signs."""
    weights = np.array(list(model["weights"].values()))
    return np.asarray(1 / (1 + np.exp(-(rows @ weights + model["bias"]))), dtype=np.float64)


def forget_unknown() -> None:
    """Takes weights of signs that are no more out of the model, which is asked while indexes are built."""
    model = json.loads(MODEL.read_text(encoding="utf-8"))
    model["weights"] = {name: weight for name, weight in model["weights"].items() if name in NAMES}
    MODEL.write_text(json.dumps(model, indent=2) + "\n", encoding="utf-8")


def report(
    console: Console, covered: float, name: str, sure: NDArray[np.float64], answerable: NDArray[np.bool_]
) -> None:
    """How well the confidence tells the questions apart."""
    table = Table(name, "")
    table.add_row("questions", str(len(answerable)))
    table.add_row("AUROC", f"{roc_auc_score(answerable, sure):.3f}")
    table.add_row("unanswerable refused", f"{np.mean(sure[~answerable] < covered):.3f}")
    table.add_row("answerable refused", f"{np.mean(sure[answerable] < covered):.3f}")
    console.print(table)


def asked(articles: Path, questions: Path, folder: Path) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The signs of the questions over the articles, whose index is built in the folder."""
    build([articles], folder, Settings(), Progress())
    return read_signs(Index.open(folder), list(rows(questions)))


def ours(folder: Path) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The signs that the weights are fitted on."""
    rows, answerable = zip(*(asked(*one, folder / one[0].name) for one in OURS), strict=True)
    return np.concatenate(rows), np.concatenate(answerable)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("build") / "confidence")
    options = parser.parse_args()
    forget_unknown()
    rows, answerable = ours(options.work)
    other_rows, others_answerable = asked(*OTHERS, options.work / "others")
    model, unseen = fit(rows, answerable)
    others = confidences(model, other_rows)
    model["covered"] = round(float(np.quantile(others[others_answerable], FALSE_REFUSALS)), 3)
    model["sure"] = round(float(np.quantile(unseen[answerable], UNSURE)), 3)
    report(Console(), model["covered"], "ours, in the folds", unseen, answerable)
    report(Console(), model["covered"], "others", others, others_answerable)
    MODEL.write_text(json.dumps(model, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
