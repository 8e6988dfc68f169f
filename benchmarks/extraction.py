"""What extractors make of saved pages whose texts are marked as content or furniture (tests/pages/)."""

from __future__ import annotations

import contextlib
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

from lxml import etree  # type: ignore[import-untyped]
from lxml import html as lxml_html
from rich.table import Table

from cmo_qa.settings import Settings
from ingest.clean import explain
from ingest.read import Raw
from tests.marked import PAGES, Block, Marked, load, score

Extractor: TypeAlias = Callable[[str], list[Block]]
MEASURES = ("content", "furniture", "headings", "items", "cells", "answers", "order")
_KINDS = {"head": "heading", "item": "item", "table": "table", "li": "item"} | {f"h{n}": "heading" for n in range(1, 7)}


def measure(_: Settings, __: Path) -> Table:
    """Every extractor over the same pages; pages of plain text by ours alone."""
    pages = [load(path) for path in sorted(PAGES.iterdir())]
    saved = [page for page in pages if page.name.endswith(".html")]
    table = Table(title=f"Extraction from {len(saved)} marked pages; furniture: what is kept of it")
    for column in ("", *MEASURES, "ms a page"):
        table.add_column(column, justify="right" if column else "left")
    for name, extract in _extractors():
        table.add_row(name, *_row(extract, saved))
    texts = [page for page in pages if page.name.endswith(".txt")]
    table.add_row(f"ingest, {len(texts)} pages scraped to text", *_row(_of_text, texts))
    return table


def _row(extract: Extractor, pages: list[Marked]) -> Iterator[str]:
    hits: Counter[str] = Counter()
    total: Counter[str] = Counter()
    found = [extract(page.page) for page in pages]
    began = time.perf_counter()  # of a second time, when all that is loaded once has been
    for page in pages:
        extract(page.page)
    seconds = time.perf_counter() - began
    for page, blocks in zip(pages, found, strict=True):
        marks = score(page, blocks)
        hits.update(marks.hits)
        total.update(marks.all)
    yield from (f"{hits[name] / total[name]:.3f}" if total[name] else "" for name in MEASURES)
    yield f"{1000 * seconds / len(pages):.0f}"


def _extractors() -> Iterator[tuple[str, Extractor]]:
    """Ours, trafilatura three ways, and what else is installed."""
    yield "ingest", _ours
    for name, options in {
        "trafilatura": {},
        "trafilatura, favor_recall": {"favor_recall": True},
        "trafilatura, favor_precision": {"favor_precision": True},
    }.items():
        yield name, _trafilatura(options)
    for name, make in {"readability-lxml": _readability, "resiliparse": _resiliparse}.items():
        with contextlib.suppress(ImportError):
            yield name, make()


def _ours(page: str) -> list[Block]:
    return _blocks(Raw("page.html", "html", page))


def _of_text(page: str) -> list[Block]:
    return _blocks(Raw("page.txt", "text", page))


def _blocks(raw: Raw) -> list[Block]:
    document = explain(raw).document
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def _trafilatura(options: dict[str, Any]) -> Extractor:
    import trafilatura

    def extract(page: str) -> list[Block]:
        found = trafilatura.extract(page, output_format="xml", include_comments=False, include_tables=True, **options)
        return list(_tree(etree.fromstring(found.encode()).find("main"))) if found else []

    return extract


def _readability() -> Extractor:
    from readability import Document

    def extract(page: str) -> list[Block]:
        return list(_tree(lxml_html.fromstring(Document(page).summary())))

    return extract


def _resiliparse() -> Extractor:
    from resiliparse.extract.html2text import extract_plain_text

    def extract(page: str) -> list[Block]:
        lines = extract_plain_text(page, main_content=True, preserve_formatting=True).split("\n")
        return [("item" if re.match(r"\s*(?:•|\d+\.)", line) else "text", line.strip(" •")) for line in lines]

    return extract


def _tree(element: Any) -> Iterator[Block]:
    """The blocks of a tree of HTML, or of trafilatura's XML: each element with text of its own, tables whole."""
    for child in element.iter():
        if not isinstance(child.tag, str) or any(one.tag in _KINDS for one in child.iterancestors()):
            continue
        kind = _KINDS.get(child.tag, "text")
        text = " ".join("".join(child.itertext()).split()) if kind != "text" or child.tag == "p" else child.text or ""
        if text.strip():
            yield kind, text
        if child.tail and child.tail.strip():
            yield "text", child.tail
