"""The other things that "CMO" stands for: this program means the Chief Medical Officer, and says so."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cmo_qa.question import Question
from cmo_qa.text import any_of


@dataclass(frozen=True, slots=True)
class Meaning:
    """One other meaning, with its own name and the words by which a question shows that it means this one."""

    name: str
    spelled_out: re.Pattern[str]
    signs: re.Pattern[str]


MEANINGS = (
    Meaning(
        "chief marketing officer",
        any_of(
            r"\bchief marketing (?:officer|executive)",
            r"\bmarketing (?:chief|cmos?)\b",
            r"\b(?:head|vp|director) of marketing",
        ),
        any_of(
            r"\bmarketing\b|\bbrand(?:s|ing)?\b|\badvertis|\bad (?:campaigns?|spend)\b|\bsocial media\b|\bseo\b",
            r"\blead generation\b|\bcustomer acquisition\b|\bmarket share\b|\bgo-to-market\b|\bsales funnel\b",
            r"\bmartech\b|\be-?commerce\b|\bretail\b|\bconsumer goods\b|\bsaas\b",
        ),
    ),
    Meaning(
        "contract manufacturing organization",
        any_of(r"\bcontract (?:development (?:and|&) )?manufactur", r"\bcdmos?\b"),
        any_of(
            r"\bmanufactur(?!ers?\b)|\b(?:tablets?|capsules?)\b|\bbatch(?:es)?\b|\bgmp\b|\bfill[- ](?:and[- ])?finish",
            r"\boutsourc\w+ (?:of )?production|\bproduction (?:capacity|line|plant)|\btech(?:nology)? transfer",
            r"\bactive (?:pharmaceutical )?ingredient|\bbiologics plant|\bcros?\b",
        ),
    ),
    Meaning(
        "collateralized mortgage obligation",
        any_of(r"\bcollaterali[sz]ed mortgage"),
        any_of(
            r"\btranches?\b|\bmortgages?\b|\bbonds?\b|\bsecurities\b|\bfixed[- ]income",
            r"\bprepayment|\byield\b|\binvestors?\b",
        ),
    ),
    Meaning(
        "another expansion of these letters",
        any_of(
            r"\bchief (?:maintenance|merchandising|mission|music|mobility|metaverse|membership) officer",
            r"\bcurrent mode of operations?|\bcommon market organi[sz]ation|\bcertified mortgage",
        ),
        any_of(r"\bcommon market\b|\beuropean union agricult"),
    ),
)
MEDICAL = any_of(
    r"\bchief medical\b|\bphysicians?\b|\bdoctors?\b|\bclinical\b|\bclinicians?\b|\bhospitals?\b|\bpatients?\b|\bnurs",
    r"\bmedical (?:staff|director|officer)|\bhealth ?care\b|\bhealth (?:system|center|centre|plan)",
)
ROLE = re.compile(r"\bcmos?\b", re.IGNORECASE)


def other_meaning(question: str) -> str:
    """The other meaning that a question has in mind; empty where it doesn't show one."""
    for meaning in MEANINGS:
        if meaning.spelled_out.search(question) and not re.search(r"\bchief medical\b", question, re.IGNORECASE):
            return meaning.name
    if not ROLE.search(question) or MEDICAL.search(question):
        return ""
    return next((meaning.name for meaning in MEANINGS if meaning.signs.search(question)), "")


def meant_otherwise(question: Question) -> str:
    """The other meaning that a question has as it was asked or as it was read: mending may hide what shows it."""
    return other_meaning(question.asked) or other_meaning(question.text)
