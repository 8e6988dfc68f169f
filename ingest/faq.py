"""A FAQ whose answers stand in one run beside the list of its questions: each question back to its answer.

Pages that fold answers away are often scraped so: the answers first, run together, and then all questions, or the other
way round. The order of the two is the same, so the run of sentences is cut into as many groups as there are questions,
in order, where the words agree best (dynamic programming). Where they don't agree clearly, nothing is moved.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from ingest.pieces import Piece, is_question, words
from ingest.sentences import split

if TYPE_CHECKING:
    from collections.abc import Sequence

_STOP_WORDS = (
    "a an and are as at be by can could do does for from had has have how if in into is it its may might "
    "must of on or our shall should that the their there these they this to was we were what when where "
    "which who whom whose why will with would you your about also more most any some typically usually "
    "generally often"
)
_STOP = frozenset(_STOP_WORDS.split())
_YES_NO = re.compile(
    r"(?:is|are|was|were|do|does|did|can|could|will|would|should|must|may|has|have|had|need)\b", re.IGNORECASE
)
_SAYS_YES_NO = re.compile(r"(?:yes|no|not (?:necessarily|always|really|exactly))\b", re.IGNORECASE)
_GOES_ON = re.compile(
    r"(?:they|these|this|those|it|he|she|such|in these|in this|additionally|also|moreover|furthermore|in addition|"
    r"besides|however|further|while|similarly|likewise|finally|overall|thus|therefore|as a result|for example|"
    r"for instance|many|some|others?|both|most)\b",
    re.IGNORECASE,
)
_IRREGULAR = {
    "paid": "pay", "led": "lead", "chosen": "choose", "taught": "teach", "held": "hold", "made": "make", "kept": "keep",
    "taken": "take", "given": "give", "known": "know", "spent": "spend", "sought": "seek", "became": "become",
}  # fmt: skip
_MOST_CUTS = 1_000_000  # to be weighed: 100 questions and 100 sentences; no page has more of a FAQ in one run
_SUFFIX = re.compile(r"(?:ations?|ments?|ings?|ively|ives?|ions?|ies|ied|ed|es|ly|al|s|e|y)$")


@dataclass(frozen=True, slots=True)
class _Run:
    """Questions without answers, and the body pieces that may hold them: both as ranges of positions."""

    first: int
    last: int  # one past
    questions: tuple[str, ...]
    sentences: tuple[str, ...]
    level: int


def pair(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces with every such run put right; one that can't be matched clearly keeps its order and its questions."""
    found = list(_unglued(pieces))
    start = 0
    while run := _next_run(found, start):
        answers = _matched(run.questions, run.sentences)
        new = _paired(run, answers) if answers else _kept(found[run.first : run.last])
        found[run.first : run.last] = new
        start = run.first + len(new)
    return found


def _unglued(pieces: Sequence[Piece]) -> list[Piece]:
    """Questions that end a paragraph stand alone where more bare ones follow it (`… in their fields.What is …?`)."""
    found: list[Piece] = []
    for number, piece in enumerate(pieces):
        after = pieces[number + 1] if number + 1 < len(pieces) else None
        sentences = [piece.text[a:b] for a, b in split(piece.text)]
        body = list(sentences)
        while body and is_question(body[-1]):
            body.pop()
        if piece.kind == "paragraph" and after and _asks(after) and body and len(body) < len(sentences):
            found.append(replace(piece, text=piece.text[: split(piece.text)[len(body) - 1][1]]))
            found += [Piece("heading", text, after.level or 2, said=False) for text in sentences[len(body) :]]
        else:
            found.append(piece)
    return found


def _asks(piece: Piece) -> bool:
    return piece.kind in {"heading", "paragraph", "item"} and is_question(piece.text) and len(split(piece.text)) == 1


def _next_run(pieces: Sequence[Piece], start: int) -> _Run | None:
    """The next two or more questions in a row that have their answers before or after all of them."""
    first = max(start, 1)  # the first piece is the title
    while first < len(pieces):
        last = first
        while last < len(pieces) and _asks(pieces[last]) and pieces[last].level == pieces[first].level:
            last += 1
        if last - first >= 2:
            return _run(pieces, start, first, last)
        first = last + 1
    return None


def _run(pieces: Sequence[Piece], start: int, first: int, last: int) -> _Run:
    """The run at these questions: with the body before them where that fits or none is after, else with that after."""
    questions = tuple(piece.text for piece in pieces[first:last])
    before = first
    while before > start and pieces[before - 1].kind == "paragraph":
        before -= 1
    after = last
    while after < len(pieces) and pieces[after].kind == "paragraph":
        after += 1
    level = next((piece.level + 1 for piece in reversed(pieces[:before]) if piece.kind == "heading"), 2)
    if before < first and (after == last or _matched(questions, _sentences(pieces[before:first]))):
        return _Run(before, last, questions, _sentences(pieces[before:first]), level)
    return _Run(first, after, questions, _sentences(pieces[last:after]), level)


def _sentences(pieces: Sequence[Piece]) -> tuple[str, ...]:
    return tuple(piece.text[a:b] for piece in pieces for a, b in split(piece.text))


def _paired(run: _Run, answers: Sequence[str]) -> list[Piece]:
    found: list[Piece] = []
    for question, answer in zip(run.questions, answers, strict=True):
        found += [Piece("heading", question, run.level, said=True), Piece("paragraph", answer)]
    return found


def _kept(pieces: Sequence[Piece]) -> list[Piece]:
    """Questions that found no answer stay where they stand, as text, so that none is taken for an empty heading."""
    return [
        replace(piece, kind="paragraph", level=0) if _asks(piece) and piece.kind == "heading" else piece
        for piece in pieces
    ]


# Which sentences answer which question


def _matched(questions: Sequence[str], sentences: Sequence[str]) -> list[str] | None:
    """One answer a question, in order, or None where the words don't clearly say so."""
    if len(sentences) < len(questions) or len(questions) * len(sentences) ** 2 > _MOST_CUTS:
        return None
    scores = _affinities(questions, sentences)
    cuts = _best_cuts(scores, sentences)
    starts = cuts[:-1]
    clear = all(
        scores[number][at] > 0 and scores[number][at] >= max(row[at] for row in scores)
        for number, at in enumerate(starts)
    )
    return [" ".join(sentences[a:b]) for a, b in itertools.pairwise(cuts)] if clear else None


def _affinities(questions: Sequence[str], sentences: Sequence[str]) -> list[list[float]]:
    """How well each sentence fits each question: the shared stems, each by how few of the questions have it."""
    asked = [_stems(question) for question in questions]
    rarity = Counter(stem for stems in asked for stem in stems)
    weight = {stem: math.log((1 + len(questions)) / count) for stem, count in rarity.items()}
    return [
        [
            sum(weight[stem] for stem in stems & _stems(sentence)) / math.sqrt(1 + len(stems))
            + _cue(question, sentence)
            for sentence in sentences
        ]
        for question, stems in zip(questions, asked, strict=True)
    ]


def _cue(question: str, sentence: str) -> float:
    """`No, …` answers a question for yes or no, and no other."""
    if not _SAYS_YES_NO.match(sentence):
        return 0.0
    return 1.5 if _YES_NO.match(question) else -1.5


@lru_cache(maxsize=4096)
def _stems(text: str) -> frozenset[str]:
    return frozenset(_stem(word) for word in words(text.lower()) if word not in _STOP and len(word) > 2)


def _stem(word: str) -> str:
    word = _IRREGULAR.get(word, word)
    stem = _SUFFIX.sub("", word)
    return stem if len(stem) >= 4 else word


def _best_cuts(scores: Sequence[Sequence[float]], sentences: Sequence[str]) -> list[int]:
    """Where each group begins, and the end: the cut into contiguous groups whose sum of affinities is highest."""
    total, groups = len(sentences), len(scores)
    best = [[-math.inf] * (total + 1) for _ in range(groups + 1)]
    back = [[0] * (total + 1) for _ in range(groups + 1)]
    best[0][0] = 0.0
    for group in range(1, groups + 1):
        for end in range(group, total - groups + group + 1):
            options = [
                (best[group - 1][at] + _group_score(scores[group - 1], sentences, at, end), at)
                for at in range(group - 1, end)
            ]
            best[group][end], back[group][end] = max(options)
    cuts = [total]
    for group in range(groups, 0, -1):
        cuts.append(back[group][cuts[-1]])
    return cuts[::-1]


def _group_score(row: Sequence[float], sentences: Sequence[str], start: int, end: int) -> float:
    """The opening sentence counts most, and does not begin as one that goes on."""
    opening = row[start] * 2 - (1.5 if _GOES_ON.match(sentences[start]) else 0)
    return opening + sum(row[start + 1 : end])
