"""The scores of sentences, each worked out by hand: with one-hot tokens, late interaction counts the shared words."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from cmo_qa.evidence import COSINE, LATE, LEXICAL, SENTENCE, Evidence, gather
from cmo_qa.late import best_matches, rarity
from cmo_qa.retrieve import retrieve
from cmo_qa.text import stems
from tests.library import BagOfWords, Library, build_library

# Two passages. "Wards" are in both, "nurses" and "boards" in one each.
ARTICLES = {
    "a.md": "---\nid: a\ntitle: A\n---\n\nNurses serve wards. Cooks bake bread. Wards need nurses.\n",
    "b.md": "---\nid: b\ntitle: B\n---\n\nBoards visit wards.\n",
}
SENTENCES = ["Nurses serve wards.", "Cooks bake bread.", "Wards need nurses.", "Boards visit wards."]


def idf(holding: int, passages: int = 2) -> float:
    return math.log(1 + (passages + 1) / (0.5 + holding))


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return build_library(tmp_path / "index", ARTICLES)


def ask(library: Library, question: str) -> list[Evidence]:
    encoded = library.encoder.encode_question(question)
    return gather(library.index, encoded, retrieve(library.index, encoded, stems(question), 10))


def by_row(found: list[Evidence]) -> list[Evidence]:
    return sorted(found, key=lambda one: one.row)


def test_every_sentence_of_the_passages_is_looked_at(library: Library) -> None:
    assert [one.text for one in by_row(ask(library, "nurses"))] == SENTENCES
    assert [one.unit.passage for one in by_row(ask(library, "nurses"))] == [0, 0, 0, 1]


def test_late_interaction_is_the_share_of_the_questions_tokens_by_rarity(library: Library) -> None:
    found = by_row(ask(library, "nurses wards"))
    nurses, wards = idf(1), idf(2)
    both, only_wards = 1.0, wards / (nurses + wards)
    assert [one.late for one in found] == pytest.approx([both, 0, both, only_wards])


def test_a_token_that_is_asked_twice_counts_twice(library: Library) -> None:
    found = by_row(ask(library, "nurses wards nurses"))
    nurses, wards = idf(1), idf(2)
    assert found[3].late == pytest.approx(wards / (2 * nurses + wards))


def test_the_cosine_is_of_the_sentence_behind_the_one_before_it(library: Library) -> None:
    found = by_row(ask(library, "nurses"))
    # alone: one of 3 words; behind another: one of 6; nothing stands before the sentence of another passage
    expected = [1 / math.sqrt(3), 1 / math.sqrt(6), 1 / math.sqrt(6), 0]
    assert [one.cosine for one in found] == pytest.approx(expected, abs=1e-3)  # kept as float16


def test_the_score_is_the_sum_of_its_four_shares(library: Library) -> None:
    found = by_row(ask(library, "nurses wards"))
    assert pytest.approx(1) == LATE + SENTENCE + COSINE + LEXICAL
    late = [1, 0, 1, found[3].late]
    cosines = np.array([one.cosine for one in found])
    sentence = (cosines - cosines.min()) / (cosines.max() - cosines.min())
    of_passage = [1, 1, 1, 0]  # of two passages one is nearest and the other is not, by cosine and by BM25
    expected = [LATE * late[row] + SENTENCE * sentence[row] + (COSINE + LEXICAL) * of_passage[row] for row in range(4)]
    assert [one.score for one in found] == pytest.approx(expected, abs=1e-6)


def test_the_best_comes_first_and_equals_stand_as_written(library: Library) -> None:
    found = ask(library, "nurses wards")
    assert found[0].text == "Nurses serve wards."
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert [one.row for one in ask(library, "xyzzy")] == [0, 1, 2, 3]


def test_a_question_of_unknown_words_has_evidence_near_nothing(library: Library) -> None:
    assert {(one.late, one.cosine, one.score) for one in ask(library, "xyzzy?")} == {(0, 0, 0)}


def test_without_a_passage_there_is_no_evidence(library: Library) -> None:
    assert gather(library.index, library.encoder.encode_question("wards"), []) == []


def test_best_matches_of_known_vectors() -> None:
    words = BagOfWords(("board", "nurse", "ward"))
    wanted, given = words.encode_question("ward nurse").tokens, words.encode_question("ward board ward").tokens
    assert best_matches(wanted, given).tolist() == [1, 0]
    assert best_matches(given, wanted).tolist() == [1, 0, 1]
    assert best_matches(wanted, given[:0]).tolist() == [0, 0]
    half = np.array([[math.sqrt(0.5), 0, math.sqrt(0.5)]], dtype=np.float32)
    assert best_matches(wanted, half).tolist() == pytest.approx([math.sqrt(0.5), 0])


def test_rarity_is_above_zero_and_higher_for_rarer_tokens(library: Library) -> None:
    words = library.encoder.vocabulary
    ids = np.array([words.index("wards"), words.index("nurses")])
    assert rarity(library.index, ids).tolist() == pytest.approx([idf(2), idf(1)])
    assert 0 < idf(2) < idf(1)
