"""The index folder, written: a new generation beside the live one, swapped in with one rename."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from cmo_qa.embed import Vectors
from cmo_qa.errors import BusyError, SourceError
from cmo_qa.index import CURRENT, FORMAT, digest
from cmo_qa.text import content_words, stem, stems
from cmo_qa.types import Document, Passage
from ingest.embed import Embedded, Part

GENERATIONS = "generations"
SHOWN = (
    "manifest.json",
    "library.sqlite",
    "dense.faiss",
    "sentences.npy",
    "tokens.npy",
    "token_ends.npy",
    "heading_tokens.npy",
    "heading_ends.npy",
    "unit_ends.npy",
    "token_frequency.npy",
    "lexical",
    "encoder",
)
NO_WORD = "."  # what BM25 reads of a passage of grammar alone; never asked for
SCHEMA = """
CREATE TABLE documents (id TEXT PRIMARY KEY, title TEXT, text TEXT, source TEXT, url TEXT, metadata TEXT, sha256 TEXT);
CREATE TABLE blocks (document TEXT, position INTEGER, kind TEXT, start INTEGER, "end" INTEGER, level INTEGER,
    list_id INTEGER, PRIMARY KEY (document, position)) WITHOUT ROWID;
CREATE TABLE passages (row INTEGER PRIMARY KEY, document TEXT, section TEXT, start INTEGER, "end" INTEGER);
CREATE TABLE sentences (row INTEGER PRIMARY KEY, document TEXT, passage INTEGER, start INTEGER, "end" INTEGER,
    kind TEXT, block INTEGER, list_id INTEGER);
CREATE INDEX sentences_of_passage ON sentences (passage);
CREATE INDEX sentences_of_list ON sentences (document, list_id) WHERE list_id IS NOT NULL;
CREATE TABLE words (word TEXT PRIMARY KEY, count INTEGER, written TEXT) WITHOUT ROWID;
CREATE TABLE questions (row INTEGER PRIMARY KEY, text TEXT, document TEXT, passage INTEGER);
CREATE INDEX questions_of_passage ON questions (passage);
CREATE TABLE stems (stem TEXT PRIMARY KEY, passages INTEGER) WITHOUT ROWID;
"""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keeps a second writer out; the lock is the operating system's, so a killed process leaves none behind.

    Raises BusyError where another process is writing, SourceError where the folder can't be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock")
        lock.acquire(timeout=0)
    except Timeout as error:
        raise BusyError(
            f"Another process is writing the index at {folder}/.\nWait for it to end, then run this again."
        ) from error
    except OSError as error:
        message = f"The index folder {folder} can't be written: {error.strerror}.\nName another with --index DIR."
        raise SourceError(message) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def new_generation(folder: Path, name: str) -> Iterator[Path]:
    """A folder to write the next generation in; swapped in if the block ends well, removed if it doesn't.

    What an earlier, killed run left is removed first; the generation before stays, for readers that have it open.
    """
    generations = folder / GENERATIONS
    generations.mkdir(exist_ok=True)
    _remove_leftovers(folder)
    before = (folder / CURRENT).resolve()
    building = generations / f".{name}.building"
    building.mkdir()
    try:
        yield building
        _sync(building)
        _swap(folder, building, _free_name(generations, name))
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    _remove_all_but(generations, {before, (folder / CURRENT).resolve()})


def _free_name(generations: Path, name: str) -> Path:
    """The name, with a counter where a generation of the same content is there already."""
    place, count = generations / name, 2
    while place.exists():
        place, count = generations / f"{name}-{count}", count + 1
    return place


def _swap(folder: Path, building: Path, generation: Path) -> None:
    building.rename(generation)
    _flush(generation.parent)
    _point(folder / CURRENT, Path(GENERATIONS) / generation.name)
    for name in SHOWN:
        if not (folder / name).is_symlink():
            _point(folder / name, Path(CURRENT) / name)
    _flush(folder)


def _point(link: Path, target: Path) -> None:
    """Makes `link` lead to `target`, in one step even where it led elsewhere.

    Where an index folder was copied with its links followed, `link` is a folder, which no rename replaces: it is put
    aside first. Who opens the index in between finds it whole under the names beside `current`.
    """
    fresh = link.with_name(f".{link.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    aside = link.with_name(f".{link.name}.old")
    if link.is_dir() and not link.is_symlink():
        link.rename(aside)
    fresh.replace(link)
    shutil.rmtree(aside, ignore_errors=True)


def _remove_leftovers(folder: Path) -> None:
    for leftover in [*(folder / GENERATIONS).glob(".*.building"), *folder.glob(".*.old")]:
        shutil.rmtree(leftover, ignore_errors=True)
    for leftover in folder.glob(".*.new"):
        leftover.unlink()


def _remove_all_but(generations: Path, kept: set[Path]) -> None:
    for place in generations.iterdir():
        if place.resolve() not in kept:
            shutil.rmtree(place, ignore_errors=True)


def _sync(folder: Path) -> None:
    """Everything is on the disk before the swap, so that a power cut can't leave an empty file behind a new name."""
    for path in [*folder.rglob("*"), folder]:
        _flush(path)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write(folder: Path, parts: Sequence[Part], embedded: Embedded, about: Mapping[str, Any]) -> None:
    """Writes one whole generation but its `encoder/`, which must be there already; the manifest comes last."""
    _write_library(folder / "library.sqlite", parts)
    _write_dense(folder / "dense.faiss", embedded.passages)
    np.save(folder / "sentences.npy", embedded.sentences.astype(np.float16))
    np.save(folder / "tokens.npy", embedded.tokens)
    np.save(folder / "token_ends.npy", embedded.token_ends)
    np.save(folder / "heading_tokens.npy", embedded.heading_tokens)
    np.save(folder / "heading_ends.npy", embedded.heading_ends)
    np.save(folder / "unit_ends.npy", embedded.unit_ends)
    np.save(folder / "token_frequency.npy", embedded.token_frequency)
    _write_lexical(folder / "lexical", parts)
    write_manifest(folder, parts, about)


def add_questions(folder: Path, questions: Iterable[tuple[str, str, int]]) -> None:
    """Adds questions that the library answers (text, document, passage); the manifest must be written after it."""
    library = sqlite3.connect(folder / "library.sqlite")
    try:
        with library:
            library.executemany("INSERT INTO questions (text, document, passage) VALUES (?, ?, ?)", questions)
    finally:
        library.close()


def _write_library(path: Path, parts: Sequence[Part]) -> None:
    library = sqlite3.connect(path)
    try:
        library.executescript(SCHEMA)
        with library:
            library.executemany("INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?)", map(_document_row, parts))
            library.executemany("INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?)", _block_rows(parts))
            library.executemany("INSERT INTO passages VALUES (?, ?, ?, ?, ?)", _passage_rows(parts))
            library.executemany("INSERT INTO sentences VALUES (?, ?, ?, ?, ?, ?, ?, ?)", _sentence_rows(parts))
            library.executemany("INSERT INTO words VALUES (?, ?, ?)", _word_rows(parts))
            library.executemany("INSERT INTO stems VALUES (?, ?)", _stem_counts(parts).items())
    finally:
        library.close()


def _document_row(part: Part) -> tuple[object, ...]:
    document = part.document
    metadata = json.dumps(dict(document.metadata), ensure_ascii=False, default=str)
    return document.id, document.title, document.text, document.source, document.url, metadata, part.sha256


def _block_rows(parts: Iterable[Part]) -> Iterator[tuple[object, ...]]:
    for part in parts:
        for position, block in enumerate(part.document.blocks):
            yield part.document.id, position, block.kind, block.start, block.end, block.level, block.list_id


def _passage_rows(parts: Iterable[Part]) -> Iterator[tuple[object, ...]]:
    passages = (passage for part in parts for passage in part.passages)
    for row, passage in enumerate(passages):
        section = json.dumps(passage.section, ensure_ascii=False)
        yield row, passage.document_id, section, passage.start, passage.end


def _sentence_rows(parts: Iterable[Part]) -> Iterator[tuple[object, ...]]:
    row = first = 0
    for part in parts:
        for unit in part.units:
            yield row, unit.document_id, first + unit.passage, unit.start, unit.end, unit.kind, unit.block, unit.list_id
            row += 1
        first += len(part.passages)


def searched_text(document: Document, passage: Passage) -> str:
    """What BM25 reads of a passage: its title and headings, then its text."""
    return "\n".join((document.title, *passage.section, document.text[passage.start : passage.end]))


def _texts(parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        for passage in part.passages:
            yield searched_text(part.document, passage)


def _word_rows(parts: Iterable[Part]) -> Iterator[tuple[str, int, str]]:
    """Words of the articles, how often they occur and how they are mostly written, for mending questions' spelling."""
    forms: dict[str, Counter[str]] = {}
    for text in _texts(parts):
        for found in re.finditer(r"[^\W_]+", text):
            forms.setdefault(found.group().lower(), Counter())[found.group()] += 1
    for word, written in forms.items():
        yield word, written.total(), word if word in written else written.most_common(1)[0][0]


def _stem_counts(parts: Iterable[Part]) -> Counter[str]:
    return Counter(found for text in _texts(parts) for found in {stem(word) for word in content_words(text)})


def _write_dense(path: Path, passages: Vectors) -> None:
    import faiss

    index = faiss.IndexFlatIP(passages.shape[1])
    index.add(passages)
    faiss.write_index(index, str(path))


def _write_lexical(folder: Path, parts: Sequence[Part]) -> None:
    import bm25s

    logging.getLogger("bm25s").setLevel(logging.WARNING)  # it tells every step

    lexical = bm25s.BM25()
    lexical.index([stems(text) or [NO_WORD] for text in _texts(parts)], show_progress=False)
    lexical.save(folder, show_progress=False)


def write_manifest(folder: Path, parts: Sequence[Part], about: Mapping[str, Any]) -> None:
    """Writes `manifest.json`, with the digest of every other file."""
    manifest_path = folder / "manifest.json"
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path != manifest_path)
    manifest = {
        "format": FORMAT,
        **about,
        "counts": {
            "documents": len(parts),
            "passages": sum(len(part.passages) for part in parts),
            "sentences": sum(len(part.units) for part in parts),
        },
        "files": {
            path.relative_to(folder).as_posix(): {"bytes": path.stat().st_size, "sha256": digest(path)}
            for path in files
        },
    }
    manifest_path.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
