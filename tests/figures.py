"""The figures of a run over golden questions: is the evidence met early, are the points said, is the rest refused?

To pin what is measured now: python -m tests.figures INDEX > tests/golden/floors.json
"""

from __future__ import annotations

import json
import re
import statistics
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cmo_qa import Answer, KnowledgeBase
from tests.shipped import CORPUS, QUESTIONS, Gold, ask_all, digest_of, golden

RUN = 4  # words in a row by which a text is recognised
ENOUGH = 0.8  # share of the runs of a piece of evidence that must have been read
NEVER = 1000  # words; nobody reads further
SLACK = 0.02  # below what is measured, so that another processor's rounding fails nothing
AT_MOST = {"answerable refused": SLACK, "median words": 3.0}  # figures that are better low, with the slack of each


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one golden question."""

    gold: Gold
    read: int  # words until one whole piece of evidence has been read, NEVER if none is
    must: float  # share of the key points said
    points: float  # share of the list's points said
    words: int  # of the answer
    confidence: float
    refused: bool


def outcomes(answers: Mapping[str, Answer], questions: Iterable[Gold]) -> list[Outcome]:
    return [_outcome(gold, answers[gold.id]) for gold in questions]


def _outcome(gold: Gold, answer: Answer) -> Outcome:
    refused = answer.status == "not_covered"
    said = "" if refused else " ".join(statement.text for statement in answer.statements)
    read = words_to_evidence([said, *(passage.text for passage in answer.passages)], gold.evidence)
    return Outcome(
        gold, read, share(gold.must, said), share(gold.points, said), len(said.split()), answer.confidence, refused
    )


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower().replace("’", "").replace("'", ""))


def words_to_evidence(texts: Iterable[str], evidence: Iterable[str]) -> int:
    """Words that a reader of the texts goes through, top down, until one piece of evidence has been read whole."""
    stream = [word for text in texts for word in words(text)][:NEVER]
    return min((_words_to(words(one), stream) for one in evidence), default=NEVER)


def _words_to(wanted: Sequence[str], stream: Sequence[str]) -> int:
    size = min(RUN, len(wanted))
    runs = {tuple(wanted[at : at + size]) for at in range(len(wanted) - size + 1)}
    seen: set[tuple[str, ...]] = set()
    for end in range(size, len(stream) + 1):
        seen |= runs & {tuple(stream[end - size : end])}
        if len(seen) >= ENOUGH * len(runs):
            return end
    return NEVER


def share(phrases: Sequence[Sequence[str]], said: str) -> float:
    """Share of the phrases that are said, each in one of its ways; 1 where none is asked for."""
    plain = " ".join(words(said))
    held = [any(" ".join(words(way)) in plain for way in ways) for ways in phrases]
    return sum(held) / len(held) if held else 1.0


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The chance that one of the first is higher than one of the second; a draw counts half."""
    wins = sum((one > other) + (one == other) / 2 for one in positive for other in negative)
    return wins / (len(positive) * len(negative))


@dataclass(frozen=True, slots=True)
class Figure:
    """The mean of a value over some of the questions; `wrong` says which of these pull it the wrong way."""

    over: Callable[[Outcome], bool]
    value: Callable[[Outcome], float]
    wrong: Callable[[Outcome], bool]


def _answerable(one: Outcome) -> bool:
    return one.gold.answerable


def _unanswerable(one: Outcome) -> bool:
    return not one.gold.answerable


def _within(most: int) -> Figure:
    return Figure(_answerable, lambda one: float(one.read <= most), lambda one: one.read > most)


FIGURES: Mapping[str, Figure] = {
    "evidence within 50 words": _within(50),
    "evidence within 100 words": _within(100),
    "evidence within 200 words": _within(200),
    "key points said": Figure(_answerable, lambda one: one.must, lambda one: one.must < 1),
    "list points said": Figure(
        lambda one: _answerable(one) and bool(one.gold.points), lambda one: one.points, lambda one: one.points < 1
    ),
    "follow-ups answered": Figure(
        lambda one: _answerable(one) and one.gold.type == "followup",
        lambda one: float(one.must == 1),
        lambda one: one.must < 1,
    ),
    "unanswerable refused": Figure(_unanswerable, lambda one: float(one.refused), lambda one: not one.refused),
    "answerable refused": Figure(_answerable, lambda one: float(one.refused), lambda one: one.refused),
}


def measured(found: Sequence[Outcome]) -> dict[str, float]:
    """Every figure by its name."""
    figures = {
        name: statistics.mean(figure.value(one) for one in found if figure.over(one))
        for name, figure in FIGURES.items()
    }
    figures["median words"] = statistics.median(one.words for one in found if one.gold.answerable and one.words)
    figures["AUROC of confidence"] = auroc(
        [one.confidence for one in found if one.gold.answerable],
        [one.confidence for one in found if not one.gold.answerable],
    )
    return figures


def to_look_at(name: str, found: Sequence[Outcome]) -> list[str]:
    """Ids of the questions that pull a figure the wrong way."""
    if name == "AUROC of confidence":  # the unanswerable ones that are thought likeliest
        wrong = sorted(filter(_unanswerable, found), key=lambda one: -one.confidence)[:10]
    elif name == "median words":
        wrong = sorted(filter(_answerable, found), key=lambda one: -one.words)[:10]
    else:
        wrong = [one for one in found if FIGURES[name].over(one) and FIGURES[name].wrong(one)]
    return [one.gold.id for one in wrong]


def floors(found: Sequence[Outcome]) -> dict[str, Any]:
    """What is measured now, less a little, with digests of what it was measured on."""
    now = measured(found)
    return {
        **digests(),
        "at least": {name: round(value - SLACK, 3) for name, value in now.items() if name not in AT_MOST},
        "at most": {name: round(now[name] + slack, 3) for name, slack in AT_MOST.items()},
    }


def digests() -> dict[str, str]:
    articles = [path for path in CORPUS.glob("*.md") if path.name != "README.md"]
    return {"corpus": digest_of(articles), "questions": digest_of([QUESTIONS])}


if __name__ == "__main__":
    now = ask_all(KnowledgeBase.open(Path(sys.argv[1])), golden())
    sys.stdout.write(json.dumps(floors(outcomes(now, golden())), indent=2) + "\n")
