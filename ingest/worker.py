"""A process of its own for formats that a hostile file could hang or crash: bounded in time and memory."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import selectors
import struct
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from ingest.pieces import Dropped, Parsed, Piece, UnparsableError

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 60  # for one file
MEGABYTES = 2000  # of memory for one file
_LARGEST_REPLY = 400_000_000  # bytes
_SLOW = "reading it takes longer than {seconds} s. Save it anew, or split it"
_CRASHED = "reading it breaks the reader, or needs more than 2 GB of memory. Save it anew, or split it"


class Worker:
    """Reads one file after another in a process that is started once, and anew after a file that it failed at."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def parse(self, kind: str, data: bytes) -> Parsed:
        """The pieces of a file; an `UnparsableError` says why there are none."""
        with self._lock:
            try:
                reply = self._asked(kind, data)
            except BaseException:
                self._stop()
                raise
        if "error" in reply:
            raise UnparsableError(reply["error"])
        return _parsed(reply)

    def close(self) -> None:
        """Ends the process."""
        with self._lock:
            self._stop()

    def _asked(self, kind: str, data: bytes) -> dict[str, Any]:
        process = self._started()
        if process.stdin is None or process.stdout is None:
            raise UnparsableError(_CRASHED)
        end = time.monotonic() + self._seconds
        try:
            name = kind.encode()
            process.stdin.write(struct.pack(">II", len(name), len(data)) + name)
            process.stdin.write(data)
            process.stdin.flush()
            (size,) = struct.unpack(">I", self._read(process.stdout, 4, end))
            reply: dict[str, Any] = json.loads(self._read(process.stdout, min(size, _LARGEST_REPLY), end))
        except UnparsableError:
            raise
        except (OSError, EOFError, ValueError) as error:
            raise UnparsableError(_CRASHED) from error
        return reply

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._stop()
            paths = [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ingest.worker"],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the run, which ends it
            )
        return self._process

    def _read(self, stream: Any, size: int, end: float) -> bytes:
        """So many bytes of the answer, in time."""
        parts: list[bytes] = []
        with selectors.DefaultSelector() as selector:
            selector.register(stream, selectors.EVENT_READ)
            while size:
                if not selector.select(max(end - time.monotonic(), 0)):
                    raise UnparsableError(_SLOW.format(seconds=f"{self._seconds:g}"))
                part = os.read(stream.fileno(), min(size, 1 << 20))
                if not part:
                    raise EOFError
                parts.append(part)
                size -= len(part)
        return b"".join(parts)

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for stream in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()
        process.wait()


def _parsed(reply: dict[str, Any]) -> Parsed:
    pieces = tuple(Piece(**piece) for piece in reply["pieces"])
    dropped = tuple(Dropped(**one) for one in reply["dropped"])
    return Parsed(pieces, reply["title"], reply["metadata"], dropped, warnings=tuple(reply["warnings"]))


@lru_cache(maxsize=1)
def _worker() -> Worker:
    worker = Worker()
    atexit.register(worker.close)
    return worker


def parse(kind: str, data: bytes) -> Parsed:
    """The pieces of a PDF or Word document, read in the process that all files share."""
    return _worker().parse(kind, data)


# In the process itself


def serve(source: BinaryIO, target: BinaryIO) -> None:
    """Reads files from `source` and writes their pieces to `target` until there are no more."""
    while len(header := source.read(8)) == 8:
        name, size = struct.unpack(">II", header)
        kind, data = source.read(name).decode(), source.read(size)
        _limit()
        reply = json.dumps(_answer(kind, data)).encode()
        target.write(struct.pack(">I", len(reply)) + reply)
        target.flush()


def _answer(kind: str, data: bytes) -> dict[str, Any]:
    try:
        return asdict(_readers()[kind](data))
    except UnparsableError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": _CRASHED}
    except Exception as error:  # noqa: BLE001 - whatever a broken file brings up is the file's fault, and is said
        return {"error": f"it is damaged, or not as its format wants ({type(error).__name__}). Save it anew"}


def _readers() -> dict[str, Callable[[bytes], Parsed]]:
    from ingest import docx, pdf

    return {"pdf": pdf.parse, "docx": docx.parse}


def _limit() -> None:
    """So much memory and, for the next file, so much of the processor; where the system can't, the clock alone."""
    import resource

    size = MEGABYTES * 1_000_000
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
    used = resource.getrusage(resource.RUSAGE_SELF)
    with contextlib.suppress(ValueError, OSError):
        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 2 * SECONDS, most))


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
