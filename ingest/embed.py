"""Passages and sentences as vectors, and every sentence's tokens in the light of its passage.

The encoder runs once over each passage, and a sentence's vector is taken from there: the mean of its own tokens and of
those of the sentence before it ("late chunking", Günther and others 2024). Where a model's vectors are no means of its
tokens, each sentence is run once more, behind the one before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from cmo_qa.arrays import Tokens, Vectors, as_kept
from cmo_qa.embed import Embedder, Encoded, unit_rows
from cmo_qa.types import Document, Passage, Unit
from ingest.chunk import embedding_text
from ingest.progress import Progress

T = TypeVar("T")

AT_ONCE = 64  # texts between two steps of the progress bar


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
    sentences: Vectors  # (units, dim): each unit with the one before it in its passage, which it may lean on
    tokens: Tokens  # (tokens, token_dim), unit after unit
    token_ends: NDArray[np.int64]  # (units + 1,): tokens of unit i are rows token_ends[i] to token_ends[i + 1]
    heading_tokens: Tokens  # (tokens, token_dim) of each passage's title and headings, passage after passage
    heading_ends: NDArray[np.int64]  # (passages + 1,): as token_ends, of passages
    unit_ends: NDArray[np.int64]  # (passages + 1,): units of passage i are rows unit_ends[i] to unit_ends[i + 1]
    token_frequency: NDArray[np.int32]  # (vocabulary,): passages that hold the token
    token_ids: NDArray[np.int32]  # the tokens of each passage, each once and in order, passage after passage
    token_id_ends: NDArray[np.int64]  # (passages + 1,): as token_ends, of passages


def embed(parts: Sequence[Part], encoder: Embedder, progress: Progress) -> Embedded:
    """Runs the encoder over every passage, with its title and headings before it."""
    vectors: list[Vectors] = []
    sentences: list[Vectors] = []
    tokens: list[Tokens] = []
    headings: list[Tokens] = []
    units = [0]
    ids: list[NDArray[np.int32]] = []
    places = _places(parts)
    for batch in progress.track("Embedding passages", batched(places), len(places)):
        encoded = encoder.encode_passages([place.text for place in batch])
        for place, one in zip(batch, encoded, strict=True):
            inside = _inside(place, one)
            vectors.append(one.vector)
            sentences.append(_means(inside, one))
            tokens += [as_kept(one.tokens[own]) for own in inside]
            headings.append(as_kept(one.tokens[one.spans[:, 1] <= place.before]))
            units.append(len(tokens))
            ids.append(np.unique(one.ids).astype(np.int32))
    rows, ends = flat(tokens, encoder.token_dim)
    heading_rows, heading_ends = flat(headings, encoder.token_dim)
    held = np.concatenate(ids)
    return Embedded(
        np.stack(vectors),
        np.concatenate(sentences) if encoder.mean_pooled else _sentences(parts, encoder, progress),
        rows,
        ends,
        heading_rows,
        heading_ends,
        np.array(units, dtype=np.int64),
        np.bincount(held, minlength=encoder.vocabulary_size).astype(np.int32),
        held,
        np.cumsum([0, *map(len, ids)], dtype=np.int64),
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """A passage to be embedded."""

    text: str  # as the encoder reads it
    before: int  # characters of it that are title and headings
    units: Sequence[tuple[int, int]]  # start and end of each of its units in it


def _places(parts: Sequence[Part]) -> list[_Place]:
    places = []
    for part in parts:
        units: list[list[Unit]] = [[] for _ in part.passages]
        for unit in part.units:
            units[unit.passage].append(unit)
        for number, passage in enumerate(part.passages):
            text = passage_text(part, number)
            shift = len(text) - passage.end
            spans = [(unit.start + shift, unit.end + shift) for unit in units[number]]
            places.append(_Place(text, passage.start + shift, spans))
    return places


def flat(tokens: Sequence[Tokens], dim: int) -> tuple[Tokens, NDArray[np.int64]]:
    """All rows behind one another, and where each of the given ends."""
    ends = np.cumsum([0, *map(len, tokens)], dtype=np.int64)
    return (np.concatenate(tokens) if tokens else np.zeros((0, dim), dtype=np.int8)), ends


def passage_text(part: Part, number: int) -> str:
    """A passage as the encoder reads it."""
    passage = part.passages[number]
    return embedding_text(part.document.title, passage.section, part.document.text[passage.start : passage.end])


def _inside(place: _Place, encoded: Encoded) -> list[NDArray[np.bool_]]:
    """For each unit which tokens of the passage are its own."""
    starts, ends = encoded.spans.T
    return [(starts >= start) & (ends <= end) & (ends > starts) for start, end in place.units]


def _means(inside: Sequence[NDArray[np.bool_]], encoded: Encoded) -> Vectors:
    """For each unit the mean of its tokens' states and of those of the unit before it; zero where there is none."""
    sums = np.array([encoded.states[own].sum(axis=0) for own in inside]).reshape(len(inside), -1)
    sums[1:] += sums[:-1].copy()
    return unit_rows(sums)


def _sentences(parts: Sequence[Part], encoder: Embedder, progress: Progress) -> Vectors:
    """Every unit behind the one before it, in a run of its own."""
    texts = [text for part in parts for text in _in_context(part)]
    vectors = [
        one.vector
        for batch in progress.track("Embedding sentences", batched(texts), len(texts))
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


def batched(values: Sequence[T]) -> Iterator[Sequence[T]]:
    return (values[first : first + AT_ONCE] for first in range(0, len(values), AT_ONCE))
