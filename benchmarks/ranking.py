"""nDCG@10 of ways to rank a collection, over the program's own index, which is kept from one run to the next."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from benchmarks.public import Collection
from cmo_qa import embed as cmo_qa_embed
from cmo_qa import text
from cmo_qa import types as cmo_qa_types
from cmo_qa.arrays import Vectors
from cmo_qa.embed import Embedder, Encoded, OnnxEncoder
from cmo_qa.errors import CmoQaError
from cmo_qa.evidence import gather
from cmo_qa.index import Index, generation_of
from cmo_qa.knowledge import SEARCHED
from cmo_qa.retrieve import CANDIDATES, retrieve
from cmo_qa.settings import Settings
from cmo_qa.text import stems
from ingest import chunk, export, write
from ingest import embed as ingest_embed
from ingest.embed import Part, embed
from ingest.progress import Progress

CUT = 10
MAKERS = (chunk, cmo_qa_embed, cmo_qa_types, ingest_embed, text, write)  # what they hold decides what an index holds

Ranking: TypeAlias = Sequence[int]  # rows of the index, best first
Ranker: TypeAlias = Callable[[Index, Encoded, Sequence[str]], Ranking]
Scores: TypeAlias = NDArray[np.float64]  # (questions,), 0..1, higher is better


def scores(
    collection: Collection, rankers: Mapping[str, Ranker], settings: Settings, *, sentences: bool = False
) -> dict[str, Scores]:
    """Each ranker's nDCG@10 for every question; evidence can be ranked only where the sentences are embedded too."""
    with _opened(collection, settings, sentences=sentences) as index:
        found: dict[str, list[float]] = {name: [] for name in rankers}
        for question, wanted in collection.wanted.items():
            asked = collection.questions[question]
            encoded, said = index.encoder.encode_question(asked), stems(asked)
            for name, ranker in rankers.items():
                best = ranker(index, encoded, said)[:CUT]
                found[name].append(ndcg([collection.ids[row] for row in best], wanted))
    return {name: np.array(of_all) for name, of_all in found.items()}


def ndcg(found: Sequence[str], wanted: Mapping[str, float]) -> float:
    """Of the first CUT, as trec_eval reckons it: gain over log2 of the place plus one, against the best order."""
    reached = sum(wanted.get(name, 0.0) / math.log2(place + 2) for place, name in enumerate(found[:CUT]))
    best = sorted(wanted.values(), reverse=True)[:CUT]
    return reached / sum(gain / math.log2(place + 2) for place, gain in enumerate(best))


@contextmanager
def _opened(collection: Collection, settings: Settings, *, sentences: bool) -> Iterator[Index]:
    """The collection's index, from the cache or built into it."""
    exported = export.encoder_for(export.locate(settings.model), settings.cache, print)
    encoder = OnnxEncoder(exported, settings.threads)
    folder = settings.cache.expanduser() / "benchmarks" / collection.name
    name = _digest(collection, exported, sentences=sentences)
    with write.locked(folder):
        index = _kept(folder, name, encoder) or _built(folder, name, collection, encoder, sentences=sentences)
        try:
            yield index
        finally:
            index.close()


def _digest(collection: Collection, exported: Path, *, sentences: bool) -> str:
    """A name for what the index would hold, were it built now."""
    documents = [part.document for part in collection.parts]
    made_of = hashlib.sha256(repr((exported.name, sentences, documents)).encode())
    for module in MAKERS:
        made_of.update(Path(str(module.__file__)).read_bytes())
    return made_of.hexdigest()[:12]


def _kept(folder: Path, name: str, encoder: OnnxEncoder) -> Index | None:
    try:
        index = Index(generation_of(folder), encoder=encoder)
    except CmoQaError:
        return None
    if index.content == name:
        return index
    index.close()
    return None


def _built(folder: Path, name: str, collection: Collection, encoder: OnnxEncoder, *, sentences: bool) -> Index:
    of_sentences = ingest_embed._sentences if sentences else _nothing_said  # half of the time saved
    with write.new_generation(folder, name) as place, patch.object(ingest_embed, "_sentences", of_sentences):
        write.write(place, collection.parts, embed(collection.parts, encoder, Progress()), {})
    return Index(generation_of(folder), encoder=encoder)


def _nothing_said(parts: Sequence[Part], encoder: Embedder, _: Progress) -> Vectors:
    return np.zeros((sum(len(part.units) for part in parts), encoder.dim), dtype=np.float32)


def without(ranker: Ranker, *patches: tuple[Any, str, Any]) -> Ranker:
    """The ranker with each of the attributes (module or class, name, value) exchanged."""
    (target, attribute, value), *rest = patches
    inner = without(ranker, *rest) if rest else ranker

    def ranked(index: Index, question: Encoded, asked: Sequence[str]) -> Ranking:
        with patch.object(target, attribute, value):
            return inner(index, question, asked)

    return ranked


def cosine(index: Index, question: Encoded, _: Sequence[str]) -> Ranking:
    found, _scores = index.nearest(question.vector[np.newaxis], CUT)
    return [int(row) for row in found]


def lexical(index: Index, _: Encoded, asked: Sequence[str]) -> Ranking:
    return [int(row) for row in np.argsort(-index.lexical_scores(asked), kind="stable")[:CUT]]


def retrieved(index: Index, question: Encoded, asked: Sequence[str]) -> Ranking:
    return [hit.row for hit in retrieve(index, question, asked, CANDIDATES)]


def late(index: Index, question: Encoded, asked: Sequence[str]) -> Ranking:
    evidence = gather(index, question, retrieve(index, question, asked, SEARCHED))
    return [one.row for one in sorted(evidence, key=lambda one: -one.late)]


def gathered(index: Index, question: Encoded, asked: Sequence[str]) -> Ranking:
    return [one.row for one in gather(index, question, retrieve(index, question, asked, SEARCHED))]
