"""Public collections, read: texts as documents of an index, questions, and what is wanted for each question."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from cmo_qa.errors import SourceError
from cmo_qa.types import Block, Document, Passage, Unit
from ingest.embed import Part

SEED = 1
ASKED = 1000  # of MedQuAD's questions, drawn with the seed


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents, and questions with the gain of each wanted unit."""

    name: str
    parts: Sequence[Part]
    ids: Sequence[str]  # of the units in the order of their rows; of the passages too where each is one unit
    questions: Mapping[str, str]
    wanted: Mapping[str, Mapping[str, float]]  # gain by question and unit


def scifact(data: Path) -> Collection:
    """Abstracts with their titles, and claims. Raises SourceError where the folder isn't there."""
    return _read("scifact", data / "scifact", _beir)


def xquad(data: Path) -> Collection:
    """Sentences, each a document of its own. Raises SourceError where the folder isn't there."""
    return _read("xquad_sentences", data / "xquad_sentences", _beir)


def xquad_in_paragraphs(data: Path) -> Collection:
    """The same sentences as units of their paragraphs, which stand under the title of their article in SQuAD.

    Raises SourceError where the folder or squad/dev-1.1.json isn't there.
    """
    return _read("xquad_paragraphs", data / "xquad_sentences", _in_paragraphs)


def medquad(data: Path) -> Collection:
    """Answers under the topic that they are about, and ASKED questions. Raises SourceError where they aren't there.

    An answer given twice is one document; wanted is every answer that the data gives to the question.
    """
    return _read("medquad", data / "medquad", _medquad)


def _read(name: str, folder: Path, reader: Callable[[str, Path], Collection]) -> Collection:
    try:
        return reader(name, folder)
    except FileNotFoundError as error:
        message = f"No {error.filename}.\nName the folder that holds {folder.name}/: python -m benchmarks --data DIR"
        raise SourceError(message) from error


def _beir(name: str, folder: Path) -> Collection:
    """Reads corpus.jsonl, queries.jsonl and qrels/test.tsv."""
    texts = [(row["_id"], row.get("title", ""), row["text"]) for row in rows(folder / "corpus.jsonl")]
    questions = {row["_id"]: row["text"] for row in rows(folder / "queries.jsonl")}
    parts = [_whole(*text) for text in texts]
    return Collection(name, parts, [text[0] for text in texts], questions, _wanted(folder))


def _wanted(folder: Path) -> dict[str, dict[str, float]]:
    wanted: dict[str, dict[str, float]] = {}
    with (folder / "qrels" / "test.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            wanted.setdefault(row["query-id"], {})[row["corpus-id"]] = float(row["score"])
    return wanted


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines."""
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def _whole(name: str, title: str, text: str) -> Part:
    """A document that is one passage and one unit."""
    document = Document(name, title, text, name, (Block("paragraph", 0, len(text)),))
    return Part(document, "", [Passage(name, (), 0, len(text))], [Unit(name, 0, 0, len(text), "sentence", 0)])


def _medquad(name: str, folder: Path) -> Collection:
    answers: dict[str, str] = {}  # topic by answer
    asked: dict[str, tuple[str, set[str]]] = {}  # question as first written, and its answers
    for pair in rows(folder / "pairs.jsonl"):
        answers.setdefault(pair["answer"], pair["focus"])
        asked.setdefault(pair["question"].casefold(), (pair["question"], set()))[1].add(pair["answer"])
    ids = {answer: f"a{at}" for at, answer in enumerate(answers)}
    drawn = random.Random(SEED).sample(sorted(asked), ASKED)
    return Collection(
        name,
        [_whole(ids[answer], topic, answer) for answer, topic in answers.items()],
        list(ids.values()),
        {question: asked[question][0] for question in drawn},
        {question: {ids[answer]: 1.0 for answer in asked[question][1]} for question in drawn},
    )


def _in_paragraphs(name: str, folder: Path) -> Collection:
    articles = json.loads((folder.parent / "squad" / "dev-1.1.json").read_text(encoding="utf-8"))["data"]
    contexts = [(article["title"], paragraph["context"]) for article in articles for paragraph in article["paragraphs"]]
    at, placed = 0, []
    for row in rows(folder / "corpus.jsonl"):
        if row["text"] not in contexts[at][1]:
            at = next(place for place, (_, context) in enumerate(contexts) if row["text"] in context)
        placed.append((*contexts[at], row["_id"], row["text"]))
    parts, ids = [], []
    for title, of_article in groupby(sorted(placed, key=lambda one: one[:2]), key=lambda one: one[0]):
        part, names = _article(title, list(of_article))
        parts.append(part)
        ids += names
    questions = {row["_id"]: row["text"] for row in rows(folder / "queries.jsonl")}
    return Collection(name, parts, ids, questions, _wanted(folder))


def _article(title: str, placed: Sequence[tuple[str, str, str, str]]) -> tuple[Part, list[str]]:
    """A document of these sentences (title, paragraph, id, text), and their ids in order."""
    text, blocks, passages, units, names = "", [], [], [], []
    for number, (paragraph, sentences) in enumerate(groupby(placed, key=lambda one: one[1])):
        start = len(text)
        text += f"{paragraph}\n\n"
        blocks.append(Block("paragraph", start, start + len(paragraph)))
        passages.append(Passage(title, (), start, start + len(paragraph)))
        for _, _, name, sentence in sentences:
            first = start + paragraph.index(sentence)
            units.append(Unit(title, number, first, first + len(sentence), "sentence", number))
            names.append(name)
    document = Document(title, title.replace("_", " "), text, title, tuple(blocks))
    return Part(document, "", passages, units), names
