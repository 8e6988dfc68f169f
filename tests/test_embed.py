"""The encoder: unit rows, tokens at their places, the same for a text alone or among others; sentences from one run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from cmo_qa.embed import Encoded, OnnxEncoder, unit_rows
from cmo_qa.errors import IndexUnusableError
from cmo_qa.types import Block, Document, Passage, Unit
from ingest.embed import Part, embed, passage_text
from tests.library import BagOfWords, Silent

SHORT = "Who leads?"
ODD = "  Dr. Ames’s “naïve” plan – 漢字 …\n\tcosts $5.5m (42 CFR 482.22) 🙂  "
LONG = "The officer reviews how care is given and what went wrong. " * 60
TEXTS = (SHORT, ODD, LONG, "", "CMO", "The board of the hospital appoints the officer.", SHORT)


def test_vectors_and_tokens_are_unit_rows_of_the_dimensions_told(real_encoder: OnnxEncoder) -> None:
    assert (real_encoder.dim, real_encoder.token_dim, real_encoder.max_tokens) == (384, 128, 256)
    for encoded in real_encoder.encode_passages(TEXTS):
        assert encoded.vector.shape == (384,)
        assert encoded.vector.dtype == encoded.tokens.dtype == np.float32
        assert encoded.tokens.shape == (len(encoded.ids), 128)
        assert encoded.spans.shape == (len(encoded.ids), 2)
        assert encoded.states.shape == (len(encoded.ids), 384)
        assert float(np.linalg.norm(encoded.vector)) == pytest.approx(1, abs=1e-5)
        assert np.allclose(np.linalg.norm(encoded.tokens, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("text", [SHORT, ODD, LONG])
def test_token_spans_lie_in_the_text_in_order_and_hold_the_tokens(text: str, real_encoder: OnnxEncoder) -> None:
    encoded = real_encoder.encode_question(text)
    starts, ends = encoded.spans.T
    assert np.all(starts >= 0)
    assert np.all(starts < ends)
    assert np.all(ends <= len(text))
    assert np.all(starts[1:] >= ends[:-1])
    assert not any(text[start:end].isspace() for start, end in encoded.spans)


def test_every_word_has_its_token(real_encoder: OnnxEncoder) -> None:
    encoded = real_encoder.encode_question("Who leads the chief?")
    text = "Who leads the chief?"
    assert [text[start:end] for start, end in encoded.spans] == ["Who", "leads", "the", "chief", "?"]
    assert real_encoder.count_tokens(text) == len(encoded.ids) == 5
    assert np.all(encoded.ids < real_encoder.vocabulary_size)


def test_what_is_beyond_the_most_is_not_read(real_encoder: OnnxEncoder) -> None:
    encoded, cut = real_encoder.encode_passages([LONG, LONG[: len(LONG) // 2]])
    assert real_encoder.count_tokens(LONG) > 254
    assert len(encoded.ids) == len(cut.ids) == 254
    assert np.array_equal(encoded.ids, cut.ids)
    assert float(encoded.vector @ cut.vector) > 0.9999


def test_an_empty_text_has_a_vector_and_no_tokens(real_encoder: OnnxEncoder) -> None:
    for text in ("", " \n\t"):
        encoded = real_encoder.encode_question(text)
        assert encoded.tokens.shape == (0, 128)
        assert encoded.spans.shape == (0, 2)
        assert encoded.states.shape == (0, 384)
        assert float(np.linalg.norm(encoded.vector)) == pytest.approx(1, abs=1e-5)


def test_no_text_gives_nothing(real_encoder: OnnxEncoder) -> None:
    assert real_encoder.encode_passages([]) == []


def test_a_text_gives_the_same_alone_and_among_others_in_any_order(real_encoder: OnnxEncoder) -> None:
    forward = real_encoder.encode_passages(TEXTS)
    backward = real_encoder.encode_passages(TEXTS[::-1])[::-1]
    for text, one, other in zip(TEXTS, forward, backward, strict=True):
        alone = real_encoder.encode_passages([text])[0]
        for each in (one, other):
            assert np.array_equal(each.ids, alone.ids)
            assert np.array_equal(each.spans, alone.spans)
            assert np.allclose(each.vector, alone.vector, atol=1e-3)
            assert np.allclose(each.tokens, alone.tokens, atol=1e-3)
            assert np.allclose(each.states, alone.states, atol=1e-3)


def test_questions_and_passages_about_the_same_are_nearest(real_encoder: OnnxEncoder) -> None:
    passages = ("The board appoints the chief medical officer.", "Bread is baked from flour.", "Night calls are rare.")
    vectors = np.stack([one.vector for one in real_encoder.encode_passages(passages)])
    cosines = vectors @ real_encoder.encode_question("Who chooses the CMO?").vector
    assert int(np.argmax(cosines)) == 0


def test_the_vocabulary_knows_whole_words(real_encoder: OnnxEncoder) -> None:
    assert real_encoder.knows("hospital")
    assert not real_encoder.knows("hospitl")


@pytest.mark.parametrize("name", ["encoder.onnx", "tokenizer.json", "encoder.json"])
def test_an_encoder_without_one_of_its_files_says_what_to_do(tmp_path: Path, name: str, real_index: Path) -> None:
    for path in (real_index / "encoder").iterdir():
        if path.name != name:
            (tmp_path / path.name).symlink_to(path.resolve())
    with pytest.raises(IndexUnusableError) as caught:
        OnnxEncoder(tmp_path)
    message = str(caught.value)
    assert message.startswith(f"The encoder in {tmp_path} can't be loaded: ")
    assert message.endswith("\nBuild the index again: python -m ingest SOURCE…")


def test_unit_rows_keeps_directions_and_leaves_zero_alone() -> None:
    rows = unit_rows(np.array([[3, 4], [0, 0], [0, -2]], dtype=np.float32))
    assert rows.tolist() == [[pytest.approx(0.6), pytest.approx(0.8)], [0, 0], [0, -1]]


# Sentences from their passage's run

SENTENCES = ("The board leads.", "It meets often.", "Rain falls.")


def part_of(*passages: Sequence[str], title: str = "Rain") -> Part:
    """A document of these passages, each of these sentences."""
    text, spans, units = "", [], []
    for number, sentences in enumerate(passages):
        first = len(text)
        for sentence in sentences:
            units.append(Unit("a", number, len(text), len(text) + len(sentence), "sentence", number))
            text += f"{sentence} "
        spans.append(Passage("a", (), first, len(text) - 1))
    blocks = tuple(Block("paragraph", passage.start, passage.end) for passage in spans)
    return Part(Document("a", title, text, "a.md", blocks), "", spans, units)


@dataclass(frozen=True)
class Counting(BagOfWords):
    """Remembers the texts that it was given."""

    seen: list[str] = field(default_factory=list)

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        self.seen.extend(texts)
        return super().encode_passages(texts)


WORDS = ("board", "falls", "it", "leads", "meets", "often", "rain", "the")


def test_a_sentence_is_the_mean_of_its_tokens_and_of_those_of_the_one_before() -> None:
    encoder = Counting(WORDS)
    part = part_of(SENTENCES[:2], SENTENCES[2:])
    rows = embed([part], encoder, Silent()).sentences
    assert encoder.seen == [passage_text(part, 0), passage_text(part, 1)]  # one run a passage, none a sentence
    held = [{WORDS[at] for at in np.flatnonzero(row)} for row in rows]
    assert held == [{"the", "board", "leads"}, {"the", "board", "leads", "it", "meets", "often"}, {"rain", "falls"}]
    assert np.allclose(np.linalg.norm(rows, axis=1), 1)


def test_a_sentence_without_tokens_has_no_vector() -> None:
    rows = embed([part_of(("Unheard words.", "Rain falls."))], BagOfWords(WORDS), Silent()).sentences
    assert np.linalg.norm(rows, axis=1).tolist() == [0, pytest.approx(1)]


def test_where_no_vector_is_a_mean_of_tokens_each_sentence_is_run_behind_the_one_before() -> None:
    part = part_of(SENTENCES[:2], SENTENCES[2:])
    encoder = Counting(WORDS, mean_pooled=False)
    rows = embed([part], encoder, Silent()).sentences
    assert encoder.seen[2:] == ["The board leads.", "The board leads. It meets often.", "Rain falls."]
    assert np.allclose(rows, embed([part], BagOfWords(WORDS), Silent()).sentences)


def test_a_sentence_alone_in_its_passage_is_near_to_its_own_run(real_encoder: OnnxEncoder) -> None:
    assert real_encoder.mean_pooled
    part = part_of(["The board of the hospital appoints the chief medical officer."], title="")
    (row,) = embed([part], real_encoder, Silent()).sentences
    (alone,) = real_encoder.encode_passages([part.document.text])
    assert float(row @ alone.vector) > 0.95


def test_what_the_passage_says_decides_what_a_sentence_means(real_encoder: OnnxEncoder) -> None:
    said = "It lasts two years."
    parts = part_of(["The fellowship trains physicians.", said]), part_of(["Bread is baked.", said], title="Flour")
    of_fellowship, of_bread = (embed([part], real_encoder, Silent()).sentences[1] for part in parts)
    question = real_encoder.encode_question("How long is the fellowship?").vector
    assert float(of_fellowship @ question) > float(of_bread @ question) + 0.1
