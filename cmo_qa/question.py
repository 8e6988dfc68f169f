"""What is asked: the question made whole, its spelling mended, and the kind of answer it wants."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from cmo_qa.converse import LONGEST, Items, standalone
from cmo_qa.embed import Encoded
from cmo_qa.index import Index
from cmo_qa.lexicon import in_its_terms
from cmo_qa.text import STOPWORDS, WORD, any_of, stems

Shape = Literal[
    "definition",
    "list",
    "weight",
    "number",
    "comparison",
    "yes_no",
    "example",
    "reason",
    "manner",
    "keywords",
    "other",
]

ASKED_FOR = r"\b(?:what|which)"  # what follows is the thing that is asked for
A_THING = rf"{ASKED_FOR} (?!(?:do|does|did|can|could|should|would|will|might|must)\b)"  # "what do CMOs …" asks for none
SHAPES: tuple[tuple[Shape, re.Pattern[str]], ...] = (
    (
        "weight",
        any_of(
            r"\bhow (?:important|crucial|critical|vital|essential|central|serious|significant|necessary|urgent)\b",
            r"\bhow (?:much|heavily|greatly|far) (?:do|does|did|is|are)\b.*\b(?:matters?|count|weigh)\b",
            r"\bhow (?:much (?:weight|importance)|(?:big|large|great) an? (?:role|part|matter|concern|priority))\b",
            rf"{ASKED_FOR} (?:weight|importance|significance)\b",
        ),
    ),
    (
        "number",
        any_of(
            r"\bhow (?:many|much|long|old|often|big|large|high)\b",
            rf"{ASKED_FOR} (?:number|percentage|share|proportion)\b",
        ),
    ),
    (
        "comparison",
        any_of(
            r"\bdiffer(?:s|ences?|ent)?\b",
            r"\bcompar|\bdistinguish",
            r"\bvs\.?\b|\bversus\b|\bunlike\b|\bthan an?\b",
            r"\bbetter\b.*\bor\b|\bor\b.*\bbetter\b",
        ),
    ),
    (
        "example",
        any_of(r"\bexamples?\b", r"\bfor instance\b", r"\binstances? of\b", r"\b(?:name|give) (?:me )?an? \w+"),
    ),
    (
        "list",
        any_of(
            rf"{ASKED_FOR} (?:\w+ ){{0,3}}?(?:are|were) (?:the|some|its|their|your)\b",
            r"\b(?:list|name|enumerate)\b",
            rf"{ASKED_FOR} (?:all|kinds?|types?|sorts?)\b",
            rf"{A_THING}(?:\w+ ){{0,2}}\w{{3,}}s (?:are|is|do|does|has|have|keep|make|help|need|go|come)\b",
            rf"{A_THING}(?:\w+ ){{0,2}}\w{{3,}}s (?:should|can|could|would|will|might|must)\b",
        ),
    ),
    (
        "definition",
        any_of(
            r"^what do(?:es)? (?:an? |the )?[\w -]{2,40} do\??$",
            r"^(?:so,? )?(?:what|who)(?:'s| is| are| was) (?:an? |the )?[^,?]{1,60}\??$",
            r"^define\b|\bdefinition of\b|\bmeaning of\b|\bstands? for\b|\bwhat does .* mean\b",
        ),
    ),
    ("reason", any_of(r"\bwhy\b", r"\bwhat for\b", r"\breasons?\b")),
    ("yes_no", any_of(r"^(?:is|are|was|were|do|does|did|can|could|should|would|will|must|may|has|have)\b")),
    ("manner", any_of(r"\bhow\b", r"\bin what way")),
)
HOW_MANY = any_of(r"\bhow many\b", r"\bwhat number\b")  # what a list whole answers too
COMPARES = any_of(r"\bvs\b|\bversus\b|\bdifferences?\b")
QUESTION_WORD = any_of(
    r"\b(?:what|which|who|whom|whose|when|where|why|how)\b",
    r"\b(?:is|are|was|were|do|does|did|can|could|should|would|will|must|may)\b",
    r"\b(?:tell|give|list|name|define|explain|describe|compare)\b",
    r"\?",
)
SHORTEST = 5  # letters of a word that is mended: shorter ones are near to too many
LONG_WORD = 7  # letters from which one slip leaves little doubt
ENDINGS = ("s", "es", "ed", "d", "ing", "ly", "er", "ers", "r", "rs")


@dataclass(frozen=True, slots=True)
class Question:
    """A question ready to be answered."""

    asked: str
    text: str  # whole without the history, spelling mended
    shape: Shape
    stems: tuple[str, ...]  # of its content words
    encoded: Encoded

    def word(self, at: int) -> str:
        """What the token stands for in the text, in lower case."""
        start, end = self.encoded.spans[at]
        return self.text[start:end].lower()

    def content_tokens(self, start: int, end: int) -> list[int]:
        """The tokens within the span of the text that say something."""
        spans = ((int(a), int(b)) for a, b in self.encoded.spans)
        inside = [at for at, (a, b) in enumerate(spans) if start <= a and b <= end]
        return [at for at in inside if self.word(at).isalnum() and self.word(at) not in STOPWORDS]


def understand(index: Index, asked: str, history: Sequence[str], items: Items = lambda _: ()) -> Question:
    """Reads a question, at most LONGEST characters, in the light of the earlier ones.

    `items` gives the list that answers a question, for "the second one".
    """
    plain = " ".join(asked.split())
    earlier = [" ".join(question.split())[:LONGEST] for question in history]
    text = in_its_terms(mend(index, standalone(plain, earlier, items)), _vocabulary(index).keys())
    return Question(plain, text, shape_of(text), tuple(stems(text)), index.encoder.encode_question(text))


def shape_of(text: str) -> Shape:
    """The kind of answer that the question's words ask for."""
    if not QUESTION_WORD.search(text) and not COMPARES.search(text):
        return "keywords"
    return next((shape for shape, pattern in SHAPES if pattern.search(text)), "other")


def mend(index: Index, text: str) -> str:
    """The text with words that are neither the library's nor the encoder's put as the library writes them.

    A name, capitalised within the text, is only taken for a name that the library has.
    """
    return re.sub(r"[A-Za-z][A-Za-z'’]{3,}", lambda found: _mended(index, found), text)


def _mended(index: Index, found: re.Match[str]) -> str:
    word = found.group()
    plain = (WORD.findall(word.lower()) or [""])[0].partition("'")[0].partition("’")[0]
    if len(plain) < SHORTEST or plain in STOPWORDS or is_word(index, plain):
        return word
    is_name = word[0].isupper() and found.start() > 0 and not found.string.isupper()
    nearest = _nearest(_vocabulary(index), plain, names=is_name) or ("" if is_name else _nearest_common(index, plain))
    if not nearest:
        return word
    if word.isupper() or sum(letter.isupper() for letter in nearest) > 1:  # "HIPAA" is written so
        return nearest.upper() if word.isupper() else nearest
    return nearest.capitalize() if word[0].isupper() else nearest.lower()


def is_word(index: Index, word: str) -> bool:
    """Whether the library or the encoder's vocabulary has the word, or what is left of it without an ending."""
    if in_library(index, word) or index.encoder.knows(word):
        return True
    roots = [word[: -len(ending)] for ending in ENDINGS if word.endswith(ending) and len(word) - len(ending) > 3]
    return any(index.encoder.knows(form) or in_library(index, form) for root in roots for form in (root, root + "e"))


def in_library(index: Index, word: str) -> bool:
    """Whether an article has the lower-case word."""
    return word in _vocabulary(index)


@lru_cache(maxsize=2)
def _vocabulary(index: Index) -> Mapping[str, tuple[int, str]]:
    return index.vocabulary()


def _nearest(vocabulary: Mapping[str, tuple[int, str]], word: str, *, names: bool) -> str:
    """The library's word that is the fewest slips of the pen away, as it is written there, else empty."""
    from rapidfuzz import process
    from rapidfuzz.distance import DamerauLevenshtein

    most = 1 if len(word) < 8 else 2
    near = process.extract(word, vocabulary.keys(), scorer=DamerauLevenshtein.distance, score_cutoff=most, limit=20)
    found = [(slips, -vocabulary[known][0], vocabulary[known][1]) for known, slips, _ in near if _alike(known, word)]
    return min((one for one in found if one[2][0].isupper() or not names), default=(0, 0, ""))[2]


def _nearest_common(index: Index, word: str) -> str:
    """The common English word that is one slip away, for a longer word that the library hasn't anything like."""
    from rapidfuzz import process
    from rapidfuzz.distance import DamerauLevenshtein

    if len(word) < LONG_WORD:
        return ""
    common = _common_words(index)
    near = process.extract(word, common.keys(), scorer=DamerauLevenshtein.distance, score_cutoff=1, limit=20)
    return min(((common[known], known) for known, _, _ in near if _alike(known, word)), default=(0, ""))[1]


@lru_cache(maxsize=2)
def _common_words(index: Index) -> Mapping[str, int]:
    return index.encoder.common_words()


def _alike(known: str, word: str) -> bool:
    """Words of some length that begin alike, or sound so: the first letter is seldom the slip."""
    return len(known) > 3 and _first_sound(known) == _first_sound(word)


def _first_sound(word: str) -> str:
    return "f" if word.startswith("ph") else word[0]
