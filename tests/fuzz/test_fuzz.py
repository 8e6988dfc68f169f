"""Whatever the bytes: no crash, no hang, memory bounded, and what comes out obeys the offset law."""

from __future__ import annotations

import itertools
import json
import random
import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmo_qa.errors import CmoQaError
from ingest import clean, companions, markdown, metadata, read, records, sentences
from ingest.chunk import chunk
from ingest.pieces import UnparsableError
from ingest.read import Raw
from tests.fuzz.shapes import PAGES, SENTENCE, TEXTS, Shape

FORMATS = st.sampled_from(["text", "markdown", "html"])
ATOMS = (
    "# Title\n", "## A heading\n\n", "A heading\n", "Why so?\n", "Question 1: Who?\n", "A: ", "- item\n",
    "  - inner\n", "• Dot ",
    "1. one\n", "Tip 1: Do: Care.\n", "Label: text of it.\n", "Home\n", "Post a Comment\n", "a | b |\n", "|-|-|\n",
    "![](x) ",
    f"{SENTENCE}\n", SENTENCE, "\n\n", "\n", "including:\n", "Related posts\n", "---\n", "> ", "References:\n",
    "<b>", "</b>", "***",
    "```\n", "<div>", "</div>", "<p>", "<li>", "<ul>", "</ul>", "<table><tr><td>", "<h2>", "<br>", "<!--", "-->",
    "<details>",
    "<summary>Why?</summary>", "<script>", "<article>", "<main>", "<nav>", "</article>", "<sup>", "<a href='#x'>",
    "&nbsp;",
    "<dl><dt>Who?<dd>", "<time datetime='x'>", "<meta property='og:title' content='x'>", "&#0;", "&#xD800;",
    "title: a: b\n",
    "\x00", "\ufeff", "\r", "\t", "\u2028", "\x0c", "\u202e", "\ue000", "\U0001f600", "é", "\u0301", "医院。",
    "\ud800", "“", "…", "U.S. ",
    "3 Comments\n", "Otto says:\n", "Reply\n", "© 2024\n", "By Jane Roe\n", "FAQ\n", "https://x.example ",
    "a@b.example\n",
)  # fmt: skip
HOSTILE = st.lists(st.sampled_from(ATOMS) | st.text(max_size=20), max_size=60).map("".join)
SOME = settings(deadline=5000, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


def count(text: str) -> int:
    return len(text.split())


def obey(cleaned: clean.Cleaned) -> None:
    """What every document keeps to, whatever it was made of."""
    document = cleaned.document
    text = document.text
    text.encode()  # can be stored: no half characters
    assert document.title.strip()
    assert document.id.strip()
    assert json.loads(json.dumps(dict(document.metadata), allow_nan=False)) == document.metadata
    assert document.url is None or document.url.startswith(("http://", "https://"))
    assert all(one.end <= two.start for one, two in itertools.pairwise(document.blocks))
    assert all(text[block.start : block.end].strip() for block in document.blocks)
    passages, units = chunk(document, count, 190)
    assert all(one.end <= two.start for one, two in itertools.pairwise(units))
    for unit in units:
        quote = text[unit.start : unit.end]
        block, passage = document.blocks[unit.block], passages[unit.passage]
        assert quote
        assert quote == quote.strip()
        assert block.start <= unit.start < unit.end <= block.end
        assert passage.start <= unit.start < unit.end <= passage.end
    quoted = sum(len("".join(text[unit.start : unit.end].split())) for unit in units)
    bodies = [block for block in document.blocks if block.kind != "heading"]
    assert quoted == sum(len("".join(text[block.start : block.end].split())) for block in bodies)


def one_line(message: str, name: str = "") -> None:
    assert message.strip()
    assert "\n" not in message
    assert name in message


def read_whole(path: Path) -> None:
    """Each article of a file obeys, or one line says why there is none."""
    try:
        for raw in read.articles(read.Source(path, path.name)):
            if isinstance(raw, read.Skipped):
                one_line(raw.reason)
            else:
                used(raw)
    except CmoQaError as error:
        one_line(str(error), path.name)


def used(raw: Raw) -> None:
    try:
        cleaned = clean.explain(raw)
    except CmoQaError as error:
        one_line(str(error))
        return
    obey(cleaned)


# Any text


@SOME
@given(HOSTILE, FORMATS)
def test_any_text_in_any_format_is_a_document_or_one_line(text: str, kind: str) -> None:
    used(Raw("a.txt", kind, text))


@SOME
@given(HOSTILE)
def test_any_front_matter_is_read_or_passed_over(text: str) -> None:
    known, body, _ = markdown.front_matter(f"---\n{text}\n---\n{SENTENCE}")
    json.dumps(metadata.known(known, "front matter").plain(), allow_nan=False)
    assert body.endswith(SENTENCE)
    try:
        companions.load(text)
    except companions.UnusableError as error:
        one_line(str(error))


@SOME
@given(HOSTILE, st.sampled_from(["jsonl", "csv", "tsv"]))
def test_any_records_are_read_or_said_to_be_bad(text: str, kind: str) -> None:
    parse: Callable[[], Iterator[records.Record | records.Bad]]
    if kind == "jsonl":
        lines = f'{{"title": "A", "text": {json.dumps(text)}}}\n{text}'
        parse = lambda: records.jsonl(lines, records.Mapped())  # noqa: E731
    else:
        parse = lambda: records.table(f"title,text\nA,{text}", records.Mapped())  # noqa: E731
    try:
        for record in parse():
            if isinstance(record, records.Record):
                used(Raw("a.csv#1", record.format, record.text, metadata=record.metadata))
    except UnparsableError as error:
        one_line(str(error))


@SOME
@given(st.binary(max_size=400), st.sampled_from([".txt", ".md", ".html", ".csv", ".jsonl"]))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes, suffix: str) -> None:
    path = tmp_path_factory.mktemp("any") / f"a{suffix}"
    path.write_bytes(data)
    read_whole(path)


# What is done twice is done once


@SOME
@given(HOSTILE)
def test_tidying_what_is_tidy_changes_nothing(text: str) -> None:
    once = clean.tidy(text)
    assert clean.tidy(once) == once


@SOME
@given(HOSTILE)
def test_a_sentence_alone_covers_all_of_itself(text: str) -> None:
    spans = sentences.split(text)
    assert all(0 <= a < b <= len(text) and text[a:b] == text[a:b].strip() for a, b in spans)
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())


# Broken copies

ARTICLE = f"""---
title: On wards
author: Jane Roe
updated: 2024-03-01
---
# On wards

{SENTENCE * 3}

## Duties

The duties include:

- Care: seeing patients. It takes time.
- Plans
  - for staff

| Ward | Beds |
|------|------|
| East | 12   |

## FAQ

### Who leads a ward?

{SENTENCE}
"""
PAGE = f"""<!DOCTYPE html><html lang="en"><head><title>On wards</title><meta name="author" content="Jane Roe">
<script type="application/ld+json">
{{"@type": "Article", "headline": "On wards", "author": {{"name": "Jane Roe"}}}}</script>
</head><body><nav><ul><li><a href="/">Home</a></li></ul></nav><main><article><h1>On wards</h1><p>{SENTENCE * 3}</p>
<h2>Duties</h2><p>The duties include:</p>
<ul><li><b>Care:</b> seeing patients.</li><li>Plans<ul><li>x</li></ul></li></ul>
<table><tr><th>Ward</th><th>Beds</th></tr><tr><td>East</td><td>12</td></tr></table>
<details><summary>Who leads?</summary><p>{SENTENCE}</p></details><dl><dt>Who pays?</dt><dd>{SENTENCE}</dd></dl>
</article></main><footer>© 2024 Ward House</footer></body></html>"""
ROWS = "title,text,date\n" + "".join(f'"Ward {n}","{SENTENCE}",2024-03-01\n' for n in range(5))
LINES = "".join(json.dumps({"title": f"Ward {n}", "text": SENTENCE, "date": "2024"}) + "\n" for n in range(5))
FILES = {"a.md": ARTICLE, "a.txt": ARTICLE, "a.html": PAGE, "a.csv": ROWS, "a.jsonl": LINES}


def flipped(data: bytes, chance: random.Random) -> bytes:
    broken = bytearray(data)
    for _ in range(chance.randint(1, 40)):
        broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
    return bytes(broken)


def truncated(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def with_nuls(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + b"\0" * chance.randint(1, 50) + data[at:]


def stuttering(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + data[at : at + chance.randint(1, 60)] * chance.randint(2, 200) + data[at:]


def shuffled(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    chance.shuffle(lines)
    return b"".join(lines)


def without_pieces(data: bytes, chance: random.Random) -> bytes:
    """Tags, quotation marks and brackets lose their other half."""
    return bytes(byte for byte in data if byte not in b"<>/\"'{}[]|-#" or chance.random() > 0.3)


def spliced(data: bytes, chance: random.Random) -> bytes:
    other = chance.choice(list(FILES.values())).encode()
    return truncated(data, chance) + other[chance.randrange(len(other)) :]


WAYS = (flipped, truncated, with_nuls, stuttering, shuffled, without_pieces, spliced)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", FILES)
def test_broken_copies_are_read_or_refused(
    name: str, way: Callable[[bytes, random.Random], bytes], tmp_path: Path
) -> None:
    chance = random.Random(f"{name} {way.__name__}")
    for _ in range(12):
        (tmp_path / name).write_bytes(way(FILES[name].encode(), chance))
        with deadline(10):
            read_whole(tmp_path / name)


# Size: time grows as the text does

SMALL, FACTOR = 4_000, 5
SHAPES = [
    *(("text", name, shape) for name, shape in TEXTS.items()),
    *(("markdown", name, shape) for name, shape in TEXTS.items()),
    *(("html", name, shape) for name, shape in PAGES.items()),
]


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Ends what hangs, in pure Python code and between the calls of a library."""

    def ring(*_: object) -> None:
        raise TimeoutError(f"longer than {seconds} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def seconds(kind: str, text: str) -> float:
    """Seconds of the processor that a text takes, so that others at work on the machine don't count."""
    began = time.process_time()
    used(Raw("a.txt", kind, text))
    return time.process_time() - began


@pytest.mark.parametrize(("kind", "name", "shape"), SHAPES, ids=[f"{kind}: {name}" for kind, name, _ in SHAPES])
def test_five_times_the_text_takes_about_five_times_as_long(kind: str, name: str, shape: Shape) -> None:
    with deadline(60):
        small = seconds(kind, shape(SMALL))
        large = seconds(kind, shape(SMALL * FACTOR))
        if large > 2.4 * FACTOR * max(small, 0.06):  # a square would be 5 * FACTOR; measured again, it may be chance
            large = min(large, seconds(kind, shape(SMALL * FACTOR)))
    assert large < 2.4 * FACTOR * max(small, 0.06), f"{small:.2f} s, then {large:.2f} s"


def test_memory_stays_bounded() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for kind, shape in (("text", TEXTS["'short\\n'"]), ("markdown", TEXTS["'*a '"]), ("html", PAGES["'<p>a '"])):
        used(Raw("a.txt", kind, shape(80_000)))
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert kilobytes < 300_000
