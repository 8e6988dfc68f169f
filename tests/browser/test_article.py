"""An article's own page, which can be sent to a colleague: with and without JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pytest

from cmo_qa.render import article_address
from tests.web_fake import CENTER, LEAD_IN, PAY, SHARED, WHERE

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.conftest import Served

    OpenPage: TypeAlias = Callable[..., Page]

pytestmark = pytest.mark.browser
SPANS = [
    (LEAD_IN, [LEAD_IN]),
    (SHARED, [SHARED]),
    ("together.  Two spaces", ["together.  Two spaces"]),
    ('says "one" <survey>.', ['says "one" <survey>.']),
    (WHERE.text[WHERE.text.index(CENTER[-13:]) : WHERE.text.index("People | ") + 6], None),
]


@pytest.mark.parametrize(("quote", "marks"), SPANS)
@pytest.mark.parametrize("javascript", [True, False])
def test_the_place_is_marked(open_page: OpenPage, quote: str, marks: list[str] | None, javascript: bool) -> None:
    of = PAY if quote in PAY.text else WHERE
    start = of.text.index(quote)
    page = open_page(article_address(of.id, start, start + len(quote)), java_script_enabled=javascript)
    found = page.locator("mark.cited").all_text_contents()
    if marks is None:
        assert found == [
            "organization.",
            "Hospital CMO",
            "Health center CMO",
            *quote.split("\n")[-2].split(" | "),
            "People",
        ]
    else:
        assert found == marks
    box = page.locator("#cited").bounding_box()
    assert box
    assert 0 <= box["y"] < 900


def test_copy_link(open_page: OpenPage, served: Served) -> None:
    address = article_address(WHERE.id, 21, 117)
    page = open_page(address, permissions=["clipboard-read", "clipboard-write"])
    page.locator(".copy-link").click()
    page.locator(".copy-link", has_text="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == served.address + address


def test_contents_lead_to_headings(open_page: OpenPage) -> None:
    page = open_page(f"/article/{WHERE.id}")
    page.locator(".contents summary").click()
    page.locator(".contents a", has_text="What stays the same").click()
    heading = page.locator("h2", has_text="What stays the same").bounding_box()
    masthead = page.locator(".masthead").bounding_box()
    assert heading
    assert masthead
    assert heading["y"] >= masthead["height"]


def test_from_the_library_to_an_answer(open_page: OpenPage) -> None:
    page = open_page("/articles")
    page.locator(".shelf a", has_text=WHERE.title).click()
    assert page.locator("h1").text_content() == WHERE.title
    page.locator(".masthead a", has_text="Ask a question").click()
    page.locator("#question textarea").wait_for()
