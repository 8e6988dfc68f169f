"""What the reader learns from: pairs of a question and a statement, and whether the one answers the other; and groups.

In a group one statement answers the question and the others are what the program's own retrieval finds beside it: the
questions are those of `corpus/wordings.jsonl`.

General ones come from SQuAD 2.0 and MedQuAD, where the sentence that looks most like an answer and is none is paired
too. Our own come from questions written for it (`training/reader/`): the program's own retrieval finds the statements
that it would have to tell apart, so that near misses are those which it meets in use.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from cmo_qa.evidence import Evidence
from cmo_qa.index import Index
from cmo_qa.knowledge import look_up
from cmo_qa.question import understand
from cmo_qa.reader import as_read, written
from cmo_qa.text import stems
from training.lessons import SENTENCE, answer, plain, rows, same

NEAREST = 8  # statements of a question that are paired, by the order in which they are found
BEYOND = 3  # further ones that answer it
OTHERS = 5  # statements of a group that do not answer
FEWEST = 3
LOOKED_AT = 30  # pieces of evidence that they are chosen from
ALIKE = 0.85  # cosine above which a statement may say the same as the one that answers
SEED = 1
TOPICS = 1500  # MedQuAD questions that are used


@dataclass(frozen=True, slots=True)
class Pair:
    """A question, a statement as `cmo_qa.reader.as_read` writes it, and how far it answers: 0, 0.5 (helps) or 1."""

    question: str
    statement: str
    answers: float


@dataclass(frozen=True, slots=True)
class Group:
    """A question and statements as `cmo_qa.reader.as_read` writes them, of which the first one answers it."""

    question: str
    statements: tuple[str, ...]


def general(public: Path) -> list[Pair]:
    """Pairs from the public sets in the folder (squad/dev-v2.0.json, medquad/pairs.jsonl)."""
    chance = random.Random(SEED)  # noqa: S311
    found = list(_squad(public / "squad" / "dev-v2.0.json"))
    chance.shuffle(found)
    return [*found, *_medquad(public / "medquad" / "pairs.jsonl", chance)]


def _squad(path: Path) -> Iterator[Pair]:
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        title = article["title"].replace("_", " ")
        for paragraph in article["paragraphs"]:
            sentences = SENTENCE.split(paragraph["context"])
            read = [as_read(text, title, (), sentences[at - 1] if at else "") for at, text in enumerate(sentences)]
            for asked in paragraph["qas"]:
                yield from _of_paragraph(asked, sentences, read)


def _of_paragraph(asked: Mapping[str, Any], sentences: Sequence[str], read: Sequence[str]) -> Iterator[Pair]:
    """The sentence that answers and two that look like it; the likest one where none answers."""
    question = asked["question"].strip()
    likest = sorted(range(len(sentences)), key=lambda at: -_alike(question, sentences[at]))
    if asked["is_impossible"]:
        yield Pair(question, read[likest[0]], 0.0)
        return
    longest = max(map(answer, asked["answers"]), key=len)
    right = next((at for at in likest if longest in sentences[at]), None)
    if right is not None:
        yield Pair(question, read[right], 1.0)
        for wrong in [at for at in likest if at != right][:2]:
            yield Pair(question, read[wrong], 0.0)


def _medquad(path: Path, chance: random.Random) -> Iterator[Pair]:
    """The sentence that answers best, and one from each of two other answers on the same topic."""
    given = list(rows(path))
    chance.shuffle(given)
    topics: dict[str, list[dict[str, str]]] = {}
    for row in given:
        topics.setdefault(row["focus"], []).append(row)
    for row in given[:TOPICS]:
        question = " ".join(row["question"].replace(" (are)", "").replace(" ?", "?").split())
        sentences = _sentences(row["answer"])
        if not sentences:
            continue
        best = max(range(len(sentences)), key=lambda at: _alike(question, sentences[at]))
        yield Pair(question, as_read(sentences[best], row["focus"], (), sentences[best - 1] if best else ""), 1.0)
        others = [other for other in topics[row["focus"]] if other["type"] != row["type"]]
        for other in chance.sample(others, min(2, len(others))):
            if wrong := _sentences(other["answer"]):
                yield Pair(question, as_read(chance.choice(wrong), row["focus"], (), ""), 0.0)


def _sentences(answer: str) -> list[str]:
    found = SENTENCE.split(" ".join(answer.split()))
    return [sentence[:400] for sentence in found if len(sentence.split()) > 4][:8]


def _alike(question: str, sentence: str) -> float:
    asked = set(stems(question))
    return len(asked & set(stems(sentence))) / (len(asked) + 1)


def own(index: Index, questions: Path) -> Iterator[Pair]:
    """Pairs of the questions in a JSON Lines file with the statements that the index gives for them."""
    chance = random.Random(SEED)  # noqa: S311
    for asked in rows(questions):
        question = understand(index, asked["question"], asked.get("history") or [])
        _, evidence = look_up(index, question)
        answers = [_answers(index, one, asked["evidence"]) for one in evidence]
        further = range(NEAREST, len(evidence))
        chosen = [*range(min(NEAREST, len(evidence))), *[at for at in further if answers[at] == 1.0][:BEYOND]]
        if further:
            chosen.append(chance.choice(further))
        for at in dict.fromkeys(chosen):
            yield Pair(question.text, written(index, evidence[at]), answers[at])


def asked(index: Index, wordings: Path) -> Iterator[Group]:
    """Groups of the questions in a file of wordings, over an index that is searched without them."""
    for said in rows(wordings):
        for question in said["asked"]:
            understood = understand(index, question, [])
            _, evidence = look_up(index, understood)
            right = next((one for one in evidence if one.text == said["text"]), None)
            if right is not None:
                others = list(islice(_beside(index, right, evidence), OTHERS))
                if len(others) >= FEWEST:
                    yield Group(understood.text, tuple(written(index, one) for one in (right, *others)))


def _beside(index: Index, right: Evidence, evidence: Sequence[Evidence]) -> Iterator[Evidence]:
    """What is found first and says something else."""
    vectors = index.sentence_vectors
    for one in evidence[:LOOKED_AT]:
        alike = float(vectors[one.row].astype(np.float32) @ vectors[right.row].astype(np.float32))
        if one.text != right.text and alike <= ALIKE:
            yield one


def _answers(index: Index, one: Evidence, wanted: Sequence[Mapping[str, Any]]) -> float:
    _, source, _ = index.heading(one.unit.document_id)
    found = 0.0
    for each in wanted:
        if Path(source).name == each["file"] and same(plain(one.text), plain(each["text"])):
            found = max(found, 1.0 if each.get("grade", 2) == 2 else 0.5)
    return found
