"""What the program says in its own words: when it declines, and why. Never evidence, never a quotation."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cmo_qa.index import Index
from cmo_qa.meanings import meant_otherwise
from cmo_qa.question import Question, in_library, is_word, mend
from cmo_qa.text import STOPWORDS, any_of, words
from cmo_qa.types import Status

EMPTY = "There is no question. Ask something about the Chief Medical Officer."
GREETING = (
    "Hello. Ask something about the Chief Medical Officer: what the role is, what it answers for, how one gets there."
)
NOT_COVERED = (
    "The library does not answer this question."
    " The nearest passages are offered below; they are near it, not an answer to it."
)
PARTIAL = "The library may answer this only in part. Check what is quoted against the whole articles."
DIFFER = "The sources differ on this: compare {}."
OTHER_MEANING = "This question seems to be about another CMO ({}). In this library CMO means the Chief Medical Officer."
CLINICAL = (
    "This library is about the role of the Chief Medical Officer and gives no clinical advice."
    " Ask a clinician, and in an emergency your local emergency number."
)
CONTACTS = "The library holds no contact details and no personal data."
INSTRUCTIONS = "This program takes no instructions: it quotes articles. Ask something about the Chief Medical Officer."
MEANINGLESS = "This can't be read as a question. Ask in plain words about the Chief Medical Officer."
OTHER_LANGUAGE = "This seems to be written in another language. The library is in English: please ask in English."

GREETS = re.compile(
    r"(?:hi|hello|hey|good (?:morning|afternoon|evening)|thanks?|thank you|help|bye)"
    r"(?: there| you| so much| a lot| all)?[\s!.?]*",
    re.IGNORECASE,
)
ILL = (
    r"hurts?|aches?|numb|bleed(?:s|ing)?|swollen|dizzy|faint(?:ed|ing)?|fever|rash|vomit\w*|nause\w+"
    r"|(?:chest|stomach|back) pain|suicid\w+|kill myself|overdose\w*|pregnant|poisoned"
    r"|can(?:no|['’])t breathe|short(?:ness)? of breath"
)
PATIENTS = (  # what somebody asks who is ill, or with one who is
    rf"\b(?:i|i['’]m|i am|i have|my (?:\w+ ){{0,2}}\w+)\b(?:\W+\w+){{0,4}}\W+(?:{ILL})\b",
)
CLINICAL_SIGNS = any_of(
    r"\b(?:dos(?:e|es|ing|age)|mg|mcg|milligrams?|symptoms?|side effects?|contraindicat\w+|antidote)\b",
    r"\b(?:should|can|may|must) (?:i|we|my \w+) (?:take|stop taking|use|inject|swallow)\b",
    r"\b(?:treat|cure|diagnos\w*|prescribe|relieve)\b.*\b(?:my|me|his|her|this patient)\b",
    r"\bmy (?:\w+ )?(?:pain|rash|fever|headache|cough|wound|blood pressure|heart|stomach|chest|child|baby|back)\b"
    r".*\b(?:hurts?|aches?|should|do)\b",
    *PATIENTS,
)
CONTACTS_ASKED = (  # of a person: an office's may stand in somebody's library
    r"\b(?:home|private|personal|cell|mobile) (?:tele)?(?:phone |e-?mail )?(?:numbers?|address(?:es)?)\b",
    r"\b(?:street|postal) address\b|\bsocial security\b",
)
CONTACT_SIGNS = any_of(*CONTACTS_ASKED, r"\b(?:phone|telephone|fax|mobile|e-?mail)\b")
COMMANDS = (  # to the program: no question of this library is put so
    r"\b(?:ignore|disregard|forget) (?:all |any |the |your )*(?:previous|prior|above|earlier|rules|instructions)",
    r"\byou are now\b|\bno restrictions\b|\bsystem prompt\b|\bsystem:",
    r"\brepeat after me\b|\bdeveloper mode\b|\bjailbreak",
    r"<\s*/?\s*(?:script|img|iframe|svg|object|embed|style|form|input)\b|\{\{.*\}\}|\$\{",
    r"\bdrop table\b|;\s*select\b|\bselect \S+ from \S+ (?:where|--)",
)
NO_QUESTION = any_of(*COMMANDS, *CONTACTS_ASKED, *PATIENTS)
INSTRUCTION_SIGNS = any_of(
    *COMMANDS,
    r"\b(?:pretend|act|behave) (?:to be|as|like)\b|\bas (?:the|an?) administrator\b",
    r"\b(?:passwords?|api keys?|access tokens?|file paths?|environment variables?)\b",
    r"<\s*/?\s*[a-z!][^>]*>|\bselect\b.+\bfrom\b",
)
KNOWN_SHARE = 0.5  # of the words: with fewer that are English, it is gibberish or another language
FEWEST_WORDS = 4  # by which a language is told that is written in plain letters
LANGUAGES = "ar bn cs da de el en es fa fi fr he hi hu id it ja ko nl no pl pt ro ru sv ta th tr uk ur vi zh".split()


def too_long(found: int, most: int) -> str:
    return f"The question has {found} characters. Ask it in at most {most}."


def greets(question: str) -> bool:
    """Whether the whole of it is a greeting."""
    return bool(GREETS.fullmatch(question))


def foreign(index: Index, question: str) -> str:
    """The notice for a question in another language; empty where enough of its words are English.

    Asked before anything is looked for: a word or two that two languages share are no understanding.
    """
    found = words(question)
    if INSTRUCTION_SIGNS.search(question) or (found and question.isascii() and len(found) < FEWEST_WORDS):
        return ""
    if _mostly_known(index, question) or (question.isascii() and _mostly_known(index, mend(index, question))):
        return ""
    return OTHER_LANGUAGE if _is_foreign(question) else ""


def is_no_question(index: Index, question: Question) -> bool:
    """Whether it commands the program, asks where a person lives, tells of one's own illness, or has hardly a word."""
    return bool(NO_QUESTION.search(question.asked)) or bool(_unreadable(index, question.text))


def _mostly_known(index: Index, question: str) -> bool:
    found = words(question)
    known = sum(word in STOPWORDS or in_library(index, word) for word in found)
    return bool(found) and known >= KNOWN_SHARE * len(found)


def of(index: Index, status: Status, question: Question, differing: Sequence[tuple[int, int]] = ()) -> str:
    """The notice that goes with an answer, empty where it needs none; `differing`: numbers of citations that differ."""
    if status == "not_covered":
        return _why_declined(index, question)
    pairs = ", ".join(f"[{first}] with [{second}]" for first, second in differing)
    notes = (PARTIAL if status == "partial" else "", DIFFER.format(pairs) if pairs else "")
    return " ".join(filter(None, notes))


def _why_declined(index: Index, question: Question) -> str:
    other = meant_otherwise(question)
    if other:
        return OTHER_MEANING.format(other)
    for signs, notice in (
        (INSTRUCTION_SIGNS, INSTRUCTIONS),
        (CONTACT_SIGNS, CONTACTS),
        (CLINICAL_SIGNS, CLINICAL),
    ):
        if signs.search(question.asked) or signs.search(question.text):
            return notice
    return _unreadable(index, question.text) or NOT_COVERED


def _unreadable(index: Index, question: str) -> str:
    """The notice for what has hardly a word in it; empty where enough of the words are words."""
    found = words(question)
    readable = sum(word in STOPWORDS or (len(word) > 1 and is_word(index, word)) for word in found)
    return "" if found and readable >= KNOWN_SHARE * len(found) else MEANINGLESS


def _is_foreign(question: str) -> bool:
    """Loads the language model, which takes about a second: only asked where few words are known."""
    if not any(letter.isalpha() for letter in question):
        return False
    import py3langid

    py3langid.set_languages(LANGUAGES)
    return str(py3langid.classify(question)[0]) != "en"
