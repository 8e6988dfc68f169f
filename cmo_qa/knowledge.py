"""A library that can be asked."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from cmo_qa import notices
from cmo_qa.agreement import differing
from cmo_qa.attribution import as_said_by
from cmo_qa.compose import Said, compose, ranked
from cmo_qa.confidence import confidence, signs, status_of
from cmo_qa.converse import LONGEST, with_subject
from cmo_qa.errors import CmoQaError
from cmo_qa.evidence import Evidence, gather
from cmo_qa.index import Index, generation_of
from cmo_qa.meanings import meant_otherwise
from cmo_qa.question import Question, understand
from cmo_qa.reader import read_first
from cmo_qa.retrieve import retrieve
from cmo_qa.types import Answer, Citation, Document, Hit, Retrieved, Statement, Unit
from cmo_qa.wordings import asked_alike

SEARCHED = 40  # passages whose sentences are read
ASKED_FOR = 0.55  # how near a wording must come for the passage that it asks for to be read in any case
SHOWN = 20  # passages that an answer carries
FOLLOW_UPS = 3
CLEARLY = 0.4  # confidence by which another reading of a question must be better
MOST_SOURCES = 5  # that one statement is cited with


class KnowledgeBase:
    """An index, opened for questions; it can be used from any thread."""

    def __init__(self, index: Index) -> None:
        self._index = index

    @classmethod
    def open(cls, path: Path | str, threads: int = 0) -> KnowledgeBase:
        """Opens the index at the path. Raises IndexMissingError, IndexUnusableError."""
        return cls(Index.open(Path(path), threads))

    @property
    def manifest(self) -> dict[str, Any]:
        """What the index says of itself: when it was built, of what, with which model."""
        return self._index.manifest

    @property
    def generation(self) -> str:
        """The name of the index's generation: another library, or the same one changed, has another."""
        return self._index.generation.name

    def documents(self) -> list[Document]:
        """All articles in order of their titles, without their texts."""
        return self._index.documents()

    def document(self, document_id: str) -> Document | None:
        """The article whole, or None where the library has none of that id."""
        return self._index.document(document_id)

    def example_questions(self, count: int) -> list[str]:
        """Questions that the library answers, from as many of its articles as can be."""
        return self._index.example_questions(count)

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        """The answer to a question, read in the light of the earlier ones of its conversation, oldest first."""
        plain, earlier = _plain(question), [_plain(one) for one in history]
        if not plain:
            return self._declined(plain, notices.EMPTY)
        if notices.greets(plain):
            return self._declined(plain, notices.GREETING)
        if len(plain) > LONGEST:
            return self._declined(plain, notices.too_long(len(plain), LONGEST))
        foreign = notices.foreign(self._index, plain)
        if foreign:
            return self._declined(plain, foreign)
        return self._read_both_ways(plain, earlier)

    def _read_both_ways(self, question: str, earlier: Sequence[str]) -> Answer:
        """The answer to the question as it stands.

        Where there is none, but clearly one to the question about the last subject, that one.
        """
        understood = understand(self._index, question, earlier, self._items)
        answer = self._answer(understood, *look_up(self._index, understood))
        other = with_subject(question, earlier) if answer.status == "not_covered" else ""
        if not other:
            return answer
        leaning = replace(understand(self._index, other, ()), asked=question)
        found = self._answer(leaning, *look_up(self._index, leaning))
        return found if found.confidence - answer.confidence > CLEARLY else answer

    def _items(self, question: str) -> list[str]:
        """The items of the list that answers the question; none where another form of answer does."""
        return [one.text for one in self.ask(question).statements if one.kind == "item"]

    def _answer(self, question: Question, hits: Sequence[Hit], evidence: Sequence[Evidence]) -> Answer:
        said = compose(self._index, question, evidence)
        beside = meant_otherwise(question) or notices.is_no_question(self._index, question)
        sure = 0.0 if beside else confidence(signs(self._index, question, evidence, said))
        status = status_of(sure) if said else "not_covered"
        statements, citations = self._cited([] if status == "not_covered" else said)
        return Answer(
            id=self._id(question.text),
            question=question.asked,
            understood_as=question.text,
            status=status,
            confidence=round(sure, 4),
            statements=statements,
            citations=citations,
            passages=tuple(map(self._retrieved, hits[:SHOWN])),
            follow_ups=tuple(self._follow_ups(question, hits)),
            notice=notices.of(self._index, status, question, self._differing(said, statements)),
        )

    def _differing(self, said: Sequence[Said], statements: Sequence[Statement]) -> list[tuple[int, int]]:
        """The numbers of the citations between which the sources differ."""
        pairs = differing(self._index, said) if statements else []
        return [(statements[first].citations[0], statements[second].citations[0]) for first, second in pairs]

    def _declined(self, question: str, notice: str) -> Answer:
        """An answer to what is no question: the program's own words, and questions that can be asked instead."""
        examples = tuple(self.example_questions(FOLLOW_UPS))
        return Answer(self._id(question), question, question, "not_covered", 0.0, (), (), (), examples, notice)

    def _id(self, question: str) -> str:
        """Of the question and the library: the same question to the same library has the same answer."""
        return hashlib.sha256(f"{self._index.content}\n{question}".encode()).hexdigest()[:16]

    def _cited(self, said: Sequence[Said]) -> tuple[tuple[Statement, ...], tuple[Citation, ...]]:
        statements: list[Statement] = []
        citations: list[Citation] = []
        for each in said:
            cited = list(self._places(each, len(citations) + 1))
            citations += cited
            statements.append(Statement(each.text, each.unit.kind, tuple(citation.number for citation in cited)))
        return tuple(statements), tuple(citations)

    def _places(self, said: Said, first: int) -> Iterator[Citation]:
        """A statement's citations: its own place, others that say the same, and other names of the same articles."""
        places = [(said.unit, said.text), *((unit, text) for _, unit, text in said.also)]
        places += [(unit, text) for _, unit, text in self._index.said_elsewhere(said.unit, said.text)]
        named = (one for unit, text in places for one in self._named(unit, text))
        for number, one in enumerate(islice(named, MOST_SOURCES), start=first):
            yield replace(one, number=number)

    def _named(self, unit: Unit, text: str) -> Iterator[Citation]:
        """Citations of a place, not numbered yet: under its article's name, then under those of its copies."""
        passage, _ = self._index.passages([unit.passage])[unit.passage]
        own = self._index.heading(unit.document_id)
        place = passage.section, unit.start, unit.end
        yield Citation(0, unit.document_id, *own, *place, text, self._index.page_of(unit))
        for copy in self._index.copies(unit.document_id):
            yield Citation(0, unit.document_id, *copy, *place, text)

    def _retrieved(self, hit: Hit) -> Retrieved:
        passage = hit.passage
        title, source, _ = self._index.heading(passage.document_id)
        place = passage.section, passage.start, passage.end
        return Retrieved(passage.document_id, title, source, *place, hit.text, score=round(hit.score, 4))

    def _follow_ups(self, question: Question, hits: Sequence[Hit]) -> Iterator[str]:
        """Questions near this one that the library answers, none that was just asked."""
        asked = set(question.stems)
        found = 0
        for candidate, stems in self._index.questions_near([hit.row for hit in hits]):
            if found == FOLLOW_UPS:
                return
            if stems - {"cmo"} and len(asked ^ stems) > 1:
                found += 1
                yield candidate


def look_up(index: Index, question: Question) -> tuple[list[Hit], list[Evidence]]:
    """The passages for a question and the sentences in them, both best first."""
    worded = asked_alike(index, question.encoded)
    asked_for = index.passages_of(row for row, near in worded.items() if near >= ASKED_FOR) if worded else ()
    hits = retrieve(index, question.encoded, question.stems, SEARCHED, asked_for)
    found = as_said_by(index, question, ranked(question, gather(index, question.encoded, hits, worded)))
    return hits, read_first(index, question.text, found)


def _plain(text: str) -> str:
    """The text on one line; what is no character (half of a surrogate pair, a stray byte) is a question mark."""
    return " ".join(text.encode(errors="replace").decode().split())


class LiveKnowledgeBase:
    """The index folder as it is now: opened once, and again when ingest has swapped in a new generation."""

    def __init__(self, path: Path | str, threads: int = 0) -> None:
        self._path = Path(path)
        self._threads = threads
        self._lock = threading.Lock()
        self._open: tuple[Path, KnowledgeBase] | None = None
        self._refused: Path | None = None

    def current(self) -> KnowledgeBase:
        """The library as it is now; the one before where the new one can't be used.

        Raises IndexMissingError, IndexUnusableError where there is none before it.
        """
        now = self._now()
        opened = self._open
        if opened and now in (None, opened[0], self._refused):
            return opened[1]
        with self._lock:
            return self._reopened(now)

    def _now(self) -> Path | None:
        try:
            return generation_of(self._path)
        except CmoQaError:
            if self._open:
                return None
            raise

    def _reopened(self, now: Path | None) -> KnowledgeBase:
        if self._open and now in (None, self._open[0], self._refused):
            return self._open[1]
        try:
            index = Index.open(self._path, self._threads)
            self._open = (index.generation, KnowledgeBase(index))
        except CmoQaError:
            if not self._open:
                raise
            self._refused = now
        return self._open[1]
