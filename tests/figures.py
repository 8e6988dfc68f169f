"""The floors of the quality gate, and which questions pull a figure the wrong way.

To pin what is measured now: python -m tests.figures INDEX > floors.json; mv floors.json tests/golden/
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cmo_qa import KnowledgeBase
from cmo_qa.evaluate import FIGURES, Outcome, figures, outcomes
from tests.shipped import ARTICLES, QUESTIONS, WORDINGS, digest_of, golden

SLACK = 0.02  # below what is measured, so that another processor's rounding fails nothing
AT_MOST = {"answerable refused": SLACK, "median words": 3.0}  # figures that are better low, with the slack of each


def to_look_at(name: str, found: Sequence[Outcome]) -> list[str]:
    """Ids of the questions that pull a figure the wrong way."""
    answerable = [one for one in found if one.gold.answerable]
    if name == "AUROC of confidence":  # the unanswerable ones that are thought likeliest
        others = [one for one in found if not one.gold.answerable]
        wrong = sorted(others, key=lambda one: -one.confidence)[:10]
    elif name == "median words":
        wrong = sorted(answerable, key=lambda one: -one.words)[:10]
    else:
        wrong = [one for one in found if FIGURES[name].over(one) and FIGURES[name].wrong(one)]
    return [one.gold.id for one in wrong]


def floors(found: Sequence[Outcome]) -> dict[str, Any]:
    """What is measured now, less a little, with digests of what it was measured on."""
    now = figures(found)
    return {
        **digests(),
        "at least": {name: round(value - SLACK, 3) for name, value in now.items() if name not in AT_MOST},
        "at most": {name: round(now[name] + slack, 3) for name, slack in AT_MOST.items()},
    }


def digests() -> dict[str, str]:
    return {"corpus": digest_of([*ARTICLES, WORDINGS]), "questions": digest_of([QUESTIONS])}


if __name__ == "__main__":
    now = list(outcomes(KnowledgeBase.open(Path(sys.argv[1])), golden()))
    sys.stdout.write(json.dumps(floors(now), indent=2) + "\n")
