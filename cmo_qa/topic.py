"""What a question is about: the things in it that a later question can lean on, the nearest first.

A question has a subject ("how was Netflix started?") and often more ("does exercise affect sleep?"). The role that
this library is about is no subject of its own: "does the CMO have a role in research?" is about research.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from cmo_qa.grammar import (
    ADJECTIVES,
    ARTICLE,
    ASPECT,
    AUXILIARY,
    BE,
    PREPOSITIONS,
    VERBS,
    head,
    is_aspect,
    is_participle,
    is_plural,
    singular,
)
from cmo_qa.text import FRAME, STOPWORDS, words

OPENER = re.compile(r"^(?:(?:and|but|so|then|also|ok(?:ay)?|well|now|in general)\b[,:]?\s+)+", re.IGNORECASE)
REQUEST = re.compile(
    r"^(?:(?:can|could|would|will) you\s+|please\s+|i want to\s+)*"
    r"(?:(?:tell|give|show)(?:\s+(?:me|us))?(?:\s+(?:more|something|a bit))?\s+(?:about|on)\b"
    r"|(?:describe|explain|define|discuss))"
    r"\s+(?:(?:some|all) of\s+)?(?P<rest>.+)$",
    re.IGNORECASE,
)
ASKED = re.compile(
    rf"^(?:(?:{PREPOSITIONS})\s+)?(?P<wh>what|which|who|whom|whose|how|why|when|where)\b"
    rf"(?P<asked>(?:\s+(?!(?:{AUXILIARY})\b)[\w'’-]+){{0,6}}?)(?:\s+|(?='s|’s))"
    rf"(?P<aux>{AUXILIARY}|'s|’s)(?:n't|n’t)?\s+(?P<rest>.+)$",
    re.IGNORECASE,
)
YES_NO = re.compile(rf"^(?P<aux>{AUXILIARY})(?:n't|n’t)?\s+(?P<rest>.+)$", re.IGNORECASE)
VERB_FIRST = re.compile(
    rf"^(?:what|who|which)\s+(?!(?:{AUXILIARY})\b)\w+(?:s|ed|ame|ade)\s+(?!(?:{AUXILIARY})\b)(?P<rest>.+)$",
    re.IGNORECASE,
)
UNAIDED = re.compile(r"^(?:what|which) (?P<rest>.+)$", re.IGNORECASE)
CONDITION = re.compile(r"^what(?:\s+happens)?\s+(?:if|when)\s+(?P<rest>.+)$", re.IGNORECASE)
WH_FIRST = re.compile(r"^(?:when|why|how|where|whether) (?!to )\S", re.IGNORECASE)
CLAUSE_END = re.compile(
    r"[?;:!]|,(?=\s)|\.(?=\s|$)|\s(?=(?:and|or|but)\s+(?:what|why|how|when|where|who|which|is|are|does|do|can)\b)"
    r"|\s(?=and (?:its|their|his|her|your|my)\b)"
    r"|\s(?=(?:that|which|who|whose|if|because|when|while|where|so|versus|vs)\s)",
    re.IGNORECASE,
)
WORD = re.compile(r"[\w'’&/.-]*[\w]")
PRONOUNS = frozenset("i you we he she it they one cmo cmos".split())
NOBODY = STOPWORDS | frozenset(
    "cmo cmos people someone somebody anyone anybody everyone there patient patients".split()
)
SMALL = frozenset("a an the some any all other our your my no each every".split())
OF_IT = re.compile(
    rf"^(?:(?:an?|the|some|any)\s+)?(?:[\w-]+\s+){{0,3}}?{ASPECT}(?:s|es|ies)?\s+(?:of|for|in|to)\s+(?P<of>.+)$",
    re.IGNORECASE,
)
BETWEEN = re.compile(r"^(?:the )?differences?\s+between\s+(?P<of>.+)$", re.IGNORECASE)
VAGUE_NOUNS = frozenset("thing way time place term".split())


def topics_of(question: str) -> list[str]:
    """The phrases that a later question can lean on, the likeliest first; empty where it names nothing."""
    plain = OPENER.sub("", question.strip())
    found = [phrase for phrase in _phrases(plain) if says_something(phrase)]
    return list(dict.fromkeys(found)) or _keywords(plain)


def topic_of(question: str) -> str:
    """What a whole question is about; empty where it names nothing."""
    return next(iter(topics_of(question)), "")


def says_something(phrase: str) -> bool:
    """Whether the phrase names more than the role, or a way to ask."""
    return any(word not in NOBODY and word not in FRAME for word in words(phrase))


def narrowed(phrase: str, *, several: bool) -> str:
    """What the phrase is about, as one or several: "the history of toilets" as toilets."""
    found = OF_IT.match(phrase) or BETWEEN.match(phrase)
    whole_fits = is_plural(phrase) == several
    if not found or (is_plural(found["of"]) != several and whole_fits):
        return phrase
    return narrowed(found["of"], several=several)


def action_of(question: str) -> str:
    """What the subject of the question does: "help to write policies"; empty where that is what is asked."""
    plain = OPENER.sub("", question.strip())
    found = YES_NO.match(plain) or ASKED.match(plain)
    if not found or found["aux"].lower() in BE or "there" in found["rest"].lower().split()[:1]:
        return ""
    clause = _clause(found["rest"])
    tokens = list(WORD.finditer(clause))
    end = _subject_end(tokens)
    said = clause[tokens[end].start() :] if end < len(tokens) else ""
    verb = said.partition(" ")[0].lower()
    return said if verb in VERBS and verb != "do" and says_something(said) else ""


def kernel(phrase: str) -> str:
    """What the phrase is of in the end: yoga, of "the benefits of yoga"."""
    found = OF_IT.match(phrase)
    return kernel(found["of"]) if found else phrase


def _phrases(question: str) -> list[str]:
    for form, read in FORMS:
        found = form.match(question)
        if found:
            return read(found)
    return []


def _of_request(request: re.Match[str]) -> list[str]:
    rest = request["rest"]
    return _of_clause(rest.split(maxsplit=1)[1]) if WH_FIRST.match(rest) else [_whole(rest)]


def _of_yes_no(found: re.Match[str]) -> list[str]:
    rest = found["rest"]
    return [_whole(rest)] if re.match(r"there\b", rest, re.IGNORECASE) else _of_clause(rest)


def _of_asked(asked: re.Match[str]) -> list[str]:
    aux, thing = asked["aux"].lower().strip("'’"), asked["asked"].strip()
    is_defined = not thing and asked["wh"].lower() in {"what", "who"} and (aux in BE or aux == "s")
    rest = [_whole(asked["rest"])] if is_defined else _of_clause(asked["rest"])
    names = thing if asked["wh"].lower() in {"what", "which", "whose"} and not is_aspect(head(thing)) else ""
    if aux in BE and names:
        return [names, *rest]
    if asked["wh"].lower() in {"what", "which"} and thing and not any(map(says_something, (*rest, names))):
        return [_what_is_done(thing, aux, _clause(asked["rest"]))]
    return [*rest[:1], names, *rest[1:]]


def _what_is_done(thing: str, aux: str, clause: str) -> str:
    """What is asked for together with who does it: "challenges officers face"."""
    if aux not in {"do", "does"} or clause.rsplit(None, 1)[-1].lower() not in VERBS:
        return thing
    return f"{thing} {clause}{'s' if aux == 'does' else ''}"


def _of_clause(rest: str) -> list[str]:
    """Of "does … do …": the subject, then what is said of it."""
    clause = _clause(rest)
    tokens = list(WORD.finditer(clause))
    end = _subject_end(tokens)
    subject = clause[: tokens[end - 1].end()] if end else ""
    return [subject if says_something(subject) else "", _predicate(clause, tokens[end:])]


def _clause(text: str) -> str:
    end = CLAUSE_END.search(text)
    return (text[: end.start()] if end else text).strip(" .?!,")


def _whole(text: str) -> str:
    """The noun phrase with all that belongs to it, up to a verb or an adjective that says something of it."""
    clause = _clause(text)
    tokens = list(WORD.finditer(clause))
    if tokens and (tokens[0].group().lower() == "there" or is_participle(tokens[0].group())):
        return _predicate(clause, tokens[1:])
    while len(tokens) > 1 and _leads_in(tokens[0].group(), tokens[1].group()):
        tokens = tokens[1:]
    last = 0
    for at, token in enumerate(tokens):
        word = token.group()
        if at and _ends_noun(word) and (at == len(tokens) - 1 or _is_preposition(tokens[at + 1].group())) and last:
            break
        if word.lower() not in SMALL and word.lower() not in STOPWORDS:
            last = at + 1
    return clause[tokens[0].start() : tokens[last - 1].end()] if last else ""


def _leads_in(word: str, following: str) -> bool:
    """Whether it comes before the noun without belonging to it: "in a nutshell", "unique about"."""
    return _is_preposition(word) or (word.lower() in ADJECTIVES and _is_preposition(following))


def _ends_noun(word: str) -> bool:
    return word.islower() and (word in ADJECTIVES or is_participle(word))


def _subject_end(tokens: Sequence[re.Match[str]]) -> int:
    """How many tokens the subject has: up to a verb, a word that is said of it, or a phrase of its own."""
    said = 0
    for at, token in enumerate(tokens):
        word = token.group()
        low = word.lower()
        if said and (tokens[at - 1].group().lower() in PRONOUNS or (word.islower() and _ends_subject(low, tokens, at))):
            return at
        if low not in SMALL:
            said += 1
    return len(tokens)


def _ends_subject(word: str, tokens: Sequence[re.Match[str]], at: int) -> bool:
    if word == "of":
        return False
    if word == "and":
        following = tokens[at + 1].group().lower() if at + 1 < len(tokens) else ""
        return following in STOPWORDS
    following = tokens[at + 1].group().lower() if at + 1 < len(tokens) else ""
    is_last = at + 1 == len(tokens)
    if word in ADJECTIVES or is_participle(word):
        return is_last or following in STOPWORDS or word in ADJECTIVES or is_participle(word)
    return word in VERBS or word in STOPWORDS or word.endswith("ly") or _is_finite(word, tokens, at)


def _is_finite(word: str, tokens: Sequence[re.Match[str]], at: int) -> bool:
    """Whether it is a verb in the third person: "a hospital breaks the rules"."""
    article = tokens[0].group().lower() in {"a", "an"} and at == 2
    return article and singular(word) != word and (singular(word) in VERBS or word[:-2] in VERBS)


def _leads_to_noun(word: str) -> bool:
    return word in VERBS or word in ADJECTIVES or is_participle(word)


def _is_preposition(word: str) -> bool:
    return bool(re.fullmatch(f"{PREPOSITIONS}|as|like|about|against|than", word.lower()))


def _predicate(clause: str, tokens: Sequence[re.Match[str]]) -> str:
    """The thing in what is said of a subject, verbs and particles before it left out."""
    words_said = [token.group() for token in tokens]
    start = next((at for at in range(len(tokens)) if _begins_noun(words_said, at)), len(tokens))
    end = len(tokens)
    while end > start and (words_said[end - 1].lower() in STOPWORDS or words_said[end - 1].endswith("ly")):
        end -= 1
    if end == start:
        return ""
    start -= _has_article(words_said, start)
    return clause[tokens[start].start() : tokens[end - 1].end()]


def _begins_noun(said: Sequence[str], at: int) -> bool:
    low = said[at].lower()
    if low in NOBODY or low in FRAME:
        return False
    return said[at][0].isupper() or _has_article(said, at) or not _leads_to_noun(low)


def _has_article(said: Sequence[str], at: int) -> bool:
    return at > 0 and said[at - 1].lower() in {"a", "an", "the"}


def _keywords(text: str) -> list[str]:
    """From the first to the last word that says something, where the question has no form that is known."""
    tokens = list(WORD.finditer(text)) if says_something(text) else []
    kept = [token for token in tokens if says_something(token.group())]
    return [text[kept[0].start() : kept[-1].end()]] if kept else []


def is_weak(phrase: str) -> bool:
    """Whether the phrase belongs to a subject already there: "the symptoms", "natural treatments"."""
    plain = ARTICLE.sub("", phrase)
    if re.search(r"[A-Z]", plain):
        return False
    return is_aspect(singular(head(phrase))) or head(phrase) in VAGUE_NOUNS or phrase.startswith("the ")


FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], list[str]]], ...] = (
    (REQUEST, _of_request),
    (CONDITION, lambda found: _of_clause(found["rest"])),
    (ASKED, _of_asked),
    (YES_NO, _of_yes_no),
    (VERB_FIRST, lambda found: [_whole(found["rest"])]),
    (UNAIDED, lambda found: _of_clause(found["rest"])),
)  # of a question, the first that fits
