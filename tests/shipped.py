"""The library that ships, indexed with the real encoder once a session, and every golden question asked of it once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cmo_qa import Answer, Document, KnowledgeBase
from cmo_qa.settings import Settings
from ingest import build
from tests.library import Silent

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "corpus"
QUESTIONS = ROOT / "tests" / "golden" / "questions.jsonl"


@dataclass(frozen=True, slots=True)
class Gold:
    """One golden question and what a good answer to it holds."""

    id: str
    type: str
    question: str
    history: tuple[str, ...]  # earlier questions of the conversation
    answerable: bool
    evidence: tuple[str, ...]  # each of these sentences answers it
    must: tuple[tuple[str, ...], ...]  # key points, each as its alternatives
    points: tuple[tuple[str, ...], ...]  # what a complete list names, likewise


@cache
def golden() -> tuple[Gold, ...]:
    """All golden questions, in the order of the file."""
    return tuple(_gold(json.loads(line)) for line in QUESTIONS.read_text(encoding="utf-8").splitlines() if line)


def _gold(line: Mapping[str, Any]) -> Gold:
    evidence = line.get("evidence", ())
    best = [one["text"] for one in evidence if one.get("grade", 2) == 2] or [one["text"] for one in evidence]
    return Gold(
        line["id"],
        line["type"],
        line["question"],
        tuple(line.get("history") or ()),
        line["answerable"],
        tuple(best),
        tuple(map(tuple, line.get("must") or ())),
        tuple(map(tuple, line.get("points") or ())),
    )


def shipped_index(settings: Settings) -> Path:
    """The folder of the index of `corpus/`, beside the session's encoder. Shared: don't change it."""
    folder = settings.cache.with_name("shipped-index")
    if not folder.exists():
        build.build([CORPUS], folder, settings, Silent())
    return folder


@cache
def shipped(settings: Settings) -> KnowledgeBase:
    """The shipped library, open."""
    return KnowledgeBase.open(shipped_index(settings), settings.threads)


@cache
def documents(settings: Settings) -> dict[str, Document]:
    """Every shipped article whole, by its id."""
    found = [shipped(settings).document(document.id) for document in shipped(settings).documents()]
    return {document.id: document for document in found if document is not None}


@cache
def golden_answers(settings: Settings) -> dict[str, Answer]:
    """The answer to every golden question, by its id."""
    return ask_all(shipped(settings), golden())


def ask_all(knowledge: KnowledgeBase, questions: Iterable[Gold]) -> dict[str, Answer]:
    return {one.id: knowledge.ask(one.question, one.history) for one in questions}


def digest_of(paths: Iterable[Path]) -> str:
    """One sha256 over the names and contents of these files."""
    whole = hashlib.sha256()
    for path in sorted(paths):
        whole.update(f"{path.name}\n{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()
