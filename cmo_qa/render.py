"""Answers and articles as HTML. Whatever comes from a person or an article is escaped here, and nowhere twice.

The offset law on the page: the text of an article's marks, put together, is the quote, save what lies between blocks.
Markup for the chat keeps to tags and attributes that Gradio's sanitiser lets through (no `data-`, no `aria-`).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from cmo_qa.types import Answer, Block, Citation, Document, Retrieved, Statement

NEAR_MISSES = 3  # passages offered where the library holds no answer
EXCERPT = 320  # characters of such a passage
LONG_ARTICLE = 4  # headings from which an article gets a table of contents
STATES = {  # said where an answer of this status brings no notice
    "partial": "The library answers part of this.",
    "not_covered": "The library doesn’t hold an answer to this.",
}
FAILED = '<section class="answer failed">'

_NUMBERED = re.compile(r"\(?(\d{1,3})[.)]")
_CONFIDENCE = (
    "How likely it is that these quotes answer the question, measured on test questions: 0 is never, 1 is always."
)


def escape(text: str) -> str:
    """Text as HTML that shows it to the letter, in an element or a quoted attribute."""
    return html.escape(text).replace("\r", "&#13;")


# Addresses


def article_address(document_id: str, start: int | None = None, end: int | None = None) -> str:
    """Where an article stands, and with offsets the place in it: stable, so that it can be sent to a colleague."""
    place = f"/article/{quote(document_id, safe='')}"
    return place if start is None else f"{place}?start={start}&end={end}#cited"


def question_address(question: str) -> str:
    """The address that opens the chat and asks this question."""
    return f"/?{urlencode({'q': question})}"


# Answers


def answer_html(answer: Answer) -> str:
    """One answer of the chat: statements with their citations, sources, tools, near misses and what to ask next."""
    head = _covered(answer) if answer.statements else _not_covered(answer)
    return f'<section class="answer {answer.status}">{_read_as(answer)}{head}{_follow_ups(answer)}</section>'


def failure_html(message: str) -> str:
    """What the chat shows where a question got no answer because something went wrong; the message is for people."""
    lines = "".join(f"<p>{escape(line)}</p>" for line in message.splitlines() if line.strip())
    return f"{FAILED}{lines}</section>"


def _covered(answer: Answer) -> str:
    return _state(answer) + _said(answer) + _sources(answer.citations) + _tools(answer)


def _not_covered(answer: Answer) -> str:
    return _state(answer) + _near_misses(answer.passages)


def _state(answer: Answer) -> str:
    says = answer.notice or STATES.get(answer.status, "")
    return f'<p class="state">{escape(says)}</p>' if says else ""


def _read_as(answer: Answer) -> str:
    if not answer.understood_as or answer.understood_as.strip() == answer.question.strip():
        return ""
    return f'<p class="read-as">Read as: <q>{escape(answer.understood_as)}</q></p>'


def _said(answer: Answer) -> str:
    cited = {citation.number: citation for citation in answer.citations}
    runs = groupby(answer.statements, key=lambda statement: statement.kind)
    return "".join(_run(kind, [_statement(each, cited) for each in run]) for kind, run in runs)


def _run(kind: str, statements: Sequence[str]) -> str:
    if kind == "item":
        return f'<ul class="said">{"".join(f"<li>{each}</li>" for each in statements)}</ul>'
    return f'<p class="said {kind}">{" ".join(statements)}</p>'


def _statement(statement: Statement, cited: Mapping[int, Citation]) -> str:
    links = "".join(cite_link(cited[number]) for number in statement.citations if number in cited)
    cites = f'<span class="cites">{links}</span>' if links else ""
    return f'<span class="quote">{escape(statement.text)}</span>{cites}'


def cite_link(citation: Citation) -> str:
    """A citation's number as a link to its place; a browser without JavaScript follows it like any other."""
    where = " › ".join((citation.title, *citation.section)) + (f", p. {citation.page}" if citation.page else "")
    address = escape(article_address(citation.document_id, citation.start, citation.end))
    return (
        f'<a class="cite" href="{address}" title="{escape(where)}"><span class="vh">Source </span>{citation.number}</a>'
    )


def _sources(citations: Sequence[Citation]) -> str:
    if not citations:
        return ""
    places: dict[tuple[str, tuple[str, ...]], list[Citation]] = {}
    for citation in citations:
        places.setdefault((citation.document_id, citation.section), []).append(citation)
    rows = "".join(_source(group) for group in places.values())
    return f'<section class="sources"><h3>Sources</h3><ul>{rows}</ul></section>'


def _source(citations: Sequence[Citation]) -> str:
    first = citations[0]
    pages = sorted({citation.page for citation in citations if citation.page})
    where = [" › ".join(first.section), f"p. {', '.join(map(str, pages))}" if pages else ""]
    section = f'<span class="where">{escape(", ".join(filter(None, where)))}</span>' if any(where) else ""
    numbers = "".join(cite_link(citation) for citation in citations)
    return f'<li><span class="cites">{numbers}</span><span class="title">{escape(first.title)}</span>{section}</li>'


def _tools(answer: Answer) -> str:
    confidence = f'<span class="confidence" title="{_CONFIDENCE}">Confidence {answer.confidence:.2f}</span>'
    copy = f'<button type="button" class="copy" value="{escape(answer.text)}">Copy with sources</button>'
    link = (
        f'<a class="permalink" href="{escape(question_address(answer.understood_as or answer.question))}">Copy link</a>'
    )
    return f'<p class="tools">{copy}{link}{confidence}</p>'


def _near_misses(passages: Sequence[Retrieved]) -> str:
    if not passages:
        return ""
    cards = "".join(_near_miss(passage) for passage in passages[:NEAR_MISSES])
    summary = "Nearest passages <span>near misses, not an answer</span>"
    return f'<details class="near"><summary>{summary}</summary><ul>{cards}</ul></details>'


def _near_miss(passage: Retrieved) -> str:
    address = escape(article_address(passage.document_id, passage.start, passage.end))
    where = escape(" › ".join((passage.title, *passage.section)))
    link = f'<a class="place" href="{address}">{where}</a>'
    return f"<li><blockquote>{escape(excerpt(passage.text))}</blockquote>{link}</li>"


def excerpt(text: str, limit: int = EXCERPT) -> str:
    """The beginning of a text, a line a line, cut between words and marked as cut where it is longer than the limit."""
    lines = "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())
    if len(lines) <= limit:
        return lines
    words = re.match(r"(?s).*\s", lines[: limit + 1])
    return f"{(words[0] if words else lines[:limit]).rstrip().rstrip(',;:')} …"


def _follow_ups(answer: Answer) -> str:
    if not answer.follow_ups:
        return ""
    title = "Ask next" if answer.statements else "Questions the library can answer"
    return f'<nav class="follow-ups"><h3>{title}</h3>{chips(answer.follow_ups)}</nav>'


def chips(questions: Iterable[str]) -> str:
    """Questions to pick from: links that ask them in a new chat, which the chat page turns into asking them here."""
    links = (
        f'<li><a class="chip" href="{escape(question_address(each))}">{escape(each)}</a></li>' for each in questions
    )
    return f'<ul class="chips">{"".join(links)}</ul>'


# Articles


class _Marked:
    """Spans of a text as HTML, with what the cited span covers in marks; the first mark has the id."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text, self.start, self.end = text, start, end
        self.found = False

    def __call__(self, start: int, end: int) -> str:
        low, high = max(start, self.start), min(end, self.end)
        if low >= high:
            return escape(self.text[start:end])
        before, cited, after = self.text[start:low], self.text[low:high], self.text[high:end]
        return f"{escape(before)}{self._mark(cited)}{escape(after)}"

    def _mark(self, cited: str) -> str:
        first = "" if self.found else ' id="cited" tabindex="-1"'
        self.found = True
        return f'<mark class="cited"{first}>{escape(cited)}</mark>'


def has_place(document: Document, start: int | None, end: int | None) -> bool:
    """Whether these offsets are a place in this document."""
    return start is not None and end is not None and 0 <= start < end <= len(document.text)


def article_html(document: Document, start: int | None = None, end: int | None = None, *, top: int = 1) -> str:
    """The whole article with `document.text[start:end]` in marks; without marks where that is no place in it.

    Its title stands above it as a heading of level `top`; the headings of the article follow one level below.
    """
    cited = (start, end) if start is not None and end is not None and has_place(document, start, end) else (0, 0)
    marked = _Marked(document.text, *cited)
    titled = document.blocks[:1] if _opens_with_title(document) else ()
    title = "".join(marked(block.start, block.end) for block in titled) or escape(document.title)
    return f'<h{top} class="title">{title}</h{top}>' + "".join(
        _blocks(document, document.blocks[len(titled) :], marked, top)
    )


def _opens_with_title(document: Document) -> bool:
    return any(block.kind == "heading" and _named(document, block) == document.title for block in document.blocks[:1])


def _named(document: Document, block: Block) -> str:
    return document.text[block.start : block.end]


def section_at(document: Document, place: int) -> tuple[str, ...]:
    """The headings above a place, outermost first, without the document's title."""
    path: list[Block] = []
    for block in document.blocks:
        if block.start > place:
            break
        if block.kind == "heading":
            path = [*(above for above in path if above.level < block.level), block]
    return tuple(name for block in path if (name := _named(document, block)) != document.title)


def contents_html(document: Document) -> str:
    """Links to the headings of a long article; nothing for a short one."""
    headings = [
        block
        for block in document.blocks[_opens_with_title(document) :]
        if block.kind == "heading" and block.level <= 2
    ]
    if len(headings) < LONG_ARTICLE:
        return ""
    rows = "".join(f'<li><a href="#s-{block.start}">{escape(_named(document, block))}</a></li>' for block in headings)
    return f'<details class="contents"><summary>In this article</summary><ol>{rows}</ol></details>'


def _blocks(document: Document, blocks: Sequence[Block], marked: _Marked, top: int) -> Iterable[str]:
    text, at = document.text, document.blocks[0].end if len(blocks) < len(document.blocks) else 0
    for kind, run in groupby(blocks, key=lambda block: ("item", block.list_id) if block.kind == "item" else block):
        together = list(run)
        yield from _loose(text, at, together[0], marked)
        yield _list(text, together, marked) if isinstance(kind, tuple) else _block(text, together[0], marked, top)
        at = together[-1].end
    yield from _loose(text, at, None, marked)


def _loose(text: str, start: int, following: Block | None, marked: _Marked) -> Iterable[str]:
    """What stands between blocks and is no list marker: nothing as a rule, and shown where there is something."""
    end = len(text) if following is None else following.start
    if following is not None and following.kind == "item":
        end = max(start, text.rfind("\n", start, end) + 1)
    if text[start:end].strip():
        yield f"<p>{marked(start, end)}</p>"


def _block(text: str, block: Block, marked: _Marked, top: int) -> str:
    if block.kind == "heading":
        level = min(top + max(block.level - 1, 1), 6)
        return f'<h{level} id="s-{block.start}">{marked(block.start, block.end)}</h{level}>'
    if block.kind == "table":
        return _table(text, block, marked)
    return f"<p>{marked(block.start, block.end)}</p>"


def _list(text: str, items: Sequence[Block], marked: _Marked) -> str:
    numbers = [_number(text, item) for item in items]
    tag = "ul" if numbers[0] is None else "ol"
    rows, at = [], 0
    while at < len(items):
        inner = at + 1
        while inner < len(items) and items[inner].level > items[at].level:
            inner += 1
        value = f' value="{numbers[at]}"' if tag == "ol" and numbers[at] is not None else ""
        said = marked(items[at].start, items[at].end)
        below = _list(text, items[at + 1 : inner], marked) if inner > at + 1 else ""
        rows.append(f"<li{value}>{said}{below}</li>")
        at = inner
    return f"<{tag}>{''.join(rows)}</{tag}>"


def _number(text: str, item: Block) -> int | None:
    line = text[text.rfind("\n", 0, item.start) + 1 : item.start]
    found = _NUMBERED.search(line)
    return int(found[1]) if found else None


def _table(text: str, block: Block, marked: _Marked) -> str:
    rows: list[str] = []
    at = block.start
    for line in text[block.start : block.end].split("\n"):
        tag = "td" if rows else "th"
        rows.append("<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in _cells(line, at, marked)) + "</tr>")
        at += len(line) + 1
    return f'<div class="table"><table><thead>{rows[0]}</thead><tbody>{"".join(rows[1:])}</tbody></table></div>'


def _cells(line: str, at: int, marked: _Marked) -> Iterable[str]:
    for cell in line.split("|"):
        lead = len(cell) - len(cell.lstrip())
        yield marked(at + lead, at + lead + len(cell.strip()))
        at += len(cell) + 1


# What is known about an article


def facts_html(document: Document) -> str:
    """When it was updated, where it was first published and what it draws on, from the article's front matter."""
    updated = document.metadata.get("updated") or document.metadata.get("date")
    facts = [f"Updated {escape(day(updated))}"] if updated else []
    if document.url and (link := web_link(document.url, document.url.removeprefix("https://").removeprefix("http://"))):
        facts.append(f"Published at {link}")
    return f'<p class="facts">{" · ".join(facts)}</p>' if facts else ""


def based_on_html(document: Document) -> str:
    """The sources that the article itself names, as a list; nothing where it names none."""
    named = document.metadata.get("sources") or ()
    sources = [named] if isinstance(named, str | Mapping) else list(named)
    if not sources:
        return ""
    rows = "".join(f"<li>{_named_source(source)}</li>" for source in sources)
    return f'<section class="based-on"><h2>What this article is based on</h2><ul>{rows}</ul></section>'


def _named_source(source: object) -> str:
    if not isinstance(source, Mapping):
        return web_link(str(source), str(source)) or escape(str(source))
    name = str(source.get("name") or source.get("title") or source.get("url") or "")
    linked = web_link(str(source.get("url") or ""), name) or escape(name)
    publisher = source.get("publisher")
    return f"{linked} · {escape(str(publisher))}" if publisher else linked


def web_link(address: str, label: str) -> str:
    """A link to a web page elsewhere; nothing for whatever is no web address."""
    if not address.lower().startswith(("http://", "https://")):
        return ""
    return f'<a class="out" href="{escape(address)}" rel="noopener noreferrer">{escape(label)}</a>'


def day(value: object) -> str:
    """A date as people write it; whatever is no date stays as it is."""
    try:
        when = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return f"{when.day} {when:%B %Y}"
