"""The libraries that are learned from, and the questions that were written for them."""

from __future__ import annotations

from pathlib import Path

from cmo_qa.index import Index
from cmo_qa.settings import Settings
from ingest.build import build
from ingest.progress import Progress

HERE = Path(__file__).parent
CORPUS = HERE.parent / "corpus"
QUESTIONS = HERE / "reader" / "questions"
LIBRARIES = {  # files of questions by the folder of articles that they are about
    HERE / "library": [QUESTIONS / "library.jsonl"],
    HERE / "reader" / "articles": [QUESTIONS / f"{name}.jsonl" for name in "abcd"],
}


def searched(sources: Path, work: Path) -> Index:
    """The index of a library, made in the working folder; without a reader, which has no say in what it learns from."""
    folder = work / sources.name
    build([sources], folder, Settings(), Progress())
    index = Index.open(folder)
    index.reader = None
    return index
