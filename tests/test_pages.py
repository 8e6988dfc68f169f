"""Saved pages, and pages scraped to text: their content and structure are kept, none of their furniture is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmo_qa.errors import SourceError
from ingest.clean import explain
from ingest.read import Raw
from tests.marked import PAGES, load, score

if TYPE_CHECKING:
    from pathlib import Path

BODY = "<p>The chief of the ward reads all figures of the month with great care, and says so.</p>"


def shape(kind: str, text: str) -> list[tuple[str, str]]:
    document = explain(Raw("a.txt", kind, text)).document
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def page(inner: str) -> str:
    head = "<html><head><title>Wards | House</title></head>"
    return f"{head}<body><main><h1>Wards</h1>{BODY}{inner}{BODY}</main></body></html>"


def between(inner: str) -> list[tuple[str, str]]:
    """What stands between the two paragraphs of a page."""
    found = shape("html", page(inner))
    body = [number for number, (_, text) in enumerate(found) if text.startswith("The chief of the ward reads")]
    assert len(body) == 2, found
    return found[body[0] + 1 : body[1]]


@pytest.mark.parametrize("path", sorted(PAGES.iterdir()), ids=lambda path: path.name)
def test_every_page_keeps_its_content_and_structure_and_loses_its_furniture(path: Path) -> None:
    marked = load(path)
    found = shape("html" if path.suffix == ".html" else "text", marked.page)
    marks = score(marked, found)
    assert not marks.wrong
    assert marks.hits["order"] == marks.all["order"]


@pytest.mark.parametrize("path", sorted(PAGES.glob("*.html")), ids=lambda path: path.name)
def test_all_that_a_reader_sees_of_a_page_is_accounted_for(path: Path) -> None:
    """Each text of the gold is in the document, or among what was dropped with the name of a rule."""
    marked = load(path)
    cleaned = explain(Raw(path.name, "html", marked.page))
    seen = "".join(("".join([cleaned.document.text, *(one.text for one in cleaned.dropped)])).split())
    missing = [text for kind, text in marked.gold if kind == "f" and "".join(text.split()) not in seen]
    buttons = [
        text for text in missing if f">{text}</button>" not in marked.page and f">{text}</label>" not in marked.page
    ]
    assert not buttons


# What is furniture by its markup, and what only sounds so


@pytest.mark.parametrize(
    ("markup", "rule"),
    [
        ('<div class="related-posts"><h3>More to read</h3><p>Ten beds for all.</p></div>', "related pages"),
        ('<div class="NewsletterBox_root__x1"><p>One letter a month.</p></div>', "newsletter box"),
        ('<div id="cookie-law-info"><p>Fine with you?</p></div>', "cookie notice"),
        ('<div class="breadcrumb"><span>House</span> <span>Wards</span></div>', "breadcrumbs"),
        ('<ol class="comment-list"><li><p>We do it too, said Otto.</p></li></ol>', "comments"),
        ('<p class="print-only">From house.example</p>', "not shown"),
        ('<p style="display: none">To be written.</p>', "not shown"),
        ('<ul><li><a href="/a">East ward</a></li><li><a href="/b">West ward</a></li></ul>', "links"),
        ('<div><h3><a href="/a">Beds</a></h3><p>Why.</p></div><div><h3><a href="/b">Pay</a></h3></div>', "cards"),
    ],
)
def test_markup_that_says_what_it_is_goes_and_the_rule_is_named(markup: str, rule: str) -> None:
    assert between(markup) == []
    assert rule in {one.rule for one in explain(Raw("a.html", "html", page(markup))).dropped}


@pytest.mark.parametrize(
    ("markup", "kept"),
    [
        ('<section id="newsletter"><h2>The newsletter</h2><p>It is read by all who work here.</p></section>', 2),
        ('<div class="has-sidebar category-comments"><p>Comments are read by the chief.</p></div>', 1),
        ('<h2><a class="header" href="#x">Pay</a></h2><p>Pay is fair on all of the wards.</p>', 2),
        ('<p>You can use:</p><ul><li><a href="/a">Form A</a></li><li><a href="/b">Form B</a></li></ul>', 3),
        ('<aside class="callout"><p>Nurses may call at any hour of the night.</p></aside>', 1),
        ('<section class="informed-consent"><p>Consent is asked for in writing.</p></section>', 1),
        ('<section class="social-work"><p>Social workers see each patient.</p></section>', 1),
        ('<div class="shared-care"><p>Care is shared by two houses.</p></div>', 1),
        ('<section class="discussion"><p>We found less than we had hoped.</p></section>', 1),
        ('<section class="recommendations"><p>Wash your hands before each bed.</p></section>', 1),
        ('<div class="health-promotion"><p>Walking is good for the heart.</p></div>', 1),
        ('<div class="expert-comment"><p>This is new, says the chief.</p></div>', 1),
        ('<div class="age-related-macular"><p>Sight fades with age in many people.</p></div>', 1),
        ('<div class="d-none d-md-block"><p>Telephones do not show this at all.</p></div>', 1),
        ('<div role="tabpanel" hidden><p>Families may visit on each day of the week.</p></div>', 1),
    ],
)
def test_markup_that_only_sounds_like_furniture_stays(markup: str, kept: int) -> None:
    assert len(between(markup)) == kept


# Structure


def test_a_cell_over_several_rows_is_said_in_each() -> None:
    rows = "<tr><th>Ward</th><th>Shift</th><th>Staff</th></tr><tr><td rowspan=2>East</td><td>Day</td><td>9</td></tr>"
    assert between(f"<table>{rows}<tr><td>Night</td><td>4</td></tr></table>") == [
        ("table", "Ward | Shift | Staff\nEast | Day | 9\nEast | Night | 4")
    ]


def test_the_head_of_a_table_is_none_of_the_page() -> None:
    head = '<thead><tr class="header"><th>Ward</th><th>Beds</th></tr></thead>'
    rows = '<tbody><tr class="odd"><td>East</td><td>12</td></tr></tbody>'
    assert between(f"<table>{head}{rows}</table>") == [("table", "Ward | Beds\nEast | 12")]


def test_a_list_of_short_facts_is_a_table_and_one_of_sentences_has_headings() -> None:
    assert between("<dl><dt>Beds</dt><dd>40</dd><dt>Staff</dt><dd>90</dd></dl>") == [("table", "Beds | 40\nStaff | 90")]
    terms = between("<dl><dt>Bed</dt><dd>A bed is where a patient lies.</dd></dl>")
    assert [kind for kind, _ in terms] == ["heading", "paragraph"]


def test_breaks_part_paragraphs_and_a_bold_line_is_a_heading() -> None:
    written = "<div>One is said here.<br><br><b>Then</b><br>Two is said here, and\nit goes on.</div>"
    assert between(written) == [
        ("paragraph", "One is said here."),
        ("heading", "Then"),
        ("paragraph", "Two is said here, and it goes on."),
    ]


def test_lists_in_lists_stay_so_also_where_the_markup_is_wrong() -> None:
    inner = "<ul><li>one<ul><li>inner</li></ul></li><ul><li>stray</li></ul><li>two</ul>"
    document = explain(Raw("a.html", "html", page(inner))).document
    items = [(document.text[b.start : b.end], b.level) for b in document.blocks if b.kind == "item"]
    assert items == [("one", 0), ("inner", 1), ("stray", 1), ("two", 0)]


def test_marks_of_notes_are_no_words() -> None:
    noted = '<p>All is counted<sup><a href="#n1">1</a></sup> by 10<sup>6</sup>.<a href="#n2">[2]</a></p>'
    assert between(noted)[0][1].startswith("All is counted by 106.")


# Text


LINES = "The chief reads all figures of the month with great care."


def test_menus_above_and_below_go_and_the_title_between_stays() -> None:
    menu = "Harbour\nHome\nPatients & visitors\nCareers"
    text = f"{menu}\nWards of old\n{LINES}\n{LINES} Yes.\nHarbour\nCareers\nPrivacy policy\n"
    assert shape("text", text) == [("heading", "Wards of old"), ("paragraph", LINES), ("paragraph", f"{LINES} Yes.")]


def test_a_version_is_no_date() -> None:
    assert ("heading", "1.13.4 and later") in shape("text", f"Wards\n{LINES}\n1.13.4 and later\n{LINES}")


def test_code_is_neither_a_trail_of_links_nor_a_picture() -> None:
    code = "let it = of::<A, B>(); let that = to::<C>(it)"
    found = [text for _, text in shape("text", f"Wards\n{LINES}\nWrite #![warn(all)] above it.\n{code}\n{LINES}")]
    assert {code, "Write #![warn(all)] above it."} <= set(found)


def test_short_headings_with_words_of_menus_stay() -> None:
    text = "\n".join(f"{word}\n{LINES}" for word in ("Wards", "Home", "Contact", "Search", "Services"))
    assert [text for kind, text in shape("text", text) if kind == "heading"] == [
        "Wards", "Home", "Contact", "Search", "Services",
    ]  # fmt: skip


def test_a_thread_of_comments_goes_and_a_section_on_comments_stays() -> None:
    thread = "2 Comments\nOtto says:\nMarch 3, 2024 at 10:14 am\nGreat post, we do it like this too.\nReply"
    assert len(shape("text", f"Wards\n{LINES}\n{thread}")) == 2
    assert len(shape("text", f"Wards\n{LINES}\nComments of patients\n{LINES} So it is.")) == 4


def test_a_bullet_on_a_line_of_its_own_belongs_to_the_next() -> None:
    text = f"Wards\n{LINES}\nNeeded are:\n•\nTact\n•\n\nTime\n{LINES}"
    assert [text for kind, text in shape("text", text) if kind == "item"] == ["Tact", "Time"]


def test_numbered_steps_with_text_of_their_own_are_headings_also_under_a_lead_in() -> None:
    text = f"Wards\n\n{LINES} Take these steps:\n\n1. Read\n\n{LINES}\n\n2. Ask\n\n{LINES}\n"
    assert [text for kind, text in shape("text", text) if kind == "heading"] == ["Wards", "1. Read", "2. Ask"]


def test_about_the_author_is_content_where_no_person_is_spoken_of() -> None:
    assert (
        len(shape("text", f"Wards\n{LINES}\nAbout the author\nDee Marsh writes about hospitals and coaches chiefs."))
        == 2
    )
    kept = shape("text", f"Wards\n{LINES}\nAbout the author\nEvery page on a ward needs the name of its author.")
    assert len(kept) == 4


TAGS = (
    "p div b br ul ol li h2 h3 table tr td th dl dt dd details summary button a nav aside form pre span section".split()
)
SAID = (
    "",
    "hidden",
    'class="share"',
    'class="faq-question"',
    'id="toc"',
    'href="/a"',
    'aria-controls="x"',
    "rowspan=9",
)


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.sampled_from(TAGS), st.sampled_from(SAID)).map(lambda one: f"<{one[0]} {one[1]}>"),
            st.sampled_from(TAGS).map(lambda tag: f"</{tag}>"),
            st.text(max_size=20),
            st.sampled_from(
                ["The chief reads all figures with care. ", "Who reads?", "- dash", "<!-- no -->", "&nbsp;"]
            ),
        ),
        max_size=40,
    ).map("".join)
)
def test_whatever_the_markup_no_page_fails_and_its_blocks_are_spans(inner: str) -> None:
    try:
        document = explain(Raw("a.html", "html", f"<html lang=en><body>{BODY}{inner}")).document
    except SourceError:
        return
    assert all(one.end <= two.start for one, two in zip(document.blocks, document.blocks[1:], strict=False))
    assert all(document.text[block.start : block.end].strip() for block in document.blocks)


def test_a_page_nested_without_end_keeps_its_text() -> None:
    assert "The chief of the ward" in shape("html", f"<html><body>{'<div>' * 3000}{BODY}</body></html>")[-1][1]
    assert "word" in shape("html", f"<html><body>{BODY}<p>{'<b>word ' * 3000}</body></html>")[-1][1]
