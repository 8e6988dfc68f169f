"""The index folder, written: a new generation beside the live one, swapped in with one rename."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from cmo_qa.errors import BusyError, IndexMissingError, SourceError
from cmo_qa.index import CURRENT, FORMAT, check_files, digest, generation_of, read_manifest
from cmo_qa.wordings import FILES
from ingest.embed import Embedded, Part
from ingest.store import Store

GENERATIONS = "generations"
NEXT = ".current.next"  # leads to a generation until it goes live: whoever finds it knows of one that never did
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
    "token_ids.npy",
    "token_id_ends.npy",
    "sketches.npy",
    *FILES,
    "lexical",
    "encoder",
    "reader",
)


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
def new_generation(folder: Path, name: str | Callable[[], str]) -> Iterator[Path]:
    """A folder to write the next generation in; swapped in if the block ends well, removed if it doesn't.

    A name that is only known when all is written is given as a function, asked then. What an earlier, killed run left
    is removed first; the generation before stays, for readers that have it open.
    """
    generations = folder / GENERATIONS
    generations.mkdir(exist_ok=True)
    remove_leftovers(folder)
    before = (folder / CURRENT).resolve()
    building = generations / f".{name if isinstance(name, str) else 'next'}.building"
    building.mkdir()
    try:
        yield building
        _sync(building)
        _swap(folder, building, _free_name(generations, name if isinstance(name, str) else name()))
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
    _link(folder / NEXT, Path(GENERATIONS) / generation.name)
    _flush(folder)
    building.rename(generation)
    _flush(generation.parent)
    _put(folder / NEXT, folder / CURRENT)
    _show(folder)


def _show(folder: Path) -> None:
    """Shows every part of the live generation beside `current`, and no part that it hasn't."""
    for name in SHOWN:
        link = folder / name
        there = (folder / CURRENT / name).exists()
        if there and not link.is_symlink():
            _point(link, Path(CURRENT) / name)
        elif not there and link.is_symlink():
            link.unlink()
    _flush(folder)


def _point(link: Path, target: Path) -> None:
    """Makes `link` lead to `target`, in one step even where it led elsewhere."""
    fresh = link.with_name(f".{link.name}.new")
    _link(fresh, target)
    _put(fresh, link)


def _link(link: Path, target: Path) -> None:
    link.unlink(missing_ok=True)
    link.symlink_to(target)


def _put(fresh: Path, link: Path) -> None:
    """Gives the link `fresh` the name of `link`.

    Where an index folder was copied with its links followed, `link` is a folder, which no rename replaces: it is put
    aside first. Who opens the index in between finds it whole under the names beside `current`.
    """
    aside = link.with_name(f".{link.name}.old")
    if link.is_dir() and not link.is_symlink():
        link.rename(aside)
    fresh.replace(link)
    shutil.rmtree(aside, ignore_errors=True)


def remove_leftovers(folder: Path) -> None:
    """Removes what a killed run left; only for who holds the lock."""
    unborn = _unborn(folder)
    for leftover in [
        *(folder / GENERATIONS).glob(".*.building"),
        *folder.glob(".*.old"),
        *([unborn] if unborn else []),
    ]:
        shutil.rmtree(leftover, ignore_errors=True)
    for leftover in [*folder.glob(".*.new"), *folder.glob(NEXT)]:
        leftover.unlink()


def _unborn(folder: Path) -> Path | None:
    """The generation of a run that was killed between naming it and making it live."""
    if not (folder / NEXT).is_symlink():
        return None
    place = (folder / NEXT).resolve()
    return place if place != (folder / CURRENT).resolve() else None


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


def roll_back(folder: Path) -> Path:
    """Makes the generation before the live one live again, in one step; the one that was live stays beside it.

    Raises IndexMissingError, IndexUnusableError where there is none that is whole.
    """
    live = generation_of(folder)
    earlier = generation_beside(folder, live)
    if earlier is None:
        raise IndexMissingError(f"There is no generation before the live one in {folder}/.\nNothing was changed.")
    check_files(earlier, read_manifest(earlier), whole=True)
    _point(folder / CURRENT, Path(GENERATIONS) / earlier.name)
    _show(folder)
    return earlier


def generation_beside(folder: Path, live: Path) -> Path | None:
    """The other generation that is kept: the one before, or after `roll_back` the one it replaced."""
    generations = folder / GENERATIONS
    if not generations.is_dir():
        return None
    before = {live.name: _before(live)}
    passed_over = {live, _unborn(folder)}
    for place in generations.iterdir():
        whole = not place.name.startswith(".") and (place / "manifest.json").is_file()
        if whole and place.resolve() not in passed_over:
            before[place.name] = _before(place)
    others = sorted(set(before) - {live.name}, key=lambda name: (name != before[live.name], before[name] != live.name))
    return generations / others[0] if others else None


def _before(generation: Path) -> str:
    """The name of the generation that this one followed, empty where it isn't known."""
    try:
        return str(json.loads((generation / "manifest.json").read_text(encoding="utf-8")).get("before") or "")
    except (OSError, ValueError, AttributeError):
        return ""


def write(folder: Path, parts: Sequence[Part], embedded: Embedded, about: Mapping[str, Any]) -> None:
    """Writes one whole generation but its `encoder/`, which must be there already; the manifest comes last."""
    store = Store(folder)
    store.add(parts, embedded)
    store.finish()
    write_manifest(folder, about)


def write_manifest(folder: Path, about: Mapping[str, Any], known: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Writes `manifest.json`, with the digest of every other file but those that are `known`; gives all digests."""
    manifest_path = folder / "manifest.json"
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path != manifest_path)
    names = {path.relative_to(folder).as_posix(): path for path in paths}
    files = {name: (known or {}).get(name) or _described(path) for name, path in names.items()}
    manifest = {"format": FORMAT, **about, "counts": counts(folder / "library.sqlite"), "files": files}
    manifest_path.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return files


def _described(path: Path) -> dict[str, Any]:
    return {"bytes": path.stat().st_size, "sha256": digest(path)}


def counts(library: Path) -> dict[str, int]:
    """Documents, passages and sentences of an index."""
    opened = sqlite3.connect(library)
    try:
        return {
            name: int(opened.execute(f"SELECT count(*) FROM {name}").fetchone()[0])  # noqa: S608 names of ours
            for name in ("documents", "passages", "sentences")
        }
    finally:
        opened.close()
