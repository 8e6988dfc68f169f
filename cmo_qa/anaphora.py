"""Pronouns that point out of their question, put into the words of what they point to.

Most pronouns point to something within the question, or to nothing ("is it necessary to …"). One points out of it
where nothing before it fits: a thing for "it", several or a person for "they", and for an object only what stands in
another clause, since "does a hospital need it?" can't mean the hospital.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import reduce

from cmo_qa.grammar import ADJECTIVES, VERBS, agreeing, is_aspect, is_participle, possessive, singular
from cmo_qa.text import STOPWORDS, any_of, subject_words

PERSON = re.compile(r"\b(?:they|them|he|she|him|his|her|their|theirs)\b", re.IGNORECASE)
THING = re.compile(r"\b(?:[Ii]t|[Ii]ts|[Tt]hat|[Tt]his|[Tt]hose|[Tt]hese|ones?)\b")  # no "IT"
POSSESSIVE = frozenset({"his", "her", "their", "theirs", "its"})
DETERMINERS = frozenset({"that", "this", "those", "these"})
DETERMINER = r"(?:the|an?|our|my|your|each|every|any|all|no|some|most|of|for|by|with|between)"
CANDIDATE = re.compile(rf"\b{DETERMINER}\s+(?:[\w-]+\s+)??(?P<noun>[\w-]+)|(?<!^)\b(?P<name>[A-Z][\w-]+)")
CLAUSE = any_of(
    r"[,.;:!?]",
    r"\b(?:and|but|or|if|when|while|because|since|so|that|which|who|whose|until|where|once|before|after|than)\b",
)
ANOTHER_QUESTION = re.compile(
    r"^(?:what|who|which|where|is|are|do|does|how) (?P<first>.+?),? and"
    r" (?:what|why|how|when|where|who|which|is|are|does|do|can)\b",
    re.IGNORECASE,
)
HEAD_BEFORE = re.compile(
    r"\b(?:the|an?|its|their|his|her)\s+(?:[\w-]+\s+){0,2}[\w-]+\s+(?:of|in|about|for|to|with|from|behind)\s+$",
    re.IGNORECASE,
)
ANYTHING = frozenset("folks one ones people person persons thing things".split())
LONGEST_LEANING = 12  # words: a longer question brings along what it is about
PEOPLE = any_of(
    r"s$",
    r"^(?:cmo|staff|people|team|board|physician|doctor|nurse|leader|executive|officer|candidate|committee|surgeon|person)$",
)
ROLE = re.compile(r"\b(?:chief medical officers?|cmos?)\b", re.IGNORECASE)
FITTING = (
    r"(?:necessary|important|possible|common|normal|usual|hard|difficult|easy|good|better|best|legal|illegal|allowed"
    r"|required|worth|worthwhile|wise|true|clear|likely|safe|ok|okay|essential|helpful|useful|mandatory|advisable|time"
    r"|enough|fair|smart|right|wrong|realistic|typical|unusual|rare|compulsory|critical|crucial|vital|customary|up)"
)
TO_OR_THAT = r"(?:for\s+[\w -]+\s+)?(?:to|that|when|if)\b(?!\s+an?\b)"
EXPLETIVE = any_of(
    rf"\b(?:is|was|isn't|has|had|will|be|it's)\s+it\s+(?:[\w-]+\s+){{0,3}}?{FITTING}\s+{TO_OR_THAT}",
    rf"\bit\s+(?:is\s+|was\s+)?(?:[\w-]+\s+){{0,1}}{FITTING}\s+(?:for\s+[\w -]+\s+)?(?:to|that|if)\b",
    r"\bit\s+(?:take|cost|mean|help|make|pay|matter|seem)s?\b.*\b(?:to|for|if|when|that)\b",
    r"\bin it for\b",
    r"\bit (?:rain|snow|freeze)s?\b",
)
DEICTIC = any_of(
    r"\bthis (?:library|program|chat|page|site|website|tool|assistant|bot|server)\b",
    r"\bthis (?:job|role|title|position|post|place|question|subject|topic|kind|sort|way|year)\b",
)
POINTS = any_of(
    r"\bthat\s*[?.!,]*$",
    r"\b(?:is|was|does|do|did|can|could|will|would|should|about|for|of|with|by|after|from|to|on|like|under|in) that\b"
    r"(?!\s+(?:an?|the|our|your|their|his|her|all|every|no|it|they|he|she|we|you|i|there|cmos?|of|all|is)\b)",
)
WANTS_ONE = any_of(
    r"\b(?:need|have|want|get|hire|use|find|appoint|become|without|with|like) ones?\b(?! of\b)",
    r"\b(?:would|should|could|is|does|do|can|did) ones?\b(?! of\b)",
)
GENERIC_ONE = any_of(
    r"\b(?:does|do|can|could|should|would|might|must|will) one (?:become|get|start|begin|prepare|apply|find)\b"
)


def resolved(question: str, thing: str, things: str, person: str) -> str:
    """The question with what points out of it in words: what "it" stands for, what "they", and a person."""
    if len(question.split()) > LONGEST_LEANING:
        return question
    whole, last, used = [], 0, set()
    for match in sorted(_pointing_out(question), key=lambda match: match.start()):
        meant = _meant(match.group().lower(), thing, things, person)
        if not meant or (meant in used and not PERSON.fullmatch(match.group())):
            continue
        used.add(meant)
        text, end = _in_words(question, match, meant)
        whole += [question[last : match.start()], text]
        last = end
    return reduce(agreeing, sorted(used), "".join((*whole, question[last:])))


def _meant(word: str, thing: str, things: str, person: str) -> str:
    if word in {"he", "she", "him", "his", "her"}:
        return person or thing
    if word in {"they", "their", "theirs"}:
        return person or things
    if word in {"them", "these", "those", "ones"}:
        return things
    return thing


def _pointing_out(question: str) -> Iterator[re.Match[str]]:
    for match in PERSON.finditer(question):
        if not _has_antecedent(question, match, people=True):
            yield match
    for match in THING.finditer(question):
        if _is_open(question, match):
            yield match


def _is_open(question: str, match: re.Match[str]) -> bool:
    word = match.group().lower()
    if word in {"one", "ones"}:
        return (
            bool(WANTS_ONE.search(question))
            and not GENERIC_ONE.search(question)
            and not _in_another_clause(question, match)
        )
    if word == "that" and not POINTS.search(question):
        return False
    if word in DETERMINERS:
        return not DEICTIC.search(question) and not re.match(r"\s+(?:who|that|which)\b", question[match.end() :])
    return not EXPLETIVE.search(question) and not _has_antecedent(question, match, people=False)


def _in_another_clause(question: str, match: re.Match[str]) -> bool:
    return bool(CLAUSE.search(question[: match.start()])) and _has_antecedent(question, match, people=None)


def _has_antecedent(question: str, match: re.Match[str], *, people: bool | None) -> bool:
    """Whether something before the pronoun can be what it stands for; `people` None takes anything."""
    if _owns(question, match) and any(map(_can_own, subject_words(question[: match.start()]))):
        return True
    earlier = ANOTHER_QUESTION.search(question[: match.start()])
    if earlier and subject_words(earlier["first"]):
        return True
    before = HEAD_BEFORE.sub("", question[: match.start()])
    for candidate in CANDIDATE.finditer(before):
        noun = (candidate["noun"] or candidate["name"]).lower()
        if noun in STOPWORDS:
            continue
        fits = people is None or people == bool(PEOPLE.search(noun) or ROLE.fullmatch(noun))
        apart = _owns(question, match) or CLAUSE.search(before[candidate.end() :])
        if fits and apart:
            return True
    return False


def _can_own(word: str) -> bool:
    """Whether it can be whose something is: no verb, no quality, no mere aspect ("factors led to their rise")."""
    root = singular(word)
    return not (root in VERBS or root in ADJECTIVES or is_participle(word) or is_aspect(word))


def _owns(question: str, match: re.Match[str]) -> bool:
    """Whether it is a possessive: "her team", unlike "who appoints her?"."""
    return match.group().lower() in POSSESSIVE and bool(re.match(r"\s+\w", question[match.end() :]))


def _in_words(question: str, match: re.Match[str], meant: str) -> tuple[str, int]:
    """What stands in place of the pronoun, and where the question goes on."""
    word = match.group().lower()
    following = re.match(r"\s+([a-z-]+)", question[match.end() :])
    if word in DETERMINERS and following and following.group(1) not in STOPWORDS and not _is_predicate(question, match):
        end = match.end() + following.end()
        if following.group(1) in ANYTHING:
            return meant, end
        return f"the {following.group(1)} ({meant})", end  # "that review": the noun says what, the topic says which
    if _owns(question, match):
        return possessive(meant), match.end()
    return meant, match.end()


def _is_predicate(question: str, match: re.Match[str]) -> bool:
    """Whether an adjective follows and no noun: "why is that important?"."""
    before = question[: match.start()].rstrip().rsplit(None, 1)[-1:]
    rest = question[match.end() :].strip(" ?.!").split()
    return (
        bool(before)
        and before[0].lower() in {"is", "was", "are", "were", "isn't", "does", "do", "did"}
        and len(rest) <= 2
    )
