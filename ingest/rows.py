"""Arrays that grow on the disk, a block of rows at a time, into the files that `numpy.save` would have written."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import DTypeLike, NDArray

AT_ONCE = 64 << 20  # bytes that are written in one go, so that copying from a file keeps little of it in memory


class Rows:
    """One `.npy` file being written; numpy leaves room in its header for a first axis that grows."""

    def __init__(self, path: Path, dtype: DTypeLike, *width: int) -> None:
        self._dtype = np.dtype(dtype)
        self._width = width
        self._file = path.open("wb")
        self.count = 0
        self._write_header()

    def append(self, rows: NDArray[Any]) -> None:
        """Adds rows, converted to the type of the file."""
        step = max(1, AT_ONCE // (self._dtype.itemsize * int(np.prod(self._width, dtype=np.int64))))
        for first in range(0, len(rows), step):
            piece = np.ascontiguousarray(rows[first : first + step], dtype=self._dtype)
            written = self._file.write(piece.data)
            if written != piece.nbytes:
                raise OSError(f"{piece.nbytes} requested and {written} written")
        self.count += len(rows)

    def close(self) -> None:
        """Puts the number of rows into the header."""
        self._file.seek(0)
        self._write_header()
        self._file.close()

    def abandon(self) -> None:
        """Lets the file go, unfinished; what was still to be written may find the disk full."""
        with suppress(OSError):
            self._file.close()

    def _write_header(self) -> None:
        npy.write_array_header_1_0(
            self._file,
            {"shape": (self.count, *self._width), "fortran_order": False, "descr": npy.dtype_to_descr(self._dtype)},
        )


class Ends:
    """Where each of many runs of rows ends, gathered as lengths."""

    def __init__(self) -> None:
        self._lengths: list[NDArray[np.int64]] = []

    def extend(self, ends: NDArray[np.int64]) -> None:
        """Takes over the runs that these ends (n + 1,) part, wherever they begin."""
        self._lengths.append(np.diff(ends))

    def save(self, path: Path) -> NDArray[np.int64]:
        ends = np.concatenate((np.zeros(1, dtype=np.int64), *self._lengths)).cumsum(dtype=np.int64)
        np.save(path, ends)
        return ends
