"""How well a statement's form suits the kind of answer that is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from cmo_qa.question import Question
from cmo_qa.text import any_of, stems
from cmo_qa.types import Unit

NUMBER = any_of(
    r"\d",
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|several|half|percent)\b",
    r"\b(?:dozen|hundred|thousand)s?\b",
)
ENUMERATION = re.compile(r"(?:[^,;]+[,;]){2,}\s*(?:and|or|as well as)?\b")
EXAMPLE = any_of(
    r"\bfor (?:example|instance)\b",
    r"\bsuch as\b",
    r"\bexamples? of\b",
    r"\ban? example\b",
    r"\b(?:consider|scenario)\b",
)
REASON = any_of(
    r"\b(?:because|since|due to|so that|therefore|thus|thereby)\b",
    r"\b(?:leads? to|leading to|results? in|without)\b",
    r"\b(?:essential|crucial|critical|vital|important|indispensable)\b",
    r"\b(?:ensur|impact|prevent|protect|risk|harm|improv)",
)
DEFINES = any_of(
    r"\b(?:is|are|was|means?|stands? for|refers? to|known as|defined as|consists? of)\b",
    r"\b(?:describes?|constitutes?|entails?|sets|serves? as|provides?|involves?)\b",
)
WEIGHTY = (
    r"\b(?:critical|crucial|key|core|vital|essential|integral|fundamental|pivotal|indispensable|significant|substantial"
    r"|intrinsic|cornerstone|paramount|immense|utmost|important)\b"
)
WEIGHT = any_of(WEIGHTY, r"\b(?:importance|significance|prefer|must\b|necessary|weight)")
ANSWERS_YES_OR_NO = any_of(r"^(?:yes|no)\b", r"\b(?:not|must|may|can|cannot)\b", r"\b(?:requires?|required|needs?)\b")
CONTRAST = any_of(
    r"\b(?:while|whereas|unlike|than|but|however|both|although|rather|also)\b",
    r"\b(?:differs?|compared|in contrast|on the other hand)\b",
)
DIFFERENT = any_of(r"\b(?:differences?|nuances?|distinctions?|distinct)\b")
IN_WHAT = any_of(r"[:;]", r"\b(?:is|are) (?:that|in|whether|how)\b", r"\b(?:lies?|whereas)\b", r"\bbecause\b")
ASKING = frozenset({"mean", "definit", "defin", "stand", "describ", "explain", "role", "term"})
ABBREVIATION = re.compile(r"\(([^()]{2,40})\)")
ABOUT_ITSELF = any_of(
    r"\b(?:this|the (?:following|subsequent|next|above|previous)) (?:sections?|chapter|exploration)\b",
    r"\b(?:this|the (?:following|next)) (?:blog|article|post|page|guide)\b",
    r"\bwe (?:will|shall) (?:explore|discuss|look|delve)\b",
    r"\bfrequently asked questions\b|\bthese facets\b|\bread (?:more|on)\b|\bour own summary\b",
)
CLAIM = any_of(
    r"\b(?:is|are|constitutes?|represents?|stands? as|plays?|holds?|remains?)\b.{0,60}" + WEIGHTY,
    r"^(?:in (?:conclusion|summary|short)|overall|ultimately)\b",
)
GOES_ON = any_of(
    r"^(?:this|it|they|these|that|which)\s+(?:\w+ly\s+)?"
    r"(?:entails?|involves?|includes?|encompass(?:es)?|means?|covers?|consists?|comprises?|refers?)\b"
)
SOURCES = any_of(r"^(?:where do these facts come from|sources?|references|bibliography|further reading|see also)\b")
ASKS_SOURCES = any_of(r"\b(?:sources?|references?|facts?|come from|based on|evidence for|related)\b")
MADE_UP = any_of(r"\b(?:made[- ]up|invented|fictional|fictitious|hypothetical)\b")
ASKS_CASE = any_of(r"\b(?:cases?|scenarios?|examples?|made[- ]up|invented|fictional|fictitious|hypothetical)\b")
NAMED = re.compile(r"(?<!^)\b[A-Z][a-z]{3,}")
ASIDE = 0.3  # for a statement on the sources of an article, on what is made up, or on there being differences
PENALTY = 0.12  # for a sentence about the article itself
CELL = " | "  # between the cells of a table's row
ROW_PENALTY = 0.08  # for a row, which says little without its table
CLAIM_PENALTY = 0.06  # for one that says that something matters, where that isn't asked
GOES_ON_BONUS = 0.05  # for one that says what something is made up of


def fit(question: Question, unit: Unit, text: str) -> float:
    """What is added to the score of a statement, -0.3 to 0.2."""
    if ABOUT_ITSELF.search(text) or text.startswith(CELL.strip()):
        return -PENALTY
    if CELL in text and question.shape != "comparison":
        return -ROW_PENALTY
    wants = WANTS.get(question.shape)
    suits = wants(question, unit, text) if wants else 0.0
    if question.shape not in {"reason", "weight", "yes_no"} and CLAIM.search(text):
        suits -= CLAIM_PENALTY
    if question.shape in {"definition", "list", "manner", "other"} and GOES_ON.search(text):
        suits += GOES_ON_BONUS
    return suits


def place_fit(question: Question, section: Sequence[str], text: str) -> float:
    """What is taken from a statement on where an article is from, or on what is made up, unless that is asked for."""
    if section and SOURCES.search(section[-1]) and not ASKS_SOURCES.search(question.text):
        return -ASIDE
    if MADE_UP.search(" ".join((*section[-1:], text))) and not ASKS_CASE.search(question.text):
        named = any(name in text for name in NAMED.findall(question.text))  # somebody or something of the case
        return 0.0 if named else -ASIDE
    return 0.0


def _number(_: Question, __: Unit, text: str) -> float:
    return 0.1 if NUMBER.search(text) else 0.0


def _list(_: Question, unit: Unit, text: str) -> float:
    return 0.06 if unit.kind != "sentence" or ENUMERATION.search(text) else 0.0


def _definition(question: Question, unit: Unit, text: str) -> float:
    """A sentence whose subject is what is to be defined, by its name or by its abbreviation in brackets."""
    verb = DEFINES.search(text)
    asked = {word for word in question.stems if word not in ASKING}
    if unit.kind == "lead_in" or not verb or not asked:
        return 0.0
    bracketed = ABBREVIATION.search(text[: verb.start()])
    named = set(stems(bracketed.group(1))) if bracketed else set()
    subject = set(stems(ABBREVIATION.sub(" ", text[: verb.start()])))
    return 0.15 if asked in (subject, named) else 0.0


def only_differs(text: str) -> bool:
    """Whether a sentence says that there are differences, and not in what."""
    return bool(DIFFERENT.search(text) and not IN_WHAT.search(text))


def _comparison(_: Question, __: Unit, text: str) -> float:
    if only_differs(text):
        return -ASIDE
    return 0.04 if CONTRAST.search(text) else 0.0


def _if(pattern: re.Pattern[str], bonus: float) -> Callable[[Question, Unit, str], float]:
    return lambda _, __, text: bonus if pattern.search(text) else 0.0


WANTS: dict[str, Callable[[Question, Unit, str], float]] = {
    "number": _number,
    "list": _list,
    "definition": _definition,
    "example": _if(EXAMPLE, 0.1),
    "reason": _if(REASON, 0.04),
    "weight": _if(WEIGHT, 0.1),
    "yes_no": _if(ANSWERS_YES_OR_NO, 0.04),
    "comparison": _comparison,
}
