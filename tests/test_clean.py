"""Furniture goes, content stays, and every block knows what it is: messes of real pages in our own words."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmo_qa.errors import SourceError
from ingest.chunk import chunk
from ingest.clean import clean, explain, slug
from ingest.read import Raw, find, read
from tests.cleaned import BODY, dropped, shape, text_of

if TYPE_CHECKING:
    from cmo_qa.types import Document

SHARED = Path(__file__).parents[2] / "shared"


def sections(document: Document) -> list[tuple[tuple[str, ...], str]]:
    passages, _ = chunk(document, lambda text: len(text.split()), 200)
    return [(passage.section, document.text[passage.start : passage.end]) for passage in passages]


# Lines


def test_each_long_line_is_a_paragraph_and_a_short_one_its_heading() -> None:
    document = text_of(f"Who leads?\n{BODY}\nWhat it takes:\n{BODY} allied wards do so too\n{BODY}")
    assert shape(document) == [
        ("heading", "Who leads?"),
        ("paragraph", BODY),
        ("heading", "What it takes:"),
        ("paragraph", f"{BODY} allied wards do so too"),
        ("paragraph", BODY),
    ]
    assert document.text.startswith(f"Who leads?\n\n{BODY}\n\nWhat")


WRAPPED = """The ward and its chief
Duties
of the chief of a ward
A chief of a ward begins the day with a look at the figures of the night, and
then walks from bed to bed with those who were on duty. That takes about an
hour. Among the duties of the chief
are:
- Planning the work of the week with the head nurse, who knows best which of
the beds will be free. They meet on Monday.
- Speaking for the ward: As one of the doctors of the house, the Ward
Chief
can say to the board what is missing. The board then decides what it buys for
the ward in the next year.
Why it matters
A ward without a chief loses time, and time is what the patients of a ward do
not have. Nobody doubts it.
"""


def test_wrapped_lines_are_joined_and_headings_bullets_and_paragraphs_kept_apart() -> None:
    document = text_of(WRAPPED)
    assert [(kind, text[:20], text[-16:]) for kind, text in shape(document)] == [
        ("heading", "The ward and its chi", "rd and its chief"),
        ("heading", "Duties of the chief ", " chief of a ward"),
        ("lead_in", "A chief of a ward be", "f the chief are:"),
        ("item", "Planning the work of", " meet on Monday."),
        ("item", "Speaking for the war", "n the next year."),
        ("heading", "Why it matters", "Why it matters"),
        ("paragraph", "A ward without a chi", "obody doubts it."),
    ]


def test_a_paragraph_right_under_the_last_bullet_is_none_of_it() -> None:
    text = WRAPPED.replace("Why it matters\n", "").replace(
        "what it buys for\nthe ward in the next year.", "what it buys."
    )
    kinds = [kind for kind, _ in shape(text_of(text))]
    assert kinds == ["heading", "heading", "lead_in", "item", "item", "paragraph"]


def test_a_line_broken_after_a_hyphen_is_joined_without_a_space() -> None:
    assert (
        "decision-making of the ward"
        in text_of(
            WRAPPED.replace("That takes about an\nhour", "The decision-\nmaking of the ward takes an\nhour")
        ).text
    )


def test_double_spaced_lines_are_joined_too() -> None:
    assert text_of(WRAPPED.replace("\n", "\n\n")).text == text_of(WRAPPED).text


def test_wrapped_lines_that_begin_with_a_dash_or_number_go_on() -> None:
    text = WRAPPED.replace(
        "That takes about an\nhour", "That takes – if all of them\n– nurses too – come\n12. more minutes than an hour"
    )
    assert [kind for kind, _ in shape(text_of(text))] == [kind for kind, _ in shape(text_of(WRAPPED))]


def test_plain_text_that_is_only_called_markdown_is_read_as_plain_text() -> None:
    assert text_of(WRAPPED, "markdown").text == text_of(WRAPPED).text


def test_line_ends_odd_spaces_and_hidden_characters_are_made_plain() -> None:
    document = text_of(f"\ufeffTitle\r\n\r\nA\u00a0chief\u200b of\u00ad a\tward.\r\n{BODY}\r")
    assert document.text == f"Title\n\nA chief of a ward.\n\n{BODY}"


# Lists


def test_labelled_paragraphs_under_a_lead_in_or_heading_are_items() -> None:
    document = text_of(
        f"Title\n{BODY} We offer the following help:\n"
        f"Care Plans: They guide all. They last.\nNight Staff: It is there.\n{BODY}"
    )
    assert [kind for kind, _ in shape(document)] == ["heading", "lead_in", "item", "item", "paragraph"]
    assert shape(document)[2] == ("item", "Care Plans: They guide all. They last.")


def test_tips_are_items_that_keep_their_number() -> None:
    document = text_of(
        f"Title\n\n{BODY}\n\nTip 1: Read Much: Books help a lot.\n\n"
        "Tip 2: Ask: Others know.\n\nTip 3: Rest: Sleep helps.\n"
    )
    assert shape(document)[2:] == [
        ("item", "Tip 1: Read Much: Books help a lot."),
        ("item", "Tip 2: Ask: Others know."),
        ("item", "Tip 3: Rest: Sleep helps."),
    ]


def test_dots_and_dashes_are_bullets_and_numbers_stay_as_markers() -> None:
    document = text_of(f"Title\n{BODY}\nA chief needs:\n• Tact\n• Time\n{BODY}\n1. First\n2. Second\n")
    assert "A chief needs:\n\n- Tact\n- Time\n\n" in document.text
    assert document.text.endswith("1. First\n2. Second")
    assert [block.list_id for block in document.blocks] == [None, None, 1, 1, 1, None, 2, 2]


def test_bullets_on_one_line_are_a_list() -> None:
    assert [kind for kind, _ in shape(text_of(f"Title\n{BODY} Needed are: • tact • time • trust"))] == [
        "heading", "lead_in", "item", "item", "item",
    ]  # fmt: skip


def test_a_list_that_lost_its_bullets_is_known_by_its_lead_in() -> None:
    document = text_of(f"Title\n{BODY}\nA chief needs these skills:\nClear speech\nPatience\nA sense of humor\n{BODY}")
    assert [kind for kind, _ in shape(document)] == [
        "heading",
        "paragraph",
        "lead_in",
        "item",
        "item",
        "item",
        "paragraph",
    ]


def test_items_nest_by_indent() -> None:
    document = text_of(f"Title\n\n{BODY}\n\n- one:\n  - inner\n  - other\n- two\n")
    assert [block.level for block in document.blocks if block.kind == "item"] == [0, 1, 1, 0]
    assert document.text.endswith("- one:\n  - inner\n  - other\n- two")


def test_a_short_bullet_over_a_paragraph_is_its_heading_and_the_section_goes_on_after() -> None:
    text = f"Title\n\n4. Care\n\n{BODY}\n\n  • Beds and rooms\n\n    {BODY}\n\n  • Staff\n\n    {BODY}\n\n{BODY}\n"
    assert [section for section, _ in sections(text_of(text))] == [
        ("Care",),
        ("Care", "Beds and rooms"),
        ("Care", "Staff"),
        ("Care",),
    ]


# Questions


def test_numbered_questions_are_headings_and_what_rounds_them_off_is_not_of_the_last() -> None:
    asked = "\n\n".join(f"Question {n}: Who does part {n}?\n\nThe chief does part {n}." for n in (1, 2, 3))
    document = text_of(
        f"Title\n\n{BODY}\n\nFrequently Asked Questions\n\nHere they are.\n\n{asked}\n\n"
        f"{BODY}\n\n{BODY}\n\nNext steps\n\n{BODY}"
    )
    faq = "Frequently Asked Questions"
    assert [section for section, _ in sections(document)] == [
        (), (faq,), (faq, "Who does part 1?"), (faq, "Who does part 2?"), (faq, "Who does part 3?"), (faq,),
        ("Next steps",),
    ]  # fmt: skip


def test_a_title_that_is_the_first_question_is_a_heading_too() -> None:
    document = text_of(f"What does a chief do?\n{BODY}\nHow is a chief paid?\n{BODY}\nWho hires a chief?\n{BODY}")
    assert document.title == "What does a chief do?"
    assert [section for section, _ in sections(document)] == [
        ("What does a chief do?",), ("How is a chief paid?",), ("Who hires a chief?",),
    ]  # fmt: skip


def test_answers_in_one_run_go_back_to_their_questions() -> None:
    answers = (
        "To become a chief, a doctor needs a license and training. Many hold a second degree. Chiefs improve safety by "
        "setting rules. They also check charts. No, nurses are not barred from the board. Some sit on it."
    )
    questions = (
        "What training must a person have to become a chief?\nHow do chiefs improve safety?\n"
        "Are nurses barred from the board?"
    )
    document = text_of(f"Title\n{BODY}\nFAQs\n{answers}{questions}")
    assert sections(document)[1:] == [
        (("FAQs", "What training must a person have to become a chief?"),
         "To become a chief, a doctor needs a license and training. Many hold a second degree."),
        (("FAQs", "How do chiefs improve safety?"), "Chiefs improve safety by setting rules. They also check charts."),
        (("FAQs", "Are nurses barred from the board?"), "No, nurses are not barred from the board. Some sit on it."),
    ]  # fmt: skip


def test_answers_that_fit_no_question_clearly_stay_where_they_are() -> None:
    text = f"Title\n{BODY}\nFAQs\nIt depends. Nobody can say.\nWho pays for the chair?\nWhen is the meeting held?"
    document = text_of(text)
    assert [one for _, one in shape(document)][-3:] == [
        "It depends. Nobody can say.", "Who pays for the chair?", "When is the meeting held?",
    ]  # fmt: skip
    assert not dropped(text)


def test_marks_of_questions_and_answers_are_not_quoted() -> None:
    document = text_of("Ask\n\nQ: Who leads?\nA: The chief does.\n\nQ: Who follows?\nA: All do.\n")
    assert sections(document) == [(("Who leads?",), "The chief does."), (("Who follows?",), "All do.")]


# Formats


def test_front_matter_is_metadata() -> None:
    document = text_of(
        "---\nid: wards\ntitle: On wards\nsummary: Short\ntopics: [a, b]\n"
        f"updated: 2024-05-01\nurl: https://x.example\n---\n# On wards\n\n{BODY}\n",
        "markdown",
    )
    assert (document.id, document.title, document.url) == ("wards", "On wards", "https://x.example")
    assert document.metadata == {
        "summary": "Short",
        "topics": ["a", "b"],
        "updated": "2024-05-01",
        "language": "en",
    }


def test_bad_front_matter_is_read_line_by_line_and_said() -> None:
    front = 'title: Care: a guide\nauthor: "Jane Roe"\ntopics:\n- wards\n- beds\nupdated: 2024-05-01'
    found = explain(Raw("lib/a.md", "markdown", f"---\n{front}\n---\n{BODY}"))
    assert (found.document.title, found.document.text) == ("Care: a guide", BODY)
    known = {key: found.document.metadata[key] for key in ("author", "topics", "updated")}
    assert known == {"author": "Jane Roe", "topics": ["wards", "beds"], "updated": "2024-05-01"}
    assert found.warnings == ("its front matter is not valid YAML (line 2); it was read line by line",)


def test_a_page_of_furniture_alone_is_refused() -> None:
    with pytest.raises(SourceError, match=r"^Can't use a\.txt: no text of an article is in it\."):
        clean(Raw("a.txt", "text", "Home\nShare this\n"))


MARKDOWN = """# Wards

A *chief* leads with [care](https://x.example) and `data`. She reads
them daily.

Setext heading
--------------

1. Falls
   - on wards
2. Infections

   They are counted twice.

| Measure | Target |
|---|---|
| Falls | under 2 |

**Who else?**

Nurses do. <b>Always</b>.
"""


def test_markdown_keeps_its_structure_and_loses_its_marks() -> None:
    assert shape(text_of(MARKDOWN, "markdown")) == [
        ("heading", "Wards"),
        ("paragraph", "A chief leads with care and data. She reads them daily."),
        ("heading", "Setext heading"),
        ("item", "Falls"),
        ("item", "on wards"),
        ("item", "Infections"),
        ("paragraph", "They are counted twice."),
        ("table", "Measure | Target\nFalls | under 2"),
        ("heading", "Who else?"),
        ("paragraph", "Nurses do. Always."),
    ]


PAGE = f"""<!DOCTYPE html><html lang="en"><head><title>On wards | Ward House</title>
<meta name="author" content="Jane Roe">
<link rel="canonical" href="https://ward.example/on"></head><body><nav><ul><li><a href="/">Home</a></li></ul></nav>
<div class="cookie-banner">We use cookies. <button>Accept</button></div><main><article><h1>On wards</h1>
<p>{BODY} It is <b>not</b> all that there is to say of it.</p><h2>Duties</h2><p>The duties include:</p>
<ul><li><strong>Care:</strong> seeing patients. It takes time.</li><li>Plans<ul><li>for staff</li></ul></li></ul>
<table><tr><th>Ward</th><th>Beds</th></tr><tr><td>East</td><td>12</td></tr></table>
<h2>FAQ</h2>
<details><summary>Who leads a ward?</summary><p>The chief of the ward leads it, with the head nurse.</p></details>
<dl><dt>Who pays the chief?</dt><dd>The house pays the chief, by the month and in full.</dd></dl>
<div><button aria-expanded="false">Can a nurse lead?</button>
<div><p>In some houses a nurse can lead a ward, for a time.</p></div></div>
</article></main><footer>© 2024 Ward House</footer></body></html>"""


def test_html_keeps_headings_lists_tables_and_folded_answers() -> None:
    document = text_of(PAGE, "html")
    assert shape(document) == [
        ("heading", "On wards"),
        ("paragraph", f"{BODY} It is not all that there is to say of it."),
        ("heading", "Duties"),
        ("lead_in", "The duties include:"),
        ("item", "Care: seeing patients. It takes time."),
        ("item", "Plans"),
        ("item", "for staff"),
        ("table", "Ward | Beds\nEast | 12"),
        ("heading", "FAQ"),
        ("heading", "Who leads a ward?"),
        ("paragraph", "The chief of the ward leads it, with the head nurse."),
        ("heading", "Who pays the chief?"),
        ("paragraph", "The house pays the chief, by the month and in full."),
        ("heading", "Can a nurse lead?"),
        ("paragraph", "In some houses a nurse can lead a ward, for a time."),
    ]
    assert (document.title, document.url) == ("On wards", "https://ward.example/on")
    assert document.metadata == {"author": "Jane Roe", "language": "en"}


def test_a_tiny_page_is_read_too() -> None:
    assert BODY in text_of(f"<html><body><h1>Hi</h1><p>{BODY}</p></body></html>", "html").text


# What holds for any text


def test_ids_come_from_title_and_content() -> None:
    one, two = text_of(f"A Title\n{BODY}"), text_of(f"A Title\n{BODY} More.")
    assert re.fullmatch(r"a-title-[0-9a-f]{8}", one.id)
    assert one.id != two.id
    assert one.id == text_of(f"A Title\n{BODY}").id
    assert slug("Élan: 9+ ways!") == "elan-9-ways"
    assert slug("医院") == "article"


PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            ["# Title", "A heading", "Why so?", "Question 1: Who?", "- item", "  - inner", "• Dot", "1. one",
             "Tip 1: Do: Care.", "Label: text of it.", "Home", "Post a Comment", "a | b |", "![]() |", BODY, "", "",
             "including:",
             "wrapped line of text that goes on",
             "Related posts", "---", "> quoted", "References:", "A:", "<b>x</b>", "***", "```"]
        ),
        st.text(max_size=30),
    ),
    max_size=30,
).map("\n".join)  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(PIECES, st.sampled_from(["text", "markdown"]))
def test_whatever_the_text_blocks_are_its_spans_and_no_word_is_lost(text: str, kind: str) -> None:
    try:
        cleaned = explain(Raw("a.txt", kind, text))
    except SourceError:
        return
    document = cleaned.document
    assert all(one.end <= two.start for one, two in zip(document.blocks, document.blocks[1:], strict=False))
    assert all(document.text[block.start : block.end].strip() for block in document.blocks)
    if kind == "text":
        kept = letters(document.text) + sum((letters(one.text) for one in cleaned.dropped), Counter())
        assert not letters(text) - kept


def letters(text: str) -> Counter[str]:
    """The letters of a text; a word's own place is for the other tests."""
    return Counter(char for char in text if char.isalpha())


def lines(document: Document) -> list[str]:
    return [line.strip() for line in document.text.split("\n") if line.strip()]


@pytest.mark.parametrize("text", [WRAPPED, f"Title\n{BODY}\nA chief needs:\n• Tact\n• Time\n{BODY}\nPay:\n{BODY}"])
def test_cleaning_what_is_clean_changes_nothing(text: str) -> None:
    once = text_of(text)
    assert text_of(once.text).text == once.text


# The real articles, where they are at hand


@pytest.mark.skipif(not (SHARED / "articles").is_dir(), reason="the source articles are not here")
def test_every_evidence_of_the_articles_is_whole_units() -> None:
    units: dict[str, list[str]] = {}
    for one in find([SHARED / "articles"]).sources:
        document = clean(read(one.path, one.source))
        units[one.path.name] = [
            plain(document.text[u.start : u.end]) for u in chunk(document, lambda text: len(text.split()), 190)[1]
        ]
    gold = [json.loads(line) for line in (SHARED / "eval" / "dev.jsonl").read_text("utf-8").splitlines()]
    missing = [
        proof["text"]
        for entry in gold
        for proof in entry.get("evidence", [])
        if not whole(plain(proof["text"]), units[proof["file"]])
    ]
    assert not missing


@pytest.mark.skipif(not (SHARED / "articles").is_dir(), reason="the source articles are not here")
def test_the_articles_lose_furniture_only() -> None:
    for one in find([SHARED / "articles"]).sources:
        raw = read(one.path, one.source)
        cleaned = explain(raw)
        lost = Counter(re.findall(r"\w+", raw.text)) - Counter(re.findall(r"\w+", cleaned.document.text))
        assert not lost - Counter(word for part in cleaned.dropped for word in re.findall(r"\w+", part.text))
        assert not any(
            len(part.text.split()) > 12 and part.rule not in {"link list", "said twice"} for part in cleaned.dropped
        )


def plain(text: str) -> str:
    return " ".join(text.split())


def whole(evidence: str, units: list[str]) -> bool:
    return any(
        evidence == " ".join(units[a:b]) for a in range(len(units)) for b in range(a + 1, min(a + 12, len(units)) + 1)
    )
