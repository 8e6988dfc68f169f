"""What a conversation is about so far: what "it", "they" and an unnamed subject stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cmo_qa.grammar import ARTICLE, AUXILIARY, ROLE_NAMES, as_several, is_plural, without_tail
from cmo_qa.text import content_words
from cmo_qa.topic import is_weak, kernel, narrowed, topics_of

ROLE = re.compile(rf"\b(?:(?:the|an?)\s+)?(?:[a-z]+\s+)?(?:{ROLE_NAMES})\b", re.IGNORECASE)
ROLE_ACTS = re.compile(rf"\b(?:{AUXILIARY})\s+(?:(?:the|an?)\s+)?(?:[a-z]+\s+)?(?:{ROLE_NAMES})\b", re.IGNORECASE)
KEPT = 8  # topics


@dataclass(frozen=True, slots=True)
class Thread:
    """The last question, whole, and the topics, the nearest first."""

    whole: str = ""
    topics: tuple[str, ...] = ()
    asides: tuple[str, ...] = ()  # what belongs to the topic, of the last question: "the symptoms"

    @property
    def topic(self) -> str:
        """What is talked about; empty where nothing was named."""
        return self.topics[0] if self.topics else ""

    def meant(self, *, several: bool) -> str:
        """What "it" stands for, or "they": the nearest that is one, or several; else the nearest."""
        for phrase in self._near():
            fitting = narrowed(phrase, several=several)
            if is_plural(fitting) == several:
                return fitting
        return as_several(narrowed(self.topic, several=True)) if several else narrowed(self.topic, several=False)

    def _near(self) -> Iterator[str]:
        yield from self.topics[:1]
        yield from self.asides
        yield from self.topics[1:]

    @property
    def subject(self) -> str:
        """What a noun without its complement belongs to."""
        return kernel(self.topic)

    @property
    def person(self) -> str:
        """Whom "she" or "they" stands for: the role where it was named, else who or what was talked about."""
        role = ROLE.search(self.whole)
        if not role or (not ROLE_ACTS.search(self.whole) and is_plural(self.topic)):
            return ""
        phrase = role.group().strip()
        return "" if phrase.lower() in self.topic.lower() and phrase.lower() != self.topic.lower() else phrase

    def followed_by(self, whole: str, found: Sequence[str]) -> Thread:
        """The thread after a question with these topics of its own; one that leans brings none."""
        if not self.topics:
            return Thread(whole, tuple(found))
        if found and not is_weak(found[0]):
            strong = [phrase for phrase in found if not is_weak(phrase)]
            return Thread(whole, tuple(dict.fromkeys((*strong, *self.topics)))[:KEPT])
        return Thread(whole, self.topics, tuple(found[:1]))

    def fuller(self, noun: str) -> str:
        """The topic that ends in the noun and says more, without its article; empty where none does."""
        for phrase in self.topics:
            plain = without_tail(phrase)
            if len(plain.split()) > 1 and plain.lower().split()[-1] == noun.lower():
                return plain
        return ""

    def named_in_full(self, name: str) -> str:
        """The topic of two or more names that one of them calls up: "Anne" is Anne Bonny."""
        for phrase in self.topics:
            names = ARTICLE.sub("", phrase).split()
            if len(names) == 2 and name in names and all(part[0].isupper() for part in names):
                return " ".join(names)
        return ""

    def pair(self) -> str:
        """The two things last talked about, where there are two."""
        two = [narrowed(phrase, several=False) for phrase in self.topics[:2]]
        return " and ".join(reversed(two)) if len(two) == 2 and all(map(content_words, two)) else ""


def begun(question: str) -> Thread:
    """The thread of a conversation's first question."""
    return Thread().followed_by(question, topics_of(question))
