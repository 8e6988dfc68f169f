"""What cleaning makes of a text, in short forms that tests can compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.clean import clean, explain
from ingest.read import Raw

if TYPE_CHECKING:
    from cmo_qa.types import Document

BODY = "The chief of the ward reads all figures of the month with great care."


def text_of(text: str, kind: str = "text") -> Document:
    return clean(Raw("lib/some-page.txt", kind, text))


def shape(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def dropped(text: str, kind: str = "text") -> list[tuple[str, str]]:
    return [(one.rule, one.text) for one in explain(Raw("a.txt", kind, text)).dropped]
