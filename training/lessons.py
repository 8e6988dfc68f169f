"""What the encoder learns from: passages as it reads them, with questions that their sentences answer.

Ours are those of `corpus/wordings.jsonl` and those that were written for the reader (`training/reader/`). The others
are those of SQuAD 2.0, without the paragraphs that XQuAD took over, which is measured on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from cmo_qa.evaluate import words
from cmo_qa.index import Index
from ingest.chunk import embedding_text

SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"“(])")
SHORTEST = 15  # characters from which a text within another is the same


@dataclass(slots=True)
class Lesson:
    """A passage, and questions with the numbers of the units that answer them."""

    article: str
    text: str
    units: list[tuple[int, int]]  # start and end in the text
    asked: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)


def worded(wordings: Path) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The questions of a file of wordings, each with file and text of what answers it."""
    for said in rows(wordings):
        for question in said["asked"]:
            yield question, [(said["article"], said["text"])]


def written_for_it(questions: Path) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Questions with evidence, each with file and text of what answers it; follow-ups don't stand alone."""
    for asked in rows(questions):
        wanted = [(one["file"], one["text"]) for one in asked["evidence"] if one.get("grade", 2) == 2]
        if wanted and not asked.get("history"):
            yield asked["question"], wanted


def of_library(index: Index, asked: Iterable[tuple[str, Sequence[tuple[str, str]]]]) -> list[Lesson]:
    """The passages of a library that answer one of the questions."""
    lessons: dict[int, Lesson] = {}
    by_file: dict[str, list[tuple[str, int, int]]] = {}  # words of a unit, its passage and its number there
    for row, (passage, text) in index.passages(range(index.passage_count)).items():
        title, source, _ = index.heading(passage.document_id)
        whole = embedding_text(title, passage.section, text)
        shift = len(whole) - passage.end
        lessons[row] = Lesson(passage.document_id, whole, [])
        for unit, said in index.units([row]).values():
            by_file.setdefault(Path(source).name, []).append((plain(said), row, len(lessons[row].units)))
            lessons[row].units.append((unit.start + shift, unit.end + shift))
    for question, wanted in asked:
        answering: dict[int, list[int]] = {}
        for file, text in wanted:
            answering_text = plain(text)
            for said, row, number in by_file.get(file, ()):
                if same(said, answering_text):
                    answering.setdefault(row, []).append(number)
        for row, numbers in answering.items():
            lessons[row].asked.append((question, tuple(dict.fromkeys(numbers))))
    return [lesson for lesson in lessons.values() if lesson.asked]


def plain(text: str) -> str:
    return " ".join(words(text))


def same(said: str, wanted: str) -> bool:
    """Whether one of two plain texts is the other, or a good part of it."""
    return said == wanted or (len(said) > SHORTEST and (said in wanted or wanted in said))


def squad(path: Path, left_out: Path) -> Iterator[Lesson]:
    """The paragraphs of a SQuAD file that hold none of the sentences of the other file, with what they answer."""
    measured = [row["text"] for row in rows(left_out)]
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        title = article["title"].replace("_", " ")
        for paragraph in article["paragraphs"]:
            if not any(sentence in paragraph["context"] for sentence in measured):
                yield from _of_paragraph(title, paragraph)


def _of_paragraph(title: str, paragraph: dict[str, Any]) -> Iterator[Lesson]:
    text = embedding_text(title, (), paragraph["context"])
    first = len(text) - len(paragraph["context"])
    cuts = [first, *(found.end() for found in SENTENCE.finditer(text, first)), len(text)]
    lesson = Lesson(title, text, list(pairwise(cuts)))
    for asked in paragraph["qas"]:
        longest = max(map(answer, asked["answers"]), key=len, default="")
        holding = [at for at, (start, end) in enumerate(lesson.units) if longest in text[start:end]]
        if not asked["is_impossible"] and len(holding) == 1:
            lesson.asked.append((asked["question"].strip(), tuple(holding)))
    if lesson.asked:
        yield lesson


def answer(given: Any) -> str:
    """An answer of SQuAD's, as either of its forms gives it."""
    return str(given["text"] if isinstance(given, dict) else given)


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)
