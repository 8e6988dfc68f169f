"""What is shown is what was said: quotes to the letter, everything escaped, every place of an article markable."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmo_qa.render import (
    answer_html,
    article_address,
    article_html,
    based_on_html,
    contents_html,
    day,
    excerpt,
    facts_html,
    failure_html,
    question_address,
    section_at,
    web_link,
)
from cmo_qa.types import Answer, Block, Citation, Document, Statement
from tests.web_fake import FOCUS, FOLLOW_UPS, NEAR, PAY, REPORTS, WHERE, citation, document, focus, nothing, where

# Of HTML elements, those that Gradio's sanitiser (amuchina, its default lists) leaves in place.
SANITISER_ELEMENTS = {
    "section",
    "p",
    "span",
    "a",
    "ul",
    "li",
    "h3",
    "q",
    "button",
    "details",
    "summary",
    "blockquote",
    "nav",
}
SANITISER_ATTRIBUTES = {"class", "href", "title", "type", "value"}


class Reading(HTMLParser):
    """Collects the text of a page, that of its marks, its links, and the elements and attributes in use."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""
        self.marks: list[str] = []
        self.marked_ids: list[str | None] = []
        self.links: list[str] = []
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(markup)
        self.close()
        assert not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        given_attributes = dict(attrs)
        if tag == "mark":
            self.marks.append("")
            self.marked_ids.append(given_attributes.get("id"))
        if tag == "a":
            self.links.append(given_attributes["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if "mark" in self.open:
            self.marks[-1] += data


# Articles


def expected_marks(of: Document, start: int, end: int) -> str:
    """The quote without what separates blocks and cells."""
    spans = [span for block in of.blocks for span in shown_spans(of, block)]
    return "".join(of.text[max(low, start) : min(high, end)] for low, high in spans if max(low, start) < min(high, end))


def shown_spans(of: Document, block: Block) -> list[tuple[int, int]]:
    if block.kind != "table":
        return [(block.start, block.end)]
    cells = re.finditer(r"[^|\n]+", of.text[block.start : block.end])
    stripped = [(cell.start() + len(cell[0]) - len(cell[0].lstrip()), cell[0].strip()) for cell in cells]
    return [(block.start + at, block.start + at + len(text)) for at, text in stripped]


ANYTHING = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=30)
WORDY = st.text("ab <>&\"'\r\n|.-", min_size=1, max_size=20)
LINE = st.one_of(ANYTHING, WORDY)
KINDS = st.sampled_from(["h1", "h2", "h3", "p", "lead_in", "- ", "  - ", "    - ", "1. ", "12) ", "table"])
DOCUMENTS = st.lists(st.tuples(KINDS, LINE), min_size=1, max_size=9).map(lambda lines: document("d", "T", lines))


@given(DOCUMENTS, st.data())
def test_marks_are_the_quote(of: Document, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, max(len(of.text) - 1, 0)))
    end = data.draw(st.integers(start + 1, max(len(of.text), start + 1)))
    shown = Reading(article_html(of, start, end))
    assert "".join(shown.marks) == (expected_marks(of, start, end) if end <= len(of.text) else "")
    assert shown.marked_ids == ["cited", *[None] * (len(shown.marks) - 1)] if shown.marks else True


@given(DOCUMENTS)
def test_whole_article_is_shown(of: Document) -> None:
    body = Reading(article_html(of).split("</h1>", 1)[1])
    assert body.text.replace(" ", "") == expected_marks(of, 0, len(of.text)).replace(" ", "")
    assert not body.marks


def test_span_across_blocks_marks_each_part() -> None:
    start, end = WHERE.text.index("appoint them too."), WHERE.text.index("healthcare systems.")
    assert Reading(article_html(WHERE, start, end)).marks == [
        "appoint them too.",
        "The settings in which CMOs work are:",
        "Hospitals and ",
    ]


def test_span_in_a_table_marks_cells() -> None:
    start = WHERE.text.index("Goal")
    shown = Reading(article_html(WHERE, start, start + len("Goal | Good results")))
    assert shown.marks == ["Goal", "Good results"]


@pytest.mark.parametrize(("start", "end"), [(None, None), (5, None), (9, 9), (9, 3), (-1, 4), (0, 10**9)])
def test_no_place_no_mark(start: int | None, end: int | None) -> None:
    assert article_html(PAY, start, end) == article_html(PAY)


def test_structure() -> None:
    of = document(
        "d",
        "Title",
        [("h1", "Title"), ("lead_in", "Two:"), ("- ", "a"), ("  - ", "b"), ("- ", "c"), ("3. ", "d"), ("h2", "Next")],
    )
    assert article_html(of, 7, 11) == (
        '<h1 class="title">Title</h1><p><mark class="cited" id="cited" tabindex="-1">Two:</mark></p>'
        "<ul><li>a<ul><li>b</li></ul></li><li>c</li><li>d</li></ul>"
        f'<h2 id="s-{of.text.index("Next")}">Next</h2>'
    )


def test_numbered_list_keeps_its_numbers() -> None:
    of = document("d", "T", [("p", "Steps"), ("3. ", "third"), ("4. ", "fourth")])
    assert '<ol><li value="3">third</li><li value="4">fourth</li></ol>' in article_html(of)


def test_cited_title_is_marked() -> None:
    of = document("d", "Title", [("h1", "Title"), ("p", "Text.")])
    assert Reading(article_html(of, 0, 5)).marks == ["Title"]


def test_text_outside_of_blocks_is_shown() -> None:
    of = replace(PAY, text=f"{PAY.text}\n\nLeft over.")
    assert Reading(article_html(of, len(PAY.text) + 2, len(of.text))).marks == ["Left over."]


def test_section_and_contents() -> None:
    assert section_at(WHERE, WHERE.text.index("Complex")) == ("What does a hospital CMO focus on?",)
    assert section_at(PAY, 3) == ()
    assert Reading(contents_html(WHERE)).links == [
        f"#s-{block.start}" for block in WHERE.blocks if block.kind == "heading"
    ]
    assert contents_html(PAY) == ""


def test_facts() -> None:
    assert facts_html(WHERE) == '<p class="facts">Updated 22 November 2026</p>'
    assert facts_html(PAY) == ""
    published = Reading(facts_html(replace(PAY, url="https://example.org/a?b&c")))
    assert (published.links, published.text) == (["https://example.org/a?b&c"], "Published at example.org/a?b&c")
    shown = Reading(based_on_html(WHERE))
    assert shown.links == ["https://bphc.hrsa.gov/compliance"]
    assert "What is CMO? · not stated in the copy we hold" in shown.text


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "/here", "", " https://x"])
def test_only_web_addresses_become_links(address: str) -> None:
    assert web_link(address, "x") == ""


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026-11-02", "2 November 2026"),
        (date(2025, 1, 31), "31 January 2025"),
        ("last spring", "last spring"),
        (7, "7"),
    ],
)
def test_day(value: object, shown: str) -> None:
    assert day(value) == shown


# Addresses


@given(ANYTHING)
def test_addresses_carry_anything(text: str) -> None:
    assert re.fullmatch(r"/article/[\w.~%-]+", article_address(text))
    assert re.fullmatch(r"/\?q=[\w.~%+*-]+", question_address(text))


def test_address_of_a_place() -> None:
    assert article_address("pay/of-a-cmo", 3, 9) == "/article/pay%2Fof-a-cmo?start=3&end=9#cited"


# Answers


def test_answer_quotes_and_links() -> None:
    answer = where("Where do CMOs work?")
    shown = Reading(answer_html(answer))
    for statement in answer.statements:
        assert statement.text in shown.text
    addresses = [article_address(each.document_id, each.start, each.end) for each in answer.citations]
    assert shown.links[: len(addresses)] == addresses
    assert [link for link in shown.links if link.startswith("/?q=")] == [
        question_address(question) for question in (answer.question, *FOLLOW_UPS)
    ]
    assert "Confidence 0.84" in shown.text
    assert "Read as" not in shown.text


def test_lead_in_stands_above_its_list() -> None:
    markup = re.sub(r"<span class=\"cites\">.*?</a></span>", "", answer_html(where("Where?")))
    assert (
        '<p class="said lead_in"><span class="quote">The settings in which CMOs work are:</span></p>'
        '<ul class="said"><li><span class="quote">Hospitals and healthcare systems.</span></li>' in markup
    )


def test_sentences_flow_in_one_paragraph() -> None:
    cited = (
        citation(1, PAY, REPORTS),
        citation(2, WHERE, "Insurers, drug makers and public agencies appoint them too."),
    )
    said = tuple(Statement(each.quote, "sentence", (each.number,)) for each in cited)
    markup = answer_html(replace(where("?"), statements=said, citations=cited))
    assert markup.count('<p class="said') == 1


def test_statement_with_two_sources_links_both() -> None:
    answer = where("?")
    both = replace(answer, statements=(Statement(REPORTS, "sentence", (6, 1)),))
    assert Reading(answer_html(both)).text.startswith(f"{REPORTS}Source 6Source 1Sources")


def test_partial_and_read_as() -> None:
    shown = Reading(answer_html(focus("And its focus?", ["Where do CMOs work?"])))
    notice = "The library says which concerns there are, not how they are ranked."
    assert shown.text.startswith(f"Read as: And its focus? (after: Where do CMOs work?){notice}{FOCUS}")


def test_not_covered() -> None:
    shown = Reading(answer_html(nothing("What is the boiling point of lead?")))
    assert shown.text == (
        "Nothing in the library is about this; it is about the role of the Chief Medical Officer."
        "Nearest passages near misses, not an answer"
        f"{NEAR.text}Where CMOs work › What does a hospital CMO focus on?"
        "Questions the library can answerWhat does a hospital CMO focus on?Who does the CMO report to?"
    )
    assert shown.links[0] == article_address(NEAR.document_id, NEAR.start, NEAR.end)


def test_not_covered_with_nothing_near() -> None:
    bare = replace(nothing("?"), passages=(), follow_ups=(), notice="")
    assert answer_html(bare) == (
        '<section class="answer not_covered"><p class="state">The library doesn’t hold an answer to this.</p></section>'
    )


def test_failure() -> None:
    assert failure_html("No.\n\nTry <b>.") == '<section class="answer failed"><p>No.</p><p>Try &lt;b&gt;.</p></section>'


@pytest.mark.parametrize("answer", [where("Where?"), focus("What?", ["a"]), nothing("Lead?")])
def test_markup_passes_the_sanitiser(answer: Answer) -> None:
    shown = Reading(answer_html(answer))
    assert shown.elements <= SANITISER_ELEMENTS
    assert shown.attributes <= SANITISER_ATTRIBUTES


@given(ANYTHING.filter(str.strip))
def test_everything_is_escaped(text: str) -> None:
    evil = f"{text}<script>alert('&\"')</script>"
    cited = Citation(1, evil, evil, evil, evil, (evil,), 0, 1, evil)
    answer = Answer("i", "q", evil, "partial", 0.5, (Statement(evil, "item", (1,)),), (cited,), (), (evil,), evil)
    none = replace(
        answer, statements=(), citations=(), passages=(replace(NEAR, title=evil, text=evil, section=(evil,)),)
    )
    for markup in (answer_html(answer), answer_html(none), failure_html(evil)):
        assert Reading(markup).elements <= SANITISER_ELEMENTS


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("one  two", "one two"),
        ("one two, three", "one two …"),
        ("x" * 12, "x" * 10 + " …"),
        ("a:\n- b\n\n- c", "a:\n- b\n- c"),
        ("a b:\n- cccccc", "a b:\n- …"),
    ],
)
def test_excerpt(text: str, cut: str) -> None:
    assert excerpt(text, 10) == cut
