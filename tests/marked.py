"""Pages with their gold in them: `{{c A sentence.}}` marks content, `{{f Share this}}` furniture, in tests/pages/.

Kinds: c sentence, h heading, l lead-in, i item, d cell of a table, q question, a its answer, f furniture, n either.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PAGES = Path(__file__).with_name("pages")
_MARK = re.compile(r"\{\{([chliqadfn]) (.*?)\}\}", re.DOTALL)
_NOTE = re.compile(r"<sup\b.*?</sup>|<a [^>]*(?:anchor|backref)[^>]*>.*?</a>|<[^>]*>", re.DOTALL)

Block = tuple[str, str]  # kind (heading, item, table, or anything else) and text, as an extractor gives it


@dataclass(frozen=True, slots=True)
class Marked:
    """A page and what a reader would say of each of its texts."""

    name: str
    page: str
    gold: tuple[tuple[str, str], ...]  # kind and text


@dataclass(frozen=True, slots=True)
class Score:
    """What an extractor made of a page: for each measure what it got right, and out of how many."""

    hits: dict[str, int]
    all: dict[str, int]
    wrong: tuple[str, ...]  # in words, for whoever mends it


def load(path: Path) -> Marked:
    """The page without its marks, and the gold that they held."""
    written = path.read_text(encoding="utf-8")
    gold = tuple((kind, _plain(text, path.suffix)) for kind, text in _MARK.findall(written))
    return Marked(path.name, _MARK.sub(r"\2", written), gold)


def _plain(text: str, suffix: str) -> str:
    return " ".join((html.unescape(_NOTE.sub("", text)) if suffix == ".html" else text).split())


def squeezed(text: str) -> str:
    """The text less its spaces: where lines break is for other measures."""
    return re.sub(r"[\s*_`]+", "", text)


def score(page: Marked, blocks: Sequence[Block]) -> Score:
    """Content and furniture that are there, and whether headings, items, cells, answers and order are right."""
    found = [(kind, squeezed(text)) for kind, text in blocks]
    whole = "".join(text for _, text in found)
    hits: dict[str, int] = {}
    total: dict[str, int] = {}
    wrong: list[str] = []

    def count(measure: str, text: str, *, right: bool) -> None:
        total[measure] = total.get(measure, 0) + 1
        hits[measure] = hits.get(measure, 0) + right
        if right == (measure == "furniture"):
            wrong.append(f"{measure}: {text}")

    content = [(kind, squeezed(text)) for kind, text in page.gold if kind not in "fn"]
    places: list[int] = []
    asked = ""
    for kind, text in page.gold:
        short = squeezed(text)
        if kind == "f":
            count("furniture", text, right=_stands(short, found))
        if kind in "fn":
            continue
        count("content", text, right=short in whole)
        asked = short if kind == "q" else asked
        if measure := {"h": "headings", "q": "headings", "i": "items", "d": "cells", "a": "answers"}.get(kind):
            count(measure, text, right=_is(kind, short, asked, found))
        if short in whole and kind in "clia":
            places.append(whole.find(short, max(places, default=0)))
    total["order"], hits["order"] = len(places), sum(place >= 0 for place in places)
    assert content
    return Score(hits, total, tuple(wrong))


def _stands(text: str, found: Sequence[Block]) -> bool:
    """Short furniture counts as kept where a block is it, longer one where it is part of any."""
    return any(text == block or (len(text) > 12 and text in block) for _, block in found)


def _is(kind: str, text: str, asked: str, found: Sequence[Block]) -> bool:
    if kind in "hq":
        return any(block == "heading" and words == text for block, words in found)
    if kind == "i":
        return any(block == "item" and words.lstrip("•-").startswith(text) for block, words in found)
    if kind == "d":
        return any(block == "table" and text in words for block, words in found)
    heading = ""
    for block, words in found:
        heading = words if block == "heading" else heading
        if text in words:
            return heading == asked
    return False
