"""A whole check of an index: every byte of every file, every offset, every count against every other."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from cmo_qa.arrays import lexical, mapped
from cmo_qa.embed import OnnxEncoder
from cmo_qa.errors import IndexUnusableError
from cmo_qa.index import check_files, generation_of, read_manifest
from cmo_qa.library import open_library
from cmo_qa.wordings import FILES as WORDINGS

ENDS = {
    "unit_ends": ("passages", "sentences"),
    "token_ends": ("sentences", "tokens"),
    "heading_ends": ("passages", "heading_tokens"),
    "token_id_ends": ("passages", "token_ids"),
}  # of what the ends are, and of which rows
ROWS = ("sentences", "tokens", "heading_tokens", "token_ids", "sketches", *ENDS)
OUTSIDE = {
    "passage": """SELECT count(*) FROM passages p LEFT JOIN documents d ON d.id = p.document WHERE d.id IS NULL
        OR p.start < 0 OR p."end" > length(d.text) OR p.start >= p."end" """,
    "sentence": """SELECT count(*) FROM sentences s LEFT JOIN passages p ON p.row = s.passage WHERE p.row IS NULL
        OR s.document != p.document OR s.start < p.start OR s."end" > p."end" OR s.start >= s."end" """,
    "block": """SELECT count(*) FROM blocks b LEFT JOIN documents d ON d.id = b.document WHERE d.id IS NULL
        OR b.start < 0 OR b."end" > length(d.text) OR b.start > b."end" """,
    "question": """SELECT count(*) FROM questions q LEFT JOIN passages p ON p.row = q.passage
        WHERE p.row IS NULL OR p.document != q.document""",
    "twin": """SELECT count(*) FROM twins t LEFT JOIN passages p ON p.row = t.passage LEFT JOIN passages k
        ON k.row = t.kept WHERE p.row IS NULL OR k.row IS NULL OR t.kept IN (SELECT passage FROM twins)""",
    "wording": "SELECT count(*) FROM wordings WHERE sentence NOT IN (SELECT row FROM sentences)",
}  # counts of rows that lead outside their text, or to nothing


def faults(folder: Path) -> list[str]:
    """A line for everything that is wrong with the live generation; none where it is whole.

    Raises IndexMissingError, and IndexUnusableError where the manifest can't be read.
    """
    generation = generation_of(folder)
    manifest = read_manifest(generation)
    found = list(_of_files(generation, manifest))
    if found:
        return found
    try:
        parts = _of_tables(generation, manifest), _of_arrays(generation, manifest), _of_wordings(generation)
        return [fault for part in (*parts, _of_encoder(generation)) for fault in part]
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, sqlite3.Error, IndexUnusableError) as error:
        return [f"it can't be read: {error}"]


def _of_files(generation: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Files that are missing, damaged, or not of the index."""
    for name, wanted in manifest["files"].items():
        try:
            check_files(generation, {"files": {name: wanted}}, whole=True)
        except IndexUnusableError as error:
            yield str(error).partition("can't be used: ")[2].partition(".\n")[0]
    known = {*manifest["files"], "manifest.json"}
    for path in sorted(generation.rglob("*")):
        name = path.relative_to(generation).as_posix()
        if path.is_file() and name not in known:
            yield f"{name} is there, and is no part of it"


def _of_tables(generation: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    library = open_library(generation)
    try:
        (sound,) = library.execute("PRAGMA integrity_check").fetchone()
        if sound != "ok":
            yield f"library.sqlite is damaged: {sound}"
            return
        for name, wanted in manifest["counts"].items():
            (count,) = library.execute(f"SELECT count(*) FROM {name}").fetchone()  # noqa: S608 names of the manifest's
            if count != wanted:
                yield f"library.sqlite has {count} {name} instead of {wanted}"
        for name, query in OUTSIDE.items():
            (count,) = library.execute(query).fetchone()
            if count:
                yield f"{count} of the rows for a {name} lead outside their text or to nothing"
    finally:
        library.close()


def _of_arrays(generation: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    import faiss

    arrays = {name: mapped(generation / f"{name}.npy") for name in ROWS}
    counts = {name: len(array) for name, array in arrays.items()}
    passages, sentences = manifest["counts"]["passages"], manifest["counts"]["sentences"]
    dense = faiss.read_index(str(generation / "dense.faiss"), faiss.IO_FLAG_MMAP_IFC)
    found = {
        "dense.faiss": (dense.ntotal, passages),
        "lexical/": (lexical(generation).scores["num_docs"], passages),
        "sentences.npy": (counts["sentences"], sentences),
        "sketches.npy": (counts["sketches"], passages),
    }
    for name, (count, wanted) in found.items():
        if count != wanted:
            yield f"{name} has {count} rows instead of {wanted}"
    for name, (of, rows) in ENDS.items():
        ends = arrays[name]
        whole = len(ends) == manifest["counts"][of] + 1 and ends[0] == 0 and ends[-1] == counts[rows]
        if not whole or bool((np.diff(ends) < 0).any()):
            yield f"{name}.npy doesn't part the rows of {rows}.npy among the {of}"


def _of_wordings(generation: Path) -> Iterator[str]:
    if not (generation / WORDINGS[0]).is_file():
        return
    vectors, tokens, ends = (mapped(generation / name) for name in WORDINGS)
    with closing(open_library(generation)) as library:
        (count,) = library.execute("SELECT count(DISTINCT wording) FROM wordings").fetchone()
    if not count == len(vectors) == len(ends) - 1 or ends[-1] != len(tokens):
        yield f"{WORDINGS[0]} has {len(vectors)} rows for {count} wordings"


def _of_encoder(generation: Path) -> Iterator[str]:
    import faiss

    encoder = OnnxEncoder(generation / "encoder", threads=1)
    dense = faiss.read_index(str(generation / "dense.faiss"), faiss.IO_FLAG_MMAP_IFC)
    tokens = mapped(generation / "tokens.npy")
    widths = {"dense.faiss": (dense.d, encoder.dim), "tokens.npy": (tokens.shape[1], encoder.token_dim)}
    for name, (width, wanted) in widths.items():
        if width != wanted:
            yield f"{name} has vectors of {width} numbers, the encoder gives {wanted}"
    one = encoder.encode_question("What does a chief medical officer do?")
    if one.vector.shape != (encoder.dim,) or not np.isfinite(one.vector).all():
        yield "the encoder gives no vector for a question"
