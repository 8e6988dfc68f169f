"""From evidence to what is said: the direct answer first, a list whole, nothing twice, nothing off the point."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from cmo_qa.agreement import differ, say_the_same
from cmo_qa.compare import two_sided
from cmo_qa.evidence import Evidence
from cmo_qa.fit import CELL, fit, place_fit
from cmo_qa.index import Index
from cmo_qa.polarity import bound
from cmo_qa.question import HOW_MANY, Question, Shape
from cmo_qa.text import stem, stems
from cmo_qa.types import Unit


@dataclass(frozen=True, slots=True)
class Said:
    """One statement to be: a unit, and other places that say the same."""

    row: int
    unit: Unit
    text: str
    also: tuple[tuple[int, Unit, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Room:
    """How much an answer of some shape may say."""

    statements: int
    words: int


ROOM: dict[Shape, Room] = {
    "definition": Room(5, 75),
    "number": Room(5, 75),
    "yes_no": Room(7, 75),
    "example": Room(8, 80),
}
ROOM_ELSE = Room(8, 90)
SHORT_LIST = 40  # words up to which a list is said whole where one of its items answers, even beyond the room
LIST_WORDS = 200  # the longest list that is said whole
ALL_OF = 3  # best pieces of evidence which, if all are of one list, are said as that list
LISTS_WITHIN = 40  # evidence that is looked at for a list
LIST_NEAR = 0.75  # of the best score, from which a list of the kind asked for may answer
PARTLY_NAMED = 0.34  # share of the question that a list of the kind asked for must name if it scores less
NAMED = 0.6  # share of the question's stems that the heading and lead-in of a list asked for must name
NEAR = 0.55  # of the best score: what scores less is off the point
SAME_WORDS = 0.75  # share of the words of question and heading that both have, from which they ask the same
ASKED_ABOVE = 0.1
LOOKED_AT = 12  # pieces of evidence that may differ from the best
DIFFERS_NEAR = 0.7  # of the best score, from which what another source says differently must be said too
KIND_OF_THING = re.compile(
    r"\b(?:what|which|how many)(?: are| were)?(?: the| some| its| their)? "
    r"(?:(?:kinds?|types?|sorts?|forms?|examples?) of )?(?:[\w-]+ ){0,3}?(?P<thing>(?!does\b|has\b|was\b)[\w-]{3,}s)\b",
    re.IGNORECASE,
)
LEANING = re.compile(
    r"^(?:this|these|such|that|those)\s+(?!individual|executive|leader|person|role|position|officer|physician)",
    re.IGNORECASE,
)


def ranked(question: Question, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence with the fit of its form and of its place to the question added, best first."""
    fitted = [
        replace(
            one,
            score=one.score
            + fit(question, one.unit, one.text)
            + _asked_above(question, one)
            + place_fit(question, one.hit.passage.section, one.text),
        )
        for one in evidence
    ]
    return sorted(fitted, key=lambda one: (-one.score, one.row))


def _asked_above(question: Question, one: Evidence) -> float:
    """What is added where the heading above asks just what is asked."""
    heading = _stems_of(one.hit.passage.section[-1]) if one.hit.passage.section else frozenset()
    asked = set(question.stems)
    alike = len(heading & asked) >= SAME_WORDS * len(heading | asked)
    return ASKED_ABOVE if len(asked) > 1 and alike else 0.0


@lru_cache(maxsize=4096)
def _stems_of(heading: str) -> frozenset[str]:
    return frozenset(stems(heading))


def compose(index: Index, question: Question, evidence: Sequence[Evidence]) -> list[Said]:
    """Statements in the order in which they are said; empty where there is no evidence. `evidence`: `ranked`."""
    if not evidence:
        return []
    evidence = bound(index, question, evidence)
    if question.shape == "comparison":
        evidence = two_sided(index, question, evidence)
    listed, is_all = _list_first(index, question, evidence)
    return listed if is_all else _sentences(index, question, _with_difference(index, evidence), listed)


def _with_difference(index: Index, evidence: Sequence[Evidence]) -> Sequence[Evidence]:
    """The evidence with what another source says differently right behind the best, if it is nearly as good."""
    best = evidence[0]
    for at, one in enumerate(evidence[1:LOOKED_AT], start=1):
        if one.score < DIFFERS_NEAR * best.score:
            break
        if differ(index, best, one):
            return [best, one, *evidence[1:at], *evidence[at + 1 :]]
    return evidence


def _list_first(index: Index, question: Question, evidence: Sequence[Evidence]) -> tuple[list[Said], bool]:
    """What to begin with, a list whole and in its order, empty where there is none; and whether it is all there is.

    A list whose lead-in is the best evidence is said whole. Where a list is asked for, one that is named after what is
    asked is all, and so is what is to be counted; one of the kind of thing asked for, and one that all of the best
    evidence is of, are where the answer begins. A sentence that answers better than the list is said before it, and
    then neither is all. Where no list is asked for, an item that answers is said by itself.
    """
    counted = question.shape == "number" and HOW_MANY.search(question.text) is not None
    wanted = question.shape == "list" or counted
    best = evidence[0]
    own = _list_of(best.unit)
    leads = best.unit.kind == "lead_in" or (wanted and _are_of_one_list(evidence[:ALL_OF]))
    of_best = own if leads else None
    seen: set[tuple[str, int]] = set()
    for one in evidence[:LISTS_WITHIN]:
        key = _list_of(one.unit)
        if key is None or key in seen or not (wanted or key == of_best):
            continue
        seen.add(key)
        units = index.list_units(*key)
        share, of_the_kind = _named_after(question, one, units) if wanted else (0.0, False)
        near = one.score >= LIST_NEAR * best.score or share >= PARTLY_NAMED
        fits = key == of_best or share >= NAMED or (of_the_kind and near and not _enumerates(best))
        if fits and (said := _sayable(units)):
            if counted or key == own or best.unit.kind != "sentence":
                return said, counted or share >= NAMED
            return [Said(best.row, best.unit, best.text), *said], False
    return [], False


def _are_of_one_list(evidence: Sequence[Evidence]) -> bool:
    key = _list_of(evidence[0].unit)
    return key is not None and all(_list_of(one.unit) == key for one in evidence)


def _named_after(question: Question, one: Evidence, units: Sequence[tuple[int, Unit, str]]) -> tuple[float, bool]:
    """The share of the question that a list's heading and lead-in hold, and whether they name the kind of thing."""
    leads = " ".join(text for _, unit, text in units if unit.kind == "lead_in")
    named = set(stems(" ".join((*one.hit.passage.section[-1:], leads))))
    asked = [word for word in question.stems if word != "cmo"]
    kind = KIND_OF_THING.search(question.text)
    of_the_kind = kind is not None and stem(kind["thing"].lower()) in named
    return sum(word in named for word in asked) / max(len(asked), 1), of_the_kind


def _sayable(units: Sequence[tuple[int, Unit, str]]) -> list[Said]:
    """A list whole, if it is one and not too long."""
    said = _listed(units)
    return said if len(said) > 2 and _length(said) <= LIST_WORDS else []


def _list_of(unit: Unit) -> tuple[str, int] | None:
    return None if unit.list_id is None else (unit.document_id, unit.list_id)


def _enumerates(one: Evidence) -> bool:
    return one.unit.kind == "sentence" and one.text.count(",") >= 3


def _sentences(index: Index, question: Question, evidence: Sequence[Evidence], listed: Sequence[Said]) -> list[Said]:
    """The list that was found, if any, and what else is near the best, as far as there is room."""
    room = ROOM.get(question.shape, ROOM_ELSE)
    least = NEAR * evidence[0].score
    said = list(listed)
    spoken = _length(said)
    for one in evidence:
        if one.score < least or len(said) - len(listed) >= room.statements:
            break
        if any(one.row == each.row for each in said) or one.text.startswith(CELL.strip()):
            continue
        twin = _twin(index, one, said)
        if twin is not None:
            said[twin] = _with_source(said[twin], one)
            continue
        group = _fitting(index, one, said, room.words - spoken)
        said += group
        spoken += _length(group)
    return _lists_together(_in_reading_order(said))


def _lists_together(said: Sequence[Said]) -> list[Said]:
    """The same, with what is said of a list where its first is: lead-in, that first one, the others in their order."""
    ordered: dict[int, Said] = {}
    for each in said:
        key = _list_of(each.unit)
        of_list = [one for one in said if _list_of(one.unit) == key] if key else [each]
        first = next((one for one in of_list if one.unit.kind != "lead_in"), each)
        of_list.sort(key=lambda one: (one.unit.kind != "lead_in", one is not first, one.row))
        ordered |= {one.row: one for one in of_list}
    return list(ordered.values())


def _fitting(index: Index, one: Evidence, said: Sequence[Said], words: int) -> list[Said]:
    """The statement, the first one behind what it leans on; nothing where it doesn't fit."""
    if one.unit.kind == "lead_in":
        return _whole_list(index, one, said, words if said else LIST_WORDS)
    alone = [Said(one.row, one.unit, one.text)]
    if one.unit.kind == "item" and words > 0 and (whole := _whole_list(index, one, said, SHORT_LIST)):
        return whole
    before = _before(index, one) if not said or one.unit.kind == "item" else None
    if before and all(before[0] != each.row for each in said):
        whole = [Said(*before), *alone]
        led = one.unit.kind == "item" and _length(alone) <= words  # a lead-in that goes beyond the room is worth it
        if led or _length(whole) <= words:
            return whole
    return alone if not said or _length(alone) <= words else []


def _whole_list(index: Index, one: Evidence, said: Sequence[Said], words: int) -> list[Said]:
    """A lead-in with its items, which it is nothing without; nothing where there is no lead-in or it doesn't fit."""
    known = {each.row for each in said}
    texts = {each.text for each in said}  # another list may have the same item
    key = _list_of(one.unit)
    units = index.list_units(*key) if key else []
    led = any(unit.kind == "lead_in" for _, unit, _ in units)
    whole = [each for each in _listed(units) if each.row not in known and each.text not in texts]
    return whole if led and len(whole) > 1 and _length(whole) <= words else []


def _listed(units: Sequence[tuple[int, Unit, str]]) -> list[Said]:
    """A list as it is said: its lead-in and the first sentence of each item."""
    return [Said(*unit) for unit in units if unit[1].kind != "sentence"]


def _length(said: Sequence[Said]) -> int:
    return sum(len(each.text.split()) for each in said)


def _before(index: Index, one: Evidence) -> tuple[int, Unit, str] | None:
    if one.unit.kind == "item" and one.unit.list_id is not None:
        return next(iter(index.lead_ins(one.unit)), None)
    units = list(index.units([one.unit.passage]).items())
    at = next(place for place, (row, _) in enumerate(units) if row == one.row)
    if at and LEANING.match(one.text) and units[at - 1][1][0].block == one.unit.block:
        row, (unit, text) = units[at - 1]
        return row, unit, text
    return None


def _twin(index: Index, one: Evidence, said: Sequence[Said]) -> int | None:
    """The place of a statement that says the same."""
    return next((at for at, each in enumerate(said) if one.text == each.text or say_the_same(index, one, each)), None)


def _with_source(each: Said, one: Evidence) -> Said:
    known = {each.unit.document_id, *(unit.document_id for _, unit, _ in each.also)}
    if one.unit.document_id in known:
        return each
    return replace(each, also=(*each.also, (one.row, one.unit, one.text)))


def _in_reading_order(said: Sequence[Said]) -> list[Said]:
    """The best stays first, with what it leans on; of the others, neighbours stand as they were written."""
    first = 2 if len(said) > 1 and said[1].row == said[0].row + 1 else 1
    ordered = list(said[:first])
    for each in said[first:]:
        places = [at for at in range(first, len(ordered)) if _follows(each, ordered[at])]
        ordered.insert(places[0] if places else len(ordered), each)
    return ordered


def _follows(before: Said, after: Said) -> bool:
    return before.unit.passage == after.unit.passage and before.row + 1 == after.row
