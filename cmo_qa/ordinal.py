"""A place in the list that answered the question before: "why is the second one important?"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

PLACES = {
    name: at
    for at, names in enumerate(
        (("first", "1st"), ("second", "2nd"), ("third", "3rd"), ("fourth", "4th"), ("fifth", "5th"), ("sixth", "6th"),
         ("seventh", "7th"), ("eighth", "8th"), ("ninth", "9th"), ("tenth", "10th"))
    )
    for name in names
} | {"last": -1}  # fmt: skip
PLACE = rf"(?P<place>{'|'.join(PLACES)})"
OF_LIST = re.compile(
    rf"\bthe {PLACE}(?: (?:one|item|point|entry|bullet)\b| (?:one |item )?(?:of|on|in)"
    r" (?:them|these|those|the list|your list)\b|(?=\s*[?.!]*$))",
    re.IGNORECASE,
)
ALONE = re.compile(
    rf"^(?:what about |how about |tell me (?:more )?about |explain |and )*(?:the )?{PLACE}(?: (?:one|item|point))?"
    r"(?: (?:of|on|in) (?:them|these|those|the list))?(?: please)?\s*[?.!]*$",
    re.IGNORECASE,
)
NAME_ENDS = re.compile(r":\s|\s[–—-]\s|[.;!?](?:\s|$)")
LONGEST_NAME = 12  # words of an item by which it is called


def is_place(question: str) -> bool:
    """Whether the question is nothing but a place in a list."""
    return bool(ALONE.match(question))


def with_item(question: str, listed: Callable[[], Sequence[str]]) -> tuple[str, str]:
    """The question with the item that it points to, and that item; as it is, and empty, where there is none."""
    alone = ALONE.match(question)
    found = alone or OF_LIST.search(question)
    if not found:
        return question, ""
    item = _at(listed(), PLACES[found["place"].lower()])
    if not item:
        return question, ""
    if alone:
        return f"Tell me more about {item}.", item
    return f"{question[: found.start()]}{item}{question[found.end() :]}", item


def _at(items: Sequence[str], place: int) -> str:
    return _name(items[place]) if -len(items) <= place < len(items) else ""


def _name(item: str) -> str:
    """What an item is called: its words before a colon, a dash or a full stop, the first few of them."""
    end = NAME_ENDS.search(item)
    name = (item[: end.start()] if end else item).strip(" ,.;")
    if len(name.split()) > LONGEST_NAME:
        name = name.partition(",")[0]
    name = " ".join(name.split()[:LONGEST_NAME])
    return name if name[1:2].isupper() else f"{name[:1].lower()}{name[1:]}"
