"""What is known about an article, in one set of keys: brought into one form, bounded, each value with where it is from.

Values come from the file itself (front matter, what a page or document says of itself, the fields of a record), from a
sidecar file or a table beside it (`ingest.companions`), and, for the language alone, from the text.
"""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from typing import Any
from urllib.parse import urlsplit, urlunsplit

# Each key, and what else it is called, the surest name first; names are compared without case, space, `-`, `_` and `:`.
NAMES: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "headline", "dctitle"),
    "author": ("author", "authors", "creator", "byline", "dccreator"),
    "date": ("date", "published", "publishdate", "publisheddate", "datepublished", "publishedat", "publicationdate",
             "pubdate", "issued", "created", "createdat", "creationdate", "dcdate"),
    "updated": ("updated", "modified", "lastmodified", "lastmod", "lastupdated", "datemodified", "modifieddate",
                "updatedat", "modificationdate", "moddate"),
    "language": ("language", "lang", "locale", "inlanguage", "dclanguage"),
    "url": ("url", "canonicalurl", "canonical", "permalink", "link", "sourceurl", "address", "source"),
    "licence": ("licence", "license", "rights", "dcrights"),
    "publisher": ("publisher", "sitename", "site", "organization", "organisation", "dcpublisher"),
    "summary": ("summary", "description", "abstract", "excerpt"),
}  # fmt: skip
_LONGEST = {"title": 300, "author": 300, "publisher": 200, "licence": 200, "summary": 1000, "id": 200}  # characters
_LONGEST_TEXT = 2000  # of any other value
_MOST_VALUES = 1000  # in all that one source says; YAML can say a billion in ten lines
_DEEPEST = 6
_LINKS = frozenset({"url", "link", "href", "source_url"})
_TEXT_FOR_LANGUAGE = 2000  # characters
_SURE = 0.85  # of a language
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]+")
_TAG = re.compile(r"</?[A-Za-z!][^<>]{0,2000}>")
_CREATIVE_COMMONS = re.compile(
    r"creativecommons\.org/(?:licenses|publicdomain)/(?P<kind>[a-z-]{2,20})/(?P<version>\d\.\d)", re.IGNORECASE
)
_PDF_DATE = re.compile(r"(?:D:)?(\d{4})(\d{2})(\d{2})(?:\d{2,6}(?:[Zz+-].*)?)?$")
_ISO_DATE = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?:$|[T ]\d{1,2}:)")
_NUMBERS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})$")
_YEAR = re.compile(r"(?<!\d)[12]\d{3}(?!\d)")


@dataclass(frozen=True, slots=True)
class Value:
    """One thing that is said of an article; None takes away what a weaker source says."""

    value: Any
    origin: str  # where it was found: `front matter`, `og:title`, `page.html.yaml`


@dataclass(frozen=True, slots=True)
class Refused:
    """A value that was not taken over, and why."""

    key: str
    value: str
    origin: str
    reason: str


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of an article, by key."""

    values: Mapping[str, Value] = field(default_factory=dict)
    refused: tuple[Refused, ...] = ()

    def get(self, key: str) -> Any:
        """The value of a key, None where nothing is known."""
        found = self.values.get(key)
        return found.value if found else None

    def plain(self) -> dict[str, Any]:
        """The values alone, as JSON can hold them; what was taken away is not there."""
        return {key: one.value for key, one in self.values.items() if one.value is not None}


NOTHING = Known()


def known(said: Mapping[str, Any], origin: str, origins: Mapping[str, str] | None = None) -> Known:
    """What one source says, under our keys and in our form; `origins` says of single keys where they were found."""
    origins = origins or {}
    found: dict[str, Value] = {}
    refused: list[Refused] = []
    budget = _Budget()
    for name, key in _by_rank(said):
        where = origins.get(name, origin)
        if key in found:
            continue
        value, reason = _formed(key, said[name], budget)
        if reason:
            refused.append(Refused(key, one_line(str(said[name]), 80), where, reason))
        elif value not in ("", [], {}):
            found[key] = Value(value, where)
    return Known(found, tuple(refused))


def merged(sources: Iterable[Known]) -> Known:
    """Of each key the value of the first source that has it."""
    values: dict[str, Value] = {}
    refused: list[Refused] = []
    for source in sources:
        for key, value in source.values.items():
            values.setdefault(key, value)
        refused += source.refused
    return Known(values, tuple(refused))


def with_language(found: Known, text: str) -> Known:
    """The same; where no language is given, the one that the text is in, if that is clear."""
    if "language" in found.values:
        return found
    language = language_of(text)
    return Known({**found.values, "language": Value(language, "the text")}, found.refused) if language else found


def _by_rank(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The names that a source uses and our key for each, the surest name of a key first."""
    ranked = []
    for order, name in enumerate(list(said)[:_MOST_VALUES]):
        bare = re.sub(r"[\s_:.-]+", "", str(name)).casefold()
        key, rank = _KEYS.get(bare, (one_line(str(name), 100), 0))
        if bare == "source" and not _address(said[name]):  # `source: the county's files` is no address
            key, rank = "source", 0
        ranked.append((rank, order, name, key))
    return [(name, key) for _, _, name, key in sorted(ranked, key=lambda entry: entry[:2])]


_KEYS = {name: (key, rank) for key, names in NAMES.items() for rank, name in enumerate(names)}


# Forms


def _formed(key: str, value: Any, budget: _Budget) -> tuple[Any, str]:
    """The value in the form of its key, or why it can't be."""
    if value is None:
        return None, ""
    if key in _FORMS:
        form, reason = _FORMS[key]
        formed = form(value)
        return formed, "" if formed or not _said(value) else reason
    if key in _LONGEST:
        return one_line(_named(value), _LONGEST[key]), ""
    return _bounded(value, budget, 0, link=key.casefold() in _LINKS), ""


def _said(value: Any) -> bool:
    return value is not False and bool(str(value).strip()) and value not in ([], {})


def _address(value: Any) -> str:
    """An address on the web, empty where it is none: `javascript:`, `data:` and `file:` never pass."""
    text = str(value).strip() if isinstance(value, str) else ""
    if not text or len(text) > _LONGEST_TEXT or re.search(r"[\s<>\"\\\x00-\x20]", text) or _CONTROL.search(text):
        return ""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        _ = parts.port  # raises where it is no number
    except ValueError:
        return ""
    if parts.scheme.lower() not in {"http", "https"} or not re.fullmatch(r"[\w.:-]+", host):
        return ""
    bare = parts.netloc.rpartition("@")[2]  # a name and password are nobody's business
    return urlunsplit((parts.scheme.lower(), bare, parts.path, parts.query, parts.fragment))


def day(value: Any) -> str:
    """A date as ISO 8601, as exactly as it is said (`2024-03-01`, `2024-03`, `2024`); empty where it is none.

    Of `03/04/2024`, which is March in one country and April in another, only the year is sure.
    """
    if isinstance(value, datetime.date):  # a datetime is one
        return _checked(*f"{value:%Y-%m-%d}".split("-"))
    text = one_line(str(value), 60) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if found := _PDF_DATE.match(text) or _ISO_DATE.match(text):
        return _checked(*found.groups())
    if found := _NUMBERS.match(text):
        first, mark, second, year = found.groups()
        return _of_numbers(int(first), int(second), year, mark)
    return _written_out(text) if _YEAR.search(text) else ""


def _of_numbers(first: int, second: int, year: str, mark: str) -> str:
    if mark == "." or first > 12 or first == second:
        return _checked(year, str(second), str(first))
    return _checked(year, str(first), str(second)) if second > 12 else _checked(year)


def _checked(year: str, month: str | None = None, date: str | None = None) -> str:
    """The parts as one date, empty where the calendar has no such day."""
    try:
        found = datetime.date(int(year), int(month or 1), int(date or 1))
    except ValueError:
        return ""
    return found.isoformat()[: 10 if date else 7 if month else 4] if found.year >= 1000 else ""


def _written_out(text: str) -> str:
    """`March 3, 2024`, `3. März 2024`, `le 5 juin 2021`."""
    data = _date_parser().get_date_data(text)
    if data.date_obj is None:
        return ""
    return str(data.date_obj.date().isoformat())[: {"day": 10, "month": 7, "year": 4}.get(data.period, 10)]


@lru_cache(maxsize=1)
def _date_parser() -> Any:
    import warnings

    from dateparser.date import DateDataParser

    warnings.filterwarnings("ignore", module="dateparser")
    languages = ["en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "fi", "pl", "cs", "ru", "uk", "tr", "ja", "zh"]
    wanted = {"PARSERS": ["absolute-time"], "REQUIRE_PARTS": ["year"]}
    return DateDataParser(languages=languages, settings=wanted)


def language(value: Any) -> str:
    """A language as BCP 47 has it: `en_US` is `en-US`, `ger` is `de`, `English` is `en`; empty where it is none."""
    import langcodes

    if value is False:
        return "no"  # Norwegian, which YAML takes for a refusal
    if isinstance(value, Sequence) and not isinstance(value, str):
        value = value[0] if value else ""
    text = one_line(str(value), 40).split(",")[0].partition(".")[0].strip()
    try:
        tag = langcodes.standardize_tag(text)
    except ValueError:
        return _language_names().get(text.casefold(), "")
    valid = langcodes.tag_is_valid(tag) and tag not in {"und", "x-default", "mul", "zxx"}
    return tag if valid else _language_names().get(text.casefold(), "")


@lru_cache(maxsize=1)
def _language_names() -> Mapping[str, str]:
    from babel import Locale

    return {name.casefold(): str(code).replace("_", "-") for code, name in Locale("en").languages.items()}


def language_of(text: str) -> str:
    """The language that a text is in, empty where that is not clear. Loads its model once, in about a second."""
    sample = text[:_TEXT_FOR_LANGUAGE]
    if sum(letter.isalpha() for letter in sample) < 40:
        return ""
    found, sure = _identifier().classify(sample)
    return str(found) if sure >= _SURE else ""


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def licence(value: Any) -> str:
    """The short name of a Creative Commons licence, else the licence as it is named, or its address."""
    if isinstance(value, Mapping):
        value = value.get("name") or value.get("url") or value.get("@id") or ""
    text = one_line(_named(value), 2000)
    found = _CREATIVE_COMMONS.search(text)
    if not found:
        return _address(text) if "://" in text[:12] else "" if _runs(text) else _cut(text, _LONGEST["licence"])
    kind, version = found["kind"].lower(), found["version"]
    return f"CC0 {version}" if kind == "zero" else f"CC {kind.upper()} {version}" if kind != "mark" else "Public domain"


def _runs(text: str) -> bool:
    """Whether a text is an address that a browser would run."""
    return bool(re.match(r"\s*(?:javascript|data|vbscript|file|blob)\s*:", text, re.IGNORECASE))


def _people(value: Any) -> str:
    """Names, several with `; ` between them; of an address nobody is the name."""
    ones = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    names = dict.fromkeys(one_line(_named(one), 120) for one in ones[:30])
    return _cut("; ".join(name for name in names if name and not re.match(r"https?:", name)), _LONGEST["author"])


def _named(value: Any) -> str:
    """What a thing is called, which is a text, has a name, or is a list of such."""
    for _ in range(_DEEPEST):
        if isinstance(value, Mapping):
            value = value.get("name") or value.get("@value") or ""
        elif isinstance(value, Sequence) and not isinstance(value, str):
            value = value[0] if value else ""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


_FORMS: Mapping[str, tuple[Any, str]] = {
    "url": (_address, "no address that begins with http:// or https://"),
    "date": (day, "no date"),
    "updated": (day, "no date"),
    "language": (language, "no language that has a BCP 47 tag"),
    "licence": (licence, "no licence that could be read"),
    "author": (_people, "no name"),
}


# Bounds


@dataclass(slots=True)
class _Budget:
    left: int = _MOST_VALUES


def _bounded(value: Any, budget: _Budget, depth: int, *, link: bool = False) -> Any:
    """A value that nobody knows as JSON can hold it: no deeper, longer or more than is ever needed."""
    budget.left -= 1
    if budget.left < 0 or depth > _DEEPEST:
        return None
    if isinstance(value, str):
        return _address(value) if link else "" if _runs(value) else one_line(value, _LONGEST_TEXT)
    if isinstance(value, Mapping):
        inner = {
            one_line(str(key), 100): _bounded(one, budget, depth + 1, link=str(key).casefold() in _LINKS)
            for key, one in _first(value.items(), budget.left)
        }
        return {key: one for key, one in inner.items() if one not in (None, "")}
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, bytes | bytearray):
        return [one for each in _first(value, budget.left) if (one := _bounded(each, budget, depth + 1)) is not None]
    return _atom(value)


def _atom(value: Any) -> Any:
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int):  # a bool is one
        return value if abs(value) < 2**63 else None
    return None


def _first(values: Iterable[Any], most: int) -> list[Any]:
    return [one for _, one in zip(range(max(most, 0)), values, strict=False)]


def one_line(text: str, limit: int) -> str:
    """A text on one line, without marks, entities, control and direction characters, no longer than the limit."""
    text = text[: 20 * limit + 1000]
    text = _CONTROL.sub(" ", unescape(_TAG.sub(" ", text)) if "<" in text or "&" in text else text)
    return _cut(" ".join(unicodedata.normalize("NFC", text.encode("utf-8", "ignore").decode()).split()), limit)


def _cut(text: str, limit: int) -> str:
    """The text, or its beginning up to the end of a word."""
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:–—-") + "…"
