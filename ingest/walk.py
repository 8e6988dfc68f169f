"""From files to what becomes of each article: taken over as it was, embedded anew, or another one stands for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cmo_qa.errors import CmoQaError, SourceError
from cmo_qa.types import Document
from ingest import chunk, clean, read
from ingest.companions import given
from ingest.embed import Part
from ingest.metadata import Known
from ingest.reuse import Before, Taken, content_digest, record_digest, text_digest
from ingest.tables import Listed

CLASH = "has the id"


@dataclass(slots=True)
class Walk:
    """One pass over the files, in order; what it found stands in it afterwards."""

    before: Before | None
    cut: Callable[[Document, str], Part]
    roots: Sequence[Path] = ()  # folders that were given as sources
    articles: list[Listed] = field(default_factory=list)
    files: list[tuple[str, str | None, list[str]]] = field(default_factory=list)
    kept: int = 0
    _ids: dict[str, str] = field(default_factory=dict)  # of an article that is kept → its source
    _texts: dict[str, str] = field(default_factory=dict)  # digest of a text → source of the article that is kept

    def file(self, source: read.Source, sha256: str | None) -> Iterator[Part | Taken]:
        """What the index is to hold of one file, in order."""
        known = self.before.listed(source.source, sha256) if self.before else None
        if known is not None and self._stands(known[0]):
            yield from self._as_before(*known, source.source, sha256)
        else:
            yield from self._read(source, sha256)

    @property
    def problems(self) -> list[str]:
        """A line for each file or article that was left out."""
        return [problem for _, _, problems in self.files for problem in problems]

    def _stands(self, listed: Sequence[Listed]) -> bool:
        """Whether all that the index before has no rows for is still stood for by others."""
        ids, texts = set(self._ids), set(self._texts)
        for one in listed:
            if one.kept is None and one.text_sha256 not in texts and one.id not in ids:
                return False
            ids.add(one.id)
            texts.add(one.text_sha256)
        return True

    def _as_before(
        self, listed: Sequence[Listed], problems: Sequence[str], file: str, sha256: str | None
    ) -> Iterator[Taken]:
        found = [problem for problem in problems if CLASH not in problem]
        for one in listed:
            if one.text_sha256 in self._texts:
                self.articles.append(replace(one, kept=None))
            elif one.id in self._ids:
                found.append(self._clash(one.id, one.source))
                self.articles.append(replace(one, kept=None))
            elif one.kept is not None:
                self._keep(one)
                yield Taken(one.kept)
        self.files.append((file, sha256, found))

    def _read(self, source: read.Source, sha256: str | None) -> Iterator[Part | Taken]:
        problems: list[str] = []
        self.files.append((source.source, sha256, problems))
        for cleaned in _articles(source, self.roots, problems):
            try:
                part = self._new(cleaned.document, _listed(source.source, cleaned), sha256 or "", problems)
            except CmoQaError as error:
                problems.append(_line(error))
                continue
            if part is not None:
                yield part

    def _new(self, document: Document, listed: Listed, sha256: str, problems: list[str]) -> Part | Taken | None:
        """An article that was read: the same as one before, or cut anew; None where another stands for it."""
        if listed.text_sha256 in self._texts:
            self.articles.append(listed)
            return None
        if listed.id in self._ids:
            problems.append(self._clash(listed.id, listed.source))
            self.articles.append(listed)
            return None
        row = self.before.row_of(listed.id, listed.content_sha256) if self.before else None
        found = Taken(row, document, sha256) if row is not None else self.cut(document, sha256)
        self._keep(listed)
        return found

    def _keep(self, one: Listed) -> None:
        self.articles.append(replace(one, kept=self.kept))
        self._ids[one.id] = one.source
        self._texts[one.text_sha256] = one.source
        self.kept += 1

    def _clash(self, document_id: str, source: str) -> str:
        return f"{source}: {CLASH} {document_id}, as {self._ids[document_id]} has; the first one is kept"


def cut(document: Document, sha256: str, count_tokens: chunk.CountTokens, limit: int) -> Part:
    """The article in passages and sentences. Raises SourceError where nothing in it can be quoted."""
    passages, units = chunk.chunk(document, count_tokens, limit)
    if not units:
        raise SourceError(f"{document.source}: nothing in it to quote")
    return Part(document, sha256, passages, units)


def _articles(source: read.Source, roots: Sequence[Path], problems: list[str]) -> Iterator[clean.Cleaned]:
    """The articles of a file, cleaned; a line in `problems` for each that can't be read or was not as it should be."""
    known = given(source.path, roots).known
    try:
        for raw in read.articles(source):
            if isinstance(raw, read.Skipped):
                problems.append(f"{raw.source}: {raw.reason}")
                continue
            cleaned = _cleaned(raw, known, problems)
            if cleaned:
                yield cleaned
    except CmoQaError as error:
        problems.append(_line(error))


def _cleaned(raw: read.Raw, known: Known, problems: list[str]) -> clean.Cleaned | None:
    try:
        cleaned = clean.explain(raw, known)
    except CmoQaError as error:
        problems.append(_line(error))
        return None
    problems += [f"{raw.source}: {warning}" for warning in cleaned.warnings]
    return cleaned


def _line(error: CmoQaError) -> str:
    """`PATH: reason`, as every other problem is said."""
    return str(error).replace("\n", " ").removeprefix("Can't read ")


def _listed(file: str, cleaned: clean.Cleaned) -> Listed:
    document = cleaned.document
    digests = text_digest(document), content_digest(document), record_digest(document)
    return Listed(
        file, document.id, document.title, document.source, document.url, *digests, len(cleaned.dropped), kept=None
    )
