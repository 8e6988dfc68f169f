"""Which files are articles, and what is in them as text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from charset_normalizer import from_bytes

from cmo_qa.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FORMATS = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "text",
    ".text": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
}
PROVENANCE = "readme"  # says where a library comes from; no article
_READABLE = ".md, .txt or .html"
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"),
          (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))  # fmt: skip
_BINARY = (
    b"%PDF",
    b"PK\x03\x04",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
    b"\xd0\xcf\x11\xe0",
    b"\x7fELF",
    b"{\\rtf",
)
_LARGEST = 50_000_000  # bytes: a hundred times a long book


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read, and how it is called everywhere: its path as given, with forward slashes."""

    path: Path
    source: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was passed over, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """What the given files and folders hold, in order."""

    sources: tuple[Source, ...]
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class Raw:
    """A source as it was read: text, and of what format."""

    source: str
    format: str  # a key of `ingest.clean.PARSERS`
    text: str
    encoding: str = "utf-8"


# Finding


def find(paths: Sequence[Path]) -> Found:
    """The articles among files and folders, each once; a path that does not exist is a `SourceError`."""
    sources: dict[Path, Source] = {}
    skipped: list[Skipped] = []
    for given in paths:
        for path, source, named in _files(Path(given)):
            reason = _why_not(path, named=named)
            if reason:
                skipped.append(Skipped(source, reason))
            else:
                sources.setdefault(path.resolve(), Source(path, source))
    return Found(tuple(sources.values()), tuple(skipped))


def _files(given: Path) -> Iterator[tuple[Path, str, bool]]:
    """Every file of a path: where it is, what it is called, and whether it was named itself."""
    if given.is_file():
        yield given, given.as_posix(), True
        return
    if not given.is_dir():
        raise SourceError(f"No file or folder at {given}. Give the path of an article or of a folder of articles.")
    for path in sorted(_walk(given), key=lambda path: path.relative_to(given).parts):
        yield path, path.as_posix(), False


def _walk(folder: Path) -> Iterator[Path]:
    try:
        entries = list(folder.iterdir())
    except OSError as error:
        raise SourceError(f"Can't open folder {folder}: {_reason(error)}. Check its permissions.") from error
    for entry in entries:
        if entry.is_dir() and not entry.is_symlink() and not entry.name.startswith("."):
            yield from _walk(entry)
        elif entry.is_file():
            yield entry


def _why_not(path: Path, *, named: bool) -> str:
    """Why a file is no article, empty where it may be one. A file named by hand is only refused for its format."""
    if path.name.startswith(".") and not named:
        return "hidden"
    if path.suffix.lower() not in FORMATS:
        return f"not {_READABLE}"
    if path.stem.lower() == PROVENANCE and not named:
        return "a README says where articles come from"
    return ""


# Reading


def read(path: Path, source: str) -> Raw:
    """The text of an article; a `SourceError` says in one line why a file has none and what to do."""
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        raise SourceError(f"Can't read {source}: its format is not known. Give {_READABLE} files.")
    data = _bytes(path, source)
    if not data.strip(b" \t\r\n\x0b\x0c\xef\xbb\xbf\xff\xfe\x00"):
        raise SourceError(f"Can't read {source}: the file is empty. Remove it, or fill it.")
    if data.startswith(_BINARY):
        raise SourceError(f"Can't read {source}: it is not text, whatever its name. Save it as {_READABLE}.")
    text, encoding = _decode(data, source)
    return Raw(source, kind, text, encoding)


def _bytes(path: Path, source: str) -> bytes:
    try:
        if path.stat().st_size > _LARGEST:
            raise SourceError(f"Can't read {source}: larger than {_LARGEST // 1_000_000} MB. Split it into articles.")
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"Can't read {source}: {_reason(error)}. Check that it exists and may be read.") from error


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _decode(data: bytes, source: str) -> tuple[str, str]:
    """The text, its encoding told by its mark, by being valid UTF-8, or by what charset-normalizer finds likely."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _by_mark(data, encoding, source)
    if _looks_like_utf16(data):
        encoding = "utf-16-le" if data[1::2].count(0) > data[::2].count(0) else "utf-16-be"
        return _by_mark(data, encoding, source)
    if data.count(0) > 0 and data.count(0) > len(data) / 1000:
        raise SourceError(f"Can't read {source}: it is not text, whatever its name. Save it as {_READABLE}.")
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        return _likely(data, source, error)


def _by_mark(data: bytes, encoding: str, source: str) -> tuple[str, str]:
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError as error:
        raise SourceError(
            f"Can't read {source}: it begins as {encoding.upper()} and is not, at byte {error.start}. Save it as UTF-8."
        ) from error


def _looks_like_utf16(data: bytes) -> bool:
    """Western text in UTF-16 without its mark has a zero in every second byte."""
    sample = data[:4000]
    zeros = max(sample[::2].count(0), sample[1::2].count(0))
    return (
        len(sample) > 3
        and len(data) % 2 == 0
        and zeros > 0.4 * (len(sample) / 2)
        and sample.count(0) < 0.6 * len(sample)
    )


def _likely(data: bytes, source: str, error: UnicodeDecodeError) -> tuple[str, str]:
    """Text of an older encoding; cp1252 wins where it makes sense, since Western ones are told apart poorly."""
    western = _as_western(data)
    if western is not None:
        return western, "cp1252"
    best = from_bytes(data).best()
    if best is None or best.percent_chaos > 20:
        raise SourceError(
            f"Can't read {source}: its encoding is unknown (not UTF-8 at byte {error.start}). Save it as UTF-8."
        ) from error
    return str(best), best.encoding


def _as_western(data: bytes) -> str | None:
    """The text as cp1252, if that gives quotes, dashes and accented letters among plain ones, and nothing odd."""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    high = [char for char in text if ord(char) > 127]
    plausible = sum(
        char in "‘’“”–—…•™®©°§·£€«»½¼¾\u00a0" or char.lower() in "áàâäãåæçéèêëíìîïñóòôöõøœúùûüß" for char in high
    )
    control = any(ord(char) < 32 and char not in "\t\n\r\x0c" for char in text)
    return text if not control and len(high) < 0.15 * len(text) and plausible >= 0.9 * len(high) else None
