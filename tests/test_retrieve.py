"""Retrieval is the min-max fusion of cosine, BM25 and late interaction over all passages, to the number."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from cmo_qa.embed import Encoded
from cmo_qa.late import rarity
from cmo_qa.retrieve import COSINE_SHARE, LATE_SHARE, min_max, retrieve
from cmo_qa.text import stems
from cmo_qa.types import Hit
from ingest.embed import passage_text
from ingest.tables import searched_text
from tests.library import Library, build_library

# One passage each: a title that the question never names, and a sentence of known words.
WARDS = {
    "a.md": "---\nid: a\ntitle: Ada\n---\n\nNurses serve wards.\n",
    "b.md": "---\nid: b\ntitle: Bea\n---\n\nNurses serve boards.\n",
    "c.md": "---\nid: c\ntitle: Cora\n---\n\nDoctors lead boards.\n",
    "d.md": "---\nid: d\ntitle: Dora\n---\n\nCooks bake bread.\n",
}
K1, B = 1.5, 0.75  # of BM25, as bm25s and Lucene have them


def ask(library: Library, question: str, count: int = 10) -> list[Hit]:
    return retrieve(library.index, library.encoder.encode_question(question), stems(question), count)


def bm25(library: Library, asked: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """BM25 of every passage, from its definition (Robertson and Zaragoza 2009, with Lucene's idf)."""
    texts = [
        Counter(stems(searched_text(part.document, passage))) for part in library.parts for passage in part.passages
    ]
    mean = sum(text.total() for text in texts) / len(texts)
    scores = np.zeros(len(texts))
    for stem in asked:
        holding = sum(stem in text for text in texts)
        idf = math.log(1 + (len(texts) - holding + 0.5) / (holding + 0.5))
        for row, text in enumerate(texts):
            count = text[stem]
            scores[row] += idf * count / (count + K1 * (1 - B + B * text.total() / mean)) if holding else 0
    return scores


def late(library: Library, question: Encoded) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Late interaction of every passage, from the tokens of the text that was embedded."""
    texts = [passage_text(part, number) for part in library.parts for number in range(len(part.passages))]
    weights = rarity(library.index, question.ids)
    best = [
        (question.tokens @ one.tokens.T).max(axis=1) if len(one.tokens) else np.zeros(len(question.ids))
        for one in library.encoder.encode_passages(texts)
    ]
    return np.array([row @ weights / weights.sum() for row in best], dtype=np.float64)


def stretched(scores: np.ndarray[tuple[int], np.dtype[np.float64]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    spread = scores.max() - scores.min()
    return (scores - scores.min()) / spread if spread else np.zeros_like(scores)


@pytest.fixture
def wards(tmp_path: Path) -> Library:
    return build_library(tmp_path / "index", WARDS)


def test_the_order_and_the_scores_worked_out_by_hand(wards: Library) -> None:
    found = ask(wards, "nurses wards")
    assert [hit.passage.document_id for hit in found] == ["a", "b", "c", "d"]
    # a passage is its title and three words, four tokens of length one: two of them shared, one, none, none
    cosines = [2 / math.sqrt(8), 1 / math.sqrt(8), 0, 0]
    assert [hit.cosine for hit in found] == pytest.approx(cosines)
    # four passages of the same length: a stem is worth its idf / (1 + 1.5); two hold "nurses", one holds "wards"
    nurses, wards_ = math.log(1 + 2.5 / 2.5) / 2.5, math.log(1 + 3.5 / 1.5) / 2.5
    assert [hit.lexical for hit in found] == pytest.approx([nurses + wards_, nurses, 0, 0])
    fused = [1, 0.6 * 0.5 + 0.4 * nurses / (nurses + wards_), 0, 0]
    # token by token: "nurses" stands in two of four passages and "wards" in one, the rarer one counts more
    rare, rarer = math.log(1 + 5 / 2.5), math.log(1 + 5 / 1.5)
    late = [1, rare / (rare + rarer), 0, 0]
    assert [hit.score for hit in found] == pytest.approx([0.5 * a + 0.5 * b for a, b in zip(fused, late, strict=True)])
    assert (COSINE_SHARE, LATE_SHARE) == (0.6, 0.5)


def test_a_hit_is_its_passage(wards: Library) -> None:
    (best,) = ask(wards, "bread", count=1)
    assert best.row == 3
    assert best.text == "Cooks bake bread."
    assert best.passage.document_id == "d"
    document = wards.index.document("d")
    assert document is not None
    assert document.text[best.passage.start : best.passage.end] == best.text


def test_equal_passages_stand_in_the_order_of_the_library(wards: Library) -> None:
    assert [hit.row for hit in ask(wards, "boards")] == [1, 2, 0, 3]


def test_a_question_without_a_known_word_finds_nothing_nearer_than_another(wards: Library) -> None:
    found = ask(wards, "xyzzy")
    assert [(hit.row, hit.score, hit.cosine, hit.lexical) for hit in found] == [(row, 0, 0, 0) for row in range(4)]


def test_a_word_that_only_bm25_knows_still_counts(wards: Library) -> None:
    assert [hit.row for hit in ask(wards, "nurse")][:2] == [0, 1]  # the embedder knows "nurses" alone


def test_no_more_than_asked_for(wards: Library) -> None:
    everything = ask(wards, "nurses lead", count=100)
    assert len(everything) == 4
    assert ask(wards, "nurses lead", count=2) == everything[:2]


@pytest.mark.parametrize(
    "question",
    [
        "What does a chief medical officer do?",
        "Who reviews the safety of patients?",
        "hours a week",
        "board",
        "How does a physician become an officer of the board?",
    ],
)
def test_the_same_as_brute_force(small: Library, question: str) -> None:
    encoded = small.encoder.encode_question(question)
    cosines = (small.embedded.passages @ encoded.vector).astype(np.float64)
    lexical = bm25(small, stems(question))
    fused = COSINE_SHARE * stretched(cosines) + (1 - COSINE_SHARE) * stretched(lexical)
    scores = LATE_SHARE * stretched(late(small, encoded)) + (1 - LATE_SHARE) * fused
    found = ask(small, question, count=len(fused))
    assert {hit.row: hit.score for hit in found} == pytest.approx(dict(enumerate(scores)), abs=1e-6)
    assert {hit.row: hit.lexical for hit in found} == pytest.approx(dict(enumerate(lexical)), abs=1e-6)
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)


def test_in_a_larger_library_every_candidate_of_either_search_is_looked_at(tmp_path: Path) -> None:
    articles = {
        f"{n:03}.md": f"---\nid: n{n:03}\ntitle: T\n---\n\nWards have word{n} and word{n % 7}.\n" for n in range(230)
    }
    library = build_library(tmp_path / "index", articles)
    best = ask(library, "word229", count=1)[0]
    assert best.passage.document_id == "n229"
    assert best.score == pytest.approx(1)
    found = ask(library, "wards word5", count=500)
    assert found[0].passage.document_id == "n005"
    assert len({hit.row for hit in found}) == len(found)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([2, 4, 3], [0, 1, 0.5]),
        ([-1, 1], [0, 1]),
        ([7], [0]),
        ([0.3, 0.3, 0.3], [0, 0, 0]),
        ([0, 0], [0, 0]),
    ],
)
def test_min_max(scores: list[float], expected: list[float]) -> None:
    stretched_scores = min_max(np.array(scores, dtype=np.float32))
    assert stretched_scores.dtype == np.float32
    assert stretched_scores.tolist() == pytest.approx(expected)
