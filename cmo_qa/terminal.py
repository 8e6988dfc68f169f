"""An answer as a person reads it in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from cmo_qa.types import Answer, Citation, Retrieved

NEAREST = 3  # passages that are offered where the library doesn't hold the answer


def rendered(answer: Answer) -> str:
    """The answer with its sources as plain text; lines end with a line feed."""
    return "\n".join(_lines(answer)) + "\n"


def _lines(answer: Answer) -> Iterator[str]:
    if answer.understood_as != answer.question:
        yield f"Read as: {answer.understood_as}"
        yield ""
    yield answer.text
    if answer.statements and answer.notice:
        yield ""
        yield answer.notice
    if answer.citations:
        yield ""
        yield "Sources"
        yield from (f"[{citation.number}] {_place(citation)}" for citation in answer.citations)
    elif answer.passages:
        yield from _nearest(answer)
    if answer.follow_ups:
        yield ""
        yield "You could also ask"
        yield from (f"- {question}" for question in answer.follow_ups)


def _nearest(answer: Answer) -> Iterator[str]:
    yield ""
    yield "Nearest passages"
    for passage in answer.passages[:NEAREST]:
        yield f"- {_place(passage)}"


def _place(found: Citation | Retrieved) -> str:
    page = f", p. {found.page}" if isinstance(found, Citation) and found.page else ""
    return f"{' › '.join((found.title, *found.section))} ({found.source}{page}, {found.start}–{found.end})"
