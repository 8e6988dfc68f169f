"""What a page folds away, opened: the button, tab or summary over an answer becomes its heading."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

from ingest.markup import AROUND, FOLDER, named
from ingest.pieces import is_question, is_short
from ingest.webpage import HEADINGS, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

Element: TypeAlias = Any  # of lxml, which has no types
UNDER = "h7"  # a heading one below the one that the page has above it
_OPENERS = ("button", "summary")
_BLOCKS = ".//p|.//div|.//ul|.//ol|.//table|.//h1|.//h2|.//h3|.//h4|.//h5|.//h6|.//section"


def unfold(page: Element) -> None:
    """Every such label becomes a heading at its answer; buttons that are none of them go."""
    panels = {
        element.get("id"): element for element in page.iter() if isinstance(element.tag, str) and element.get("id")
    }
    for element in page.iter():
        if isinstance(element.tag, str) and (element.tag in _OPENERS or element.get("role") in {"tab", "button"}):
            _open(element, panels)
    for tab in list(page.xpath("//*[@role='tab']")):
        _head_panel(tab, panels)
    for element in list(page.iter("summary", "button", "a", "div", "span", "p", "dt", "label")):
        if not _is_label(element, panels):
            continue
        element.attrib.pop("role", None)
        element.tag = "span" if _in_heading(element) else UNDER
    for element in list(page.iter("button")):
        if _in_heading(element) or is_question(text_of(element)):
            element.tag = "span" if _in_heading(element) else UNDER
        else:
            element.drop_tree()


def _open(opener: Element, panels: dict[str, Element]) -> None:
    """What is folded away is shown, unless it is a dialog or a menu."""
    for name in _targets(opener):
        panel = panels.get(name)
        if panel is not None and panel.get("role") not in {"dialog", "menu"} and not named(panel, AROUND["pop-up"]):
            for hiding in ("hidden", "aria-hidden", "style"):
                panel.attrib.pop(hiding, None)


def _head_panel(tab: Element, panels: dict[str, Element]) -> None:
    """The label of a tab is put over what it shows, in a page where the labels stand in one row."""
    panel = next((panels[name] for name in _targets(tab) if name in panels), None)
    text = text_of(tab)
    if panel is None or not text:
        return
    first = next(panel.iter(*HEADINGS, UNDER), None)
    if (first is None or text_of(first) != text) and not any(one is panel for one in tab.iterancestors()):
        heading = panel.makeelement(UNDER)
        heading.text, heading.tail, panel.text = text, panel.text, None
        panel.insert(0, heading)
    tab.drop_tree()


def _targets(element: Element) -> Iterator[str]:
    for name in ("aria-controls", "data-bs-target", "data-target", "href"):
        for one in (element.get(name) or "").split():
            yield one.lstrip("#")


def _is_label(element: Element, panels: dict[str, Element]) -> bool:
    """Whether it opens something: a `summary`, a button that says so, a name such as `faq-question`, a FAQ's markup."""
    text = text_of(element)
    if not is_short(text, 40) or (element.tag not in {"summary", "dt"} and element.xpath(_BLOCKS)):
        return False
    if element.tag == "summary":
        return True
    if element.get("itemprop") == "name" and "schema.org/Question" in (element.getparent().get("itemtype") or ""):
        return True
    pressed = element.tag == "button" or element.get("role") == "button"
    if pressed and (element.get("aria-expanded") or element.get("aria-controls")):
        return any(name in panels for name in _targets(element)) or _has_after(element)
    return named(element, FOLDER) and element.tag not in {"a", "span", "dt"} and _has_after(element)


def _has_after(element: Element) -> bool:
    """Whether text stands beside it, or beside what holds nothing but it."""
    after = element.getnext()
    if after is None and element.getparent() is not None and text_of(element.getparent()) == text_of(element):
        after = element.getparent().getnext()
    return after is not None and bool(text_of(after))


def _in_heading(element: Element) -> bool:
    return any(re.fullmatch("h[1-7]", str(one.tag)) for one in element.iterancestors())
