"""What differs between two generations, or between an index and its sources: article by article."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cmo_qa.errors import IndexMissingError, IndexUnusableError
from cmo_qa.index import generation_of, read_manifest
from cmo_qa.library import LIBRARY, open_library
from ingest.reuse import LISTED
from ingest.tables import Listed
from ingest.write import generation_beside


@dataclass(frozen=True, slots=True)
class Changes:
    """Sources of articles that are new, changed or gone, and how many stayed as they were."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.removed)

    @property
    def line(self) -> str:
        """The four counts."""
        counts = len(self.new), len(self.changed), len(self.removed), self.unchanged
        return "{} new, {} changed, {} removed, {} unchanged".format(*counts)


def of_articles(before: Iterable[Listed], after: Iterable[Listed]) -> Changes:
    """An article is the same one by its id, else by its source."""
    old, new = ({one.id: one for one in listed if one.kept is not None} for listed in (before, after))
    both = old.keys() & new.keys()
    changed = [new[name].source for name in new if name in both and _record(new[name]) != _record(old[name])]
    gone = {old[name].source: name for name in old if name not in both}
    added: list[str] = []
    for name, one in new.items():
        if name not in both:
            (changed if gone.pop(one.source, None) else added).append(one.source)
    unchanged = sum(_record(new[name]) == _record(old[name]) for name in both)
    return Changes(tuple(added), tuple(changed), tuple(gone), unchanged)


def _record(one: Listed) -> str:
    return one.record_sha256


def of_files(before: Mapping[str, str | None], now: Mapping[str, str | None]) -> Changes:
    """The same of files by their digests; one that can't be read counts as changed."""
    changed = tuple(name for name in now if name in before and (now[name] is None or now[name] != before[name]))
    new = tuple(name for name in now if name not in before)
    removed = tuple(name for name in before if name not in now)
    return Changes(new, changed, removed, len(now) - len(new) - len(changed))


@dataclass(frozen=True, slots=True)
class Difference:
    """Two generations, when each was made, and what the second changed."""

    before: str
    after: str
    changes: Changes


def last(folder: Path) -> Difference:
    """What the live generation changed against the one before; after a roll-back, against the one it replaced.

    Raises IndexMissingError, IndexUnusableError.
    """
    live = generation_of(folder)
    earlier = generation_beside(folder, live)
    if earlier is None:
        raise IndexMissingError(f"There is no generation before the live one in {folder}/ to compare with.")
    return Difference(_created(earlier), _created(live), of_articles(articles(earlier), articles(live)))


def _created(generation: Path) -> str:
    return str(read_manifest(generation).get("created", "unknown"))


def articles(generation: Path) -> Sequence[Listed]:
    """What was found in the files that a generation was made of. Raises IndexUnusableError."""
    try:
        library = open_library(generation)
        try:
            return [Listed(*row) for row in library.execute(LISTED)]
        finally:
            library.close()
    except sqlite3.Error as error:
        raise IndexUnusableError(f"{(generation / LIBRARY).absolute()} can't be read: {error}.") from error


def listed(changes: Changes) -> list[str]:
    """A line for each change."""
    signs = ("+", changes.new), ("~", changes.changed), ("-", changes.removed)
    return [f"{sign} {source}" for sign, sources in signs for source in sources]
