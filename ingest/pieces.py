"""The common form of an article between reading and cleaning: pieces in reading order, whatever the format was."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cmo_qa.types import BlockKind


@dataclass(frozen=True, slots=True)
class Piece:
    """A block before it has a place in the cleaned text. Its text is one line; that of a table a line a row."""

    kind: BlockKind
    text: str
    level: int = 0  # heading: 1 is outermost; item: 0 is outermost; paragraph: that of its heading if not the last one
    marker: str = ""  # of an item, as it is written before its text: "- " or "3. "
    list_id: int | None = None
    said: bool = True  # False: a heading that was guessed from its looks
    page: int | None = None  # that it begins on, where the format has pages; `PAGE_TURN` in its text begins the next


@dataclass(frozen=True, slots=True)
class Dropped:
    """Something that was left out of the cleaned text, and the name of the rule that did it."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """A source taken apart, nothing judged yet."""

    pieces: tuple[Piece, ...]
    title: str | None = None  # where the format itself names one
    metadata: Mapping[str, Any] = field(default_factory=dict)
    dropped: tuple[Dropped, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)  # of single metadata: where the format says them
    warnings: tuple[str, ...] = ()  # what was not as it should be and was read all the same


class UnparsableError(ValueError):
    """A source that its format can't be read in; the message says why and what to do, less where."""


PAGE_TURN = "\ue000"  # stands in a piece's text where its next page begins; no article has it
LABEL = re.compile(
    r"(?P<label>(?:(?:Tip|Step|Rule|Point|Reason|Stage|Phase)\s+\d{1,2}\s*[:.–—-]\s*)?"
    r"[^\W\d_a-z][^:.!?|]{1,90}?):\s+(?=\S)"
)
QUESTION_LABEL = re.compile(
    r"(?:(?:Question|Frage)\s*#?\d{0,3}|Q\s?#?\d{0,3}|FAQ\s*#?\d{1,3})\s*[:.)\]–—-]\s*(?=\S)", re.IGNORECASE
)
ANSWER_LABEL = re.compile(r"(?:(?:Answer|Ans|A)\s?#?\d{0,3})\s*[:)\]–—]\s*(?=\S)|Answer\s*\d{0,3}\.\s+(?=\S)")
NUMBERING = re.compile(
    r"(?:(?:Section|Part|Chapter)\s+)?(?:\d{1,2}(?:\.\d{1,2}){0,3}[.):]?|[IVX]{1,4}[.)]|[A-Z][.)])\s+(?=\S)"
)

_ENDED = re.compile(r"[.!?…:;。！？][\"'”’)\]»*_\d¹²³]{0,4}$|[.!?]\s?[)\]\"”’]$")
_CLAUSE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|includ\w+|can|may|must|should|will|would|could|do|does|needs?|holds?|provid\w+|"
    r"offers?|requir\w+|follow\w*|consists?|compris\w+|here|these|those|below|we|you|they|it|such as|involves?|covers?|"
    r"lists?|says?|according|contains?|seeks?|wants?|expects?|shows?|means?|helps?|plays?|serves?|works?|reports?|"
    r"matters?|makes?|takes?|gives?|know|get|focus(?:es)?)\b",
    re.IGNORECASE,
)
FAQ = re.compile(
    r"\b(?:FAQs?|frequently asked|common(?:ly asked)? questions|questions (?:and|&) answers|Q\s?(?:&|and)\s?A)\b",
    re.IGNORECASE,
)
_NUMBER_OF = re.compile(r"(?:two|three|four|five|six|seven|eight|nine|ten|several|some|many|\d{1,2})\s", re.IGNORECASE)
_LONGEST_WORD = 30  # characters: what is longer for so many words is not short, and need not be counted
_SMALL_WORDS = "a an and as at but by for from in into nor of on or per the to up via vs with your"
_SMALL = frozenset(_SMALL_WORDS.split())


def words(text: str) -> list[str]:
    """The words of a text, signs aside."""
    return re.findall(r"[^\W_]+(?:['’.-][^\W_]+)*", text)


def ended(text: str) -> bool:
    """Whether a text stops where a sentence, clause or lead-in stops."""
    return bool(_ENDED.search(text[-8:]))


def is_question(text: str) -> bool:
    """A line that asks, and nothing else."""
    return text.rstrip("\"'”’)* ").endswith("?") and is_short(text, 40)


def title_case(text: str) -> bool:
    """Most of the words that count are capitalised."""
    long = [word for word in words(text) if word.lower() not in _SMALL]
    return bool(long) and sum(word[0].isupper() or word[0].isdigit() for word in long) >= 0.7 * len(long)


def leads_in(text: str) -> bool:
    """A line that announces what comes next (`Skills to look for include:`), not one that names it (`Skills:`)."""
    if not text.rstrip().endswith((":", ":-", ":–")):
        return False
    if re.match(r"(?:what|how|why|when|where|who|which)\b", text, re.IGNORECASE) and is_short(text, 8):
        return False  # `What it takes:`
    if _NUMBER_OF.match(text) and not title_case(text):
        return True
    return len(words(text)) > 12 or (bool(_CLAUSE.search(text)) and not (title_case(text) and len(words(text)) < 9))


def is_clause(text: str) -> bool:
    """A line with a verb, written as a sentence is and not as a title: `The job is hard but rewarding`."""
    return len(words(text)) > 4 and bool(_CLAUSE.search(text)) and not title_case(text)


def is_short(text: str, limit: int = 16) -> bool:
    """No more words than a heading has."""
    return len(text) <= _LONGEST_WORD * limit and 0 < len(words(text)) <= limit
