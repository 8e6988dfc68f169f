"""A question that leans on the ones before it, made whole.

What it leans with is one of: a pronoun ("why is that important?"), a missing half ("and in a health center?"), a noun
of something unsaid ("what are the symptoms?"), a place in a list ("the second one?") or a bare request ("an example?").
The earlier questions give what is missing: their topic, or the sentence to put the new half into. A question that
stands alone is left as it is, so that a change of subject is not dragged back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from cmo_qa.anaphora import resolved
from cmo_qa.ellipsis import completed
from cmo_qa.grammar import ADJECTIVES, VERBS
from cmo_qa.halves import half_of, with_half
from cmo_qa.ordinal import is_place, with_item
from cmo_qa.text import FRAME, STOPWORDS, any_of, stems, words
from cmo_qa.thread import Thread, begun
from cmo_qa.topic import topics_of

Items: TypeAlias = Callable[[str], Sequence[str]]  # a question to the items of the list that answers it

LONGEST = 2000  # characters of a question
EARLIER = 8  # questions of the history that are read, the latest ones
JOINED = re.compile(r"^(?:and|but|or|so|then|also|ok(?:ay)?|well|now)\b[,:]?\s+(?=\S)", re.IGNORECASE)
ONE_OF_THEM = any_of(r"\b(?:which|who|what|how many|any|some|one|most|all|each|none) of (?:them|these|those)\b")
NAMED_FIRST = re.compile(r"^[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*, ")  # "Indeed, what does it list?": its own subject
DEFINITE = re.compile(r"\b(?:the|such)\s+(?P<noun>[a-z-]+)\b")
THE_ROLE = frozenset("cmo cmos role job position post title profession".split())
NAMED = re.compile(r"(?<!^)\b[A-Z]")
SHORT = 10  # words of a question that may have left its subject to the ones before
ABOUT_ONESELF = any_of(r"\b(?:am i|are you|your name)\b")
BARE_REQUESTS = frozenset(
    """
    continue detail detailed details elaborate else example examples explain how instance more when where who why
    """.split()
)
BARE_WORD = re.compile(
    r"^(?P<word>(?:why|how|when|where|who(?:m)?)(?: else)?)(?: exactly| then| so)?\s*\?*$", re.IGNORECASE
)
YES_NO = any_of(r"^(?:do|does|did|is|are|was|were|can|could|should|would|will|must|may|has|have)\b")
ONLY = re.compile(r"\b(?:only|just)\s+", re.IGNORECASE)
LINKS = (
    (any_of(r"\b(?:an?|any|some|another|more) (?:examples?|instance)\W*$"), "of"),
    (any_of(r"\b(?:more|details?)\W*$"), "about"),
    (any_of(r"^(?:please )?elaborate\W*$"), "on"),
    (any_of(r"^(?:please )?explain\W*$", r"^why\W*$"), ""),
)  # how what a bare request is about follows it


def standalone(question: str, history: Sequence[str], items: Items = lambda _: ()) -> str:
    """The question as it would be asked without the earlier ones; unchanged where it leans on nothing.

    `items` is asked only where a place in a list is meant.
    """
    thread = _thread(history, items)
    return _next(thread, question.strip(), items).whole[:LONGEST]


def _thread(history: Sequence[str], items: Items) -> Thread:
    thread = Thread()
    for earlier in history[-EARLIER:]:
        thread = _next(thread, earlier.strip(), items)
    return thread


def with_subject(question: str, history: Sequence[str]) -> str:
    """What a question would be if it leaned on the ones before it: their subject, put behind its "the …".

    "What are the figures good for?" may lean, or not: who asks both ways can tell by the answers. Empty where the
    question is long or names somebody, and where `standalone` changes it.
    """
    thread = _thread(history, lambda _: ())
    rest = JOINED.sub("", question.strip())
    end = _definite_end(rest)
    if not end or not thread.subject or len(rest.split()) > SHORT or NAMED.search(rest):
        return ""
    if standalone(question, history).casefold() != rest.casefold() or set(stems(thread.subject)) & set(stems(rest)):
        return ""
    return _capital(f"{rest[:end]} ({thread.subject}){rest[end:]}")


def _definite_end(question: str) -> int:
    """Where the first "the …" or "such …" ends that doesn't say of what; 0 where there is none."""
    for found in DEFINITE.finditer(question):
        following = (words(question[found.end() :]) or [""])[0]
        ends = not following or following in STOPWORDS | VERBS | ADJECTIVES
        if ends and following != "of" and found["noun"].lower() not in THE_ROLE | ADJECTIVES:
            return found.end()
    return 0


def _next(before: Thread, question: str, items: Items) -> Thread:
    """The thread after one more question: a new subject is taken up, a question that leans keeps the old one."""
    if not words(question):
        return Thread(question, before.topics, before.asides)
    if not before.whole:
        return begun(question)
    rest = JOINED.sub("", question)
    half = "" if is_place(rest) else half_of(rest, joined=rest != question)
    if half:
        whole, found = with_half(before, _with_topic(half, before))
        return before.followed_by(whole[:LONGEST], found)
    whole, found = _whole(before, rest, items)
    leans = whole != rest
    return before.followed_by((_capital(whole) if leans or rest != question else rest)[:LONGEST], found)


def _whole(before: Thread, rest: str, items: Items) -> tuple[str, Sequence[str]]:
    """The rest of a question as a whole one, and the topics that it brings."""
    listed, item = with_item(rest, lambda: items(before.whole))
    if item:
        return listed, [item]
    if is_place(rest):
        return rest, ()
    if ONE_OF_THEM.search(rest):
        return f"{before.whole.rstrip('?. ')}: {rest}", ()
    whole = completed(rest, before)
    whole = _with_topic(whole, before)
    if whole == rest and before.topic and _says_nothing_alone(rest):
        whole = _about(rest, before)
    return whole, () if whole != rest else topics_of(rest)


def _with_topic(question: str, before: Thread) -> str:
    """The question with its pronouns put into words."""
    if NAMED_FIRST.match(question):
        return question
    return resolved(question, before.meant(several=False), before.meant(several=True), before.person)


def _about(request: str, before: Thread) -> str:
    """A bare request with what it is about: "why?" of "does a CMO need an MBA?"."""
    bare = BARE_WORD.match(request)
    if bare and YES_NO.match(before.whole):
        asked = ONLY.sub("", before.whole, count=1)
        return f"{bare['word']} {asked[:1].lower()}{asked[1:]}"
    start = request.rstrip("?.! ")
    link = next((link for pattern, link in LINKS if pattern.search(start)), None)
    ending = request[len(start) :].strip() or "?"
    if link is None:
        return f"{start}: {before.topic}?"
    return " ".join(filter(None, (start, link, before.topic))) + ending


def _says_nothing_alone(question: str) -> bool:
    """Whether nothing in the question names a subject: "Why?", "Can you give me an example?"."""
    if ABOUT_ONESELF.search(question):
        return False
    said = [word for word in words(question) if word not in STOPWORDS]
    return all(word in BARE_REQUESTS or word in FRAME for word in said)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
