"""Which files are articles, and what is in them: text, or the bytes of a PDF or Word document."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charset_normalizer import from_bytes

from cmo_qa.errors import SourceError
from ingest import records
from ingest.companions import SIDECARS, UnusableError, is_companion, load
from ingest.pieces import UnparsableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

FORMATS = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "text",
    ".text": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
}
PACKED = frozenset({"pdf", "docx"})  # read as bytes, by `ingest.worker`
RECORDS = frozenset({"jsonl", "csv", "tsv"})  # several articles in one file
PROVENANCE = "readme"  # says where a library comes from; no article
READABLE = ".md, .txt, .html, .pdf, .docx, .jsonl, .csv or .tsv"
_TEXTS = ".md, .txt or .html"
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
_LARGEST = 50_000_000  # bytes of text: a hundred times a long book
_LARGEST_MANY = 150_000_000  # bytes of what holds pictures, or many articles
_LONGEST_LINE = 1_000_000  # characters: a long book has no more in all its lines
_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read, and how it is called everywhere: its path as given, with forward slashes, on one line."""

    path: Path
    source: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, or a record of one, that was passed over, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """What the given files and folders hold, in order."""

    sources: tuple[Source, ...]
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class Raw:
    """An article as it was read: text or bytes, and of what format."""

    source: str  # of a record: that of its file, `#`, and the line that it begins on
    format: str  # a key of `ingest.clean.PARSERS`, or one of `PACKED`
    text: str
    encoding: str = "utf-8"
    data: bytes = b""
    metadata: Mapping[str, Any] = field(default_factory=dict)  # what a record says of its article


# Finding


def find(paths: Sequence[Path]) -> Found:
    """The articles among files and folders, each once; a path that does not exist is a `SourceError`."""
    sources: dict[Path, Source] = {}
    skipped: list[Skipped] = []
    for given in paths:
        for path, reason, named in _files(Path(given)):
            if is_companion(path) and not named:
                continue  # is about an article, and none itself
            reason = reason or _why_not(path, named=named)  # noqa: PLW2901
            if reason:
                skipped.append(Skipped(shown(path), reason))
            else:
                sources.setdefault(path.resolve(), Source(path, shown(path)))
    return Found(_told_apart(sources.values()), tuple(skipped))


def shown(path: Path) -> str:
    """A path as it is called everywhere: control characters and stray bytes, which names may hold, spelled out."""
    text = path.as_posix()
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _told_apart(sources: Iterable[Source]) -> tuple[Source, ...]:
    """Sources whose names are shown alike and are not, with a number behind them."""
    counts: dict[str, int] = {}
    found = []
    for one in sources:
        counts[one.source] = count = counts.get(one.source, 0) + 1
        found.append(one if count == 1 else Source(one.path, f"{one.source} ({count})"))
    return tuple(found)


def _files(given: Path) -> Iterator[tuple[Path, str, bool]]:
    """Every file of a path: where it is, why it can't be one, and whether it was named itself."""
    try:
        mode = given.stat().st_mode
    except (OSError, ValueError) as error:
        raise SourceError(_missing(given, error)) from error
    if stat.S_ISREG(mode):
        yield given, "", True
    elif stat.S_ISDIR(mode):
        yield from ((path, reason, False) for path, reason in _walk(given))
    else:
        raise SourceError(f"{shown(given)} is {_kind(mode)}, no file. Give the path of an article or of a folder.")


def _missing(given: Path, error: OSError | ValueError) -> str:
    if isinstance(error, OSError) and error.errno not in {errno.ENOENT, errno.ENOTDIR}:
        return f"Can't open {shown(given)}: {_reason(error)}. Check that it exists and may be read."
    return f"No file or folder at {shown(given)}. Give the path of an article or of a folder of articles."


def _walk(top: Path) -> Iterator[tuple[Path, str]]:
    """Every file beneath a folder in order, with a reason where it is none to read; no link to a folder is followed."""
    home = top.resolve()
    waiting = [top]
    while waiting:
        path = waiting.pop()
        reason = _why_no_file(path, home)
        if reason is not None:
            yield path, reason
            continue
        try:
            entries = sorted(path.iterdir(), key=lambda entry: entry.name, reverse=True)
        except OSError as error:
            if path == top:
                message = f"Can't open folder {shown(top)}: {_reason(error)}. Check its permissions."
                raise SourceError(message) from error
            yield path, f"can't be opened: {_reason(error)}"
            continue
        waiting += [entry for entry in entries if not _is_hidden_folder(entry)]


def _is_hidden_folder(path: Path) -> bool:
    return path.name.startswith(".") and not path.is_symlink() and path.is_dir()


def _why_no_file(path: Path, home: Path) -> str | None:
    """Why an entry of a folder is no file to read, empty where it is one, None where it is a folder to walk into."""
    try:
        linked = path.is_symlink()
        mode = path.stat().st_mode
        real = path.resolve()
    except (OSError, RuntimeError) as error:
        return _broken(path, error)
    if linked and not real.is_relative_to(home):
        return "a link that leads out of the folder; not followed"
    if stat.S_ISDIR(mode):
        return "a link to a folder; not followed" if linked else None
    return "" if stat.S_ISREG(mode) else f"{_kind(mode)}, no file"


def _broken(path: Path, error: OSError | RuntimeError) -> str:
    number = getattr(error, "errno", None)
    if number == errno.ELOOP or isinstance(error, RuntimeError):
        return "a link that leads back to itself"
    if path.is_symlink() and number in {errno.ENOENT, errno.ENOTDIR}:
        return "a link to nothing"
    return f"can't be opened: {_reason(error)}" if isinstance(error, OSError) else "can't be opened"


def _kind(mode: int) -> str:
    return _KINDS.get(stat.S_IFMT(mode), "something else")


def _why_not(path: Path, *, named: bool) -> str:
    """Why a file is no article, empty where it may be one. A file named by hand is only refused for its format."""
    if path.name.startswith(".") and not named:
        return "hidden"
    if path.suffix.lower() not in FORMATS:
        return f"not {READABLE}"
    if path.stem.lower() == PROVENANCE and not named:
        return "a README says where articles come from"
    return ""


# Reading


def articles(source: Source) -> Iterator[Raw | Skipped]:
    """The articles of a file, in order; of one that holds many, also each record that can't be used, with the reason.

    Raises SourceError where the file can't be read at all.
    """
    kind = FORMATS.get(source.path.suffix.lower())
    if kind not in RECORDS:
        yield read(source.path, source.source)
        return
    text, encoding = _decode(_checked(source.path, source.source), source.source)
    count = 0
    for record in _records(source, kind, text):
        place = f"{source.source}#{record.line}"
        if isinstance(record, records.Bad):
            yield Skipped(place, record.reason)
        else:
            count += 1
            yield Raw(place, record.format, record.text, encoding, metadata=_own(record, source.path))
    if not count:
        raise SourceError(f"Can't use {source.source}: there is no article in it.")


def _records(source: Source, kind: str, text: str) -> Iterator[records.Record | records.Bad]:
    try:
        mapped = records.mapped_by(_sidecar(source.path))
        if kind == "jsonl":
            yield from records.jsonl(text, mapped)
        else:
            yield from records.table(text, mapped, "\t" if kind == "tsv" else "")
    except (UnparsableError, UnusableError) as error:
        raise SourceError(f"Can't read {source.source}: {error}.") from error


def _sidecar(path: Path) -> Any:
    """What the file beside a table says of its columns, None where there is none."""
    beside = next((one for suffix in SIDECARS if (one := path.with_name(path.name + suffix)).is_file()), None)
    if beside is None:
        return None
    try:
        return load(_bytes(beside, shown(beside), 1_000_000).decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UnparsableError(f"its sidecar {beside.name} is not UTF-8. Save it as UTF-8") from error


def _own(record: records.Record, path: Path) -> dict[str, Any]:
    """What a record says; its id counts in its own file alone, where 1, 2, 3 are in use in every other one."""
    metadata = dict(record.metadata)
    if "id" in metadata:
        metadata["id"] = f"{path.stem}-{metadata['id']}"
    return metadata


def read(path: Path, source: str) -> Raw:
    """One article; a `SourceError` says in one line why a file has none and what to do."""
    kind = FORMATS.get(path.suffix.lower())
    if kind is None or kind in RECORDS:
        raise SourceError(f"Can't read {source}: its format is not known. Give {READABLE} files.")
    data = _checked(path, source)
    if kind in PACKED:
        return Raw(source, kind, "", "", data)
    text, encoding = _decode(data, source)
    longest = max(map(len, text.splitlines()), default=0)
    if longest > _LONGEST_LINE:
        raise SourceError(f"Can't read {source}: a line of it has {longest:,} characters. Break it into paragraphs.")
    return Raw(source, kind, text, encoding)


def _checked(path: Path, source: str) -> bytes:
    """The bytes of a file that are what its name says."""
    kind = FORMATS.get(path.suffix.lower())
    data = _bytes(path, source, _LARGEST_MANY if kind in PACKED | RECORDS else _LARGEST)
    if not data.strip(b" \t\r\n\x0b\x0c\xef\xbb\xbf\xff\xfe\x00"):
        raise SourceError(f"Can't read {source}: the file is empty. Remove it, or fill it.")
    if kind not in PACKED and data.startswith(_BINARY):
        raise SourceError(f"Can't read {source}: it is not text, whatever its name. Save it as {_TEXTS}.")
    return data


def _bytes(path: Path, source: str, most: int) -> bytes:
    """A file's bytes; nothing that waits for a writer or never ends is opened, whatever took the file's place."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise SourceError(f"Can't read {source}: it is {_kind(status.st_mode)}, no file. Remove it.")
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                data = file.read(most + 1) if status.st_size <= most else b""
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        raise SourceError(f"Can't read {source}: {_reason(error)}. Check that it exists and may be read.") from error
    if status.st_size > most or len(data) > most:
        raise SourceError(f"Can't read {source}: larger than {most // 1_000_000} MB. Split it into articles.")
    return data


def _reason(error: OSError | ValueError) -> str:
    return (getattr(error, "strerror", "") or str(error)).lower()


def _decode(data: bytes, source: str) -> tuple[str, str]:
    """The text, its encoding told by its mark, by being valid UTF-8, or by what charset-normalizer finds likely."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _by_mark(data, encoding, source)
    if _looks_like_utf16(data):
        encoding = "utf-16-le" if data[1::2].count(0) > data[::2].count(0) else "utf-16-be"
        return _by_mark(data, encoding, source)
    if data.count(0) > 0 and data.count(0) > len(data) / 1000:
        raise SourceError(f"Can't read {source}: it is not text, whatever its name. Save it as {_TEXTS}.")
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
