"""Furniture goes wherever it stands, and what only sounds like it stays."""

from __future__ import annotations

import pytest

from tests.cleaned import BODY, dropped, shape, text_of


@pytest.mark.parametrize(
    ("furniture", "rule"),
    [
        ("Post a Comment", "side section"),
        ("Share this article", "side section"),
        ("Get more insights on the ward", "invitation"),
        ("Read more about our chiefs »", "invitation"),
        ("Click here to download the guide", "invitation"),
        ("Subscribe to our newsletter and get news in your inbox.", "side section"),
        ("Sign up for our newsletter to receive tips every week.", "side section"),
        ("We use cookies to improve your experience. Accept all cookies.", "notice"),
        ("© 2024 Ward House. All rights reserved.", "notice"),
        ("Home > Blog > Chiefs of wards", "breadcrumbs"),
        ("Posted on March 4, 2024 by Jane Roe", "byline"),
        ("Jane Roe | 5 min read", "byline"),
        ("By Jane Roe", "byline"),
        ("https://ward.example/chiefs", "address"),
        ("Tags: chiefs, wards", "interface"),
        ("Previous Post", "interface"),
        ("![]() |", "image"),
        ("![A ward](ward.png)", "image"),
    ],
)
def test_furniture_goes_wherever_it_stands(furniture: str, rule: str) -> None:
    for text in (f"Title\n{furniture}\n{BODY}\n{BODY}", f"Title\n{BODY}\n{BODY}\n{furniture}"):
        assert [kind for kind, _ in shape(text_of(text))] == ["heading", "paragraph", "paragraph"], text
    assert [name for name, _ in dropped(f"Title\n{BODY}\n{BODY}\n{furniture}")] in ([rule], ["interface"])


@pytest.mark.parametrize(
    "content",
    [
        "Patients can sign up for the portal at the front desk.",
        "By leading rounds, a chief learns what the ward lacks.",
        "Learn more than one specialty before you lead.",
        "The comments of patients are read every week.",
        "A chief may share this task with a deputy.",
        "The subsequent part will look at the pay of chiefs.",
        "Contact with patients matters to a chief.",
        "Follow the rules of the house.",
    ],
)
def test_content_that_only_sounds_like_furniture_stays(content: str) -> None:
    assert content in text_of(f"Title\n{BODY}\n{content}\n{BODY}").text


def test_lists_of_links_go_with_their_heading() -> None:
    text = (
        f"Title\n{BODY}\nWard Lists\nEast Ward List | West Ward List |\n"
        f"North Ward List | South Ward List |\nPay\n{BODY}"
    )
    assert [kind for kind, _ in shape(text_of(text))] == ["heading", "paragraph", "heading", "paragraph"]
    assert [rule for rule, _ in dropped(text)] == ["nothing beneath", "link list"]


def test_related_posts_go_and_the_next_section_stays() -> None:
    text = f"Title\n\n{BODY}\n\nRelated posts\n\nTen tips for chiefs\n\nWards we like\n\nPay\n\n{BODY}"
    assert shape(text_of(text)) == [("heading", "Title"), ("paragraph", BODY), ("heading", "Pay"), ("paragraph", BODY)]


def test_a_paragraph_that_no_stop_ends_is_none_of_the_short_lines_of_a_side_section() -> None:
    long = f"{BODY} {BODY} Needed are tact and time"
    assert ("paragraph", long) in shape(text_of(f"Title\n{BODY}\nShare this article\n\n{long}"))


def test_a_table_of_contents_goes() -> None:
    text = f"# Title\n\n- [Pay](#pay)\n- [Care](#care)\n\n## Pay\n\n{BODY}\n\n## Care\n\n{BODY}\n"
    assert [kind for kind, _ in shape(text_of(text, "markdown"))] == [
        "heading",
        "heading",
        "paragraph",
        "heading",
        "paragraph",
    ]


def test_a_title_said_twice_is_said_once_and_an_empty_last_heading_goes() -> None:
    text = f"Title of it\n\n\nTitle of it\n\n{BODY}\n\nReferences:"
    assert shape(text_of(text)) == [("heading", "Title of it"), ("paragraph", BODY)]
    assert dropped(text) == [("said twice", "Title of it"), ("nothing beneath", "References:")]


def test_a_last_line_without_a_stop_is_kept_where_it_is_a_sentence() -> None:
    assert shape(text_of(f"Title\n{BODY}\nLast words\nThe job is hard but rewarding"))[-1] == (
        "paragraph",
        "The job is hard but rewarding",
    )
