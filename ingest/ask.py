"""Questions that the articles' own headings ask, each asked of the new index before it is offered to anyone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from cmo_qa.index import Index
from cmo_qa.knowledge import KnowledgeBase
from ingest.embed import Part
from ingest.progress import Progress

MOST = 500  # questions; a larger library offers those of every n-th passage
LONGEST = 140  # characters of a question that is offered


def answered(generation: Path, parts: Sequence[Part], progress: Progress) -> list[tuple[str, str, int]]:
    """Text, document and passage of each question that the index answers from the passage that stands under it."""
    asked = list(_headings(parts))
    asked = asked[:: 1 + len(asked) // MOST]
    if not asked:
        return []
    index = Index(generation)
    knowledge = KnowledgeBase(index)
    kept = []
    for (question,) in progress.track("Asking the articles' own questions", ([one] for one in asked), len(asked)):
        if _is_answered(knowledge, *question[:2]):
            kept.append(question)
    index.close()
    return kept


def _headings(parts: Sequence[Part]) -> Iterator[tuple[str, str, int]]:
    """Each question once, with the first passage under it."""
    seen: set[str] = set()
    row = 0
    for part in parts:
        for passage in part.passages:
            heading = passage.section[-1] if passage.section else ""
            if heading.endswith("?") and len(heading) <= LONGEST and heading.lower() not in seen:
                seen.add(heading.lower())
                yield heading, part.document.id, row
            row += 1


def _is_answered(knowledge: KnowledgeBase, question: str, document_id: str) -> bool:
    answer = knowledge.ask(question)
    return answer.status == "answered" and any(citation.document_id == document_id for citation in answer.citations)
