"""One frozen type a stage: Document → Passage → Hit → Answer.

Every place in a document is a pair of character offsets into `Document.text`, the cleaned text that the index keeps
whole. The offset law holds for whatever is shown: `document.text[start:end] == quote`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

BlockKind = Literal["heading", "paragraph", "lead_in", "item", "table"]
UnitKind = Literal["sentence", "lead_in", "item"]
Status = Literal["answered", "partial", "not_covered"]


@dataclass(frozen=True, slots=True)
class Block:
    """A structural piece of a document, in reading order; `text[start:end]` is it, list marker left out.

    A FAQ's question is a heading: it stands above its answer and is no evidence itself.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 0  # heading: 1 is outermost; item: 0 is outermost
    list_id: int | None = None  # a list's lead-in and its items share one number, unique in the document


@dataclass(frozen=True, slots=True)
class Document:
    """One article: its cleaned text, whole, with its structure as spans of that text."""

    id: str
    title: str
    text: str
    source: str  # path of the article as given to ingest
    blocks: tuple[Block, ...]
    url: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)  # summary, topics, sources, author, updated, language …

    def page_at(self, place: int) -> int | None:
        """The page of the PDF that a place of the text stands on, None where the article has no pages."""
        return page_at(self.metadata.get("pages"), place)


def page_at(pages: Any, place: int) -> int | None:
    """Of `[start, page]`, where each page begins, the page of a place; the pages are in the order of the text."""
    before = [page for start, page in pages or () if start <= place]
    return before[-1] if before else None


@dataclass(frozen=True, slots=True)
class Passage:
    """A quotable span of one document, of whole blocks under one heading path."""

    document_id: str
    section: tuple[str, ...]  # headings above it, outermost first, without the document's title
    start: int  # characters
    end: int


@dataclass(frozen=True, slots=True)
class Unit:
    """The least that an answer quotes: a whole sentence, a list item's first, or the line that leads into a list."""

    document_id: str
    passage: int  # row of the passage that it stands in
    start: int
    end: int
    kind: UnitKind
    block: int  # position of its block in `Document.blocks`
    list_id: int | None = None  # as in `Block`


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question."""

    row: int  # of the passage in the index
    passage: Passage
    text: str  # of the passage
    score: float  # 0..1 within one question, higher is nearer
    cosine: float  # of question and passage, -1..1
    lexical: float  # BM25, 0 and up


@dataclass(frozen=True, slots=True)
class Citation:
    """The place that a statement is quoted from: `document.text[start:end] == quote`."""

    number: int  # 1 is the first
    document_id: str
    title: str
    source: str
    url: str | None
    section: tuple[str, ...]
    start: int
    end: int
    quote: str
    page: int | None = None  # of a PDF that the quotation begins on; 1 is its first


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, list item or lead-in of the answer, quoted whole, with the numbers of its citations."""

    text: str
    kind: UnitKind
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A retrieved passage, as an answer offers it."""

    document_id: str
    title: str
    source: str
    section: tuple[str, ...]
    start: int
    end: int
    text: str
    score: float  # 0..1, higher is nearer


@dataclass(frozen=True, slots=True)
class Answer:
    """What every surface shows.

    `notice` is the program's own words, never evidence: why it declines, or what to beware of.
    """

    id: str
    question: str
    understood_as: str
    status: Status
    confidence: float  # 0..1, the chance that the statements answer the question
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    passages: tuple[Retrieved, ...]
    follow_ups: tuple[str, ...] = ()
    notice: str = ""

    @property
    def text(self) -> str:
        """The answer as plain text, a statement a line with [1] markers; the notice where nothing is stated."""
        if not self.statements:
            return self.notice
        return "\n".join(_line(statement) for statement in self.statements)

    def as_json(self) -> dict[str, Any]:
        """The answer as the REST API and `ask --json` give it."""
        return {**asdict(self), "text": self.text}


def _line(statement: Statement) -> str:
    markers = "".join(f"[{number}]" for number in statement.citations)
    return f"{'- ' if statement.kind == 'item' else ''}{statement.text} {markers}".rstrip()
