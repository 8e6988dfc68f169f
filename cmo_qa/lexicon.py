"""What people call things in this field, put the way articles do."""

from __future__ import annotations

import re
from collections.abc import Container

from cmo_qa.text import any_of

ROLE = any_of(
    r"\b(?:top|head|lead|boss|chief) (?:doctor|physician|doc|medic|clinician)(?!s? (?:of|executive|assistant)\b)\b",
    r"\b(?:doctor|physician) in chief\b|\bmedical chief\b|\bchief medic\b|\bboss of the doctors\b",
)
ABBREVIATIONS = {
    "fqhc": "federally qualified health center",
    "fqhcs": "federally qualified health centers",
    "ehr": "electronic health record",
    "ehrs": "electronic health records",
    "emr": "electronic health record",
    "hrsa": "Health Resources and Services Administration",
    "qi": "quality improvement",
    "qa": "quality assurance",
    "rca": "root cause analysis",
    "cpoe": "computerized physician order entry",
    "md": "medical degree",
    "tjc": "The Joint Commission",
    "jcaho": "The Joint Commission",
    "vbc": "value-based care",
    "sdoh": "social determinants of health",
    "kpi": "key performance indicator",
    "kpis": "key performance indicators",
}


def in_its_terms(text: str, known: Container[str]) -> str:
    """The question with informal names of the role, and abbreviations that the library doesn't use, spelled out."""
    named = ROLE.sub("chief medical officer", text)
    return re.sub(r"\b[A-Za-z]{2,5}\b", lambda found: _spelled_out(found.group(), known), named)


def _spelled_out(word: str, known: Container[str]) -> str:
    plain = word.lower()
    return word if plain in known else ABBREVIATIONS.get(plain, word)
