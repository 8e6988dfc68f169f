"""How likely it is that the library answers the question: a logistic model over what a careful librarian notices.

Similarity alone can't tell a question that is answered from one that is nearly answered. What tells is whether every
word that matters comes near to something in the evidence, the thing asked for above all, whether names are known, and
whether a number or a date is there when one is asked for. `training/confidence.py` fits the weights.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

import numpy as np

from cmo_qa.arrays import Vectors, as_used
from cmo_qa.compose import Said
from cmo_qa.evidence import Evidence
from cmo_qa.index import Index
from cmo_qa.late import best_matches, inverse_frequency, rarity
from cmo_qa.question import HOW_MANY, Question
from cmo_qa.text import STOPWORDS, any_of, content_words, stem, stems
from cmo_qa.types import Status

FIRST = 3  # pieces of evidence that must hold between them what was asked
NAMED_WITHIN = 5  # pieces of evidence that must have the names
READ = 150  # pieces of evidence that stand for what the library holds on the question

MONTHS = "january|february|march|april|june|july|august|september|october|november|december"
MONEY = any_of(r"[$€£]\s?\d", r"\d[\d,.]*\s?(?:(?:thousand|million|billion)\s)?(?:dollars?|usd|euros?|pounds?)\b")
DATE = any_of(r"\b(?:1[5-9]|20)\d\d\b", rf"\b(?:{MONTHS}|century)\b")
PERCENT = any_of(r"\d\s?(?:%|per ?cent\b)")
DIGIT = any_of(
    r"\d",
    r"\bone (?!of\b|example\b)|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b",
    r"\b(?:fifteen|twenty|thirty|hundred|thousand|dozen)\b",
    r"\b(?:once|twice|annually|yearly|monthly|weekly|daily|half|quarter)\b",
    r"\b(?:several|many) (?:years|months|weeks)\b",
)
NAME = re.compile(r"(?<![.!?:]\s)(?<!^)\b[A-Z][a-z]{2,}")
PAID = r"(?:salary|salaries|wages?|bonus|compensation|paid|price|fees?|earn|cost)"
Kinds: TypeAlias = tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]  # what asks for it, what it looks like
EXACT: Kinds = (
    (
        any_of(
            rf"\bhow (?:much|big|high|large)\b.*\b{PAID}\b",
            rf"\bwhat\b.*\b{PAID}\b",
            r"\bin dollars\b|\bhow much\b.*\bfine\b",
        ),
        MONEY,
    ),
    (
        any_of(
            r"^when (?:did|was|were)\b|\bsince when\b|\bhow long ago\b",
            r"\b(?:what|which) (?:year|date|month|day|century)\b",
        ),
        DATE,
    ),
    (any_of(r"\b(?:what|which) (?:percentage|percent|share|proportion)\b", r"\bhow many percent"), PERCENT),
)
NUMBERS: Kinds = (
    (any_of(r"\bhow (?:many|long|often|old|large|big|high|far|soon|much)\b", r"\bwhat (?:number|age|size)\b"), DIGIT),
    (
        any_of(
            r"^who (?:was|invented|founded|won|wrote|discovered|is the (?:current|first|present))\b", r"\bname of\b"
        ),
        NAME,
    ),
)
CAPITALISED = re.compile(r"(?<!^)(?<![.?!:] )\b[A-Z][A-Za-z&]+")
THING = any_of(
    r"\b(?:which|what|how many|how much)\s+(?P<thing>(?:[a-z-]+\s+){0,2}[a-z-]+?)\s+"
    r"(?:do|does|did|is|are|was|were|can|could|should|has|have|must|will|would|of|for|in|to)\b"
)
QUANTITY = any_of(
    r"\bhow (?:many|much|long|often|old|big)\b", r"\bwhat (?:share|percentage|percent|proportion|number)\b"
)
ASKS: Mapping[str, re.Pattern[str]] = {
    "who": any_of(r"\bwho(?:m|se)?\b"),
    "where": any_of(r"\bwhere\b"),
    "when": any_of(r"^when\b", r"\b(?:what|which) year\b"),
    "which": any_of(r"\bwhich\b"),
}


@dataclass(frozen=True, slots=True)
class Signs:
    """What is noticed about a question and the evidence for it; each is about 0..1, unless it says otherwise."""

    late: float  # mean late interaction of the question and its FIRST nearest sentences
    covered: float  # how near the question's words come to words of the first evidence, the rarer ones counting more
    least_covered: float  # the same for the word that comes least near
    least_covered_by_one: float  # the same against the best sentence alone
    covered_by_all: float  # `covered` by all the evidence that was retrieved
    least_covered_by_all: float
    thing_covered: float  # the same for the thing asked for ("which certificate"); 1 where none is named
    named: float  # share of the question's words, by rarity, whose stems stand in the first evidence or its headings
    unknown: float  # share of the question's words that the library doesn't have at all
    has_name: float  # 1 where the question names somebody or something
    name_missing: float  # 1 where such a name is not in the evidence
    missing_number: float  # 1 where a number or name is asked for and the first evidence has none
    missing_exact: float  # the same for a sum of money, a date, a percentage
    who: float  # 1 where the question asks so
    where: float
    when: float
    how_many: float  # and the best evidence has no number of what is asked for
    which: float
    yes_no: float
    keywords: float
    read: float  # log-odds, as the reader sees it, that one of the first pieces of evidence answers; 0: unread


def signs(index: Index, question: Question, evidence: Sequence[Evidence], said: Sequence[Said]) -> Signs:
    """Reads the signs off the ranked evidence, of which there must be some, and what would be said."""
    first = evidence[:FIRST]
    counted = _is_counted(question, said)
    held, best, everything = (_tokens(index, some) for some in (first, evidence[:1], evidence[:READ]))
    content = question.content_tokens(0, len(question.text))
    covered, least = _coverage(index, question, content, held)
    covered_by_all, least_by_all = _coverage(index, question, content, everything)
    named, unknown = _words(index, question, first)
    names = _names(question)
    return Signs(
        late=float(np.mean(sorted((one.late for one in evidence), reverse=True)[:FIRST])),
        covered=covered,
        least_covered=least,
        least_covered_by_one=_coverage(index, question, content, best)[1],
        covered_by_all=covered_by_all,
        least_covered_by_all=least_by_all,
        thing_covered=_thing_covered(index, question, held),
        named=named,
        unknown=unknown,
        has_name=float(bool(names)),
        name_missing=float(_is_missing(names, evidence[:NAMED_WITHIN])),
        missing_number=float(not counted and _lacks_kind(question, first, NUMBERS)),
        missing_exact=float(_lacks_kind(question, first, EXACT)),
        how_many=float(not counted and _asks_in_vain(question, evidence[0])),
        yes_no=float(question.shape == "yes_no"),
        keywords=float(question.shape == "keywords"),
        read=_read(evidence),
        **{name: float(bool(pattern.search(question.text))) for name, pattern in ASKS.items()},
    )


def _read(evidence: Sequence[Evidence]) -> float:
    """The log of the sum of their odds: one that answers is enough, and several that may add up."""
    log_odds = [one.log_odds for one in evidence if one.log_odds is not None]
    return float(np.logaddexp.reduce(log_odds)) if log_odds else 0.0


def _is_counted(question: Question, said: Sequence[Said]) -> bool:
    """Whether "how many" is answered by naming them: a list whole, or a sentence that lists the thing asked for."""
    if not HOW_MANY.search(question.text):
        return False
    if sum(one.unit.kind == "item" for one in said) > 2:
        return True
    thing = THING.search(question.text)
    wanted = set(stems(thing["thing"])) if thing else set()
    return any(one.text.count(",") >= 3 and wanted & set(stems(one.text)) for one in said[:1])


def _asks_in_vain(question: Question, best: Evidence) -> bool:
    """Whether a quantity is asked for that the best evidence doesn't give together with what it is of."""
    return bool(QUANTITY.search(question.text)) and _lacks_kind(question, [best], ((QUANTITY, DIGIT),))


def _tokens(index: Index, evidence: Sequence[Evidence]) -> Vectors:
    """The tokens of the evidence and of its wordings, which say in other words what it answers."""
    tokens = [index.unit_tokens(one.row) for one in evidence]
    if index.wordings is not None:
        tokens += map(index.wordings.tokens, index.wordings_of(one.row for one in evidence))
    return as_used(np.concatenate(tokens))


def _coverage(index: Index, question: Question, tokens: Sequence[int], given: Vectors) -> tuple[float, float]:
    """Mean by rarity, and least, of how near each of the tokens comes to one that is given."""
    if not tokens:
        return 0.0, 0.0
    near = best_matches(question.encoded.tokens[list(tokens)], given)
    weights = rarity(index, question.encoded.ids[list(tokens)])
    return float(near @ weights / weights.sum()), float(near.min())


def _thing_covered(index: Index, question: Question, given: Vectors) -> float:
    thing = THING.search(question.text)
    tokens = question.content_tokens(*thing.span("thing")) if thing else []
    return _coverage(index, question, tokens, given)[1] if tokens else 1.0


def _words(index: Index, question: Question, first: Sequence[Evidence]) -> tuple[float, float]:
    """Shares of the question's stems that the first evidence names, and that the library doesn't have."""
    held = {stem(word) for one in first for word in content_words(" ".join((one.text, *one.hit.passage.section)))}
    counts = {word: index.document_frequency(word) for word in question.stems}
    if not counts:
        return 0.0, 1.0
    weights = {word: inverse_frequency(count, index.passage_count) for word, count in counts.items()}
    named = sum(weight for word, weight in weights.items() if word in held) / sum(weights.values())
    return named, sum(not count for count in counts.values()) / len(counts)


def _names(question: Question) -> list[str]:
    """Capitalised words within the question; the role's own abbreviation is none."""
    found = (name.lower() for name in CAPITALISED.findall(question.text))
    return [name for name in found if name not in STOPWORDS and name not in {"cmo", "cmos"}]


def _is_missing(names: Sequence[str], evidence: Sequence[Evidence]) -> bool:
    held = " ".join(" ".join((one.text, *one.hit.passage.section)) for one in evidence).lower()
    return any(name not in held for name in names)


def _lacks_kind(question: Question, first: Sequence[Evidence], wanted_kinds: Kinds) -> bool:
    for asked, held in wanted_kinds:
        if asked.search(question.text):
            thing = THING.search(question.text) if held is DIGIT else None
            wanted = set(stems(thing["thing"])) if thing else set()
            return not any(held.search(one.text) and wanted <= set(stems(one.text)) for one in first)
    return False


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of a logistic regression over the signs, and the confidences at which an answer is given."""

    bias: float
    weights: Mapping[str, float]
    covered: float  # from here on an answer is given
    sure: float  # from here on without reserve


@cache
def model() -> Model:
    """The model that ships with the program."""
    return Model(**json.loads(Path(__file__).with_name("confidence.json").read_text(encoding="utf-8")))


def confidence(found: Signs) -> float:
    """0..1, the chance that the library answers the question."""
    values = asdict(found)
    total = model().bias + sum(weight * values[name] for name, weight in model().weights.items())
    return float(1 / (1 + np.exp(-total)))


def status_of(sure: float) -> Status:
    if sure >= model().sure:
        return "answered"
    return "partial" if sure >= model().covered else "not_covered"
