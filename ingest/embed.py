"""Passages and sentences as vectors, and every sentence's tokens in the light of its passage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from cmo_qa.embed import Embedder, Encoded, Vectors
from cmo_qa.index import TOKEN_SCALE
from cmo_qa.types import Document, Passage, Unit
from ingest.chunk import embedding_text
from ingest.progress import Progress

T = TypeVar("T")

AT_ONCE = 64  # texts between two steps of the progress bar

Tokens: TypeAlias = NDArray[np.int8]  # (n, token_dim), unit rows times TOKEN_SCALE


@dataclass(frozen=True, slots=True)
class Part:
    """One document with its passages and units; `Unit.passage` counts within the document."""

    document: Document
    sha256: str  # of the source file
    passages: Sequence[Passage]
    units: Sequence[Unit]


@dataclass(frozen=True, slots=True)
class Embedded:
    """All that the encoder says of a library, rows in the order of its passages and units."""

    passages: Vectors  # (passages, dim)
    sentences: Vectors  # (units, dim): each unit behind the one before it in its passage, which it may lean on
    tokens: Tokens  # (tokens, token_dim), unit after unit
    token_ends: NDArray[np.int64]  # (units + 1,): tokens of unit i are rows token_ends[i] to token_ends[i + 1]
    heading_tokens: Tokens  # (tokens, token_dim) of each passage's title and headings, passage after passage
    heading_ends: NDArray[np.int64]  # (passages + 1,): as token_ends, of passages
    unit_ends: NDArray[np.int64]  # (passages + 1,): units of passage i are rows unit_ends[i] to unit_ends[i + 1]
    token_frequency: NDArray[np.int32]  # (vocabulary,): passages that hold the token


def embed(parts: Sequence[Part], encoder: Embedder, progress: Progress) -> Embedded:
    """Runs the encoder over every passage, with its title and headings before it, and over every sentence."""
    vectors: list[Vectors] = []
    tokens: list[Tokens] = []
    headings: list[Tokens] = []
    units = [0]
    frequency = np.zeros(encoder.vocabulary_size, dtype=np.int32)
    places = [(part, number) for part in parts for number in range(len(part.passages))]
    for batch in progress.track("Embedding passages", _batched(places), len(places)):
        encoded = encoder.encode_passages([passage_text(part, number) for part, number in batch])
        for (part, number), one in zip(batch, encoded, strict=True):
            vectors.append(one.vector)
            tokens += _unit_tokens(part, number, one)
            headings.append(_heading_tokens(part, number, one))
            units.append(len(tokens))
            frequency[np.unique(one.ids)] += 1
    sentences = _sentences(parts, encoder, progress)
    rows, ends = _flat(tokens, encoder.token_dim)
    heading_rows, heading_ends = _flat(headings, encoder.token_dim)
    return Embedded(
        np.stack(vectors), sentences, rows, ends, heading_rows, heading_ends, np.array(units, dtype=np.int64), frequency
    )


def _flat(tokens: Sequence[Tokens], dim: int) -> tuple[Tokens, NDArray[np.int64]]:
    """All rows behind one another, and where each of the given ends."""
    ends = np.cumsum([0, *map(len, tokens)], dtype=np.int64)
    return (np.concatenate(tokens) if tokens else np.zeros((0, dim), dtype=np.int8)), ends


def passage_text(part: Part, number: int) -> str:
    """A passage as the encoder reads it."""
    passage = part.passages[number]
    return embedding_text(part.document.title, passage.section, part.document.text[passage.start : passage.end])


def _unit_tokens(part: Part, number: int, encoded: Encoded) -> Iterator[Tokens]:
    """The token vectors of each unit of the passage, found by their places in the text that was embedded."""
    passage = part.passages[number]
    shift = len(passage_text(part, number)) - passage.end
    starts, ends = encoded.spans[:, 0] - shift, encoded.spans[:, 1] - shift
    for unit in part.units:
        if unit.passage == number:
            inside = (starts >= unit.start) & (ends <= unit.end) & (ends > starts)
            yield _as_int8(encoded.tokens[inside])


def _heading_tokens(part: Part, number: int, encoded: Encoded) -> Tokens:
    """The token vectors of the title and headings before the passage."""
    passage = part.passages[number]
    before = len(passage_text(part, number)) - (passage.end - passage.start)
    return _as_int8(encoded.tokens[encoded.spans[:, 1] <= before])


def _as_int8(tokens: Vectors) -> Tokens:
    return np.rint(tokens * TOKEN_SCALE).astype(np.int8)


def _sentences(parts: Sequence[Part], encoder: Embedder, progress: Progress) -> Vectors:
    texts = [text for part in parts for text in _in_context(part)]
    vectors = [
        one.vector
        for batch in progress.track("Embedding sentences", _batched(texts), len(texts))
        for one in encoder.encode_passages(batch)
    ]
    return np.stack(vectors)


def _in_context(part: Part) -> Iterator[str]:
    before: Unit | None = None
    for unit in part.units:
        leans = before is not None and before.passage == unit.passage
        start = before.start if before is not None and leans else unit.start
        yield part.document.text[start : unit.end]
        before = unit


def _batched(values: Sequence[T]) -> Iterator[Sequence[T]]:
    return (values[first : first + AT_ONCE] for first in range(0, len(values), AT_ONCE))
