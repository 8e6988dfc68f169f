"""The chat as a person uses it: ask, read, click a number, see the sentence in its article."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote

import pytest

from cmo_qa.render import article_address
from tests.web_fake import FOLLOW_UPS, HOSPITAL, ITEMS, LEAD_IN, OPENING, REPORTS, WHERE, where

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

    from tests.browser.conftest import Served

    OpenPage: TypeAlias = Callable[..., Page]

pytestmark = pytest.mark.browser
QUESTION = "Where do CMOs work?"
QUOTES = (OPENING, LEAD_IN, *ITEMS, REPORTS)
NARROW = {"width": 390, "height": 844}


def ask(page: Page, question: str) -> Locator:
    """Types a question and gives the answer to it."""
    before = page.locator(".answer").count()
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    answer = page.locator(".answer").nth(before)
    answer.wait_for()
    return answer


def cites(answer: Locator) -> Locator:
    return answer.locator(".said .cite")


def marked(page: Page) -> str:
    page.locator("#source mark.cited").first.wait_for()
    return "".join(page.locator("#source mark.cited").all_text_contents())


def wide_enough(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


# Answers


def test_answer_says_what_was_quoted(open_page: OpenPage) -> None:
    page = open_page()
    answer = ask(page, QUESTION)
    assert answer.locator(".quote").all_text_contents() == list(QUOTES)
    assert answer.locator(".said li").count() == len(ITEMS)
    expected = [article_address(each.document_id, each.start, each.end) for each in where(QUESTION).citations]
    assert [each.get_attribute("href") for each in cites(answer).all()] == expected
    assert page.locator(".welcome").is_hidden()
    assert page.locator("#question textarea").input_value() == ""
    assert page.locator("#transcript [role=log]").get_attribute("aria-live") == "polite"
    assert page.locator("#transcript [aria-label*=section]").count() == 0


def test_highlights_are_the_quotes(open_page: OpenPage) -> None:
    page = open_page()
    answer = ask(page, QUESTION)
    for number, quoted in enumerate(QUOTES):
        cites(answer).nth(number).click()
        page.locator("#source-title", has_text=f"Source {number + 1} of {len(QUOTES)}").wait_for()
        page.locator("#source .scroll[aria-busy=false] mark.cited", has_text=quoted).wait_for()
        assert marked(page) == quoted
        of = "Where CMOs work › Where do CMOs work?" if quoted != REPORTS else "What a CMO is <paid>"
        assert page.locator("#source .of").text_content() == of
        assert page.evaluate(CITED_IS_IN_SIGHT)


CITED_IS_IN_SIGHT = """(() => {
  const cited = document.querySelector("#cited").getBoundingClientRect();
  const sight = document.querySelector("#source .scroll").getBoundingClientRect();
  return cited.top >= sight.top && cited.bottom <= sight.bottom;
})()"""


def test_history_goes_along(open_page: OpenPage, served: Served) -> None:
    page = open_page()
    ask(page, QUESTION)
    answer = ask(page, "What does it focus on?")
    assert served.knowledge.asked[-1] == ("What does it focus on?", (QUESTION,))
    assert answer.locator(".read-as").text_content() == f"Read as: What does it focus on? (after: {QUESTION})"
    assert "not how they are ranked" in (answer.locator(".state").text_content() or "")


def test_not_covered(open_page: OpenPage, served: Served) -> None:
    page = open_page()
    answer = ask(page, "What is the boiling point of lead?")
    assert answer.locator(".cite").count() == 0
    assert answer.locator(".near blockquote").is_hidden()
    answer.locator("summary").click()
    assert answer.locator(".near blockquote").text_content() == HOSPITAL
    answer.locator(".near a.place").click()
    assert marked(page) == HOSPITAL
    assert page.locator("#source-title").text_content() == "Near miss"
    page.keyboard.press("Escape")
    answer.locator("a.chip", has_text=FOLLOW_UPS[0]).click()
    page.locator(".answer.partial").wait_for()
    assert served.knowledge.asked[-1] == (FOLLOW_UPS[0], ("What is the boiling point of lead?",))


def test_trouble_is_told_courteously(open_page: OpenPage) -> None:
    page = open_page()
    assert "Something went wrong" in (ask(page, "break").text_content() or "")
    assert "can’t be opened right now" in (ask(page, "closed").text_content() or "")
    assert "secret" not in page.content()
    assert ask(page, QUESTION).locator(".cite").count()


EVIL = (
    "<script>window.hit = 1</script>",
    "<img src=x onerror='window.hit = 1'>",
    "[link](javascript:window.hit=1) **bold** `code` $$x^2$$ # title",
    "</div><svg onload=window.hit=1> &lt;b&gt; &amp;",
)


def test_a_question_is_only_text(open_page: OpenPage, served: Served) -> None:
    page = open_page()
    for evil in EVIL:
        ask(page, evil)
        assert page.locator(".user-row .message-content").last.inner_text() == evil
    ask(page, QUESTION)
    assert served.knowledge.asked[-1] == (QUESTION, EVIL)
    assert page.evaluate("window.hit") is None


def test_example_and_deep_link(open_page: OpenPage) -> None:
    page = open_page()
    page.locator(".welcome a.chip", has_text=QUESTION).click()
    page.locator(".answer.answered").wait_for()
    linked = open_page(f"/?q={quote(QUESTION)}")
    linked.locator(".answer.answered").wait_for()
    assert linked.locator(".user-row .message-content").inner_text() == QUESTION
    assert linked.locator(".welcome").is_hidden()


def test_new_chat(open_page: OpenPage, served: Served) -> None:
    page = open_page(f"/?q={quote(QUESTION)}")
    page.locator(".answer").wait_for()
    page.locator("#new-chat").click()
    page.locator(".answer").wait_for(state="detached")
    page.locator(".welcome").wait_for()
    assert page.url == f"{served.address}/"
    ask(page, "focus")
    assert served.knowledge.asked[-1] == ("focus", ())


def test_copy_with_sources(open_page: OpenPage, served: Served) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    answer = ask(page, QUESTION)
    answer.locator("button.copy").click()
    page.locator("button.copy", has_text="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    text = where(QUESTION).text
    assert copied.startswith(f"{text}\n\nSources\n[1] Where CMOs work › Where do CMOs work?: {served.address}/article/")
    assert copied.count(f"{served.address}/article/") == len(QUOTES)


# The source panel


def test_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page()
    answer = ask(page, QUESTION)
    cites(answer).nth(1).focus()
    page.keyboard.press("Enter")
    assert marked(page) == LEAD_IN
    assert page.evaluate("document.activeElement.id") == "source-title"
    page.locator("#source .on").press("Enter")
    page.locator("#source-title", has_text="Source 3 of 6").wait_for()
    page.locator("#source .back").press("Enter")
    page.locator("#source-title", has_text="Source 2 of 6").wait_for()
    page.keyboard.press("Escape")
    page.locator("#source").wait_for(state="hidden")
    assert page.evaluate("document.activeElement.href") == page.evaluate(
        "document.querySelectorAll('.said .cite')[1].href"
    )


def test_modified_click_opens_the_page_in_a_tab(open_page: OpenPage, served: Served) -> None:
    page = open_page()
    link = cites(ask(page, QUESTION)).first
    with page.context.expect_page() as opening:
        link.click(modifiers=["Control"])
    tab = opening.value
    tab.wait_for_load_state()
    assert tab.url == served.address + (link.get_attribute("href") or "")
    assert tab.locator("mark.cited").all_text_contents() == [OPENING]
    assert page.locator("#source").is_hidden()


def test_back_closes_the_panel_and_forward_opens_it(open_page: OpenPage) -> None:
    page = open_page()
    cites(ask(page, QUESTION)).nth(5).click()
    assert marked(page) == REPORTS
    page.go_back()
    page.locator("#source").wait_for(state="hidden")
    assert page.locator(".answer").count() == 1
    page.go_forward()
    assert marked(page) == REPORTS


def test_back_from_the_library_finds_the_conversation(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, QUESTION)
    ask(page, "What does it focus on?")
    page.locator(".masthead a", has_text="Library").click()
    page.locator(".shelf").wait_for()
    page.go_back()
    page.locator(".answer").nth(1).wait_for()
    asked = page.locator(".user-row .message-content").all_text_contents()
    assert asked == [QUESTION, "What does it focus on?"]


def test_article_that_is_gone(open_page: OpenPage, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page()
    answer = ask(page, QUESTION)
    page.route("**/fragment/**", lambda route: route.fulfill(status=200, body="<p>gone</p>"))
    page.route("**/fragment/where*", lambda route: route.abort())
    page.on("requestfailed", lambda _: None)
    monkeypatch.setattr(served.knowledge, "document", lambda _: None)
    cites(answer).last.click()
    page.locator("#source .scroll", has_text="gone").wait_for()


# Looks


def test_wide(open_page: OpenPage) -> None:
    page = open_page()
    page.locator("#question textarea").wait_for()
    assert wide_enough(page)
    answer = ask(page, QUESTION)
    cites(answer).nth(1).click()
    marked(page)
    chat_right = answer.bounding_box()["x"] + answer.bounding_box()["width"]  # type: ignore[index]
    assert chat_right <= page.locator("#source").bounding_box()["x"]  # type: ignore[index]
    assert wide_enough(page)


def test_narrow(open_page: OpenPage) -> None:
    page = open_page(**NARROW, has_touch=True, is_mobile=True)
    answer = ask(page, QUESTION)
    assert wide_enough(page)
    cites(answer).nth(2).click()
    assert marked(page) == ITEMS[0]
    assert page.evaluate("document.querySelector('#source').matches(':modal')")
    assert wide_enough(page)
    page.keyboard.press("Escape")
    page.locator("#source").wait_for(state="hidden")
    page.goto("/articles")
    assert wide_enough(page)
    page.goto(f"/article/{WHERE.id}")
    assert wide_enough(page)


def test_dark(open_page: OpenPage) -> None:
    page = open_page(color_scheme="dark")
    cites(ask(page, QUESTION)).nth(1).click()
    marked(page)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(17, 24, 26)"
    forced = open_page("/?__theme=light", color_scheme="dark")
    forced.locator("#question textarea").wait_for()
    assert forced.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(250, 247, 241)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", f"/article/{WHERE.id}?start=21&end=117"])
def test_contrast(open_page: OpenPage, scheme: str, path: str) -> None:
    """WCAG AA: 4.5 to 1 for every text on the page."""
    page = open_page(path, color_scheme=scheme, reduced_motion="reduce")
    if path == "/":
        answer = ask(page, "focus?")
        cites(answer).first.click()
        marked(page)
        ask(page, "lead?").locator("summary").click()
    assert page.evaluate(CONTRAST) == []


CONTRAST = """(() => {
  const pixel = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const canvas = pixel.getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const linear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
  const ground = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const color = rgba(getComputedStyle(each).backgroundColor);
      if (color[3] > 250) return color;
    }
    return [255, 255, 255, 255];
  };
  const poor = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    const seen = element.checkVisibility({ visibilityProperty: true });
    if (!own || !seen || element.closest(".vh, script, style, :disabled")) continue;
    const pair = [light(rgba(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
    const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (ratio < 4.5) poor.push(`${element.tagName}.${element.className} ${ratio.toFixed(2)} ${element.textContent}`);
  }
  return poor;
})()"""
