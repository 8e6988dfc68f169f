"""Small libraries for tests, and an embedder whose every number can be worked out by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from cmo_qa.embed import Encoded, unit_rows
from cmo_qa.index import Index, generation_of
from ingest import chunk, clean, tables, write
from ingest.embed import Embedded, Part, embed
from ingest.progress import Progress
from ingest.read import Raw

T = TypeVar("T")

WORD = re.compile(r"[a-z0-9]+")

# Four short articles for whoever needs a library and not a certain one. Every heading that asks is answered under it.
ARTICLES = {
    "role.md": (
        "---\nid: role\ntitle: The role\nsummary: What the officer is.\n---\n\n"
        "## What is a chief medical officer?\n\n"
        "A chief medical officer is the physician who leads the medical staff of a hospital. "
        "The officer answers to the chief executive and speaks for the quality of care.\n\n"
        "## Who appoints the chief medical officer?\n\n"
        "The board of the hospital appoints the chief medical officer on the advice of the medical staff.\n"
    ),
    "duties.md": (
        "---\nid: duties\ntitle: The duties\n---\n\n"
        "## What are the duties of a chief medical officer?\n\n"
        "The duties of a chief medical officer are:\n\n"
        "- Patient safety: the officer reviews every serious incident.\n"
        "- Credentialing: the officer checks the licences of physicians.\n"
        "- Budgets: the officer plans what the clinical departments spend.\n\n"
        "Each duty is reviewed once a year by the board.\n"
    ),
    "pay.md": (
        "---\nid: pay\ntitle: Pay\n---\n\n"
        "## How many hours does a chief medical officer work?\n\n"
        "A chief medical officer works 55 hours a week on average. Night calls are rare.\n"
    ),
    "growth.md": (
        "---\nid: growth\ntitle: Growing into the role\n---\n\n"
        "## How does a physician become a chief medical officer?\n\n"
        "A physician leads a department for some years, studies management and then applies for the post.\n"
    ),
}


@dataclass(frozen=True)
class BagOfWords:
    """Counts the words of its vocabulary, in lower case: each is one token with a one-hot vector; others are nothing.

    A text's vector is the sum of its tokens' vectors at unit length, so that the cosine of "ward care" and "care" is
    1/√2; a text without any known word is all zero, with cosine 0 to everything.
    """

    vocabulary: tuple[str, ...]
    max_tokens: int = 256
    mean_pooled: bool = True

    @classmethod
    def of(cls, *texts: str) -> BagOfWords:
        """An embedder that knows all words of these texts."""
        return cls(tuple(sorted({word for text in texts for word in WORD.findall(text.lower())})))

    @property
    def dim(self) -> int:
        return len(self.vocabulary)

    @property
    def token_dim(self) -> int:
        return len(self.vocabulary)

    @property
    def vocabulary_size(self) -> int:
        return len(self.vocabulary)

    def count_tokens(self, text: str) -> int:
        """Words, the unknown ones too, so that the length of a passage can be counted by eye."""
        return len(WORD.findall(text.lower()))

    def knows(self, word: str) -> bool:
        return word in self.vocabulary

    def common_words(self) -> dict[str, int]:
        return {word: at for at, word in enumerate(self.vocabulary)}

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        return [self._encoded(text) for text in texts]

    def encode_questions(self, texts: Sequence[str]) -> list[Encoded]:
        return self.encode_passages(texts)

    def encode_question(self, text: str) -> Encoded:
        return self._encoded(text)

    def _encoded(self, text: str) -> Encoded:
        found = [word for word in WORD.finditer(text.lower()) if word.group() in self.vocabulary]
        ids = np.array([self.vocabulary.index(word.group()) for word in found], dtype=np.int64)
        spans = np.array([word.span() for word in found], dtype=np.int64).reshape(-1, 2)
        tokens = np.eye(self.dim, dtype=np.float32)[ids]
        return Encoded(unit_rows(tokens.sum(axis=0)), tokens, ids, spans, tokens)


class Silent(Progress):
    """Progress that nobody sees; `said` keeps its lines."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def say(self, message: str) -> None:
        self.said.append(message)

    def track(self, what: str, batches: Iterable[Sequence[T]], total: int) -> Iterator[Sequence[T]]:
        yield from batches
        self.say(f"{what}: {total}")


def write_articles(folder: Path, articles: Mapping[str, str] = ARTICLES) -> Path:
    """The articles as files, by name; the folder again."""
    for name, text in articles.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def parts_of(articles: Mapping[str, str], encoder: BagOfWords) -> list[Part]:
    """The articles (name → Markdown) cleaned and cut."""
    parts = []
    for name, text in articles.items():
        document = clean.clean(Raw(name, "markdown", text))
        passages, units = chunk.chunk(document, encoder.count_tokens, encoder.max_tokens)
        parts.append(Part(document, "0" * 64, passages, units))
    return parts


@dataclass(frozen=True)
class Library:
    """A small index at `folder`, open, with all that went into it."""

    folder: Path
    parts: Sequence[Part]
    embedded: Embedded
    encoder: BagOfWords
    index: Index


def build_library(
    folder: Path,
    articles: Mapping[str, str] = ARTICLES,
    encoder: BagOfWords | None = None,
    questions: Sequence[tuple[str, str, int]] = (),
    name: str = "test",
) -> Library:
    """Writes an index of the articles at `folder` with the fake embedder and opens it.

    The embedder knows all words of the articles unless another is given; `questions` are (text, document, passage).
    Open it again with `Index.open(folder, encoder=…)`: its `encoder/` holds none.
    """
    encoder = encoder or BagOfWords.of(*articles.values())
    parts = parts_of(articles, encoder)
    embedded = embed(parts, encoder, Silent())
    about = {"model": {"name": "bag of words"}, "sources": {}}
    with write.locked(folder), write.new_generation(folder, name) as place:
        (place / "encoder").mkdir()
        (place / "encoder" / "README").write_text("A bag of words, given to `Index` as its `encoder`.\n")
        write.write(place, parts, embedded, about)
        tables.add_questions(place / "library.sqlite", questions)
        write.write_manifest(place, about)
    return Library(folder, parts, embedded, encoder, Index(generation_of(folder), encoder=encoder))
