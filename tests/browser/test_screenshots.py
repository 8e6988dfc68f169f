"""Pictures of the real library for the documentation: CMO_QA_SCREENSHOTS=1 python -m pytest tests/browser."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import serving
from tests.browser.test_chat import NARROW, ask, cites, marked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

ROOT = Path(__file__).parents[2]
INDEX = Path(os.environ.get("CMO_QA_INDEX", ROOT / "index"))

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(os.environ.get("CMO_QA_SCREENSHOTS") != "1", reason="screenshots are taken when asked for"),
]


@pytest.fixture(scope="module")
def library() -> Iterator[str]:
    from cmo_qa.knowledge import LiveKnowledgeBase

    with serving(LiveKnowledgeBase(INDEX)) as address:
        yield address


def keep(page: Page, name: str) -> None:
    page.wait_for_timeout(1500)  # until highlights have settled
    page.screenshot(path=ROOT / "docs" / "screenshots" / f"{name}.png")


QUESTION = "What are the main responsibilities of a CMO?"


def test_screenshots(library: str, open_page: Callable[..., Page]) -> None:
    page = open_page(library)
    page.locator("#question textarea").wait_for()
    keep(page, "welcome")
    cites(ask(page, QUESTION)).nth(3).click()
    marked(page)
    keep(page, "wide")
    page.keyboard.press("Escape")
    ask(page, "How much does a parking permit cost?").locator("summary").click()
    keep(page, "not-covered")
    page.goto(f"{library}{page.locator('.cite').nth(3).get_attribute('href')}")
    keep(page, "article")
    page.goto(f"{library}/articles")
    keep(page, "library")


def test_narrow(library: str, open_page: Callable[..., Page]) -> None:
    page = open_page(library, **NARROW, device_scale_factor=2)
    answer = ask(page, QUESTION)
    keep(page, "narrow")
    cites(answer).nth(3).click()
    marked(page)
    keep(page, "narrow-source")


def test_dark(library: str, open_page: Callable[..., Page]) -> None:
    page = open_page(library, color_scheme="dark")
    cites(ask(page, QUESTION)).nth(3).click()
    marked(page)
    keep(page, "dark")
