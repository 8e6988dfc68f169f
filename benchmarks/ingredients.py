"""What each ingredient of retrieval and evidence earns on public data: nDCG@10 without it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from rich import box
from rich.table import Table

from benchmarks import public
from benchmarks.ranking import CUT, Ranker, Scores, gathered, retrieved, scores, without
from cmo_qa import evidence
from cmo_qa import late as late_module
from cmo_qa import retrieve as retrieve_module
from cmo_qa.index import Index
from cmo_qa.settings import Settings

Patches: TypeAlias = tuple[tuple[Any, str, Any], ...]

ALL = "nothing"
OF_RETRIEVAL: dict[str, Patches] = {
    "BM25": ((retrieve_module, "COSINE_SHARE", 1.0),),  # whom BM25 alone puts forward then comes last
    "cosine": ((retrieve_module, "COSINE_SHARE", 0.0),),
    "late interaction": ((retrieve_module, "LATE_SHARE", 0.0),),
    "rarer tokens counting more": ((late_module, "rarity", lambda _, ids: np.ones(len(ids), dtype=np.float32)),),
}
TITLES: dict[str, Patches] = {
    "title and headings in the tokens": ((Index, "passage_tokens", Index.unit_tokens),),  # a passage is one unit here
}
OF_EVIDENCE: dict[str, Patches] = {
    "late interaction of the sentence": ((evidence, "LATE", 0.0),),
    "cosine of the sentence": ((evidence, "SENTENCE", 0.0),),
    "cosine of its passage": ((evidence, "COSINE", 0.0),),
    "BM25 of its passage": ((evidence, "LEXICAL", 0.0),),
}


def measure(settings: Settings, data: Path) -> Table:
    """A row for each ingredient that is left out. Raises SourceError where a collection is not in the folder."""
    collections = public.scifact(data), public.medquad(data), public.xquad(data), public.xquad_in_paragraphs(data)
    abstracts, answers, sentences, paragraphs = collections
    ranked = _leaving_out(retrieved, OF_RETRIEVAL)
    titled = _leaving_out(retrieved, OF_RETRIEVAL | TITLES)
    picked = _leaving_out(gathered, OF_EVIDENCE)
    found = {
        "SciFact": scores(abstracts, titled, settings),
        "MedQuAD": scores(answers, titled, settings),
        "XQuAD sentences": scores(sentences, ranked, settings, sentences=True),
        "the same as evidence": scores(sentences, picked, settings, sentences=True),
        "in their paragraphs, as evidence": scores(
            paragraphs, picked | _leaving_out(gathered, OF_RETRIEVAL), settings, sentences=True
        ),
    }
    table = Table(title=f"nDCG@{CUT}, and what is lost or won without an ingredient", box=box.MARKDOWN)
    table.add_column("without")
    for name in found:
        table.add_column(name, justify="right")
    for name in (ALL, *OF_RETRIEVAL, *TITLES, *OF_EVIDENCE):
        table.add_row(name, *(_cell(of, name) for of in found.values()))
    return table


def _leaving_out(ranker: Ranker, ingredients: Mapping[str, Patches]) -> dict[str, Ranker]:
    return {ALL: ranker} | {name: without(ranker, *patches) for name, patches in ingredients.items()}


def _cell(found: Mapping[str, Scores], name: str) -> str:
    """The mean, or its change against all ingredients with the standard error of that change."""
    if name not in found:
        return ""
    if name == ALL:
        return f"{found[ALL].mean():.4f}"
    change = found[name] - found[ALL]
    return f"{change.mean():+.4f} ± {change.std(ddof=1) / math.sqrt(len(change)):.4f}"
