"""Markdown into pieces, front matter into metadata."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt

from ingest import plaintext
from ingest.companions import UnusableError, load
from ingest.pieces import Parsed, Piece, ended, is_short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

_FRONT = re.compile(r"\A\s*---[ \t]*\n(?P<yaml>.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_KEY = re.compile(r"(?P<key>[A-Za-z][\w .-]{0,60}?)[ \t]*:(?:[ \t]+|$)(?P<value>.*)")
_ITEM = re.compile(r"[ \t]*-[ \t]+(?P<value>.+)")
_MARKUP = {"strong_open", "em_open", "link_open", "code_inline"}
_UNSEEN = re.compile(r"<!--|<script\b|<style\b", re.IGNORECASE)
_ENDS = {
    "<!--": re.compile("-->"),
    "<script": re.compile("</script>", re.IGNORECASE),
    "<style": re.compile("</style>", re.IGNORECASE),
}
_TAG = re.compile(r"<[^<>]*>")


def parse(text: str) -> Parsed:
    """The pieces of a Markdown text in its order; its front matter as metadata."""
    metadata, body, warnings = front_matter(text)
    tokens = _parser().parse(body)
    pieces = tuple(_Reader(tokens).pieces())
    if not _marked_up(pieces, tokens):
        pieces = plaintext.parse(body).pieces
    title = metadata.get("title")
    named = str(title) if title and isinstance(title, str | int | float) else None
    return Parsed(pieces, named, metadata, warnings=warnings)


def front_matter(text: str) -> tuple[dict[str, Any], str, tuple[str, ...]]:
    """The metadata above a Markdown text, the text, and a warning where the metadata is no valid YAML.

    Such metadata (`title: Care: a guide`) is read line by line as `key: value`, so that the article is not lost.
    """
    found = _FRONT.match(text)
    if not found:
        return {}, text, ()
    written, body = found["yaml"] or "", text[found.end() :]
    try:
        loaded = load(written)
    except UnusableError as error:
        above = text[: found.start("yaml")].count("\n") if written else 0
        reason = str(error).removeprefix("it is ").partition(". ")[0]
        reason = re.sub(r"\bline (\d+)", lambda place: f"line {int(place[1]) + above}", reason)
        return _line_by_line(written), body, (f"its front matter is {reason}; it was read line by line",)
    if loaded is None:
        return {}, body, ()
    if not isinstance(loaded, dict):  # a rule at the top of a text, and no front matter
        return {}, text, ()
    return {str(key): value for key, value in loaded.items() if value is not None}, body, ()


def _line_by_line(written: str) -> dict[str, Any]:
    """Each `key: value` at the beginning of a line, and the items of a list beneath a key without a value."""
    found: dict[str, Any] = {}
    key = ""
    for line in written.splitlines():
        if said := _KEY.match(line):
            key = said["key"].strip()
            found[key] = _bare(said["value"])
        elif key and (item := _ITEM.match(line)) and (not found[key] or isinstance(found[key], list)):
            found[key] = [*(found[key] or []), _bare(item["value"])]
    return {key: value for key, value in found.items() if value}


def _bare(value: str) -> str:
    """A value without the quotation marks around it."""
    value = value.strip()
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


def _marked_up(pieces: Sequence[Piece], tokens: Sequence[Token]) -> bool:
    """Plain text that is only called Markdown has no heading, table, link or emphasis; its bullets may be anyone's."""
    inline = {child.type for token in tokens for child in token.children or ()}
    return any(piece.kind in {"heading", "table"} for piece in pieces) or bool(inline & _MARKUP)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


class _Reader:
    """Goes through the tokens once; the state is where in lists and tables it is."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.found: list[Piece] = []
        self.lists: list[tuple[int, int | None]] = []  # of each open list: its number, the next item's if it counts
        self.count = 0
        self.marker: str | None = None  # of an item whose text has not come yet
        self.level = 0  # of the heading above
        self.row: list[str] = []
        self.rows: list[str] = []

    def pieces(self) -> list[Piece]:
        """All of them."""
        for number, token in enumerate(self.tokens):
            if token.type == "inline":
                self._inline(token, self.tokens[number - 1])
            elif token.type in {"fence", "code_block"}:
                self._text(" ".join(token.content.split()))
            elif token.type == "html_block":
                self._text(" ".join(_TAG.sub(" ", _seen(token.content)).split()))
            else:
                self._frame(token)
        return self.found

    def _frame(self, token: Token) -> None:
        """Where lists, items and tables begin and end."""
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                self._open_list(token)
            case "bullet_list_close" | "ordered_list_close":
                self.lists.pop()
            case "list_item_open":
                self.marker = self._next_marker()
            case "tr_close":
                self.rows.append(" | ".join(self.row))
                self.row = []
            case "table_close":
                self.found.append(Piece("table", "\n".join(self.rows)))
                self.rows = []

    def _open_list(self, token: Token) -> None:
        if not self.lists:
            self.count += 1
        start = int(token.attrGet("start") or 1) if token.type == "ordered_list_open" else None
        self.lists.append((self.count, start))

    def _next_marker(self) -> str:
        number, counter = self.lists[-1]
        if counter is None:
            return "- "
        self.lists[-1] = (number, counter + 1)
        return f"{counter}. "

    def _inline(self, token: Token, opened: Token) -> None:
        text = inline_text(token)
        if opened.type in {"th_open", "td_open"}:
            self.row.append(text)
        elif opened.type == "heading_open":
            self.level = int(opened.tag[1])
            self.found.append(Piece("heading", text, self.level))
        elif text and not self.lists and _is_bold(token) and is_short(text) and not ended(text.rstrip(":?")):
            self.found.append(Piece("heading", text, self.level + 1, said=False))
        else:
            self._text(text)

    def _text(self, text: str) -> None:
        if not text:
            return
        if not self.lists:
            self.found.append(Piece("paragraph", text))
        elif self.marker is None and self.found and self.found[-1].kind == "item":
            self.found += plaintext.continued(self.found.pop(), text)
        else:
            self.found.append(Piece("item", text, len(self.lists) - 1, self.marker or "- ", self.lists[-1][0]))
            self.marker = None


def _seen(text: str) -> str:
    """HTML without comments, scripts and styles; one that never ends is none."""
    parts: list[str] = []
    at, endless = 0, set()
    for opened in _UNSEEN.finditer(text):
        kind = opened.group().lower()
        if opened.start() < at or kind in endless:
            continue
        if closed := _ENDS[kind].search(text, opened.end()):
            parts.append(text[at : opened.start()])
            at = closed.end()
        else:
            endless.add(kind)
    return " ".join([*parts, text[at:]])


def inline_text(token: Token) -> str:
    """The words of a line of Markdown: marks, links' targets and pictures gone."""
    return " ".join(_TAG.sub("", "".join(_written(child) for child in token.children or ())).split())


def _written(child: Token) -> str:
    if child.type in {"softbreak", "hardbreak"}:
        return " "
    return child.content if child.type in {"text", "code_inline"} else ""


def _is_bold(token: Token) -> bool:
    """A paragraph that is bold from end to end."""
    children = [child for child in token.children or () if child.type != "text" or child.content.strip()]
    return (
        len(children) >= 3
        and children[0].type == "strong_open"
        and children[-1].type == "strong_close"
        and sum(child.type == "strong_open" for child in children) == 1
    )
