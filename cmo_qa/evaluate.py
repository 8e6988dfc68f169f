"""How good the answers are, measured on gold questions: is the evidence met early, is it said, is the rest refused?

A gold line: {"id", "type", "question", "history"?: [earlier questions], "answerable", "evidence": [{"file", "text",
"grade"}]: every place that answers it (grade 2: it, or one whole part of it; grade 1: helps), "must"?:
[[alternatives]]: key phrases of a good answer, "points"?: [[alternatives]]: what a complete list names}.
"""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from cmo_qa.errors import BadLineError
from cmo_qa.knowledge import KnowledgeBase
from cmo_qa.types import Answer

RUN = 4  # words in a row by which a text is recognised
ENOUGH = 0.8  # share of the runs of a piece of evidence that must have been read
NEVER = 1000  # words; nobody reads further
BINS = 5  # of the reliability table


@dataclass(frozen=True, slots=True)
class Gold:
    """One gold question and what a good answer to it holds."""

    id: str
    type: str
    question: str
    history: tuple[str, ...]
    answerable: bool
    evidence: tuple[str, ...]  # each of these texts answers it
    must: tuple[tuple[str, ...], ...]  # key points, each as its alternatives
    points: tuple[tuple[str, ...], ...]  # what a complete list names, likewise


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one gold question."""

    gold: Gold
    answer: Answer
    read: int  # words until one whole piece of evidence has been read, NEVER if none is
    must: float  # share of the key points said
    points: float  # share of the list's points said
    words: int  # of what is stated
    exact: bool  # every citation's quote stands at its place

    @property
    def refused(self) -> bool:
        return self.answer.status == "not_covered"

    @property
    def confidence(self) -> float:
        return self.answer.confidence


def load(path: Path) -> list[Gold]:
    """The gold questions of a JSON Lines file. Raises BadLineError, naming the file and the line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadLineError(f"The gold questions in {path} can't be read: {error}.") from error
    found = [_gold(path, number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if not found:
        raise BadLineError(f"No gold question in {path}.\nWrite one a line; see python -m cmo_qa eval --help.")
    return found


def _gold(path: Path, number: int, line: str) -> Gold:
    try:
        given = json.loads(line)
        places = given.get("evidence") or []
        best = [place["text"] for place in places if place.get("grade", 2) == 2] or [place["text"] for place in places]
        return Gold(
            id=str(given["id"]),
            type=str(given["type"]),
            question=str(given["question"]),
            history=tuple(map(str, given.get("history") or ())),
            answerable=bool(given["answerable"]),
            evidence=tuple(best),
            must=tuple(map(tuple, given.get("must") or ())),
            points=tuple(map(tuple, given.get("points") or ())),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        wanted = '{"id", "type", "question", "answerable", "evidence": [{"text", "grade"}]}'
        raise BadLineError(f"{path}, line {number} is no gold question ({error!r}).\nWrite {wanted}") from error


def outcomes(knowledge: KnowledgeBase, questions: Iterable[Gold]) -> Iterator[Outcome]:
    """Asks each question and measures its answer."""
    for gold in questions:
        yield judged(knowledge, gold, knowledge.ask(gold.question, gold.history))


def judged(knowledge: KnowledgeBase, gold: Gold, answer: Answer) -> Outcome:
    """Measures the answer that the library gave to a gold question."""
    said = " ".join(statement.text for statement in answer.statements)
    return Outcome(
        gold=gold,
        answer=answer,
        read=words_to_evidence([said, *(passage.text for passage in answer.passages)], gold.evidence),
        must=share(gold.must, said),
        points=share(gold.points, said),
        words=len(said.split()),
        exact=all(_is_exact(knowledge, citation) for citation in answer.citations),
    )


def _is_exact(knowledge: KnowledgeBase, citation: Any) -> bool:
    document = knowledge.document(citation.document_id)
    return document is not None and document.text[citation.start : citation.end] == citation.quote


def words(text: str) -> list[str]:
    """Lower-case letters and digits in rows; an apostrophe parts nothing."""
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
    if not positive or not negative:
        return float("nan")
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


def _within(most: int) -> Figure:
    return Figure(_answerable, lambda one: float(one.read <= most), lambda one: one.read > most)


FIGURES: Mapping[str, Figure] = {
    "evidence within 50 words": _within(50),
    "evidence within 100 words": _within(100),
    "evidence within 200 words": _within(200),
    "key points said": Figure(_answerable, lambda one: one.must, lambda one: one.must < 1),
    "list points said": Figure(
        lambda one: one.gold.answerable and bool(one.gold.points), lambda one: one.points, lambda one: one.points < 1
    ),
    "follow-ups answered": Figure(
        lambda one: one.gold.answerable and one.gold.type == "followup",
        lambda one: float(one.must == 1),
        lambda one: one.must < 1,
    ),
    "unanswerable refused": Figure(
        lambda one: not one.gold.answerable, lambda one: float(one.refused), lambda one: not one.refused
    ),
    "answerable refused": Figure(_answerable, lambda one: float(one.refused), lambda one: one.refused),
    "citations exact": Figure(lambda _: True, lambda one: float(one.exact), lambda one: not one.exact),
}


def figures(found: Sequence[Outcome]) -> dict[str, float]:
    """Every figure by its name; nan where no question bears on it."""
    measured = {name: _mean(figure, found) for name, figure in FIGURES.items()}
    lengths = [one.words for one in found if one.gold.answerable and one.words]
    measured["median words"] = float(statistics.median(lengths)) if lengths else float("nan")
    measured["AUROC of confidence"] = auroc(*confidences(found))
    return measured


def _mean(figure: Figure, found: Sequence[Outcome]) -> float:
    values = [figure.value(one) for one in found if figure.over(one)]
    return statistics.mean(values) if values else float("nan")


def confidences(found: Sequence[Outcome]) -> tuple[list[float], list[float]]:
    """Confidences of the answerable questions, and of the others."""
    answerable = [one.confidence for one in found if one.gold.answerable]
    return answerable, [one.confidence for one in found if not one.gold.answerable]


def by_type(found: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """The outcomes of each type of question, in the order in which the types come up."""
    types: dict[str, list[Outcome]] = {}
    for one in found:
        types.setdefault(one.gold.type, []).append(one)
    return types


def abstention_curve(found: Sequence[Outcome]) -> list[tuple[float, float]]:
    """For each threshold, the share of answerable questions that it refuses and of the others that it refuses."""
    answerable, others = confidences(found)
    thresholds = [0.0, *sorted({one.confidence for one in found}), 1.01]
    return [(_below(answerable, at), _below(others, at)) for at in thresholds]


def _below(values: Sequence[float], threshold: float) -> float:
    return sum(value < threshold for value in values) / len(values) if values else float("nan")


def reliability(found: Sequence[Outcome]) -> list[tuple[float, float, int]]:
    """Mean confidence, share that was right, and number of questions, of each fifth of the answers shown."""
    shown = sorted((one for one in found if not one.refused), key=lambda one: one.confidence)
    edges = [round(len(shown) * at / BINS) for at in range(BINS + 1)]
    bins = [shown[first:last] for first, last in pairwise(edges) if last > first]
    return [
        (statistics.mean(one.confidence for one in some), statistics.mean(map(is_right, some)), len(some))
        for some in bins
    ]


def is_right(one: Outcome) -> bool:
    """Whether what is stated answers the question: it can be answered, and the answer holds the evidence."""
    said = [" ".join(statement.text for statement in one.answer.statements)]
    return one.gold.answerable and words_to_evidence(said, one.gold.evidence) < NEVER


def worst(found: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes that went wrong, the worst first: answered or refused wrongly, evidence late or missing."""
    wrong = [one for one in found if _badness(one) > 0]
    return sorted(wrong, key=lambda one: -_badness(one))


def _badness(one: Outcome) -> float:
    if not one.exact:
        return 4.0
    if not one.gold.answerable:
        return 0.0 if one.refused else 2.0 + one.confidence
    if one.refused:
        return 2.0
    return (one.read > 100) * min(one.read / NEVER, 1.0) + (1.0 - one.must)
