"""Follow-ups on TREC CAsT 2019: what our reading adds to a turn, against a person's stand-alone rewrite of it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

from rich import box
from rich.console import Group
from rich.table import Table

from cmo_qa.converse import standalone
from cmo_qa.errors import SourceError
from cmo_qa.settings import Settings
from cmo_qa.text import any_of, stems

RAW, HUMAN = "1_Original", "10_Human"
SYSTEMS = {
    "rule-based": "4_Rule_based_Q",
    "Transformer++": "2_Transformer_Plus_Plus_Q",
    "QuReTeC": "5_QuReTeC_Q",
}
OURS = "`cmo_qa.converse`"
BEST_CASE = "the same, earlier turns as rewritten"
WORDS_OF = "every word of "  # the turn before, the first one, all: what a reading could draw on
CHANGED_TO = 3  # turns of another conversation that are put before a question
KINDS = {  # by what shows in the raw turn that something is missing; the first that fits
    "a half (“what about …”)": any_of(r"^(?:and |so |but |ok(?:ay)?,? )*(?:what|how) about\b"),
    "it, its": any_of(r"\b(?:it|its)\b"),
    "they, them, their": any_of(r"\b(?:they|them|their|theirs)\b"),
    "he, she, his, her": any_of(r"\b(?:he|she|him|his|her|hers)\b"),
    "this, that, these, those, one": any_of(r"\b(?:this|these|those|ones?)\b", r"\bthat\b(?= \w+ed\b|\?|\.|$)"),
    "the with a noun": any_of(r"\bthe\b"),
}
UNMARKED = "nothing shows it"


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation."""

    key: str
    raw: str
    human: str
    earlier: tuple[str, ...]  # raw, in order
    rewritten: tuple[str, ...]  # the earlier ones as the human has them

    @property
    def missing(self) -> frozenset[str]:
        """Stems of the content words that the human's rewrite has and the raw turn has not."""
        return added(self.raw, self.human)


Reading: TypeAlias = Callable[[Turn], str]  # the turn as a system has it stand alone


def measure(_: Settings, data: Path) -> Group:
    """What is recovered and what is added in vain, then what is recovered by kind of turn.

    Raises SourceError where the conversations aren't in the folder.
    """
    folder = data / "cast2019"
    turns = load(folder)
    ours: dict[str, Reading] = {
        OURS: lambda turn: standalone(turn.raw, turn.earlier),
        BEST_CASE: lambda turn: standalone(turn.raw, turn.rewritten),
    }
    systems = {name: partial(_as_written, _queries(folder, file)) for name, file in SYSTEMS.items()}
    words: dict[str, Reading] = {
        f"{WORDS_OF}the first turn": lambda turn: " ".join((turn.raw, *turn.earlier[:1])),
        f"{WORDS_OF}the turn before": lambda turn: " ".join((turn.raw, *turn.earlier[-1:])),
        f"{WORDS_OF}all earlier turns": lambda turn: " ".join((turn.raw, *turn.earlier)),
    }
    return Group(_recovered(turns, ours | systems | words), _by_kind(turns, ours | systems))


def load(folder: Path) -> list[Turn]:
    """The turns in order. Raises SourceError where their files aren't in the folder."""
    raw, human = _queries(folder, RAW), _queries(folder, HUMAN)
    conversations: dict[str, list[str]] = {}
    turns = []
    for key in raw:
        earlier = conversations.setdefault(conversation(key), [])
        before = tuple(raw[other] for other in earlier)
        turns.append(Turn(key, raw[key], human[key], before, tuple(human[other] for other in earlier)))
        earlier.append(key)
    return turns


def conversation(key: str) -> str:
    """The number of the conversation that a turn belongs to: "31" of "31_2"."""
    return key.partition("_")[0]


def _queries(folder: Path, name: str) -> dict[str, str]:
    path = folder / f"cast2019_{name}.tsv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            table = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            return {row["id"]: row["query"].strip() for row in table}
    except FileNotFoundError as error:
        message = f"No {error.filename}.\nName the folder that holds {folder.name}/: python -m benchmarks followups"
        raise SourceError(f"{message} --data DIR") from error


def _as_written(queries: Mapping[str, str], turn: Turn) -> str:
    return queries[turn.key]


def added(before: str, after: str) -> frozenset[str]:
    """Stems of the content words that only the second text has."""
    return frozenset(stems(after)) - frozenset(stems(before))


def _recovered(turns: Sequence[Turn], readings: Mapping[str, Reading]) -> Table:
    lacking = [turn for turn in turns if turn.missing]
    wanted = sum(len(turn.missing) for turn in lacking)
    title = f"TREC CAsT 2019: {wanted} terms missing in {len(lacking)} of {len(turns)} turns"
    table = Table(title=title, box=box.MARKDOWN)
    table.add_column("")
    heads = ("recovered", "made whole", "wanted of added", "left alone", "untouched")
    for head in heads:
        table.add_column(head, justify="right")
    for name, reading in readings.items():
        table.add_row(name, *_figures(turns, reading), f"{untouched(turns):.3f}" if name == OURS else "")
    return table


def _figures(turns: Sequence[Turn], reading: Reading) -> list[str]:
    news = {turn.key: added(turn.raw, reading(turn)) for turn in turns}
    lacking = [turn for turn in turns if turn.missing]
    whole = [turn for turn in turns if not turn.missing]
    figures = (
        recovered(lacking, reading),
        sum(turn.missing <= news[turn.key] for turn in lacking) / len(lacking),
        sum(len(turn.missing & news[turn.key]) for turn in turns) / max(1, sum(map(len, news.values()))),
        sum(not news[turn.key] for turn in whole) / len(whole),
    )
    return [f"{figure:.3f}" for figure in figures]


def recovered(turns: Sequence[Turn], reading: Reading) -> float:
    """Share of all missing terms that the reading has."""
    found = sum(len(turn.missing & added(turn.raw, reading(turn))) for turn in turns)
    return found / sum(len(turn.missing) for turn in turns)


def untouched(turns: Sequence[Turn]) -> float:
    """Share of the human's rewrites that our reading leaves as they are behind the start of another conversation.

    The other is the one that follows in the data, behind the last the first one.
    """
    starts: dict[str, list[str]] = {}
    for turn in turns:
        starts.setdefault(conversation(turn.key), []).append(turn.raw)
    names = list(starts)
    following = dict(zip(names, [*names[1:], names[0]], strict=True))
    kept = 0
    for turn in turns:
        unrelated = starts[following[conversation(turn.key)]][:CHANGED_TO]
        kept += standalone(turn.human, unrelated) == turn.human
    return kept / len(turns)


def kind(turn: Turn) -> str:
    """What in the raw turn shows that something is missing."""
    return next((name for name, pattern in KINDS.items() if pattern.search(turn.raw)), UNMARKED)


def _by_kind(turns: Sequence[Turn], readings: Mapping[str, Reading]) -> Table:
    table = Table(title="Share of the missing terms recovered, by kind of turn", box=box.MARKDOWN)
    table.add_column("what shows it")
    for head in ("turns", "terms", *readings):
        table.add_column(head, justify="right")
    for name in (*KINDS, UNMARKED):
        of_kind = [turn for turn in turns if turn.missing and kind(turn) == name]
        if of_kind:
            terms = sum(len(turn.missing) for turn in of_kind)
            shares = (f"{recovered(of_kind, reading):.3f}" for reading in readings.values())
            table.add_row(name, str(len(of_kind)), str(terms), *shares)
    return table
