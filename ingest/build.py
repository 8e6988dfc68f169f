"""The whole way from sources to a live index: read, clean, chunk, embed, write."""

from __future__ import annotations

import datetime
import errno
import hashlib
import re
import shutil
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cmo_qa.embed import OnnxEncoder
from cmo_qa.errors import CmoQaError, NothingToIndexError, SourceError
from cmo_qa.index import check_files, digest, generation_of, read_manifest
from cmo_qa.settings import Settings
from ingest import chunk, clean, export, read, write
from ingest.ask import answered
from ingest.embed import Part, embed
from ingest.progress import Progress

FRAME = 2  # tokens that the encoder puts around every text
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
# shutil, SQLite and faiss say it in words alone, numpy that it wrote less than it was given
SAYS_DISK_FULL = re.compile(r"no space left|disk is full|disk quota|\d+ requested and \d+ written", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did; `problems` has a line for each source that was left out, with the reason."""

    index: Path
    documents: int
    passages: int
    sentences: int
    seconds: float
    problems: tuple[str, ...]


def build(sources: Sequence[Path], folder: Path, settings: Settings, progress: Progress) -> Report:
    """Reads the sources and swaps a new index in at `folder`; the index before it stays until then, whole.

    Raises NothingToIndexError, SourceError, BusyError, ModelError.
    """
    began = time.monotonic()
    model = export.locate(settings.model)
    found = read.find(sources)
    if not found.sources:
        raise _nothing(sources, [f"{skipped.source}: {skipped.reason}" for skipped in found.skipped])
    with write.locked(folder):
        try:
            parts, problems = _build(found, model, folder, settings, progress)
        except (OSError, sqlite3.Error, RuntimeError) as error:
            plain = _plain(error, folder)
            if plain is None:
                raise
            raise plain from error
    if not parts:
        raise _nothing(sources, problems)
    passages = sum(len(part.passages) for part in parts)
    sentences = sum(len(part.units) for part in parts)
    return Report(folder, len(parts), passages, sentences, time.monotonic() - began, tuple(problems))


def _build(
    found: read.Found, model: export.Model, folder: Path, settings: Settings, progress: Progress
) -> tuple[list[Part], list[str]]:
    """Every part and a line for each problem; writes nothing where there is no part."""
    digests = _digests(found)  # before anything is read, so that a later change is seen as one
    encoder_folder = export.encoder_for(model, settings.cache, progress.say)
    encoder = OnnxEncoder(encoder_folder, settings.threads)
    parts, problems = _read_all(found, digests, encoder, progress)
    if not parts:
        return parts, problems
    about = {**_about(model), "sources": digests}
    with write.new_generation(folder, _name(parts, about)) as place:
        shutil.copytree(encoder_folder, place / "encoder")
        embedded = embed(parts, encoder, progress)
        progress.say("Writing the index")
        write.write(place, parts, embedded, about)
        write.add_questions(place, answered(place, parts, progress))
        write.write_manifest(place, parts, about)
    return parts, problems


def _read_all(
    found: read.Found, digests: Mapping[str, str | None], encoder: OnnxEncoder, progress: Progress
) -> tuple[list[Part], list[str]]:
    """Every readable article, and a line for each that is not or that is the same as one before."""
    parts: dict[str, Part] = {}
    problems = [f"{skipped.source}: {skipped.reason}" for skipped in found.skipped]
    batches = [[source] for source in found.sources]
    for (source,) in progress.track("Reading articles", batches, len(batches)):
        try:
            part = _read(source, digests[source.source] or "", encoder)
        except CmoQaError as error:
            problems.append(str(error).replace("\n", " "))
            continue
        if part.document.id in parts:
            first = parts[part.document.id].document.source
            problems.append(f"{source.source}: has the id {part.document.id}, as {first} has; the first one is kept")
        else:
            parts[part.document.id] = part
    return list(parts.values()), problems


def _read(source: read.Source, sha256: str, encoder: OnnxEncoder) -> Part:
    document = clean.clean(read.read(source.path, source.source))
    passages, units = chunk.chunk(document, encoder.count_tokens, encoder.max_tokens - FRAME)
    if not units:
        raise SourceError(f"{source.source}: nothing in it to quote")
    return Part(document, sha256, passages, units)


def _digests(found: read.Found) -> dict[str, str | None]:
    """sha256 of every file that was looked at, None where it can't be read."""
    return {source.source: _digest_or_none(source.path) for source in found.sources}


def _digest_or_none(path: Path) -> str | None:
    try:
        return digest(path)
    except OSError:
        return None


def _about(model: export.Model) -> dict[str, Any]:
    return {
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "program": version("cmo-qa"),
        "model": {"name": model.name, "sha256": model.digest, "export": export.EXPORT_VERSION},
        "chunker": chunk.VERSION,
    }


def _name(parts: Sequence[Part], about: dict[str, Any]) -> str:
    """A generation is named by its content."""
    content = [about["model"], about["chunker"], about["program"]]
    content += [(part.document.id, part.document.source, part.sha256) for part in parts]
    return hashlib.sha256(repr(content).encode()).hexdigest()[:12]


def is_current(sources: Sequence[Path], folder: Path, settings: Settings) -> bool:
    """Whether the index at `folder` is whole, of just these sources as they are, and made as it would be made now."""
    try:
        generation = generation_of(folder)
        manifest = read_manifest(generation)
        check_files(generation, manifest)
        now = _digests(read.find(sources))
        about = _about(export.locate(settings.model))
    except (CmoQaError, OSError):
        return False
    same = all(manifest.get(key) == about[key] for key in ("program", "model", "chunker"))
    return same and now == manifest.get("sources")


def _nothing(sources: Sequence[Path], problems: Sequence[str]) -> NothingToIndexError:
    names = ", ".join(map(str, sources))
    lines = [f"Nothing to index in {names}: no readable article (.md, .txt, .html).", *problems]
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
