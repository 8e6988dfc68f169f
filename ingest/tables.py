"""`library.sqlite`, written: articles that are new, and whole runs of them taken over from the index before."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass
from pathlib import Path

from cmo_qa.library import address
from cmo_qa.text import content_words, stem_all
from cmo_qa.types import Document, Passage
from ingest.embed import Part

SCHEMA = """
CREATE TABLE documents (row INTEGER PRIMARY KEY, id TEXT, title TEXT, text TEXT, source TEXT, url TEXT, metadata TEXT,
    sha256 TEXT);
CREATE UNIQUE INDEX documents_by_id ON documents (id);
CREATE TABLE blocks (document TEXT, position INTEGER, kind TEXT, start INTEGER, "end" INTEGER, level INTEGER,
    list_id INTEGER, PRIMARY KEY (document, position)) WITHOUT ROWID;
CREATE TABLE passages (row INTEGER PRIMARY KEY, document TEXT, section TEXT, start INTEGER, "end" INTEGER, stems TEXT);
CREATE TABLE sentences (row INTEGER PRIMARY KEY, document TEXT, passage INTEGER, start INTEGER, "end" INTEGER,
    kind TEXT, block INTEGER, list_id INTEGER);
CREATE TABLE words (word TEXT PRIMARY KEY, count INTEGER, written TEXT) WITHOUT ROWID;
CREATE TABLE forms (form TEXT PRIMARY KEY, count INTEGER) WITHOUT ROWID;
CREATE TABLE questions (row INTEGER PRIMARY KEY, text TEXT, document TEXT, passage INTEGER);
CREATE TABLE asked (question TEXT PRIMARY KEY, document TEXT, passage INTEGER, answered INTEGER) WITHOUT ROWID;
CREATE TABLE wordings (wording INTEGER, text TEXT, sentence INTEGER);
CREATE TABLE stems (stem TEXT PRIMARY KEY, passages INTEGER) WITHOUT ROWID;
CREATE TABLE twins (passage INTEGER PRIMARY KEY, kept INTEGER);
CREATE TABLE files (source TEXT PRIMARY KEY, sha256 TEXT, problems TEXT) WITHOUT ROWID;
CREATE TABLE articles (row INTEGER PRIMARY KEY, file TEXT, id TEXT, title TEXT, source TEXT, url TEXT, text_sha256 TEXT,
    content_sha256 TEXT, record_sha256 TEXT, dropped INTEGER, kept INTEGER);
"""
INDEXES = """
CREATE INDEX sentences_of_passage ON sentences (passage);
CREATE INDEX sentences_of_list ON sentences (document, list_id) WHERE list_id IS NOT NULL;
CREATE INDEX questions_of_passage ON questions (passage);
CREATE INDEX sentences_of_wording ON wordings (wording);
CREATE INDEX wordings_of_sentence ON wordings (sentence);
CREATE INDEX twins_of_kept ON twins (kept);
CREATE INDEX articles_kept ON articles (kept);
CREATE INDEX articles_by_id ON articles (id);
CREATE INDEX articles_left_out ON articles (text_sha256) WHERE kept IS NULL;
"""
FORM = re.compile(r"[^\W_]+")
NO_WORD = "."  # what BM25 reads of a passage of grammar alone; never asked for


@dataclass(frozen=True, slots=True)
class Listed:
    """An article that was found in a file; `kept` is its row among the documents, None where another stands for it."""

    file: str
    id: str
    title: str
    source: str
    url: str | None
    text_sha256: str  # of the text: equal texts are one article
    content_sha256: str  # of all that decides passages and vectors
    record_sha256: str  # of all that is known of it
    dropped: int  # pieces of furniture
    kept: int | None


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring documents of the index before: their rows there, and how far each kind of row moves."""

    documents: range
    passages: range
    sentences: range
    documents_by: int
    passages_by: int
    sentences_by: int


class Tables:
    """The file while it is being written."""

    def __init__(self, path: Path, before: Path | None = None) -> None:
        self._library = sqlite3.connect(path, uri=True, isolation_level=None)
        self._library.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + SCHEMA)
        if before is not None:
            self._library.execute("ATTACH ? AS before", [address(before)])
        self._library.execute("BEGIN")
        self.documents = self.passages = self.sentences = 0
        self._forms: Counter[str] = Counter()

    def add(self, part: Part) -> None:
        """Writes one article with its passages and sentences."""
        document = part.document
        row = (self.documents, *_document_row(document), part.sha256)
        self._insert("documents", [row])
        self._insert("blocks", _block_rows(document))
        self._insert("passages", self._passage_rows(part))
        self._insert("sentences", self._sentence_rows(part))
        self.documents += 1
        self.passages += len(part.passages)
        self.sentences += len(part.units)

    def take(self, run: Run) -> None:
        """Copies a run of articles from the index before."""
        between = "WHERE row BETWEEN ? AND ?"
        self._library.execute(
            f"INSERT INTO documents SELECT row + ?, id, title, text, source, url, metadata, sha256"  # noqa: S608
            f" FROM before.documents {between}",
            [run.documents_by, *_bounds(run.documents)],
        )
        self._library.execute(
            "INSERT INTO blocks SELECT b.* FROM before.documents d JOIN before.blocks b ON b.document = d.id"
            " WHERE d.row BETWEEN ? AND ?",
            _bounds(run.documents),
        )
        self._library.execute(
            f'INSERT INTO passages SELECT row + ?, document, section, start, "end", stems'  # noqa: S608
            f" FROM before.passages {between}",
            [run.passages_by, *_bounds(run.passages)],
        )
        self._library.execute(
            f'INSERT INTO sentences SELECT row + ?, document, passage + ?, start, "end", kind, block, list_id'  # noqa: S608
            f" FROM before.sentences {between}",
            [run.sentences_by, run.passages_by, *_bounds(run.sentences)],
        )
        self.documents += len(run.documents)
        self.passages += len(run.passages)
        self.sentences += len(run.sentences)

    def restate(self, row: int, document: Document, sha256: str) -> None:
        """Gives an article that was taken over its present source, address and metadata."""
        _, _, _, source, url, metadata = _document_row(document)
        self._library.execute(
            "UPDATE documents SET source = ?, url = ?, metadata = ?, sha256 = ? WHERE row = ?",
            [source, url, metadata, sha256, row],
        )

    def count_words(self, taken: Sequence[range]) -> None:
        """Writes the words of all articles: those before, without the passages not taken, and the new ones."""
        if taken:
            self._forms.update(dict(self._library.execute("SELECT form, count FROM before.forms")))
            for text in self._left_behind(taken):
                self._forms.subtract(FORM.findall(text))
        forms = {form: count for form, count in self._forms.items() if count}
        self._insert("forms", sorted(forms.items()))
        self._insert("words", _word_rows(forms))

    def _left_behind(self, taken: Sequence[range]) -> Iterator[str]:
        (last,) = self._library.execute("SELECT coalesce(max(row), -1) FROM before.passages").fetchone()
        kept = sorted(taken, key=lambda rows: rows.start)
        starts = [0, *(rows.stop for rows in kept)]
        stops = [*(rows.start for rows in kept), last + 1]
        for start, stop in zip(starts, stops, strict=True):
            for title, section, text in self._library.execute(
                'SELECT d.title, p.section, substr(d.text, p.start + 1, p."end" - p.start) FROM before.passages p'
                " JOIN before.documents d ON d.id = p.document WHERE p.row >= ? AND p.row < ?",
                [start, stop],
            ):
                yield _searched(title, json.loads(section), text)

    def stems(self) -> Iterator[list[str]]:
        """The stems of each passage in order, as BM25 reads them."""
        for (held,) in self._library.execute("SELECT stems FROM passages ORDER BY row"):
            yield held.split()

    def put_stems(self, counts: Mapping[str, int]) -> None:
        """Writes how many passages hold each stem."""
        self._insert("stems", sorted(counts.items()))

    def passage_texts(self, rows: Iterable[int]) -> dict[int, tuple[str, str]]:
        """Document and text of passages."""
        found = self._library.execute(
            'SELECT p.row, p.document, substr(d.text, p.start + 1, p."end" - p.start) FROM passages p'
            " JOIN documents d ON d.id = p.document WHERE p.row IN (SELECT value FROM json_each(?))",
            [json.dumps([int(row) for row in rows])],
        )
        return {row: (document, text) for row, document, text in found}

    def put_twins(self, twins: Mapping[int, int]) -> None:
        """Writes which passages are kept once, by another's row."""
        self._insert("twins", sorted(twins.items()))

    def put_files(self, files: Iterable[tuple[str, str | None, Sequence[str]]], articles: Iterable[Listed]) -> None:
        """Writes which files were looked at, and what articles were found in them."""
        self._insert("files", _file_rows(files))
        listed = ((row, *astuple(one)) for row, one in enumerate(articles))
        self._insert("articles", listed)

    def close(self) -> None:
        """Ends the file well."""
        self._library.execute("COMMIT")
        self._library.executescript(INDEXES)
        self._library.close()

    def abandon(self) -> None:
        """Lets the file go, unfinished."""
        self._library.close()

    def _insert(self, table: str, rows: Iterable[tuple[object, ...]]) -> None:
        rows = iter(rows)
        first = next(rows, None)
        if first is not None:
            statement = f"INSERT INTO {table} VALUES ({', '.join('?' * len(first))})"  # noqa: S608
            self._library.execute(statement, first)
            self._library.executemany(statement, rows)

    def _passage_rows(self, part: Part) -> Iterator[tuple[object, ...]]:
        for row, passage in enumerate(part.passages, start=self.passages):
            text = searched_text(part.document, passage)
            self._forms.update(FORM.findall(text))
            found = " ".join(stem_all(content_words(text))) or NO_WORD
            yield row, passage.document_id, _section(passage.section), passage.start, passage.end, found

    def _sentence_rows(self, part: Part) -> Iterator[tuple[object, ...]]:
        first = self.passages
        for row, unit in enumerate(part.units, start=self.sentences):
            place = unit.start, unit.end, unit.kind, unit.block, unit.list_id
            yield row, unit.document_id, first + unit.passage, *place


def _bounds(rows: range) -> tuple[int, int]:
    return rows.start, rows.stop - 1


def _document_row(document: Document) -> tuple[object, ...]:
    metadata = json.dumps(dict(document.metadata), ensure_ascii=False, default=str)
    return document.id, document.title, document.text, document.source, document.url, metadata


def _block_rows(document: Document) -> Iterator[tuple[object, ...]]:
    for position, block in enumerate(document.blocks):
        yield document.id, position, block.kind, block.start, block.end, block.level, block.list_id


def _file_rows(files: Iterable[tuple[str, str | None, Sequence[str]]]) -> Iterator[tuple[str, str | None, str]]:
    for source, sha256, problems in files:
        yield source, sha256, json.dumps(list(problems))


def _section(section: Sequence[str]) -> str:
    return json.dumps(section, ensure_ascii=False)


def searched_text(document: Document, passage: Passage) -> str:
    """What BM25 reads of a passage: its title and headings, then its text."""
    return _searched(document.title, passage.section, document.text[passage.start : passage.end])


def _searched(title: str, section: Sequence[str], text: str) -> str:
    return "\n".join((title, *section, text))


def _word_rows(forms: Mapping[str, int]) -> Iterator[tuple[str, int, str]]:
    """Words of the articles, how often they occur and how they are mostly written, for mending questions' spelling."""
    written: dict[str, list[tuple[int, str]]] = {}
    for form, count in sorted(forms.items()):
        written.setdefault(form.lower(), []).append((-count, form))
    for word, found in written.items():
        mostly = word if word in forms else min(found)[1]
        yield word, -sum(count for count, _ in found), mostly


def add_files(path: Path, files: Iterable[tuple[str, str | None, Sequence[str]]]) -> None:
    """Adds files that were looked at (source, sha256, problems) to a finished file."""
    with closing(sqlite3.connect(path)) as library, library:
        library.executemany("INSERT INTO files VALUES (?, ?, ?)", _file_rows(files))


def add_questions(path: Path, questions: Iterable[tuple[str, str, int]]) -> None:
    """Adds questions that the library answers (text, document, passage) to a finished file."""
    with closing(sqlite3.connect(path)) as library, library:
        library.executemany("INSERT INTO questions (text, document, passage) VALUES (?, ?, ?)", questions)


def add_asked(path: Path, asked: Iterable[tuple[str, str, int, bool]]) -> None:
    """Adds questions (text, document, passage) with whether the library answers them; only those are offered."""
    asked = list(asked)
    with closing(sqlite3.connect(path)) as library, library:
        library.executemany("INSERT INTO asked VALUES (?, ?, ?, ?)", asked)
    add_questions(path, (question[:3] for question in asked if question[3]))


def outcomes(path: Path, before: Path) -> dict[tuple[str, str], bool]:
    """Whether the index before answered a question from an article (text, document) that is the same in this one."""
    with closing(sqlite3.connect(path, uri=True)) as library:
        library.execute("ATTACH ? AS before", [address(before)])
        found = library.execute(
            "SELECT a.question, a.document, a.answered FROM before.asked a"
            " JOIN before.articles o ON o.id = a.document AND o.kept IS NOT NULL"
            " JOIN main.articles n ON n.id = o.id AND n.kept IS NOT NULL AND n.content_sha256 = o.content_sha256"
        ).fetchall()
    return {(question, document): bool(answered) for question, document, answered in found}
