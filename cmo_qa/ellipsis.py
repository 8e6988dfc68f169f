"""Nouns left out of a question, or left without what they are of, put back from the thread.

"What are the symptoms?" is a question of something; so are "the largest in the world", "important ones" and "the
expedition". Each rule needs a form that can't stand alone, so that a new subject is not dragged back.
"""

from __future__ import annotations

import re

from cmo_qa.anaphora import LONGEST_LEANING
from cmo_qa.grammar import ADJECTIVES, ASPECT, AUXILIARY, PREPOSITIONS, head, is_plural, plural, singular
from cmo_qa.text import STOPWORDS, any_of
from cmo_qa.thread import Thread
from cmo_qa.topic import action_of

DEGREE = (
    r"(?:main|possible|key|common|usual|important|other|most|good|great|big|biggest|best|different|typical|popular|famous"
    r"|major|primary|core|basic|essential|special|overall|general|potential|modern|current|recent|similar|side|health"
    r"|safety|long[- ]term|short[- ]term|new|some|any|more|first|necessary)"
)
OPEN = any_of(
    rf"^(?:(?:what|which|who)\b(?:'s|’s| is| are| was| were)?|(?:is|are|were|was) there|tell me (?:more )?about"
    rf"|describe|how many)(?: some of)?(?: (?:the|an?|some|any))?(?: {DEGREE})* (?P<noun>{ASPECT}(?:s|es)?"
    r"|benefits?|penalt(?:y|ies)|dut(?:y|ies)|responsibilit(?:y|ies)|properties|uses?|pros and cons|side effects?)"
    r"(?: are there| exist)?\s*[?.]*$"
)
KIND = re.compile(
    rf"^(?:what|which) (?P<noun>(?:types?|kinds?|sorts?|varieties|variety)) (?=(?:{AUXILIARY})\b)", re.IGNORECASE
)
SUPERLATIVE = re.compile(
    rf"^(?:what|which|who|where)(?: and when)?(?:'s|’s| is| are| was| were) the "
    rf"(?P<most>(?:(?!(?:rest|test|west|guest|forest|interest|request|harvest|chest|nest)\b)\w+est|best|worst|first|last"
    rf"|(?:most|least) \w+\b)(?: female| male)?)"
    rf"(?=\s*(?:[?.]*$|(?!of )(?:{PREPOSITIONS}|ever|and|that|who|\w{{3,}}ed)\b))",
    re.IGNORECASE,
)
ONES = re.compile(r"\b(?P<kind>[a-z-]+) (?P<one>ones?)\b(?! of\b)")
ADJECTIVAL = re.compile(r"(?:al|est|ic|ous|ive|ful|ant|ent|ern)$")
THE_NOUN = re.compile(rf"\bthe (?P<noun>[A-Za-z-]+)(?=\s*[?.!,]*$|\s+(?:{PREPOSITIONS}|{AUXILIARY})\b)")
OF_NOUN = re.compile(r"\bof (?P<noun>[a-z-]+)(?=\s*[?.!]*$)")
NAME = re.compile(r"(?<!^)\b(?P<name>[A-Z][a-z]+)\b(?!\s+[A-Z])")
COMPARED = any_of(
    r"\bin common\b",
    r"\b(?:are|were) they (?:different|similar|alike|related|the same)\b",
    r"\bthey (?:differ|compare)\b",
)
DOES_THAT = any_of(r"\bdo (?:that|this|it|so)\b(?=\s*[?.!]*$)")
THEY = re.compile(r"\bthey\b", re.IGNORECASE)
ROLE = re.compile(r"^(?:cmos?|officers?)$", re.IGNORECASE)


def completed(question: str, thread: Thread) -> str:
    """The question with the nouns that it lacks; unchanged where it lacks none or the thread has none."""
    if not thread.topic or len(question.split()) > LONGEST_LEANING:
        return question
    for rule in (_action, _compared, _open, _kind, _superlative, _ones, _fuller):
        whole = rule(question, thread)
        if whole != question:
            return whole
    return question


def _insert(question: str, at: int, text: str) -> str:
    return f"{question[:at]} {text}{question[at:]}"


def _action(question: str, thread: Thread) -> str:
    does = action_of(thread.whole) if DOES_THAT.search(question) else ""
    return DOES_THAT.sub(lambda _: does, question) if does else question


def _open(question: str, thread: Thread) -> str:
    found = OPEN.match(question)
    if not found or not found["noun"] or not thread.subject:
        return question
    return _insert(question, found.end("noun"), f"of {thread.subject}")


def _kind(question: str, thread: Thread) -> str:
    found = KIND.match(question)
    return _insert(question, found.end("noun"), f"of {thread.subject}") if found else question


def _superlative(question: str, thread: Thread) -> str:
    found = SUPERLATIVE.match(question)
    if not found:
        return question
    subject = thread.meant(several=True)
    noun = head(subject)
    if noun[:1].isupper():
        return _insert(question, found.end(), f"of {subject}")
    return _insert(question, found.end(), singular(noun) if " is " in question or " was " in question else noun)


def _ones(question: str, thread: Thread) -> str:
    found = ONES.search(question)
    noun = head(thread.subject)
    if not found or noun[:1].isupper() or not _is_quality(found["kind"]):
        return question
    fitting = plural(noun) if found["one"] == "ones" else singular(noun)
    return f"{question[: found.start('one')]}{fitting}{question[found.end() :]}"


def _is_quality(word: str) -> bool:
    return word in ADJECTIVES or (word not in STOPWORDS and bool(ADJECTIVAL.search(word)))


def _fuller(question: str, thread: Thread) -> str:
    for found in (*THE_NOUN.finditer(question), *OF_NOUN.finditer(question)):
        full = "" if ROLE.match(found["noun"]) else thread.fuller(found["noun"])
        if full and full.lower() not in question.lower():
            return f"{question[: found.start('noun')]}{full}{question[found.end('noun') :]}"
    for found in NAME.finditer(question):
        full = thread.named_in_full(found["name"])
        if full and full not in question and not question[: found.start()].rsplit(maxsplit=1)[-1][0].isupper():
            return f"{question[: found.start()]}{full}{question[found.end() :]}"
    return question


def _compared(question: str, thread: Thread) -> str:
    if not COMPARED.search(question) or is_plural(thread.topic) or not thread.pair():
        return question
    return THEY.sub(lambda _: thread.pair(), question, count=1)
