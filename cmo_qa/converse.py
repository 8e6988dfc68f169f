"""A question that leans on the ones before it, made whole.

What it leans with is one of: a pronoun ("why is that important?"), a missing half ("and in a health center?"), or a
bare request ("an example?"). The earlier questions give what is missing: their topic, or the sentence to put the new
half into. A question that stands alone is left as it is, so that a change of subject is not dragged back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cmo_qa.anaphora import resolved
from cmo_qa.text import FRAME, STOPWORDS, any_of, words

LONGEST = 2000  # characters of a question
EARLIER = 8  # questions of the history that are read, the latest ones
PREPOSITIONS = "in|at|for|with|by|to|from|of|on|during|after|before|without|under|within|inside|outside|between|among"
JOINED = re.compile(r"^(?:and|but|or|so|then|also|ok(?:ay)?|well|now)\b[,:]?\s+(?=\S)", re.IGNORECASE)
WHAT_ABOUT = re.compile(r"^(?:what|how) about\s+(?P<rest>.+)$", re.IGNORECASE)
PREPOSITION_FIRST = re.compile(rf"^(?P<rest>(?:{PREPOSITIONS})\s+.+)$", re.IGNORECASE)
NOUN_PHRASE = re.compile(r"^(?P<rest>(?:an?|the|our|your|any)\s+(?:[\w-]+\s+){0,3}[\w-]+)\s*\?*$", re.IGNORECASE)
ONE_OF_THEM = any_of(
    r"\b(?:which|who|what|how many|any|some|one|most|all|each|none) of (?:them|these|those)\b",
    r"^the (?:first|second|third|fourth|fifth|last|other|next) one\b",
)
NAMED_FIRST = re.compile(r"^[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*, ")  # "Indeed, what does it list?": its own subject
OPEN_END = any_of(
    r"^(?:what|which|who|how many)\b(?:'s| is| are| was| were)?(?: (?:the|some of the))?"
    r"(?: (?:main|possible|key|common|usual))? (?:benefits?|advantages?|disadvantages?|risks?|challenges?|requirements?"
    r"|steps?|goals?|aims?|purpose|causes?|effects?|consequences?|reasons?|types?|kinds?|examples?|parts?|elements?|duties"
    r"|responsibilities|qualifications?|skills?|costs?|limits?|themes?|characters?|evidence|differences?|alternatives?"
    r"|exceptions?|penalt(?:y|ies))(?: are there)?\s*\?*$"
)
ABOUT_ONESELF = any_of(r"\b(?:am i|are you|your name)\b")
ARTICLE = re.compile(r"^(?:an?|the)\s+", re.IGNORECASE)
ROLE = re.compile(r"\b(?:(?:the|an?)\s+)?(?:[a-z]+\s+)?(?:chief medical officers?|cmos?)\b", re.IGNORECASE)
BARE_REQUESTS = frozenset(
    """
    continue detail detailed details elaborate else example examples explain how instance more when where who why
    """.split()
)
TRIM = FRAME | {"cmo", "cmos"}
ENDS_IN_VERB = re.compile(
    rf"(?:what|who|whom|which \w+)\s+(?:do|does|did)\s+(?:(?!(?:{PREPOSITIONS})\b)[\w-]+\s+)+\w+(?<!s)\s*\?*",
    re.IGNORECASE,
)
AUXILIARY = "do|does|did|is|are|was|were|can|could|should|would|will|must|has|have"
ASKED_VERB = re.compile(
    rf"^(?:what|who|which)\s+(?!(?:{AUXILIARY})\b)\w+(?:s|ed)\b(?=\s+(?!(?:{AUXILIARY})\b)\w)", re.IGNORECASE
)
VERB = any_of(r"\b(?:is|are|was|were|do|does|did|can|could|should|would|will|has|have|happens?)\b")
NAMES = re.compile(r"(?<!^)(?:\b[Tt]he )?\b(?!CMOs?\b)[A-Z][\w-]+(?:(?: and| of|,)? (?!CMOs?\b)[A-Z][\w-]+)*")
EXCHANGED = 3  # words of a topic that can be exchanged for another
TOKEN = re.compile(r"[A-Za-z0-9][\w'’&/.-]*[\w]|\w")


@dataclass(frozen=True, slots=True)
class _Thread:
    """What the conversation has come to: its last question, whole, and what it is about."""

    whole: str = ""
    topic: str = ""


def standalone(question: str, history: Sequence[str]) -> str:
    """The question as it would be asked without the earlier ones; unchanged where it leans on nothing."""
    thread = _Thread()
    for earlier in history[-EARLIER:]:
        thread = _next(thread, earlier.strip())
    return _next(thread, question.strip()).whole[:LONGEST]


def _next(before: _Thread, question: str) -> _Thread:
    """The thread after one more question: a new subject is taken up, a question that leans keeps the old one."""
    if not words(question):
        return _Thread(question, before.topic)
    if not before.whole:
        return _Thread(question, topic_of(question))
    rest = JOINED.sub("", question)
    whole, topic = _joined(before, rest, joined=rest != question)
    return _Thread(whole[:LONGEST], topic[:LONGEST])


def _joined(before: _Thread, rest: str, *, joined: bool) -> tuple[str, str]:
    """The rest of a question as a whole one, and what it is about."""
    half = _half(rest, joined=joined)
    if half:
        topic = "" if PREPOSITION_FIRST.match(half) else topic_of(half)
        return _with_half(before, half), topic or before.topic
    if ONE_OF_THEM.search(rest):
        return f"{before.whole.rstrip('?. ')}: {rest}", before.topic
    whole = _with_topic(rest, before)
    if whole == rest and before.topic and (_says_nothing_alone(rest) or OPEN_END.search(rest)):
        whole = f"{rest.rstrip('?. ')}: {before.topic}?"
    topic = before.topic if whole != rest else topic_of(rest) or before.topic
    return (_capital(whole) if whole != rest or joined else rest), topic


def _half(rest: str, *, joined: bool) -> str:
    """What the question puts in place of something in the one before it; empty where it is a whole question."""
    found = WHAT_ABOUT.match(rest)
    if not found and (joined or _is_short(rest)):
        found = PREPOSITION_FIRST.match(rest) or (NOUN_PHRASE.match(rest) if joined else None)
    return found["rest"].rstrip("?. ") if found and not _has_verb(found["rest"]) else ""


def _with_half(before: _Thread, half: str) -> str:
    """The earlier question with its matching part exchanged: "in a hospital" for "in a health center"."""
    start = before.whole.rstrip("?. ")
    first = half.split(maxsplit=1)[0].lower()
    if re.fullmatch(PREPOSITIONS, first):
        places = list(re.finditer(rf"\b{first}\b", start, re.IGNORECASE))
        return f"{start[: places[-1].start()].rstrip() if places else start} {half[0].lower()}{half[1:]}?"
    if before.topic and len(before.topic.split()) <= EXCHANGED:
        exchanged = start.replace(before.topic, _like(before.topic, half), 1)
        if exchanged != start:
            return f"{exchanged}?"
    if NAMES.search(half) and NAMES.search(start):
        return f"{NAMES.sub(lambda _: half, start, count=1)}?"
    return f"{start}: {half}?"


def _like(topic: str, half: str) -> str:
    """The half without an article where the topic that it replaces has none."""
    return half if ARTICLE.match(topic) else ARTICLE.sub("", half)


def _with_topic(question: str, before: _Thread) -> str:
    """The question with its pronouns put into words."""
    if NAMED_FIRST.match(question):
        return question
    role = ROLE.search(before.whole)
    return resolved(question, before.topic, role.group(0).strip() if role else before.topic)


def topic_of(question: str) -> str:
    """What a whole question is about: from its first to its last word that says something, the role aside.

    "Does the CMO have a role in medical research?" is about "medical research".
    """
    found = list(TOKEN.finditer(ASKED_VERB.sub(lambda verb: " " * len(verb.group()), question)))
    for frame in (TRIM, FRAME, STOPWORDS):
        kept = [token for token in found if _plain(token.group()) not in frame]
        if len(kept) > 1 and kept[-1] is found[-1] and ENDS_IN_VERB.fullmatch(question):
            kept.pop()  # "what does HIPAA protect?"
        if kept:
            return _span(question, found, kept[0], kept[-1], frame)
    return ""


def _span(
    question: str, found: Sequence[re.Match[str]], first: re.Match[str], last: re.Match[str], frame: frozenset[str]
) -> str:
    end = last.end()
    after = [token for token in found if token.start() >= end]
    if "cmo" in frame and after and _plain(after[0].group()) in {"cmo", "cmos"}:
        end = after[0].end()  # "a fractional CMO" is one thing
    before = [token for token in found if token.end() <= first.start()]
    start = first.start()
    if "cmo" in frame and before and _plain(before[-1].group()) == "cmo":
        start = before[-1].start()  # "a CMO mentor" too
    article = re.search(r"\b(?:an?|the)\s+$", question[:start], re.IGNORECASE)
    return question[article.start() if article else start : end].rstrip("?.,")


def _plain(word: str) -> str:
    return (words(word) or [word.lower()])[0]


def _is_short(question: str) -> bool:
    return len(question.split()) <= 6


def _has_verb(half: str) -> bool:
    return bool(VERB.search(half))


def _says_nothing_alone(question: str) -> bool:
    """Whether nothing in the question names a subject: "Why?", "Can you give me an example?"."""
    if ABOUT_ONESELF.search(question):
        return False
    said = [word for word in words(question) if word not in STOPWORDS]
    return all(word in BARE_REQUESTS or word in FRAME for word in said)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
