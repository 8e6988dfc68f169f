"""The library that ships, indexed with the real encoder once a session, and every golden question asked of it once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from cmo_qa import Answer, Document, KnowledgeBase
from cmo_qa.evaluate import Gold, load
from cmo_qa.settings import Settings
from ingest import build
from tests.library import Silent

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "corpus"
ARTICLES = sorted(path for path in CORPUS.glob("*.md") if path.name != "README.md")
WORDINGS = CORPUS / "wordings.jsonl"
QUESTIONS = ROOT / "tests" / "golden" / "questions.jsonl"


@cache
def golden() -> tuple[Gold, ...]:
    """All golden questions, in the order of the file."""
    return tuple(load(QUESTIONS))


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
    return {one.id: shipped(settings).ask(one.question, one.history) for one in golden()}


def digest_of(paths: Iterable[Path]) -> str:
    """One sha256 over the names and contents of these files."""
    whole = hashlib.sha256()
    for path in sorted(paths):
        whole.update(f"{path.name}\n{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()
