"""The index before, as what can be taken over from it: articles that are as they were, with all their rows."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cmo_qa.arrays import Vectors, mapped
from cmo_qa.errors import CmoQaError
from cmo_qa.index import check_files, generation_of, read_manifest
from cmo_qa.library import LIBRARY, open_library
from cmo_qa.types import Document
from ingest.recipe import other
from ingest.tables import Listed

LISTED = (
    "SELECT file, id, title, source, url, text_sha256, content_sha256, record_sha256, dropped, kept FROM articles"
    " ORDER BY row"
)
ARRAYS = (
    "sentences", "tokens", "token_ends", "heading_tokens", "heading_ends", "unit_ends", "token_ids", "token_id_ends",
    "sketches",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taken:
    """An article of the index before, by its row there; `document` where something but its content is new."""

    row: int
    document: Document | None = None
    sha256: str = ""


class Before:
    """One generation, open to be taken over from. Made by `before`."""

    def __init__(self, generation: Path) -> None:
        import faiss

        self.library = generation / LIBRARY
        library = open_library(generation)
        try:
            files = library.execute("SELECT source, sha256, problems FROM files").fetchall()
            self.articles = [Listed(*row) for row in library.execute(LISTED)]
            last = dict(library.execute("SELECT document, max(row) + 1 FROM passages GROUP BY document"))
            ids = [name for (name,) in library.execute("SELECT id FROM documents ORDER BY row")]
        finally:
            library.close()
        self._files: dict[str, tuple[str | None, list[str]]] = {
            source: (sha256, json.loads(problems)) for source, sha256, problems in files
        }
        self.array: dict[str, NDArray[Any]] = {name: mapped(generation / f"{name}.npy") for name in ARRAYS}
        self._dense = faiss.read_index(str(generation / "dense.faiss"), faiss.IO_FLAG_MMAP_IFC)
        self.passage_ends = np.array([0, *(last[name] for name in ids)], dtype=np.int64)  # (documents + 1,)
        self.passages = int(self.passage_ends[-1])
        self.asked_since = int(read_manifest(generation).get("asked_since", 0))  # passages that are others since
        self._by_file: dict[str, list[Listed]] = {}
        for one in self.articles:
            self._by_file.setdefault(one.file, []).append(one)
        self._by_content = {(one.id, one.content_sha256): one.kept for one in self.articles if one.kept is not None}

    @property
    def files(self) -> dict[str, str | None]:
        """sha256 of every file that was looked at."""
        return {source: sha256 for source, (sha256, _) in self._files.items()}

    @property
    def problems(self) -> list[str]:
        """A line for each file or article that was left out."""
        return [problem for _, problems in self._files.values() for problem in problems]

    def listed(self, file: str, sha256: str | None) -> tuple[Sequence[Listed], Sequence[str]] | None:
        """What was found in a file, and the problems with it; None where it isn't as it was."""
        known = self._files.get(file)
        if known is None or sha256 is None or known[0] != sha256:
            return None
        return self._by_file.get(file, ()), known[1]

    def row_of(self, document_id: str, content: str) -> int | None:
        """The row of the article of that id, where its content was the same."""
        return self._by_content.get((document_id, content))

    def vectors(self, passages: range) -> Vectors:
        """The vectors of neighbouring passages."""
        return np.asarray(self._dense.reconstruct_n(passages.start, len(passages)), dtype=np.float32)


def before(folder: Path, about: dict[str, Any]) -> tuple[Before | None, str]:
    """The live generation, if it is whole and made as one would be made now; else why all is made anew.

    The reason is empty where there is no index yet.
    """
    try:
        generation = generation_of(folder)
    except CmoQaError:
        return None, ""
    try:
        manifest = read_manifest(generation)
        differs = other(manifest, about)
        if differs:
            return None, f"{differs} changed"
        check_files(generation, manifest, whole=True)
        return Before(generation), ""
    except CmoQaError as error:
        return None, str(error).partition("\n")[0]
    except (OSError, ValueError, KeyError, RuntimeError, sqlite3.Error) as error:
        return None, f"the index at {folder}/ can't be read ({error})"


def text_digest(document: Document) -> str:
    """Of the text alone: articles with the same text are one."""
    return _digest(document.text)


def content_digest(document: Document) -> str:
    """Of all that passages, sentences and vectors are made from."""
    return _digest(document.title, document.text, *map(repr, document.blocks))


def record_digest(document: Document) -> str:
    """Of everything that is known of an article."""
    known = json.dumps(dict(document.metadata), ensure_ascii=False, default=str, sort_keys=True)
    return _digest(content_digest(document), document.id, document.source, repr(document.url), known)


def _digest(*parts: str) -> str:
    held = hashlib.sha256()
    for part in parts:
        held.update(part.encode(errors="surrogatepass"))
        held.update(b"\0")
    return held.hexdigest()[:32]


def runs(taken: Sequence[Taken]) -> Iterator[range]:
    """Rows in their order, neighbours together."""
    start = stop = -1
    for one in taken:
        if one.row != stop:
            if stop > start:
                yield range(start, stop)
            start = one.row
        stop = one.row + 1
    if stop > start:
        yield range(start, stop)
