"""`wordings.jsonl` beside articles: how else people ask for what single sentences of them say.

    {"article": "pay.md", "text": "A sentence as it stands there.", "asked": ["What is earned?", "Is the pay good?"]}

A line a sentence, list item or lead-in; the article is named by its path from the file's folder.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cmo_qa.arrays import Tokens, Vectors, as_kept
from cmo_qa.embed import Embedder
from cmo_qa.lexicon import in_its_terms
from cmo_qa.library import LIBRARY, open_library
from cmo_qa.wordings import FILES, Wordings
from ingest.companions import WORDINGS, folders_of
from ingest.embed import batched, flat
from ingest.progress import Progress
from ingest.read import Found, Source, shown

LONGEST = 300  # characters of a question
LARGEST = 50_000_000  # bytes of a file
NAMED = 5  # lines of a file that are named one by one where they can't be used


@dataclass(frozen=True, slots=True)
class Line:
    """What a line of a file says."""

    number: int
    source: str  # the article, as it is called everywhere
    text: str
    asked: tuple[str, ...]


def beside(found: Found, roots: Sequence[Path]) -> list[Source]:
    """The files of wordings in the folders that were given and those below them that articles are in."""
    folders = dict.fromkeys(folder for one in found.sources for folder in folders_of(one.path.parent, roots))
    given = [folder for folder in folders if any(folder.is_relative_to(root) for root in roots)]
    paths = [folder / WORDINGS for folder in given]
    return [Source(path, shown(path)) for path in paths if path.is_file() and not path.is_symlink()]


def read(files: Sequence[Source], found: Found) -> Mapping[str, Sequence[Line | str]]:
    """By file what its lines say of the articles that were found, or what is wrong with one."""
    sources = {one.path.resolve(): one.source for one in found.sources}
    return {one.source: list(_lines(one.path, sources)) for one in files}


def put(
    generation: Path,
    said: Mapping[str, Sequence[Line | str]],
    encoder: Embedder,
    before: Path | None,
    progress: Progress,
) -> dict[str, list[str]]:
    """Adds wordings to a finished generation; by file, a line for each of its lines that can't be used.

    `before` is the generation that vectors are taken over from.
    """
    problems: dict[str, list[str]] = {}
    asked: dict[str, set[int]] = {}  # sentences by question
    with closing(sqlite3.connect(generation / LIBRARY)) as library, library:
        places = _Places(library)
        known = frozenset(word for (word,) in library.execute("SELECT word FROM words"))
        for file, lines in said.items():
            missed = [line for line in lines if isinstance(line, str)]
            for line in lines:
                if isinstance(line, Line):
                    row = places.of(line.source, line.text)
                    if row is None:
                        missed.append(f"line {line.number}: no sentence of {line.source} is just {line.text[:80]!r}")
                        continue
                    for question in line.asked:
                        asked.setdefault(in_its_terms(question, known), set()).add(row)
            problems[file] = _told(file, missed)
        pairs = [(at, text, row) for at, (text, rows) in enumerate(asked.items()) for row in sorted(rows)]
        library.executemany("INSERT INTO wordings VALUES (?, ?, ?)", pairs)
    if asked:
        _save(generation, list(asked), encoder, before, progress)
    return problems


def _save(generation: Path, texts: Sequence[str], encoder: Embedder, before: Path | None, progress: Progress) -> None:
    """Writes the vectors of the texts; those that the generation before has are taken over."""
    found: dict[str, tuple[Vectors, Tokens]] = dict(_taken(before, frozenset(texts))) if before else {}
    new = [text for text in texts if text not in found]
    for batch in progress.track("Embedding wordings", batched(new), len(new)) if new else ():
        for text, one in zip(batch, encoder.encode_questions(batch), strict=True):
            found[text] = one.vector, as_kept(one.tokens)
    tokens, ends = flat([found[text][1] for text in texts], encoder.token_dim)
    vectors: tuple[NDArray[Any], ...] = np.stack([found[text][0] for text in texts]), tokens, ends
    for name, rows in zip(FILES, vectors, strict=True):
        np.save(generation / name, rows)


def _taken(before: Path, wanted: frozenset[str]) -> Iterator[tuple[str, tuple[Vectors, Tokens]]]:
    if not (before / FILES[0]).is_file():
        return
    kept = Wordings(before)
    with closing(open_library(before)) as library:
        for row, text in library.execute("SELECT DISTINCT wording, text FROM wordings"):
            if text in wanted:
                yield text, (kept.vectors[row], kept.tokens(row))


class _Places:
    """Where sentences stand in a finished library; of an article that another stands for, in that one."""

    def __init__(self, library: sqlite3.Connection) -> None:
        self._library = library
        self._units = cache(self._of_article)

    def of(self, source: str, text: str) -> int | None:
        """The row of the sentence, item or lead-in of an article that says just this; None where there is none."""
        return self._units(source).get(_plain(text))

    def _of_article(self, source: str) -> Mapping[str, int]:
        """Rows by text; where a passage is a twin, which is never found itself, the row in the one that is."""
        found = self._library.execute(
            'SELECT substr(d.text, s.start + 1, s."end" - s.start), s.row, s.passage IN (SELECT passage FROM twins)'
            " FROM documents d JOIN sentences s ON s.document = d.id WHERE d.source = ? OR d.row IN (SELECT k.kept"
            " FROM articles a JOIN articles k ON k.text_sha256 = a.text_sha256 AND k.kept IS NOT NULL"
            " WHERE a.source = ?) ORDER BY s.row DESC",
            [source, source],
        ).fetchall()
        rows = {_plain(text): int(row) for text, row, _ in found}
        for text, row in ((text, row) for text, row, is_twin in found if is_twin):
            (kept,) = self._library.execute(
                "SELECT min(o.row) FROM sentences s JOIN twins t ON t.passage = s.passage JOIN sentences o"
                " ON o.passage = t.kept JOIN documents d ON d.id = o.document"
                ' WHERE s.row = ? AND substr(d.text, o.start + 1, o."end" - o.start) = ?',
                [row, text],
            ).fetchone()
            rows[_plain(text)] = int(row if kept is None else kept)
        return rows


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _lines(path: Path, sources: Mapping[Path, str]) -> Iterator[Line | str]:
    """What the lines of a file say, or what is wrong with one."""
    try:
        if path.stat().st_size > LARGEST:
            yield f"it is larger than {LARGEST // 1_000_000} MB. Split it among folders"
            return
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = "not UTF-8" if isinstance(error, UnicodeDecodeError) else (error.strerror or str(error)).lower()
        yield f"it can't be read: {why}. Save it as UTF-8 and check that it may be read"
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield _line(number, line, path.parent, sources)


def _line(number: int, line: str, folder: Path, sources: Mapping[Path, str]) -> Line | str:
    try:
        said: Any = json.loads(line)
    except (ValueError, RecursionError):
        return f"line {number} is no valid JSON"
    said = said if isinstance(said, dict) else {}
    article, text, asked = (said.get(key) for key in ("article", "text", "asked"))
    if not (isinstance(article, str) and isinstance(text, str) and isinstance(asked, list)):
        return f'line {number} is not as {{"article": "pay.md", "text": "…", "asked": ["…"]}}'
    name, mark, record = article.partition("#")
    source = sources.get((folder / name).resolve())
    if source is None:
        return f"line {number}: no article {article} was read"
    questions = tuple(" ".join(one.split()) for one in asked if isinstance(one, str))
    wrong = next((one for one in questions if not one or len(one) > LONGEST), None)
    if wrong is not None or len(questions) != len(asked):
        return f"line {number}: a question in it is none, or longer than {LONGEST} characters"
    return Line(number, f"{source}{mark}{record}", text, questions)


def _told(file: str, missed: Sequence[str]) -> list[str]:
    more = len(missed) - NAMED
    return [f"{file}: {one}" for one in missed[:NAMED]] + [f"{file}: and {more} lines more"] * (more > 0)
