"""A question that leans on the ones before it, made whole.

What it leans with is one of: a pronoun ("why is that important?"), a missing half ("and in a health center?"), or a
bare request ("an example?"). The earlier questions give what is missing: their topic, or the sentence to put the new
half into. A question that stands alone is left as it is, so that a change of subject is not dragged back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cmo_qa.text import STOPWORDS, any_of, words

PREPOSITIONS = "in|at|for|with|by|to|from|of|on|during|after|before|without|under|within|inside|outside|between|among"
JOINED = re.compile(r"^(?:and|but|or|so|then|also|ok(?:ay)?|well|now)\b[,:]?\s+(?=\S)", re.IGNORECASE)
WHAT_ABOUT = re.compile(r"^(?:what|how) about\s+(?P<rest>.+)$", re.IGNORECASE)
PREPOSITION_FIRST = re.compile(rf"^(?P<rest>(?P<word>{PREPOSITIONS})\s+.+)$", re.IGNORECASE)
NOT_ANAPHORIC = any_of(
    r"\bit\s+(?:true|possible|necessary|normal|common|legal|ok(?:ay)?|takes?|mean)\b|\b(?:does|will|would) it take\b",
    r"\b(?:say|says|said|know|think|mean|ensure|sure|so|such|fact|those)\s+that\b",
    r"\b(?:doctors?|physicians?|people|things?|skills?|one|anything|something|everything)\s+that\b",
    r"\bone of\b|\bno one\b",
)
ONE_OF_THEM = any_of(r"\b(?:which|who|what|how many|any|some|one|most|all|each|none) of (?:them|these|those)\b")
NAMED_FIRST = re.compile(r"^[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*, ")  # "Indeed, what does it list?": its own subject
OPEN_END = any_of(r"\b(?:what|which|who|how|when|where|why)\b.*\bthe (?:\w+ ){0,2}\w+\s*\??$", r"\bare there\s*\??$")
NAMED_WITHIN = re.compile(r"(?<!^)\b[A-Z]\w")
FEW = 3  # content words of a question that may leave open what it is about
PERSON = re.compile(r"\b(?P<word>they|he|she|him|his|her|their|theirs)\b", re.IGNORECASE)
THING = re.compile(r"\b(?P<word>its|it|them|that|this|those|these|one|ones)\b(?P<noun>\s+[a-z-]+)?", re.IGNORECASE)
ARTICLE = re.compile(r"^(?:an?|the)\s+", re.IGNORECASE)
DETERMINERS = {"that", "this", "those", "these"}
POSSESSIVES = {"his", "her", "their", "theirs", "its"}
ROLE = re.compile(r"\b(?:(?:the|an?)\s+)?(?:[a-z]+\s+)?(?:chief medical officers?|cmos?)\b", re.IGNORECASE)
BARE_REQUESTS = frozenset(
    [
        "example",
        "examples",
        "instance",
        "more",
        "details",
        "detail",
        "detailed",
        "explain",
        "elaborate",
        "continue",
        "else",
        "why",
        "how",
        "when",
        "where",
        "who",
    ]
)
FRAME = STOPWORDS | frozenset(
    [
        "say",
        "says",
        "said",
        "tell",
        "mean",
        "means",
        "meaning",
        "define",
        "definition",
        "describe",
        "explain",
        "role",
        "roles",
        "important",
        "importance",
        "need",
        "needs",
        "needed",
        "matter",
        "matters",
        "work",
        "works",
        "working",
        "happen",
        "happens",
        "use",
        "used",
        "example",
        "examples",
        "name",
        "list",
        "know",
        "want",
        "take",
        "takes",
        "play",
        "plays",
        "involve",
        "involves",
        "include",
        "includes",
        "necessary",
    ]
)
TRIM = FRAME | {"cmo", "cmos"}
AUXILIARY = "do|does|did|is|are|was|were|can|could|should|would|will|must|has|have"
ASKED_VERB = re.compile(
    rf"^(?:what|who|which)\s+(?!(?:{AUXILIARY})\b)\w+(?:s|ed)\b(?=\s+(?!(?:{AUXILIARY})\b)\w)", re.IGNORECASE
)
TOKEN = re.compile(r"[A-Za-z0-9][\w'’&/.-]*[\w]|\w")


@dataclass(frozen=True, slots=True)
class _Thread:
    """What the conversation has come to: its last question, whole, and what it is about."""

    whole: str = ""
    topic: str = ""


def standalone(question: str, history: Sequence[str]) -> str:
    """The question as it would be asked without the earlier ones; unchanged where it leans on nothing."""
    thread = _Thread()
    for earlier in history:
        thread = _next(thread, earlier.strip())
    return _next(thread, question.strip()).whole


def _next(before: _Thread, question: str) -> _Thread:
    """The thread after one more question: a new subject is taken up, a question that leans keeps the old one."""
    if not question:
        return before
    if not before.whole:
        return _Thread(question, topic_of(question))
    rest = JOINED.sub("", question)
    half = _half(rest, joined=rest != question)
    if half:
        topic = before.topic if PREPOSITION_FIRST.match(half) else topic_of(half)
        return _Thread(_with_half(before, half), topic or before.topic)
    if ONE_OF_THEM.search(rest):
        return _Thread(f"{before.whole.rstrip('?. ')}: {rest}", before.topic)
    whole = _with_topic(rest, before)
    if whole == rest and before.topic and (_says_nothing_alone(rest) or _leaves_open(rest)):
        whole = f"{rest.rstrip('?. ')}: {before.topic}?"
    return _Thread(_capital(whole), before.topic if whole != rest else topic_of(rest) or before.topic)


def _half(rest: str, *, joined: bool) -> str:
    """What the question puts in place of something in the one before it; empty where it is a whole question."""
    found = WHAT_ABOUT.match(rest)
    if not found and (joined or _is_short(rest)):
        found = PREPOSITION_FIRST.match(rest)
    return found["rest"] if found and not _has_verb(found["rest"]) else ""


def _with_half(before: _Thread, half: str) -> str:
    """The earlier question with its matching part exchanged: "in a hospital" for "in a health center"."""
    half = half.rstrip("?. ")
    start = before.whole.rstrip("?. ")
    first = half.split()[0].lower()
    if re.fullmatch(PREPOSITIONS, first):
        places = list(re.finditer(rf"\b{first}\b", start, re.IGNORECASE))
        return f"{start[: places[-1].start()].rstrip() if places else start} {half}?"
    exchanged = re.sub(re.escape(before.topic), _like(before.topic, half), start, count=1) if before.topic else start
    return f"{exchanged}?" if exchanged != start else f"{start}: {half}?"


def _like(topic: str, half: str) -> str:
    """The half without an article where the topic that it replaces has none."""
    return half if ARTICLE.match(topic) else ARTICLE.sub("", half)


def _with_topic(question: str, before: _Thread) -> str:
    """The question with its pronouns put into words."""
    if NAMED_FIRST.match(question) or not _leans(question):
        return question
    role = ROLE.search(before.whole)
    person = role.group(0).strip() if role else before.topic
    changed = PERSON.sub(lambda found: _in_words(found["word"], person), question) if person else question
    if not before.topic:
        return changed
    return THING.sub(lambda found: _thing_in_words(found, before.topic), changed, count=1)


def _leans(question: str) -> bool:
    plain = NOT_ANAPHORIC.sub(" ", question)
    return bool(PERSON.search(plain) or THING.search(plain))


def _in_words(pronoun: str, meant: str) -> str:
    if pronoun.lower() not in POSSESSIVES:
        return meant
    return f"{meant}'" if meant.endswith("s") else f"{meant}'s"


def _thing_in_words(found: re.Match[str], topic: str) -> str:
    pronoun, noun = found["word"].lower(), found["noun"] or ""
    following = noun.strip().lower()
    if pronoun in DETERMINERS and following and following not in FRAME:
        return f"the{noun} ({topic})"  # "that review": the noun says what, the topic says which
    return _in_words(pronoun, topic) + noun


def topic_of(question: str) -> str:
    """What a whole question is about: from its first to its last word that says something, the role aside.

    "Does the CMO have a role in medical research?" is about "medical research".
    """
    found = list(TOKEN.finditer(ASKED_VERB.sub(lambda verb: " " * len(verb.group()), question)))
    for frame in (TRIM, FRAME, STOPWORDS):
        kept = [token for token in found if _plain(token.group()) not in frame]
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
    article = re.search(r"\b(?:an?|the)\s+$", question[: first.start()], re.IGNORECASE)
    return question[article.start() if article else first.start() : end].rstrip("?.,")


def _plain(word: str) -> str:
    return (words(word) or [word.lower()])[0]


def _is_short(question: str) -> bool:
    return len(question.split()) <= 6


def _has_verb(half: str) -> bool:
    return bool(
        re.search(
            r"\b(?:is|are|was|were|do|does|did|can|could|should|would|will|has|have|happens?)\b", half, re.IGNORECASE
        )
    )


def _says_nothing_alone(question: str) -> bool:
    """Whether nothing in the question names a subject: "Why?", "Can you give me an example?"."""
    said = [word for word in words(question) if word not in STOPWORDS]
    return all(word in BARE_REQUESTS or word in FRAME for word in said)


def _leaves_open(question: str) -> bool:
    """Whether it asks for "the benefits" or "types" and leaves open of what."""
    said = [word for word in words(question) if word not in STOPWORDS]
    return (
        len(said) <= FEW and "cmo" not in said and bool(OPEN_END.search(question)) and not NAMED_WITHIN.search(question)
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
