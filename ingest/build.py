"""The whole way from sources to a live index: read, clean, chunk, embed, write; what is as it was is taken over."""

from __future__ import annotations

import errno
import hashlib
import re
import shutil
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from cmo_qa import reader
from cmo_qa.embed import OnnxEncoder
from cmo_qa.errors import CmoQaError, NothingToIndexError, SourceError
from cmo_qa.index import check_files, generation_of, read_manifest
from cmo_qa.library import LIBRARY
from cmo_qa.settings import Settings
from ingest import changes, export, read, tables, wordings, write
from ingest.ask import DRIFT, asked
from ingest.embed import Part, embed
from ingest.progress import Portion, Progress
from ingest.recipe import COMPARED, other, recipe, stock
from ingest.report import Report, counted, many
from ingest.reuse import Before, Taken, before
from ingest.store import Store, sliced
from ingest.tables import Listed
from ingest.walk import Walk, cut

FRAME = 2  # tokens that the encoder puts around every text
EMBEDDED_AT_ONCE = 1024  # passages, so that memory stays bounded however many articles there are
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
# shutil, SQLite and faiss say it in words alone, numpy that it wrote less than it was given
SAYS_DISK_FULL = re.compile(r"no space left|disk is full|disk quota|\d+ requested and \d+ written", re.IGNORECASE)


def build(
    sources: Sequence[Path], folder: Path, settings: Settings, progress: Progress, *, full: bool = False
) -> Report:
    """Reads the sources and swaps a new index in at `folder`; the index before it stays until then, whole.

    What is as it was in the index before is taken over, unless it is to be made in `full`.
    Raises NothingToIndexError, SourceError, BusyError, ModelError.
    """
    began = time.monotonic()
    model = export.locate(settings.model)
    found = read.find(sources)
    if not found.sources:
        raise _nothing(sources, _skipped(found))
    with write.locked(folder):
        try:
            report = _Run(sources, found, folder, recipe(model), progress).report(model, settings, full=full)
        except (OSError, sqlite3.Error, RuntimeError) as error:
            plain = _plain(error, folder)
            if plain is None:
                raise
            raise plain from error
    return replace(report, seconds=time.monotonic() - began)


class _Run:
    """One run, from the files that were found to the report."""

    def __init__(
        self, sources: Sequence[Path], found: read.Found, folder: Path, about: dict[str, Any], progress: Progress
    ) -> None:
        self._sources = sources
        self._found = found
        self._folder = folder
        self._progress = progress
        self._roots = _roots(sources)
        self._stock = stock(found, self._roots)  # before anything is read, so that a later change is seen as one
        self._digests = self._stock.digests
        live = _live(folder)
        self._earlier = _articles(live)
        self._about = {**about, "before": live.name if live else None, "sources": self._digests}

    def report(self, model: export.Model, settings: Settings, *, full: bool) -> Report:
        """Makes the next generation, unless the live one is just as it would be."""
        earlier, why = (None, "it was asked for") if full else before(self._folder, self._about)
        if why:
            self._progress.say(f"Everything is read and embedded again: {why}.")
        if earlier and earlier.files == self._digests and None not in self._digests.values():
            write.remove_leftovers(self._folder)
            return self._reported(earlier.articles, earlier.problems, why, swapped=False)
        files = changes.of_files(earlier.files if earlier else {}, self._digests)
        self._progress.say(f"Files: {files.line}")
        walk = self._made(earlier, model, settings)
        return self._reported(walk.articles, walk.problems, why, swapped=True)

    def _made(self, earlier: Before | None, model: export.Model, settings: Settings) -> Walk:
        """Writes the next generation and swaps it in; what was found in the files."""
        encoder_folder = export.encoder_for(model, settings.cache, self._progress.say)
        encoder = OnnxEncoder(encoder_folder, settings.threads)
        cuts = partial(cut, count_tokens=encoder.count_tokens, limit=encoder.max_tokens - FRAME)
        walk = Walk(earlier, cuts, self._roots)
        name = partial(_name, walk, self._about, [self._digests[one.source] for one in self._stock.wordings])
        with write.new_generation(self._folder, name) as place:
            shutil.copytree(encoder_folder, place / "encoder")
            export.put_reader(place / reader.FOLDER)
            store = Store(place, earlier)
            self._write(store, walk, encoder)
            self._put_wordings(place, earlier, walk, encoder)
            written = write.write_manifest(place, self._about)
            self._ask(place, earlier, store)
            write.write_manifest(place, self._about, {name: written[name] for name in written if name != LIBRARY})
        return walk

    def _put_wordings(self, place: Path, earlier: Before | None, walk: Walk, encoder: OnnxEncoder) -> None:
        said = wordings.read(self._stock.wordings, self._found)
        taken_from = earlier.library.parent if earlier else None
        problems = wordings.put(place, said, encoder, taken_from, self._progress)
        files = [(file, self._digests[file], found) for file, found in problems.items()]
        tables.add_files(place / LIBRARY, files)
        walk.files += files

    def _ask(self, place: Path, earlier: Before | None, store: Store) -> None:
        """Asks the articles' own questions; what was asked of a library hardly different stands."""
        known: Mapping[tuple[str, str], bool] = {}
        self._about["asked_since"] = 0
        if earlier:
            since = earlier.asked_since + store.passages + earlier.passages - 2 * store.taken
            if since <= DRIFT * store.passages:
                self._about["asked_since"] = since
                known = tables.outcomes(place / LIBRARY, earlier.library)
        tables.add_asked(place / LIBRARY, asked(place, known, self._progress))

    def _write(self, store: Store, walk: Walk, encoder: OnnxEncoder) -> None:
        try:
            self._fill(store, walk, encoder)
            self._refuse_nothing(walk)
            self._progress.say("Writing the index")
            store.tables.put_files(walk.files, walk.articles)
            store.finish(encoder.vocabulary_size)
        except BaseException:
            store.abandon()
            raise

    def _refuse_nothing(self, walk: Walk) -> None:
        if not walk.kept:
            raise _nothing(self._sources, [*_skipped(self._found), *self._stock.problems, *walk.problems])

    def _fill(self, store: Store, walk: Walk, encoder: OnnxEncoder) -> None:
        """Reads every file that is to be read, and embeds what is new a portion at a time."""
        held = _Held(store, encoder)
        sizes = [_size(source.path) for source in self._found.sources]
        with self._progress.stage("Reading and embedding", sum(sizes)) as advance:
            waiting = 0
            for source, size in zip(self._found.sources, sizes, strict=True):
                for one in walk.file(source, self._digests[source.source]):
                    held.add(one)
                    if held.passages >= EMBEDDED_AT_ONCE:
                        held.put(Portion(advance, waiting, steps=1))
                        waiting = 0
                waiting += size
            held.put(Portion(advance, waiting, steps=1))
        taken = f", {held.taken} taken over" if held.taken else ""
        self._progress.say(f"Reading and embedding: {many(walk.kept - held.taken, 'article')}{taken}")

    def _reported(self, now: Sequence[Listed], problems: Sequence[str], why: str, *, swapped: bool) -> Report:
        generation = generation_of(self._folder)
        counts = write.counts(generation / LIBRARY)
        return Report(
            index=self._folder,
            documents=counts["documents"],
            passages=counts["passages"],
            sentences=counts["sentences"],
            problems=(*_skipped(self._found), *self._stock.problems, *problems),
            changes=changes.of_articles(self._earlier, now),
            rebuilt=why,
            swapped=swapped,
            **counted(generation),
        )


class _Held:
    """What waits to be written, in order: articles to be embedded, and between them articles to be taken over."""

    def __init__(self, store: Store, encoder: OnnxEncoder) -> None:
        self._store = store
        self._encoder = encoder
        self._waiting: list[Part | Taken] = []
        self.passages = 0  # that wait to be embedded
        self.taken = 0

    def add(self, one: Part | Taken) -> None:
        self._waiting.append(one)
        if isinstance(one, Part):
            self.passages += len(one.passages)
        else:
            self.taken += 1

    def put(self, progress: Portion) -> None:
        """Embeds what is to be embedded and writes all that waits."""
        parts = [one for one in self._waiting if isinstance(one, Part)]
        embedded = embed(parts, self._encoder, progress) if parts else None
        first = 0
        for is_part, group in groupby(self._waiting, lambda one: isinstance(one, Part)):
            if is_part and embedded:
                some = [one for one in group if isinstance(one, Part)]
                last = first + sum(len(part.passages) for part in some)
                self._store.add(some, sliced(embedded, range(first, last)))
                first = last
            else:
                self._store.take([one for one in group if isinstance(one, Taken)])
        self._waiting.clear()
        self.passages = 0
        progress.end()


def _live(folder: Path) -> Path | None:
    try:
        return generation_of(folder)
    except CmoQaError:
        return None


def _articles(live: Path | None) -> Sequence[Listed]:
    """What the live generation was made of; nothing where it can't say."""
    try:
        return changes.articles(live) if live else ()
    except CmoQaError:
        return ()


def _roots(sources: Sequence[Path]) -> list[Path]:
    return [path for path in sources if path.is_dir()]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _skipped(found: read.Found) -> list[str]:
    return [f"{skipped.source}: {skipped.reason}" for skipped in found.skipped]


def _name(walk: Walk, about: Mapping[str, Any], asked: Sequence[str | None]) -> str:
    """A generation is named by its content: how it is made, its articles, and the digests of its wordings."""
    content: list[Any] = [*(about[key] for key in COMPARED), *asked]
    content += [(one.id, one.source, one.record_sha256, one.kept) for one in walk.articles]
    return hashlib.sha256(repr(content).encode()).hexdigest()[:12]


def is_current(sources: Sequence[Path], folder: Path, settings: Settings) -> bool:
    """Whether the index at `folder` is whole, of just these sources as they are, and made as it would be made now."""
    try:
        generation = generation_of(folder)
        manifest = read_manifest(generation)
        check_files(generation, manifest)
        now = stock(read.find(sources), _roots(sources)).digests
        differs = other(manifest, recipe(export.locate(settings.model)))
    except (CmoQaError, OSError):
        return False
    return not differs and now == manifest.get("sources")


def would_change(sources: Sequence[Path], folder: Path, settings: Settings) -> tuple[changes.Changes, str, list[str]]:
    """What a run would change, file by file, why it would read everything again, and what it would pass over.

    Writes nothing. Raises SourceError, ModelError.
    """
    about = recipe(export.locate(settings.model))
    found = read.find(sources)
    live = _live(folder)
    manifest: Mapping[str, Any] = {}
    why = ""
    try:
        manifest = read_manifest(live) if live else {}
        differs = other(manifest, about) if live else ""
        why = f"{differs} changed" if differs else ""
    except CmoQaError as error:
        why = str(error).partition("\n")[0]
    now = stock(found, _roots(sources))
    return changes.of_files(manifest.get("sources", {}), now.digests), why, [*_skipped(found), *now.problems]


def _nothing(sources: Sequence[Path], problems: Sequence[str]) -> NothingToIndexError:
    names = ", ".join(map(str, sources))
    lines = [f"Nothing to index in {names}: no readable article ({read.READABLE}).", *problems]
    return NothingToIndexError(
        "\n".join([*lines, "Name a file or folder of articles: python -m ingest FOLDER --index DIR"])
    )


def _plain(error: OSError | sqlite3.Error | RuntimeError, folder: Path) -> CmoQaError | None:
    """The error as a person can put it right; None where it is the program's own."""
    if getattr(error, "errno", None) in DISK_FULL or SAYS_DISK_FULL.search(str(error)):
        what = "The disk is full. Free some space, then run this again."
    elif isinstance(error, OSError):
        what = f"{error.strerror or error}: {error.filename or folder}"
    else:
        return None
    return SourceError(f"The index at {folder}/ was not changed. {what}")
