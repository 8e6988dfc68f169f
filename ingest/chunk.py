"""Documents into passages to retrieve and units to quote, both as spans of the document's text."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from cmo_qa.types import Block, Document, Passage, Unit, UnitKind
from ingest.pieces import NUMBERING, QUESTION_LABEL
from ingest.sentences import split

VERSION = "1"  # of the rules below; a change of what they give is a change of this
FEWEST_WORDS = 60  # a passage smaller than this takes its neighbour in, if the two stay below the most
MOST_WORDS = 160
_LINE = re.compile(r"[^\n]+")
CountTokens = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class _Group:
    """Units that stay together if they can: a paragraph, or a list with the line that leads into it."""

    under: int  # position of the nearest heading above, -1 for none
    section: tuple[str, ...]
    units: tuple[Unit, ...]


def chunk(document: Document, count_tokens: CountTokens, limit: int) -> tuple[list[Passage], list[Unit]]:
    """The passages of a document, and its units, each in exactly one of them.

    A passage is of whole blocks under one heading path, and at most `limit` tokens with its title and headings before
    it; a longer block is split between sentences or items, and only a sentence longer by itself goes above the limit.
    """
    runs = [run for group in _groups(document) for run in _fitting(document, group, count_tokens, limit)]
    runs = _joined(document, runs, count_tokens, limit)
    passages = [Passage(document.id, run.section, run.units[0].start, run.units[-1].end) for run in runs]
    units = [replace(unit, passage=row) for row, run in enumerate(runs) for unit in run.units]
    return passages, units


def embedding_text(title: str, section: Sequence[str], text: str) -> str:
    """What is embedded for a passage: its title and headings above its text; a heading that repeats the title once."""
    path = " › ".join(heading for heading in section if _label(heading) != _label(title))
    return "\n".join(part for part in (title, path, text) if part)


# Headings


def section_label(heading: str) -> str:
    """A heading as a path shows it: `4. Quality Assurance:` is `Quality Assurance`, `Question 2: Why?` is `Why?`."""
    for numbering in (QUESTION_LABEL, NUMBERING):
        found = numbering.match(heading)
        if found and heading[found.end() :].strip():
            heading = heading[found.end() :]
    return heading.strip().rstrip(":").rstrip() or heading


def _label(heading: str) -> str:
    return section_label(heading).casefold()


def _paths(document: Document) -> Iterator[tuple[int, Block, int, tuple[str, ...]]]:
    """Every block that is no heading, the nearest heading above, and the headings it stands under."""
    above = -1
    path: list[tuple[int, str]] = []
    for number, block in enumerate(document.blocks):
        if block.kind == "heading":
            path = [entry for entry in path if entry[0] < block.level]
            path.append((block.level, document.text[block.start : block.end]))
            above = number
            continue
        if block.level and block.kind != "item":
            path = [entry for entry in path if entry[0] <= block.level]
        yield (
            number,
            block,
            above,
            tuple(section_label(text) for level, text in path if level > 1 or text != document.title),
        )


# Units


def _groups(document: Document) -> list[_Group]:
    groups: list[tuple[int, tuple[str, ...], list[Unit]]] = []
    previous: Block | None = None
    for number, block, under, section in _paths(document):
        units = tuple(_units(document, number, block))
        if not units:
            continue
        same_list = previous is not None and block.list_id is not None and block.list_id == previous.list_id
        if same_list and groups and groups[-1][:2] == (under, section):
            groups[-1][2].extend(units)
        else:
            groups.append((under, section, list(units)))
        previous = block
    return [_Group(under, section, tuple(units)) for under, section, units in groups]


def _units(document: Document, number: int, block: Block) -> Iterator[Unit]:
    text = document.text[block.start : block.end]
    spans = [span.span() for span in _LINE.finditer(text)] if block.kind == "table" else split(text)
    for order, (start, end) in enumerate(spans):
        kind = _kind(block, order, len(spans))
        aside = (
            block.kind == "lead_in" and kind == "sentence"
        )  # stands before the line that leads in: no part of the list
        yield Unit(
            document.id, 0, block.start + start, block.start + end, kind, number, None if aside else block.list_id
        )


def _kind(block: Block, order: int, count: int) -> UnitKind:
    """A lead-in paragraph leads in with its last sentence; an item is one with its first."""
    if block.kind == "table" or (block.kind == "item" and order == 0):
        return "item"
    return "lead_in" if block.kind == "lead_in" and order == count - 1 else "sentence"


# Passages


def _fitting(document: Document, group: _Group, count_tokens: CountTokens, limit: int) -> Iterator[_Group]:
    """A group as it is, or cut where it is too long."""
    if _fits(document, group, count_tokens, limit):
        yield group
        return
    atoms = _atoms(group)
    if len(atoms) == 1:
        yield from _cut(document, group, [(unit,) for unit in group.units], count_tokens, limit)
    else:
        for part in _cut(document, group, atoms, count_tokens, limit):
            one = len({unit.block for unit in part.units}) == 1
            yield from _fitting(document, part, count_tokens, limit) if one else [part]


def _atoms(group: _Group) -> list[tuple[Unit, ...]]:
    """The units of a group by block: a list is cut between items before an item is."""
    return [tuple(units) for _, units in itertools.groupby(group.units, key=lambda unit: unit.block)]


def _cut(
    document: Document, group: _Group, atoms: Sequence[tuple[Unit, ...]], count_tokens: CountTokens, limit: int
) -> Iterator[_Group]:
    """Parts of about equal length, each as many atoms as fit."""
    parts = _size(document, group) // MOST_WORDS + 1
    share = _size(document, group) / parts
    held: tuple[Unit, ...] = ()
    for atom in atoms:
        longer = replace(group, units=held + atom)
        full = held and (
            _size(document, replace(group, units=held)) >= share or not _fits(document, longer, count_tokens, limit)
        )
        if full:
            yield replace(group, units=held)
            held = atom
        else:
            held = longer.units
    if held:
        yield replace(group, units=held)


def _joined(document: Document, runs: Sequence[_Group], count_tokens: CountTokens, limit: int) -> list[_Group]:
    """Small neighbours under the same headings, in one."""
    joined: list[_Group] = []
    for run in runs:
        if joined and (joined[-1].under, joined[-1].section) == (run.under, run.section):
            both = replace(run, units=joined[-1].units + run.units)
            small = min(_size(document, joined[-1]), _size(document, run)) < FEWEST_WORDS
            if small and _size(document, both) <= MOST_WORDS and _fits(document, both, count_tokens, limit):
                joined[-1] = both
                continue
        joined.append(run)
    return joined


def _text(document: Document, group: _Group) -> str:
    return document.text[group.units[0].start : group.units[-1].end]


def _size(document: Document, group: _Group) -> int:
    return len(_text(document, group).split())


def _fits(document: Document, group: _Group, count_tokens: CountTokens, limit: int) -> bool:
    return count_tokens(embedding_text(document.title, group.section, _text(document, group))) <= limit
