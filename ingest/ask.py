"""Questions that the articles' own headings ask, each asked of the new index before it is offered to anyone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from cmo_qa.index import Index
from cmo_qa.knowledge import KnowledgeBase
from cmo_qa.library import open_library
from ingest.progress import Progress

MOST = 500  # questions; a larger library offers some of its own
LONGEST = 140  # characters of a question that is offered
DRIFT = 0.05  # share of the passages that may be others than when a question was asked, before it is asked again

Asked: TypeAlias = tuple[str, str, int, bool]  # text, document, passage, whether it is answered


def asked(generation: Path, known: Mapping[tuple[str, str], bool], progress: Progress) -> list[Asked]:
    """The articles' questions, with whether the index answers each from the passage that stands under it.

    Those that are `known` (text, document) aren't asked again.
    """
    chosen = _chosen(list(_headings(generation)))
    new = [one for one in chosen if one[:2] not in known]
    found = {**known, **_answers(generation, new, progress)} if new else known
    return [(*one, found[one[:2]]) for one in chosen]


def _answers(
    generation: Path, questions: Sequence[tuple[str, str, int]], progress: Progress
) -> dict[tuple[str, str], bool]:
    index = Index(generation)
    knowledge = KnowledgeBase(index)
    batches = ([one] for one in questions)
    try:
        return {
            one[:2]: _is_answered(knowledge, *one[:2])
            for (one,) in progress.track("Asking the articles' own questions", batches, len(questions))
        }
    finally:
        index.close()


def _chosen(questions: Sequence[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """At most MOST of them, the same ones whatever else is asked, in their order."""
    if len(questions) <= MOST:
        return list(questions)
    by_chance = sorted(questions, key=lambda one: hashlib.sha256(one[0].encode()).digest())
    return sorted(by_chance[:MOST], key=lambda one: one[2])


def _headings(generation: Path) -> Iterator[tuple[str, str, int]]:
    """Each question once, with the first passage under it that can be found."""
    seen: set[str] = set()
    opened = open_library(generation)
    try:
        for row, document, section in opened.execute(
            "SELECT row, document, section FROM passages WHERE row NOT IN (SELECT passage FROM twins) ORDER BY row"
        ):
            headings = json.loads(section)
            heading = headings[-1] if headings else ""
            if heading.endswith("?") and len(heading) <= LONGEST and heading.lower() not in seen:
                seen.add(heading.lower())
                yield heading, document, row
    finally:
        opened.close()


def _is_answered(knowledge: KnowledgeBase, question: str, document_id: str) -> bool:
    answer = knowledge.ask(question)
    return answer.status == "answered" and any(citation.document_id == document_id for citation in answer.citations)
