"""Words as every part of the program reads them: the same for passages, for questions and for evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from Stemmer import Stemmer

WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?")
ROLE = re.compile(r"\bchief\s+medical\s+officers?\b|\bcmos\b", re.IGNORECASE)
STOPWORDS = frozenset(
    """
    a about above after again all also am an and any are as at be because been before being below between both
    but by can could did do does doing don down during each either else ever every few for from further get gets
    give given had has have having he her here hers him his how i if in into is it its itself just let lets like
    may me might mine more most much must my neither no nor not now of off on once one only or other our ours
    out over own per please s shall she should so some such t tell than that the their theirs them then there
    these they this those through to too under until up upon us very was we were what when where whether which
    while who whom whose why will with within without would yes yet you your yours
    """.split()
)
FRAME = STOPWORDS | frozenset(
    """
    define definition describe example examples explain happen happens importance important involve involves include
    includes know list matter matters mean meaning means name necessary need needed needs play plays role roles said say
    says take takes tell use used want work working works
    """.split()
)  # words by which one asks, about whatever it is


def any_of(*patterns: str) -> re.Pattern[str]:
    """One pattern that matches where any of these does, in either case."""
    return re.compile("|".join(patterns), re.IGNORECASE)


def words(text: str) -> list[str]:
    """Lower-case words and numbers; a possessive loses its s, and the role's names are all `cmo`."""
    plain = ROLE.sub(" cmo ", text).lower()
    return [match.partition("'")[0].partition("’")[0] for match in WORD.findall(plain)]


def content_words(text: str) -> list[str]:
    """The words that say something: those that aren't grammar alone."""
    return [word for word in words(text) if word not in STOPWORDS]


def subject_words(text: str) -> list[str]:
    """The content words that are not just ways to ask."""
    return [word for word in words(text) if word not in FRAME]


def stems(text: str) -> list[str]:
    """Stems of the content words, in order: what BM25 and coverage compare."""
    return stem_all(content_words(text))


def stem_all(found: Iterable[str]) -> list[str]:
    """Snowball's English stems."""
    return [stem(word) for word in found]


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Snowball's English stem of one lower-case word."""
    return str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer() -> Stemmer:
    from Stemmer import Stemmer

    return Stemmer("english")
