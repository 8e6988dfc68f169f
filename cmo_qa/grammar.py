"""As much of English grammar as reading a short question takes: lists of words, number, plural and possessive."""

from __future__ import annotations

import re

from cmo_qa.text import any_of

ROLE_NAMES = "chief medical officers?|cmos?"
PREPOSITIONS = "in|at|for|with|by|to|from|of|on|during|after|before|without|under|within|inside|outside|between|among"
AUXILIARY = "do|does|did|is|are|was|were|can|could|should|would|will|must|may|has|have|had"
BE = frozenset({"is", "are", "was", "were"})
VERBS = frozenset(
    """
    achieve act add demand affect allow answer apply ask assess avoid become begin break bring build buy call carry
    cause celebrate change check choose come compare compete complete connect contain continue contribute control
    cook coordinate cost cover create cure cut deal decide define deliver depend describe design destroy determine
    develop die differ discover do drink drive earn eat encourage end enforce ensure establish evaluate evolve exist
    expect explain face fail fall feel fight find fix focus follow gain generate get give go grow guide handle
    happen have hear help hire hold identify impact implement improve include increase influence inform inspire
    invent involve join keep kill know lead learn leave let like listen live look lose maintain make manage matter
    mean measure meet mentor motivate monitor move need negotiate offer open operate oversee participate pay perform
    plan play prepare prescribe present prevent produce promote protect prove provide put raise reach read receive
    recruit reduce regulate relate rely remain remove replace report represent require resolve retain review rise
    run save say see seem select sell send serve set share shift show solve sleep speak spend spread stand start
    stay stop struggle suffer support survive take talk teach tell think track train travel treat try turn
    understand use visit wait walk want watch wear weigh win work write
    """.split()
)  # such as follow the subject of a question
IRREGULAR = frozenset(
    """
    become begun bought broken brought built caught chosen come done drawn driven eaten fallen found given gone
    grown held kept known laid learnt led lost made meant met paid put run said seen sent set shown sold spent
    stolen taken taught thought told understood won worn written
    """.split()
)  # participles
NOT_PARTICIPLES = frozenset("bed breed feed need seed speed weed med red shed embed united".split())
ADJECTIVES = frozenset(
    """
    able allowed available aware bad banned best better common compatible cheap dangerous different difficult easier
    easy effective enough essential expensive famous free good great hard harder harmful healthy helpful high
    important interested involved large late legal like likely long mandatory much necessary new normal obliged old
    paid painful possible popular ready red reliable required responsible right safe secure serious similar small
    strong subject successful sure toxic treatable true unique useful useless valid well worse worst worth wrong
    younger
    """.split()
)  # such as are said of the subject of a question
ASPECTS = frozenset(
    """
    adaptation advantage aim alternative application argument aspect benefit cause challenge characteristic class
    component consequence contribution controversy cost creation criticism criterion definition difference
    disadvantage downside drawback duty effect element essence evidence example exception factor feature finding
    form founding function goal history idea implication importance impact intent invention job kind layer level
    limit limitation link main meaning member method name nature number objective option origin part penalty
    percentage phase pitfall point price principle pro con problem process property purpose qualification reason
    relationship requirement responsibility result rise risk role rule sign significance skill sort source stage
    step strength structure symptom task theme treatment type use uses variation variety version way weakness
    """.split()
)  # nouns of something: what they are of is what is talked about
ASPECT = rf"(?:{'|'.join(sorted(ASPECTS - {'use', 'uses', 'main', 'duty', 'penalty', 'property', 'responsibility'}))})"
SINGULAR_S = re.compile(r"(?:ss|us|is|ics|news|gas|bias|atlas)$|^(?:its|this|was|has)$", re.IGNORECASE)
PLURALS = frozenset("people children men women staff police physicians mice data criteria media teeth feet".split())
ARTICLE = re.compile(r"^(?:an?|the|some|any)\s+", re.IGNORECASE)
TAIL = re.compile(rf"\s+(?:{PREPOSITIONS}|about|against|like|as|than|behind)\s+.+$", re.IGNORECASE)
ORDINAL = re.compile(r"^(?:\w+est|first|last|second|third|(?:most|least) \w+)\s+", re.IGNORECASE)
GENERIC = re.compile(rf"^(?:an?\s+|the\s+(?=(?:{ROLE_NAMES})$))", re.IGNORECASE)
AGREES = {"do": "does", "don't": "doesn't", "are": "is", "were": "was", "have": "has"}
PAIR = any_of(r"^(?!the )\S+ and (?:\S+ ?){1,2}$")


def head(phrase: str) -> str:
    """The noun that a phrase turns on: "analytics" of "the data analytics of a hospital"."""
    return TAIL.sub("", phrase).rsplit(None, 1)[-1] if phrase.split() else ""


def without_tail(phrase: str) -> str:
    """The phrase without article and without what follows its noun."""
    return ORDINAL.sub("", TAIL.sub("", ARTICLE.sub("", phrase)))


def is_plural(phrase: str) -> bool:
    """Whether the phrase is several, by its noun: "executives", "paleo and keto"."""
    noun = head(phrase)
    return bool(PAIR.match(phrase)) or noun.lower() in PLURALS or (noun.endswith("s") and not SINGULAR_S.search(noun))


def is_participle(word: str) -> bool:
    plain = word.lower()
    return plain in IRREGULAR or (len(plain) > 3 and plain.endswith("ed") and plain not in NOT_PARTICIPLES)


def is_aspect(noun: str) -> bool:
    """Whether it is a noun of something else, such as "benefits" or "history"."""
    return noun.lower() in ASPECTS or singular(noun.lower()) in ASPECTS


def singular(noun: str) -> str:
    if SINGULAR_S.search(noun) or not noun.endswith("s"):
        return noun
    if noun.endswith("ies") and len(noun) > 4:
        return f"{noun[:-3]}y"
    return noun[:-2] if re.search(r"(?:ch|sh|x|ss)es$", noun) else noun[:-1]


def plural(noun: str) -> str:
    if is_plural(noun):
        return noun
    if re.search(r"[^aeiou]y$", noun):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if re.search(r"(?:s|x|ch|sh)$", noun) else f"{noun}s"


def as_several(phrase: str) -> str:
    """The phrase of one of a kind as one of them all: "a virtual machine" as "virtual machines"."""
    kind = GENERIC.sub("", phrase)
    if kind == phrase or is_plural(phrase):
        return phrase
    noun = head(kind)
    start = len(TAIL.sub("", kind)) - len(noun)
    return f"{kind[:start]}{plural(noun)}{kind[start + len(noun) :]}"


def possessive(phrase: str) -> str:
    return f"{phrase}'" if phrase.endswith("s") else f"{phrase}'s"


def agreeing(question: str, subject: str) -> str:
    """The question with its verb in the number of its subject, which was put in anew."""
    forms = {one: several for several, one in AGREES.items()} if is_plural(subject) else AGREES
    found = re.search(rf"\b({'|'.join(forms)}) (?={re.escape(subject)}(?!['’\w]))", question)
    return f"{question[: found.start()]}{forms[found[1]]} {question[found.end() :]}" if found else question
