"""Fits the weights of cmo_qa/confidence.json on questions with known answers; see training/README.md.

usage: python -m training.confidence --index DIR [--questions training/calibration.jsonl]
"""

from __future__ import annotations

import argparse
import json
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

if TYPE_CHECKING:
    from numpy.typing import NDArray

HERE = Path(__file__).parent
MODEL = HERE.parent / "cmo_qa" / "confidence.json"
NAMES = [field.name for field in fields(Signs)]
REGULARISATION = 0.1  # C of the regression: the signs overlap, and the questions are few
FALSE_REFUSALS = 0.03  # share of answerable questions that may be refused, in the folds
UNSURE = 0.15  # share of answerable questions that may be answered with reserve, or refused
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


def fit(rows: NDArray[np.float64], answerable: NDArray[np.bool_]) -> tuple[dict[str, Any], NDArray[np.float64]]:
    """The model as JSON, and the confidence of each question from the folds that had not seen it."""
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=REGULARISATION, max_iter=1000))
    folds = StratifiedKFold(10, shuffle=True, random_state=SEED)
    unseen = cross_val_predict(pipeline, rows, answerable, cv=folds, method="predict_proba")[:, 1]
    pipeline.fit(rows, answerable)
    scaler, regression = pipeline[0], pipeline[1]
    weights = regression.coef_[0] / scaler.scale_
    model = {
        "bias": round(float(regression.intercept_[0] - weights @ scaler.mean_), 4),
        "weights": {name: round(float(weight), 4) for name, weight in zip(NAMES, weights, strict=True)},
        "covered": round(float(np.quantile(unseen[answerable], FALSE_REFUSALS)), 3),
        "sure": round(float(np.quantile(unseen[answerable], UNSURE)), 3),
    }
    return model, unseen


def report(console: Console, model: dict[str, Any], unseen: NDArray[np.float64], answerable: NDArray[np.bool_]) -> None:
    """What the held-out folds show."""
    table = Table("figure", "value")
    table.add_row("questions", str(len(answerable)))
    table.add_row("AUROC", f"{roc_auc_score(answerable, unseen):.3f}")
    table.add_row("unanswerable refused", f"{np.mean(unseen[~answerable] < model['covered']):.3f}")
    table.add_row("answerable refused", f"{np.mean(unseen[answerable] < model['covered']):.3f}")
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--questions", type=Path, default=HERE / "calibration.jsonl")
    options = parser.parse_args()
    lines = options.questions.read_text(encoding="utf-8").splitlines()
    index = Index.open(options.index)
    rows, answerable = read_signs(index, [json.loads(line) for line in lines if line.strip()])
    model, unseen = fit(rows, answerable)
    report(Console(), model, unseen, answerable)
    MODEL.write_text(json.dumps(model, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
