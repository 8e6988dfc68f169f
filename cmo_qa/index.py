"""The index folder, read: checked when opened, then looked into a row at a time, so that memory stays flat.

DIR/current -> generations/NAME      swapped in one step by ingest; the names below lead through it
manifest.json     format version, model and digest of its weights, counts, digest of every file and source
library.sqlite    documents, blocks, passages, sentences, words
dense.faiss       one row a passage, unit vectors, inner product = cosine
sentences.npy     one row a sentence, float16, with the sentence before it in its passage
tokens.npy        one row a token of a sentence, int8; token_ends.npy says which are whose
wordings.npy, wording_tokens.npy, wording_ends.npy   questions that were written for sentences, where there are any
lexical/          BM25 over passages (bm25s), memory-mapped
token_ids.npy, sketches.npy   what only ingest reads, to make the next index of this one
encoder/          the query encoder
reader/           the reader that tells what answers a question from what is near it; tests do without
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cmo_qa.arrays import Tokens, Vectors, lexical, mapped
from cmo_qa.embed import Embedder, OnnxEncoder
from cmo_qa.errors import IndexMissingError, IndexUnusableError
from cmo_qa.library import open_library
from cmo_qa.reader import FOLDER, Reader
from cmo_qa.text import stems, words
from cmo_qa.types import Block, Document, Passage, Unit, page_at
from cmo_qa.wordings import FILES, Wordings

FORMAT = 2
CURRENT = "current"
UNITS = (
    'SELECT s.row, s.document, s.passage, s.start, s."end", s.kind, s.block, s.list_id,'
    ' substr(d.text, s.start + 1, s."end" - s.start) FROM sentences s JOIN documents d ON d.id = s.document'
)
WORDED = "SELECT wording, sentence FROM wordings"
PUBLISHERS = ("author", "publisher", "site")  # what an article's metadata may say of whose it is
FULL_CHECK_BYTES = 64 << 20  # a larger file is checked by its size when opened; `verify` reads it whole


def generation_of(folder: Path) -> Path:
    """The generation that the index folder shows now, as a path that stays the same when ingest swaps in the next.

    Raises IndexMissingError where there is no index.
    """
    for place in (folder / CURRENT, folder):
        if (place / "manifest.json").is_file():
            return place.resolve()
    raise IndexMissingError(f"No index at {folder}/.\nBuild one: python -m ingest corpus --index {folder}")


def read_manifest(generation: Path) -> dict[str, Any]:
    """The manifest of one generation. Raises IndexUnusableError where it is unreadable or of another format."""
    path = generation / "manifest.json"
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        found, _ = manifest["format"], manifest["files"].items()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unusable(generation, f"its manifest can't be read ({error})") from error
    if found != FORMAT:
        raise _unusable(generation, f"it has format {found}, this program reads format {FORMAT}")
    return manifest


def check_files(generation: Path, manifest: Mapping[str, Any], *, whole: bool = False) -> None:
    """Every file of the manifest is there, of its size and (up to 64 MB, or all if whole) of its digest."""
    for name, wanted in manifest["files"].items():
        try:
            wrong = _wrong(generation / name, wanted, whole=whole)
        except OSError as error:
            wrong = "is missing" if isinstance(error, FileNotFoundError) else f"can't be read ({error.strerror})"
        if wrong:
            raise _unusable(generation, f"{name} {wrong}")


def _wrong(path: Path, wanted: Mapping[str, Any], *, whole: bool) -> str:
    size = path.stat().st_size
    if size != wanted["bytes"]:
        return f"has {size} bytes instead of {wanted['bytes']}"
    if (whole or size <= FULL_CHECK_BYTES) and digest(path) != wanted["sha256"]:
        return "is not as it was written (its digest differs)"
    return ""


def digest(path: Path) -> str:
    """sha256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unusable(generation: Path, what: str) -> IndexUnusableError:
    """The error, with the index folder that the generation belongs to: itself, where it was copied out."""
    folder = generation
    if generation.name == CURRENT:
        folder = generation.parent
    elif generation.parent.name == "generations":
        folder = generation.parent.parent
    return IndexUnusableError(
        f"The index at {folder}/ can't be used: {what}.\nBuild it again: python -m ingest SOURCE… --index {folder}"
    )


class Index:
    """One generation of an index, open for reading, from any thread."""

    def __init__(self, generation: Path, threads: int = 0, encoder: Embedder | None = None) -> None:
        import faiss

        self.generation = generation
        self.manifest = read_manifest(generation)
        check_files(generation, self.manifest)
        try:
            self._dense = faiss.read_index(str(generation / "dense.faiss"), faiss.IO_FLAG_MMAP_IFC)
            self._lexical = lexical(generation)
            self.sentence_vectors: NDArray[np.float16] = mapped(generation / "sentences.npy")
            self._tokens: Tokens = mapped(generation / "tokens.npy")
            self._token_ends: NDArray[np.int64] = mapped(generation / "token_ends.npy")
            self._heading_tokens: Tokens = mapped(generation / "heading_tokens.npy")
            self._heading_ends: NDArray[np.int64] = mapped(generation / "heading_ends.npy")
            self._unit_ends: NDArray[np.int64] = mapped(generation / "unit_ends.npy")
            self._token_frequency: NDArray[np.int32] = mapped(generation / "token_frequency.npy")
            self.wordings = Wordings(generation) if (generation / FILES[0]).is_file() else None
            self._library = open_library(generation)
            twins = self._library.execute("SELECT passage FROM twins").fetchall()
            self._twins: NDArray[np.int64] = np.array(twins, dtype=np.int64).ravel()
        except (OSError, ValueError, RuntimeError, KeyError, sqlite3.Error) as error:
            raise _unusable(generation, str(error)) from error
        self.encoder: Embedder = encoder or OnnxEncoder(generation / "encoder", threads)
        self.reader = Reader(generation / FOLDER, threads) if (generation / FOLDER).is_dir() else None
        self._lock = threading.Lock()

    @classmethod
    def open(cls, folder: Path, threads: int = 0, encoder: Embedder | None = None) -> Index:
        """Opens what the index folder shows now. Raises IndexMissingError, IndexUnusableError."""
        generation = generation_of(folder)
        while True:
            try:
                return cls(generation, threads, encoder)
            except IndexUnusableError:
                now = generation_of(folder)
                if now == generation:
                    raise
                generation = now  # ingest swapped in the next, and the next again, while this one was being opened

    @property
    def content(self) -> str:
        """What the index was made of, as a name: built again of the same sources, it is the same."""
        return self.generation.name.partition("-")[0]

    def close(self) -> None:
        """Lets the library's file go."""
        self._library.close()

    @property
    def passage_count(self) -> int:
        return int(self._dense.ntotal)

    def nearest(self, question: Vectors, count: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Rows and cosines of the passages nearest to the question's vector (1, dim), best first, twins left out."""
        import faiss

        searched = min(count, self.passage_count - len(self._twins))
        found_alone: Any = faiss.IDSelectorNot(faiss.IDSelectorBatch(self._twins)) if len(self._twins) else None
        parameters: Any = faiss.SearchParameters
        scores, rows = self._dense.search(question, searched, params=found_alone and parameters(sel=found_alone))
        return rows[0], scores[0]

    def cosines(self, question: Vectors, rows: Sequence[int]) -> NDArray[np.float32]:
        """Cosine of the question's vector (1, dim) and each of these passages."""
        vectors = np.stack([self._dense.reconstruct(int(row)) for row in rows])
        return np.asarray(vectors @ question[0], dtype=np.float32)

    def lexical_scores(self, asked: Sequence[str]) -> NDArray[np.float32]:
        """BM25 of every passage, zero of a twin; all zero where no stem is known."""
        known = [stem for stem in asked if stem in self._lexical.vocab_dict]
        if not known:
            return np.zeros(self.passage_count, dtype=np.float32)
        scores = np.array(self._lexical.get_scores(known), dtype=np.float32)
        scores[self._twins] = 0
        return scores

    def token_frequency(self, ids: NDArray[np.int64]) -> NDArray[np.int32]:
        """Passages that hold each of these tokens."""
        return np.asarray(self._token_frequency[ids])

    def unit_tokens(self, row: int) -> Tokens:
        """Token vectors (n, token_dim) of one sentence, item or lead-in."""
        return self._tokens[self._token_ends[row] : self._token_ends[row + 1]]

    def passage_tokens(self, row: int) -> Tokens:
        """Token vectors (n, token_dim) of one passage: of its title and headings, then of its sentences."""
        headings = self._heading_tokens[self._heading_ends[row] : self._heading_ends[row + 1]]
        first, last = self._unit_ends[row], self._unit_ends[row + 1]
        return np.concatenate((headings, self._tokens[self._token_ends[first] : self._token_ends[last]]))

    def document_frequency(self, stem: str) -> int:
        """Passages that hold the stem."""
        rows = self._select("SELECT passages FROM stems WHERE stem = ?", [stem])
        return int(rows[0][0]) if rows else 0

    def vocabulary(self) -> dict[str, tuple[int, str]]:
        """Every word of the library in lower case, with how often it occurs and how it is mostly written."""
        rows = self._select("SELECT word, count, written FROM words")
        return {str(word): (int(count), str(written)) for word, count, written in rows}

    def heading(self, document_id: str) -> tuple[str, str, str | None]:
        """Title, source and address of an article."""
        ((title, source, url),) = self._select("SELECT title, source, url FROM documents WHERE id = ?", [document_id])
        return str(title), str(source), url

    def page_of(self, unit: Unit) -> int | None:
        """The page of the PDF that a unit begins on, None where its article has no pages."""
        where = "SELECT json_extract(metadata, '$.pages') FROM documents WHERE id = ?"
        ((pages,),) = self._select(where, [unit.document_id])
        return page_at(json.loads(pages), unit.start) if pages else None

    def published_by(self, document_id: str) -> str:
        """All that says whose article it is: title, source, address, and author and publisher where they are known."""
        ((title, source, url, metadata),) = self._select(
            "SELECT title, source, url, metadata FROM documents WHERE id = ?", [document_id]
        )
        known = json.loads(metadata)
        return " ".join(str(part) for part in (title, source, url, *map(known.get, PUBLISHERS)) if part)

    def said_elsewhere(self, unit: Unit, text: str) -> list[tuple[int, Unit, str]]:
        """Where the twins of the unit's passage, which are never found themselves, have a unit of the same words."""
        where = " WHERE s.passage IN (SELECT passage FROM twins WHERE kept = ?) ORDER BY s.row"
        found = self._select(UNITS + where, [unit.passage])
        said = words(text) if found else []
        return [(row, Unit(*rest), other) for row, *rest, other in found if words(other) == said]

    def copies(self, document_id: str) -> list[tuple[str, str, str | None]]:
        """Title, source and address of the articles that this one stands for: their text is the same."""
        found = self._select(
            "SELECT title, source, url FROM articles WHERE kept IS NULL AND text_sha256 IN (SELECT a.text_sha256 FROM"
            " articles a JOIN documents d ON d.row = a.kept WHERE d.id = ?) ORDER BY row",
            [document_id],
        )
        return [(str(title), str(source), url) for title, source, url in found]

    def example_questions(self, count: int) -> list[str]:
        """Questions that the library answers, one an article as long as there are articles."""
        found = self._select(
            "SELECT text FROM (SELECT text, row, row_number() OVER (PARTITION BY document ORDER BY row) AS turn"
            " FROM questions) ORDER BY turn, row LIMIT ?",
            [count],
        )
        return [str(text) for (text,) in found]

    def questions_near(self, passages: Sequence[int]) -> Iterator[tuple[str, set[str]]]:
        """Questions that these passages answer, in the order of the passages, each with its stems."""
        found = self._select(
            "SELECT passage, text FROM questions WHERE passage IN (SELECT value FROM json_each(?))", [_listed(passages)]
        )
        texts = {int(passage): str(text) for passage, text in found}
        for row in passages:
            if row in texts:
                yield texts[row], set(stems(texts[row]))

    def documents(self) -> list[Document]:
        """All articles in order of their titles, without their texts."""
        rows = self._select("SELECT id, title, '', source, url, metadata FROM documents ORDER BY title, id")
        return [_document(row, ()) for row in rows]

    def document(self, document_id: str) -> Document | None:
        """The article whole, or None where the library has none of that id."""
        rows = self._select("SELECT id, title, text, source, url, metadata FROM documents WHERE id = ?", [document_id])
        if not rows:
            return None
        blocks = self._select(
            'SELECT kind, start, "end", level, list_id FROM blocks WHERE document = ? ORDER BY position', [document_id]
        )
        document = _document(rows[0], tuple(Block(*block) for block in blocks))
        also = [dict(zip(("title", "source", "url"), copy, strict=True)) for copy in self.copies(document_id)]
        return replace(document, metadata={**document.metadata, "also": also}) if also else document

    def passages(self, rows: Iterable[int]) -> dict[int, tuple[Passage, str]]:
        """Passages by row, each with its text."""
        found = self._select(
            'SELECT p.row, p.document, p.section, p.start, p."end", substr(d.text, p.start + 1, p."end" - p.start)'
            " FROM passages p JOIN documents d ON d.id = p.document WHERE p.row IN (SELECT value FROM json_each(?))",
            [_listed(rows)],
        )
        return {
            row: (Passage(document, tuple(json.loads(section)), start, end), text)
            for row, document, section, start, end, text in found
        }

    def units(self, passages: Iterable[int]) -> dict[int, tuple[Unit, str]]:
        """Sentences, items and lead-ins of these passages by row, in order, each with its text."""
        where = " WHERE s.passage IN (SELECT value FROM json_each(?)) ORDER BY s.row"
        return {row: (Unit(*unit), text) for row, *unit, text in self._select(UNITS + where, [_listed(passages)])}

    def worded(self, wordings: Iterable[int]) -> list[tuple[int, int]]:
        """Wordings by row with the rows of the sentences that they ask for."""
        where = " WHERE wording IN (SELECT value FROM json_each(?)) ORDER BY wording, sentence"
        return [(int(one), int(other)) for one, other in self._select(f"{WORDED}{where}", [_listed(wordings)])]

    def wordings_of(self, sentences: Iterable[int]) -> list[int]:
        """The rows of the wordings that ask for these sentences."""
        where = " WHERE sentence IN (SELECT value FROM json_each(?)) ORDER BY wording"
        return [int(wording) for wording, _ in self._select(f"{WORDED}{where}", [_listed(sentences)])]

    def passages_of(self, sentences: Iterable[int]) -> set[int]:
        """The rows of the passages that these sentences stand in."""
        where = "SELECT DISTINCT passage FROM sentences WHERE row IN (SELECT value FROM json_each(?))"
        return {int(row) for (row,) in self._select(where, [_listed(sentences)])}

    def text_before(self, row: int, unit: Unit) -> str:
        """What the sentence, item or lead-in before this one says; empty where it begins its passage."""
        _, text = self.units([unit.passage]).get(row - 1, (None, ""))
        return text

    def lead_ins(self, unit: Unit) -> list[tuple[int, Unit, str]]:
        """What leads into the list that the unit belongs to; nothing where it belongs to none."""
        if unit.list_id is None:
            return []
        return [one for one in self.list_units(unit.document_id, unit.list_id) if one[1].kind == "lead_in"]

    def list_units(self, document_id: str, list_id: int) -> list[tuple[int, Unit, str]]:
        """Lead-in, items and what belongs to them of one list, in order."""
        where = " WHERE s.document = ? AND s.list_id = ? ORDER BY s.row"
        return [(row, Unit(*unit), text) for row, *unit, text in self._select(UNITS + where, [document_id, list_id])]

    def _select(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._library.execute(query, values).fetchall()


def _listed(rows: Iterable[int]) -> str:
    """Rows as one value that SQLite's `json_each` takes apart."""
    return json.dumps([int(row) for row in rows])


def _document(row: tuple[Any, ...], blocks: tuple[Block, ...]) -> Document:
    document_id, title, text, source, url, metadata = row
    return Document(document_id, title, text, source, blocks, url, json.loads(metadata))
