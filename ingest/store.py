"""One generation, written as its articles come: new ones with their vectors, others from the index before."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cmo_qa.arrays import mapped
from ingest.duplicates import LEAST, sketch, twins
from ingest.embed import Embedded, Part
from ingest.reuse import Before, Taken, runs
from ingest.rows import Ends, Rows
from ingest.tables import NO_WORD, Run, Tables

ENDS = {
    "unit_ends": "sentences",
    "token_ends": "tokens",
    "heading_ends": "heading_tokens",
    "token_id_ends": "token_ids",
}  # and what each says the ends of


@dataclass(frozen=True, slots=True)
class Block:
    """The rows of neighbouring passages, wherever they come from: what an index holds of them but for its tables."""

    passages: NDArray[np.float32]
    rows: dict[str, NDArray[Any]]  # of the files that hold rows
    ends: dict[str, NDArray[np.int64]]  # of the files that hold ends, beginning anywhere


class Store:
    """Writes into a folder; `finish` when all is in, `abandon` where it comes to nothing."""

    def __init__(self, folder: Path, before: Before | None = None) -> None:
        self._folder = folder
        self._before = before
        self.tables = Tables(folder / "library.sqlite", before.library if before else None)
        self._rows: dict[str, Rows] = {}
        self._ends = {name: Ends() for name in ENDS}
        self._dense: Any = None
        self._owners: list[NDArray[np.int64]] = []  # document of each passage
        self._taken: list[range] = []  # passages of the index before
        self._vocabulary = 0

    def add(self, parts: Sequence[Part], embedded: Embedded) -> None:
        """Adds articles that were just embedded."""
        first = self.tables.documents
        for part in parts:
            self.tables.add(part)
        sketches = [
            sketch(part.document.text[passage.start : passage.end]) for part in parts for passage in part.passages
        ]
        self._vocabulary = len(embedded.token_frequency)
        owners = np.repeat(np.arange(first, first + len(parts)), [len(part.passages) for part in parts])
        self._put(_block_of(embedded, np.array(sketches, dtype=np.uint64).reshape(-1, LEAST)), owners)

    @property
    def passages(self) -> int:
        """Passages that were written."""
        return self.tables.passages

    @property
    def taken(self) -> int:
        """Passages among them that were taken over."""
        return sum(map(len, self._taken))

    def take(self, taken: Sequence[Taken]) -> None:
        """Adds articles of the index before, as they are there."""
        if self._before is None:
            raise ValueError("there is no index before to take from")
        for documents in runs(taken):
            self._take(self._before, documents)
        for row, one in enumerate(taken, start=self.tables.documents - len(taken)):
            if one.document is not None:
                self.tables.restate(row, one.document, one.sha256)

    def _take(self, before: Before, documents: range) -> None:
        ends = before.passage_ends
        passages = range(int(ends[documents.start]), int(ends[documents.stop]))
        unit_ends = before.array["unit_ends"]
        units = range(int(unit_ends[passages.start]), int(unit_ends[passages.stop]))
        shifts = (
            self.tables.documents - documents.start,
            self.tables.passages - passages.start,
            self.tables.sentences - units.start,
        )
        first = self.tables.documents
        self.tables.take(Run(documents, passages, units, *shifts))
        counts = np.diff(ends[documents.start : documents.stop + 1])
        owners = np.repeat(np.arange(first, first + len(documents)), counts)
        self._taken.append(passages)
        self._put(_block_before(before, passages, units), owners)

    def _put(self, block: Block, owners: NDArray[np.int64]) -> None:
        import faiss

        if self._dense is None:
            self._dense = faiss.IndexFlatIP(block.passages.shape[1])
        self._dense.add(block.passages)
        for name, rows in block.rows.items():
            if name not in self._rows:
                dtype = np.float16 if name == "sentences" else rows.dtype
                self._rows[name] = Rows(self._folder / f"{name}.npy", dtype, *rows.shape[1:])
            self._rows[name].append(rows)
        for name, ends in block.ends.items():
            self._ends[name].extend(ends)
        self._owners.append(owners)

    def finish(self, vocabulary: int = 0) -> None:
        """Writes what is made of all articles together, and closes every file."""
        import faiss

        faiss.write_index(self._dense, str(self._folder / "dense.faiss"))
        self._dense = None
        for rows in self._rows.values():
            rows.close()
        for name, ends in self._ends.items():
            ends.save(self._folder / f"{name}.npy")
        self._write_frequency(vocabulary or self._vocabulary)
        self.tables.count_words(self._taken)
        _write_lexical(self._folder / "lexical", self.tables)
        self._write_twins()
        self.tables.close()

    def abandon(self) -> None:
        """Lets every file go, unfinished."""
        self.tables.abandon()
        for rows in self._rows.values():
            rows.abandon()

    def _write_frequency(self, vocabulary: int) -> None:
        ids = mapped(self._folder / "token_ids.npy")
        counts = np.zeros(vocabulary, dtype=np.int64)
        for first in range(0, len(ids), 1 << 22):
            counts += np.bincount(ids[first : first + (1 << 22)], minlength=vocabulary)
        np.save(self._folder / "token_frequency.npy", counts.astype(np.int32))

    def _write_twins(self) -> None:
        sketches = mapped(self._folder / "sketches.npy")
        self.tables.put_twins(twins(sketches, np.concatenate(self._owners), self.tables.passage_texts))


def sliced(embedded: Embedded, passages: range) -> Embedded:
    """What was embedded of neighbouring passages."""
    rows, stop = slice(passages.start, passages.stop), passages.stop + 1
    units = embedded.unit_ends[passages.start : stop]
    tokens = embedded.token_ends[units[0] : units[-1] + 1]
    headings = embedded.heading_ends[passages.start : stop]
    ids = embedded.token_id_ends[passages.start : stop]
    return Embedded(
        embedded.passages[rows],
        embedded.sentences[units[0] : units[-1]],
        embedded.tokens[tokens[0] : tokens[-1]],
        tokens,
        embedded.heading_tokens[headings[0] : headings[-1]],
        headings,
        units,
        embedded.token_frequency,
        embedded.token_ids[ids[0] : ids[-1]],
        ids,
    )


def _block_of(embedded: Embedded, sketches: NDArray[np.uint64]) -> Block:
    rows: dict[str, NDArray[Any]] = {
        "sentences": embedded.sentences,
        "tokens": embedded.tokens,
        "heading_tokens": embedded.heading_tokens,
        "token_ids": embedded.token_ids,
        "sketches": sketches,
    }
    return Block(embedded.passages, rows, {name: getattr(embedded, name) for name in ENDS})


def _block_before(before: Before, passages: range, units: range) -> Block:
    array = before.array
    ends = {name: array[name][passages.start : passages.stop + 1] for name in ENDS if name != "token_ends"}
    ends["token_ends"] = array["token_ends"][units.start : units.stop + 1]
    rows = {of: array[of][ends[name][0] : ends[name][-1]] for name, of in ENDS.items()}
    rows["sketches"] = array["sketches"][passages.start : passages.stop]
    return Block(before.vectors(passages), rows, ends)


def _write_lexical(folder: Path, tables: Tables) -> None:
    """BM25 over the passages, and how many of them hold each stem."""
    import bm25s

    logging.getLogger("bm25s").setLevel(logging.WARNING)  # it tells every step

    vocabulary: dict[str, int] = {}
    holding: Counter[int] = Counter()
    passages = []
    for stems in tables.stems():
        passages.append([vocabulary.setdefault(stem, len(vocabulary)) for stem in stems])
        holding.update(set(passages[-1]))
    lexical = bm25s.BM25()
    lexical.index((passages, dict(vocabulary)), show_progress=False)
    lexical.save(folder, show_progress=False)
    tables.put_stems({stem: holding[number] for stem, number in vocabulary.items() if stem != NO_WORD})
