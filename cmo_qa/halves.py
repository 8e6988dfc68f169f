"""Half a question, put in place of its counterpart in the one before: "and in a health center?"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cmo_qa.grammar import ARTICLE, ASPECT, PREPOSITIONS, agreeing, head, is_aspect, is_plural
from cmo_qa.text import any_of
from cmo_qa.thread import Thread
from cmo_qa.topic import topics_of

WHAT_ABOUT = re.compile(r"^(?:what|how) about\s+(?P<rest>.+)$", re.IGNORECASE)
PREPOSITION_FIRST = re.compile(rf"^(?P<rest>(?:{PREPOSITIONS})\s+.+)$", re.IGNORECASE)
NOUN_PHRASE = re.compile(r"^(?P<rest>(?:an?|the|our|your|any)\s+(?:[\w-]+\s+){0,3}[\w-]+)\s*\?*$", re.IGNORECASE)
VERB = any_of(r"\b(?:is|are|was|were|do|does|did|can|could|should|would|will|has|have|happens?)\b")
NAMES = re.compile(r"(?<!^)(?:\b[Tt]he )?\b(?!CMOs?\b)[A-Z][\w-]+(?:(?: and| of|,)? (?!CMOs?\b)[A-Z][\w-]+)*")
NAME_ALONE = re.compile(
    rf"^(?!in |at |on |under |during )(?:{PREPOSITIONS})\s+"
    r"(?P<name>(?:the )?[A-Z][\w-]+(?: [A-Z][\w-]+)*)(?P<own>'s|’s)?$"
)
ASPECT_OF = re.compile(rf"\b(?:the |an? |some )?(?:[\w-]+ )?{ASPECT}s? (?=of\b)", re.IGNORECASE)
EXCHANGED = 3  # words of a topic that can be exchanged for another
SHORT = 6  # words


def half_of(rest: str, *, joined: bool) -> str:
    """What the question puts in place of something in the one before it; empty where it is a whole question."""
    found = WHAT_ABOUT.match(rest)
    if not found and (joined or len(rest.split()) <= SHORT):
        found = PREPOSITION_FIRST.match(rest) or (NOUN_PHRASE.match(rest) if joined else None)
    return found["rest"].rstrip("?. ") if found and not VERB.search(found["rest"]) else ""


def with_half(before: Thread, half: str) -> tuple[str, Sequence[str]]:
    """The earlier question with its matching part exchanged, and the topics that the half brings."""
    start = before.whole.rstrip("?. ")
    if PREPOSITION_FIRST.match(half):
        return _with_phrase(start, half), ()
    if is_aspect(head(half)) and " and " not in half and before.subject and " of " not in half:
        return _with_aspect(before, start, half), ()
    found = topics_of(half)
    if before.topic and len(before.topic.split()) <= EXCHANGED:
        exchanged = start.replace(before.topic, _like(before.topic, half), 1)
        if exchanged != start:
            return f"{agreeing(exchanged, _like(before.topic, half))}?", found
    if NAMES.search(half) and NAMES.search(start):
        return f"{agreeing(NAMES.sub(lambda _: half, start, count=1), half)}?", found
    return f"{start}: {half}?", found


def _with_phrase(start: str, half: str) -> str:
    """A phrase with its preposition takes the place of the last with the same one, a name that of a name."""
    places = list(re.finditer(rf"\b{half.split(maxsplit=1)[0]}\b", start, re.IGNORECASE))
    name = NAME_ALONE.match(half)
    if name and not places and NAMES.search(start):
        owned = name["name"] + (name["own"] or "")
        return f"{NAMES.sub(lambda _: owned, start, count=1)}?"
    return f"{start[: places[-1].start()].rstrip() if places else start} {half[0].lower()}{half[1:]}?"


def _with_aspect(before: Thread, start: str, half: str) -> str:
    """Another side of the same thing: "what about disadvantages?"."""
    named = half if ARTICLE.match(half) else f"the {half}"
    exchanged = ASPECT_OF.sub(lambda _: f"{named} ", start, count=1)
    if exchanged != start:
        return f"{exchanged}?"
    return f"What {'are' if is_plural(half) else 'is'} {named} of {before.subject}?"


def _like(topic: str, half: str) -> str:
    """The half without an article where the topic that it replaces has none."""
    return half if ARTICLE.match(topic) or re.search(r"[A-Z]", half) else ARTICLE.sub("", half)
