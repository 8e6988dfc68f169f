"""What somebody named in the question says ("according to X …"), before what anybody else says.

A statement is X's where it, the lead-in of its list or a heading above it names X, where it goes on from one that does,
or where its article is X's by title, source, address, author or publisher.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from cmo_qa.evidence import Evidence
from cmo_qa.index import Index
from cmo_qa.question import Question
from cmo_qa.text import STOPWORDS, words

SAYS = r"(?:say|state|list|claim|recommend|advise|suggest|describe|define|argue|explain|mention)(?:s|d|ed)?"
NAME = r"(?:[Tt]he )?[A-Z][\w&.'’-]*(?: (?:(?:of|for|and|the|on) )*[A-Z][\w&.'’-]*)*"
PHRASE = r"[\w&.'’-]+(?: [\w&.'’-]+){0,4}?"
SPEAKER = (
    re.compile(rf"\b[Aa]ccording to (?P<who>{NAME})"),
    re.compile(rf"\b[Aa]ccording to (?P<who>{PHRASE})(?=[,?.!]|$| (?:what|which|who|how|why|is|are|does|do|must)\b)"),
    re.compile(rf"\b(?:does|do|did) (?P<who>{PHRASE}) {SAYS}\b"),
    re.compile(rf"^(?:[Ww]hat|[Ww]hich|[Hh]ow|[Ww]hy)\b.*? (?P<who>{NAME}) {SAYS}\b"),
)
NOBODY = frozenset("article articles author cmo cmos guide he i it library one people she text they we you".split())
GOES_ON = re.compile(r"(?:it|they|its|their|this|these)\b", re.IGNORECASE)
WE = re.compile(r"\b(?:we|our|us)\b", re.IGNORECASE)
OURS = 0.4  # what is added to the score of a statement of the one asked for, and taken from all others


def as_said_by(index: Index, question: Question, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence with that of the one whom the question names first; as it was where none is theirs."""
    speaker = speaker_of(question.text)
    if not speaker:
        return list(evidence)
    own = {one.unit.document_id for one in evidence if _says_we(one) and speaker <= set(words(one.text))}
    theirs = {
        one.row
        for one in evidence
        if _is_theirs(index, speaker, one) or (_says_we(one) and one.unit.document_id in own)
    }
    if not theirs:
        return list(evidence)
    weighed = [replace(one, score=one.score + (OURS if one.row in theirs else -OURS)) for one in evidence]
    return sorted(weighed, key=lambda one: (-one.score, one.row))


def speaker_of(question: str) -> frozenset[str]:
    """The words of the name whose view is asked for; empty where no one's is."""
    for pattern in SPEAKER:
        found = pattern.search(question)
        if found:
            named = frozenset(words(found["who"]))
            return frozenset() if named & NOBODY else named - STOPWORDS
    return frozenset()


def _says_we(one: Evidence) -> bool:
    """Whether the publisher of an article speaks: "At X, we …"; then "our …" elsewhere in it is X's too."""
    return bool(WE.search(one.text))


def _is_theirs(index: Index, speaker: frozenset[str], one: Evidence) -> bool:
    near = [one.text, *one.hit.passage.section, *(text for _, _, text in index.lead_ins(one.unit))]
    if GOES_ON.match(one.text):
        near.append(index.text_before(one.row, one.unit))
    return speaker <= frozenset(words(" ".join(near))) or speaker <= _publisher(index, one.unit.document_id)


@lru_cache(maxsize=1024)
def _publisher(index: Index, document_id: str) -> frozenset[str]:
    """The words of all that says whose article it is."""
    return frozenset(words(re.sub(r"[-_./]+", " ", index.published_by(document_id))))
