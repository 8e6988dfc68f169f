"""Files that say something of an article and are none: a sidecar beside it, a table for the whole folder.

`page.html.yaml`, `page.html.yml` or `page.html.json` is about `page.html`. `metadata.csv`, `.yaml`, `.yml` or `.json`
is about files in its folder and below, named by their path from there; `*` is about all of them.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from ingest.metadata import NOTHING, Known, known, merged

SIDECARS = (".yaml", ".yml", ".json")
TABLES = ("metadata.csv", "metadata.yaml", "metadata.yml", "metadata.json")
WORDINGS = "wordings.jsonl"  # of a folder: how else people ask; read by `ingest.wordings`
EVERY = "*"  # the row about all files of the folder
_FILE_COLUMNS = ("file", "filename", "path")
_LARGEST = 10_000_000  # bytes
_LARGEST_YAML = 1_000_000  # PyYAML reads about as much a second
_MANY = (".jsonl", ".ndjson", ".csv", ".tsv")  # files of several articles
_OF_ONE = frozenset({"title", "id", "url", "summary", "columns", "format"})  # says nothing of all articles in a file
_DEEPEST = 100  # brackets in brackets

Rows = Mapping[str, Mapping[str, Any]]


class UnusableError(ValueError):
    """A companion that can't be read; the message says why and what to do, less where."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the companions of an article say of it, and a line for each that could not be used."""

    known: Known = NOTHING
    problems: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Changes where what is said of this article changes, and not with another row of the same table."""
        said = {key: one.value for key, one in sorted(self.known.values.items())}
        return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest() if said else ""


def is_companion(path: Path) -> bool:
    """Whether a file is about others: a table by its name, a sidecar by the file beside it."""
    if path.name.lower() in (*TABLES, WORDINGS):
        return True
    return path.suffix.lower() in SIDECARS and "." in path.stem and path.with_name(path.stem).is_file()


def companions(path: Path, roots: Sequence[Path] = ()) -> list[Path]:
    """The files that are about an article, the strongest first: its sidecars, then the tables from its folder upwards.

    Tables above the article's own folder count up to the root that it was found under. Links are not followed.
    """
    beside = [path.with_name(path.name + suffix) for suffix in SIDECARS]
    tables = [folder / name for folder in folders_of(path.parent, roots) for name in TABLES]
    return [one for one in (*beside, *tables) if one.is_file() and not one.is_symlink()]


def given(path: Path, roots: Sequence[Path] = ()) -> Given:
    """What its companions say of an article; one that can't be used is a problem, and the others count."""
    found: list[Known] = []
    problems: list[str] = []
    for companion in companions(path, roots):
        try:
            found += _said(companion, path)
        except UnusableError as error:
            problems.append(f"Can't use {companion.as_posix()}: {error}.")
    return Given(merged(found), tuple(problems))


def folders_of(folder: Path, roots: Sequence[Path]) -> Iterator[Path]:
    """A folder, and those above it up to the outermost root that it is under."""
    yield folder
    above = [root for root in roots if folder != root and folder.is_relative_to(root)]
    if above:
        root = min(above, key=lambda one: len(one.parts))
        yield from (parent for parent in folder.parents if parent == root or parent.is_relative_to(root))


def _said(companion: Path, path: Path) -> Iterator[Known]:
    origin = companion.as_posix()
    rows = _rows(companion, _stamp(companion))
    if companion.name.lower() not in TABLES:
        said = rows[""]
        if path.suffix.lower() in _MANY:
            said = {key: value for key, value in said.items() if key.strip().casefold() not in _OF_ONE}
        yield known(said, origin)
        return
    for name in (path.relative_to(companion.parent).as_posix(), EVERY):
        if name in rows:
            yield known(rows[name], f"{origin}, row {name}")


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError as error:
        raise UnusableError(f"{error.strerror or error}. Check that it may be read") from error
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=64)
def _rows(companion: Path, stamp: tuple[int, int]) -> Rows:
    """What a companion says, by file; a sidecar names none. Tables are read once as long as they stay as they are."""
    most = _LARGEST_YAML if companion.suffix.lower() in {".yaml", ".yml"} else _LARGEST
    if stamp[1] > most:
        raise UnusableError(f"it is larger than {most // 1_000_000} MB. Split it, or use a table in CSV")
    try:
        text = companion.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UnusableError(f"{error.strerror or error}. Check that it may be read") from error
    except UnicodeDecodeError as error:
        raise UnusableError(f"it is not UTF-8 at byte {error.start}. Save it as UTF-8") from error
    if companion.suffix.lower() == ".csv":
        return dict(_csv_rows(text))
    loaded = load(text) if companion.suffix.lower() != ".json" else _json(text)
    return dict(_table(loaded)) if companion.name.lower() in TABLES else {"": _mapping(loaded)}


def load(text: str) -> Any:
    """YAML as plain values; an `UnusableError` says where it is none."""
    if _nesting(text) > _DEEPEST:
        raise UnusableError("its brackets are nested too deeply. Remove some")
    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "see its first lines"
        raise UnusableError(f"it is not valid YAML ({where}). Put it right, or remove it") from error
    except (ValueError, RecursionError) as error:  # of a date such as 2024-02-31; of a thousand levels of indent
        raise UnusableError(f"it is not valid YAML ({error}). Put it right, or remove it") from error


def _nesting(text: str) -> int:
    """How deep brackets are nested at most, which YAML's readers pay for with the square of it."""
    depth = deepest = 0
    for char in text:
        if char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth = max(depth - 1, 0)
    return deepest


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "nested too deeply"
        raise UnusableError(f"it is not valid JSON ({where}). Put it right, or remove it") from error


def _mapping(loaded: Any) -> Mapping[str, Any]:
    if not isinstance(loaded, Mapping):
        raise UnusableError("it has no `key: value` lines, such as `author: Jane Roe`. Put it right, or remove it")
    return {str(key): value for key, value in loaded.items()}


def _table(loaded: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """A table as `file: {key: value}`, or as a list of `{file: …, key: value}`."""
    if isinstance(loaded, Mapping):
        for name, said in loaded.items():
            if isinstance(said, Mapping):
                yield _file(str(name)), _mapping(said)
        return
    if not isinstance(loaded, Sequence) or isinstance(loaded, str):
        raise UnusableError("it names no files. Give `page.html:` and its `key: value` lines beneath")
    for said in loaded:
        row = _mapping(said)
        column = next((name for name in row if name.strip().casefold() in _FILE_COLUMNS), None)
        if column is None:
            raise UnusableError("a row of it has no `file`. Name the file that each row is about")
        yield _file(str(row[column])), {key: value for key, value in row.items() if key != column}


def _csv_rows(text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """A header with a column `file`, a row a file; an empty cell says nothing."""
    header = text.partition("\n")[0]
    mark = max(",;\t", key=header.count)
    try:
        for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=mark):
            said = {str(name).strip(): cell for name, cell in row.items() if isinstance(cell, str) and cell.strip()}
            column = next((name for name in said if name.casefold() in _FILE_COLUMNS), None)
            if column is not None:
                yield _file(said.pop(column)), said
            elif not any(name.strip().casefold() in _FILE_COLUMNS for name in row if name):
                raise UnusableError("its first line has no column `file`. Name the file that each row is about")
    except csv.Error as error:
        raise UnusableError(f"it is not valid CSV ({error}). Save it again") from error


def _file(name: str) -> str:
    return name.strip().replace("\\", "/").removeprefix("./")
