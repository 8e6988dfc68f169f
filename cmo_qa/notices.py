"""What the program says in its own words: when it declines, and why. Never evidence, never a quotation."""

from __future__ import annotations

from cmo_qa.types import Status

EMPTY = "There is no question. Ask something about the Chief Medical Officer."
NOT_COVERED = (
    "The library does not answer this question."
    " The nearest passages are listed below; they are near it, not an answer to it."
)
PARTIAL = "The library may answer this only in part. Check what is quoted against the whole articles."


def too_long(found: int, most: int) -> str:
    return f"The question has {found} characters. Ask it in at most {most}."


def other_meaning(name: str) -> str:
    """For a question about something else that is called CMO."""
    return f"This question seems to be about another CMO ({name}). In this library CMO means the Chief Medical Officer."


def of(status: Status, other: str) -> str:
    """The notice that goes with an answer; empty where it needs none."""
    if other:
        return other_meaning(other)
    return {"not_covered": NOT_COVERED, "partial": PARTIAL, "answered": ""}[status]
