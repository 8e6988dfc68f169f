"""The SQLite file of an index, opened to be read: a finished one is never written again."""

from __future__ import annotations

import sqlite3
from pathlib import Path

LIBRARY = "library.sqlite"


def address(library: Path) -> str:
    """The file's address for SQLite, by which it neither writes to it nor looks for another's writing."""
    return f"{library.absolute().as_uri()}?mode=ro&immutable=1"


def open_library(generation: Path) -> sqlite3.Connection:
    """The library of one generation, for any thread that takes its turn. Raises sqlite3.Error, soon or when asked."""
    return sqlite3.connect(address(generation / LIBRARY), uri=True, check_same_thread=False)
