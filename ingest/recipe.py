"""What an index is made by: model, rules and program. Another recipe makes another index of the same articles."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from cmo_qa import reader
from cmo_qa.index import digest
from ingest import chunk, export, read, wordings
from ingest.companions import companions, given

# Modules that say, swap or watch; every other one decides what an article becomes.
ONLY_RUN = frozenset(
    """
    __init__ __main__ adapter ask build changes explain export progress recipe report reuse rows store tables walk watch
    write
    """.split()
)
READERS = """
    Babel charset-normalizer dateparser langcodes lxml lxml-html-clean markdown-it-py py3langid pypdfium2 python-docx
    PyYAML trafilatura
""".split()
COMPARED = {
    "program": "the program",
    "model": "the model",
    "chunker": "the chunker",
    "rules": "the rules that read and clean",
}


def recipe(model: export.Model) -> dict[str, Any]:
    """What the manifest says of how the index was made."""
    return {
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "program": version("cmo-qa"),
        "model": {
            "name": model.name,
            "sha256": model.digest,
            "adapter": model.adapter,
            "export": export.EXPORT_VERSION,
            "reader": _reader(),
        },
        "chunker": chunk.VERSION,
        "rules": _rules(),
    }


def other(manifest: Mapping[str, Any], about: Mapping[str, Any]) -> str:
    """What differs between how an index was made and how it would be made now; empty where nothing does."""
    named = [name for key, name in COMPARED.items() if manifest.get(key) != about[key]]
    return " and ".join(named)


@cache
def _reader() -> str:
    return digest(reader.MODEL)


@cache
def _rules() -> str:
    """A digest of the code that makes passages of files, and of the versions of the libraries that it reads with."""
    here = Path(__file__).parent
    paths = [path for path in sorted(here.glob("*.py")) if path.stem not in ONLY_RUN]
    paths.append(here.parent / "cmo_qa" / "text.py")
    held = hashlib.sha256()
    for path in paths:
        held.update(f"{path.name} {digest(path)}\n".encode())
    for name in READERS:
        held.update(f"{name} {_version(name)}\n".encode())
    return held.hexdigest()[:16]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


@dataclass(frozen=True, slots=True)
class Stock:
    """What is to be read, as it is now."""

    digests: dict[str, str | None]  # of every file and what is said of it beside it; None where it can't be read
    problems: tuple[str, ...]  # with what is beside the files
    wordings: tuple[read.Source, ...]  # files among them that hold no article, but other ways to ask


def stock(found: read.Found, roots: Sequence[Path]) -> Stock:
    """Takes stock of the files; `roots` are the folders among the sources."""
    held: dict[str, str | None] = {}
    problems: dict[str, None] = {}
    for source in found.sources:
        beside = given(source.path, roots)
        problems |= dict.fromkeys(beside.problems)
        own = _digest(source.path)
        sidecars = [_digest(path) for path in companions(source.path, roots) if path.name.startswith(source.path.name)]
        said = [beside.digest[:16], *(found[:16] for found in sidecars if found)]
        held[source.source] = " ".join(part for part in (own, *said) if part) if own else None
    asked = wordings.beside(found, roots)
    held |= {one.source: _digest(one.path) for one in asked}
    return Stock(held, tuple(problems), tuple(asked))


def _digest(path: Path) -> str | None:
    try:
        return digest(path)
    except OSError:
        return None
