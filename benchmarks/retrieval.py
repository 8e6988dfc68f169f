"""nDCG@10 on public data, with the program's own index, retrieval and evidence, one step added at a time."""

from __future__ import annotations

import csv
import json
import math
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from unittest.mock import patch

import numpy as np
from rich.table import Table

from cmo_qa import retrieve as retrieve_module
from cmo_qa.embed import Encoded, OnnxEncoder
from cmo_qa.errors import SourceError
from cmo_qa.evidence import gather
from cmo_qa.index import Index, generation_of
from cmo_qa.knowledge import SEARCHED
from cmo_qa.retrieve import CANDIDATES, retrieve
from cmo_qa.settings import Settings
from cmo_qa.text import stems
from cmo_qa.types import Block, Document, Passage, Unit
from ingest import export, write
from ingest.embed import Part, embed
from ingest.progress import Progress

CUT = 10


@dataclass(frozen=True, slots=True)
class Data:
    """A test collection in the layout of BEIR."""

    texts: Mapping[str, tuple[str, str]]  # title and text by document
    questions: Mapping[str, str]
    wanted: Mapping[str, Mapping[str, float]]  # gain by question and document


Ranking: TypeAlias = Sequence[int]  # rows of the index, best first
Ranker: TypeAlias = Callable[[Index, Encoded, Sequence[str]], Ranking]


def measure(settings: Settings, data: Path) -> Table:
    """Raises SourceError where a collection is not in the folder."""
    abstracts, sentences = load(data / "scifact"), load(data / "xquad_sentences")
    encoder = OnnxEncoder(export.encoder_for(export.locate(settings.model), settings.cache, print), settings.threads)
    found = {
        "SciFact": _scores(abstracts, encoder, RETRIEVAL),
        "XQuAD sentences": _scores(sentences, encoder, RETRIEVAL | EVIDENCE),
    }
    table = Table(title=f"nDCG@{CUT}, all-MiniLM-L6-v2 as int8")
    table.add_column("")
    for name in found:
        table.add_column(name, justify="right")
    for ranker in RETRIEVAL | EVIDENCE:
        table.add_row(ranker, *(f"{scores[ranker]:.4f}" if ranker in scores else "" for scores in found.values()))
    return table


def load(folder: Path) -> Data:
    """Reads corpus.jsonl, queries.jsonl and qrels/test.tsv. Raises SourceError where they aren't there."""
    try:
        texts = {row["_id"]: (row.get("title", ""), row["text"]) for row in _rows(folder / "corpus.jsonl")}
        questions = {row["_id"]: row["text"] for row in _rows(folder / "queries.jsonl")}
        with (folder / "qrels" / "test.tsv").open(encoding="utf-8", newline="") as file:
            wanted: dict[str, dict[str, float]] = {}
            for row in csv.DictReader(file, delimiter="\t"):
                wanted.setdefault(row["query-id"], {})[row["corpus-id"]] = float(row["score"])
    except FileNotFoundError as error:
        message = f"No {error.filename}.\nName the folder that holds {folder.name}/: python -m benchmarks retrieval"
        raise SourceError(f"{message} --data DIR") from error
    return Data(texts, questions, wanted)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def _scores(data: Data, encoder: OnnxEncoder, rankers: Mapping[str, Ranker]) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as place:
        index = _index(data, encoder, Path(place))
        ids = list(data.texts)
        sums = dict.fromkeys(rankers, 0.0)
        for question, wanted in data.wanted.items():
            encoded, asked = encoder.encode_question(data.questions[question]), stems(data.questions[question])
            for name, ranker in rankers.items():
                sums[name] += ndcg([ids[row] for row in ranker(index, encoded, asked)], wanted)
        index.close()
    return {name: total / len(data.wanted) for name, total in sums.items()}


def _index(data: Data, encoder: OnnxEncoder, folder: Path) -> Index:
    parts = [_part(name, title, text) for name, (title, text) in data.texts.items()]
    with write.new_generation(folder, "benchmark") as place:
        write.write(place, parts, embed(parts, encoder, Progress()), {})
    return Index(generation_of(folder), encoder=encoder)


def _part(name: str, title: str, text: str) -> Part:
    """A document that is one passage and one unit."""
    document = Document(name, title, text, name, (Block("paragraph", 0, len(text)),))
    return Part(document, "", [Passage(name, (), 0, len(text))], [Unit(name, 0, 0, len(text), "sentence", 0)])


def ndcg(found: Sequence[str], wanted: Mapping[str, float]) -> float:
    """Of the first CUT, as trec_eval reckons it: gain over log2 of the place plus one, against the best order."""
    reached = sum(wanted.get(name, 0.0) / math.log2(place + 2) for place, name in enumerate(found[:CUT]))
    best = sorted(wanted.values(), reverse=True)[:CUT]
    return reached / sum(gain / math.log2(place + 2) for place, gain in enumerate(best))


def _cosine(index: Index, question: Encoded, _: Sequence[str]) -> Ranking:
    rows, _scores = index.nearest(question.vector[np.newaxis], CUT)
    return [int(row) for row in rows]


def _lexical(index: Index, _: Encoded, asked: Sequence[str]) -> Ranking:
    return [int(row) for row in np.argsort(-index.lexical_scores(asked), kind="stable")[:CUT]]


def _fused(index: Index, question: Encoded, asked: Sequence[str]) -> Ranking:
    with patch.object(retrieve_module, "LATE_SHARE", 0.0):
        return _retrieved(index, question, asked)


def _retrieved(index: Index, question: Encoded, asked: Sequence[str]) -> Ranking:
    return [hit.row for hit in retrieve(index, question, asked, CANDIDATES)]


def _late(index: Index, question: Encoded, asked: Sequence[str]) -> Ranking:
    evidence = gather(index, question, retrieve(index, question, asked, SEARCHED))
    return [one.row for one in sorted(evidence, key=lambda one: -one.late)]


def _evidence(index: Index, question: Encoded, asked: Sequence[str]) -> Ranking:
    return [one.row for one in gather(index, question, retrieve(index, question, asked, SEARCHED))]


RETRIEVAL: dict[str, Ranker] = {
    "cosine alone": _cosine,
    "BM25 alone": _lexical,
    "cosine and BM25, min-max fusion": _fused,
    "the same, compared token by token (retrieve)": _retrieved,
}
EVIDENCE: dict[str, Ranker] = {
    f"late interaction alone over the best {SEARCHED}": _late,
    f"all four signals over the best {SEARCHED} (evidence)": _evidence,
}
