"""The library keeps its editorial rules (corpus/README.md)."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.provenance import provenance
from tests.shipped import ARTICLES, CORPUS, QUESTIONS, WORDINGS, shipped_index

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cmo_qa.settings import Settings

SOURCES = Path(__file__).parents[2] / "shared" / "articles"
README = CORPUS / "README.md"

REQUIRED_KEYS = {"id", "title", "summary", "topics", "audience", "updated", "sources"}
AUDIENCES = {"staff", "students", "public"}
WORDS_AN_ARTICLE = (400, 1300)
READING_EASE = (20.0, 70.0)  # Flesch; higher is easier, 30 to 50 is usual for the field
LONGEST_SENTENCE = 32  # words
LONGEST_ITEM = 19  # words
FEWEST_ARTICLES, FEWEST_TERMS, FEWEST_CASES, FEWEST_QUESTIONS = 45, 150, 6, 3
SHARED_RUN = 10  # words in common with a source that are too many


@dataclass(frozen=True, slots=True)
class Article:
    """One file of the library: its front matter and the Markdown below it."""

    path: Path
    meta: dict[str, Any]
    body: str


def read_article(path: Path) -> Article:
    opening, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    assert opening == "", f"{path.name} must open with front matter"
    return Article(path, yaml.safe_load(front), body)


def wordings() -> list[tuple[str, str, list[str]]]:
    """Article, sentence and questions of each line of wordings.jsonl."""
    lines = map(json.loads, WORDINGS.read_text(encoding="utf-8").splitlines())
    return [(line["article"], line["text"], line["asked"]) for line in lines]


def tokens(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def runs(text: str, size: int) -> set[tuple[str, ...]]:
    """Every run of `size` tokens in a row."""
    words = tokens(text)
    return {tuple(words[at : at + size]) for at in range(len(words) - size + 1)}


def headings(body: str) -> list[str]:
    return re.findall(r"^#+ (.+)$", body, flags=re.MULTILINE)


def blocks(body: str) -> list[str]:
    return [block.strip() for block in body.split("\n\n") if block.strip()]


def is_list(block: str) -> bool:
    return block.startswith("- ")


def items(body: str) -> list[str]:
    return [line[2:] for block in blocks(body) if is_list(block) for line in block.splitlines()]


def prose(body: str) -> str:
    """The paragraphs: no headings, lists or tables, and a link as its text."""
    kept = [block for block in blocks(body) if not block.startswith(("#", "- ", "|"))]
    return re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", "\n".join(kept))


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?:])\s+(?=[A-Z])", text) if part]


def syllables(word: str) -> int:
    """Groups of vowels, less a silent final e; at least one."""
    groups = len(re.findall(r"[aeiouy]+", word))
    silent = word.endswith("e") and not word.endswith("le")
    return max(1, groups - silent)


def reading_ease(text: str) -> float:
    """Flesch (1948): 206.835 - 1.015 words a sentence - 84.6 syllables a word; higher is easier."""
    words = re.findall(r"[a-z]+", text.lower())
    per_sentence = len(words) / len(sentences(text))
    per_word = sum(map(syllables, words)) / len(words)
    return 206.835 - 1.015 * per_sentence - 84.6 * per_word


def links(text: str) -> Iterator[str]:
    """Targets of the links to other files of the library."""
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" not in target:
            yield target.partition("#")[0]


@pytest.fixture(params=ARTICLES, ids=lambda path: path.stem)
def article(request: pytest.FixtureRequest) -> Article:
    path: Path = request.param
    return read_article(path)


def test_the_library_has_articles() -> None:
    assert len(ARTICLES) >= FEWEST_ARTICLES


def test_front_matter_is_complete(article: Article) -> None:
    assert article.meta.keys() == REQUIRED_KEYS
    for key in ("id", "title", "summary"):
        assert isinstance(article.meta[key], str)
        assert article.meta[key].strip()
    assert isinstance(article.meta["updated"], date)


def test_the_id_is_the_file_name_in_kebab_case(article: Article) -> None:
    assert article.meta["id"] == article.path.stem
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", article.path.stem)


def test_ids_and_titles_are_unique() -> None:
    every = [read_article(path).meta for path in ARTICLES]
    for key in ("id", "title", "summary"):
        counts = Counter(meta[key].lower() for meta in every)
        assert [value for value, count in counts.items() if count > 1] == []


def test_the_summary_is_one_sentence(article: Article) -> None:
    assert article.meta["summary"].endswith(".")
    assert len(sentences(article.meta["summary"])) == 1


def test_topics_and_audience_are_lists(article: Article) -> None:
    topics, audience = article.meta["topics"], article.meta["audience"]
    assert topics
    assert all(isinstance(topic, str) and topic for topic in topics)
    assert audience
    assert set(audience) <= AUDIENCES


def test_sources_are_named(article: Article) -> None:
    assert article.meta["sources"]
    for source in article.meta["sources"]:
        assert {"name", "publisher"} <= source.keys() <= {"name", "publisher", "year", "url"}
        assert source["name"].strip()
        assert source["publisher"].strip()
        assert isinstance(source.get("year", 2000), int)
        assert source.get("url", "https://").startswith("https://")


def test_the_length_fits(article: Article) -> None:
    low, high = WORDS_AN_ARTICLE
    assert low <= len(article.body.split()) <= high


def test_the_reading_ease_is_sane(article: Article) -> None:
    low, high = READING_EASE
    assert low <= reading_ease(prose(article.body)) <= high


def test_headings_are_unique(article: Article) -> None:
    counts = Counter(heading.lower() for heading in headings(article.body))
    assert [heading for heading, count in counts.items() if count > 1] == []


def test_an_article_has_key_points_and_questions(article: Article) -> None:
    assert {"Key points", "FAQ"} <= set(headings(article.body))
    faq = article.body.partition("\n## FAQ\n")[2].partition("\n## ")[0]
    asked = headings(faq)
    assert asked
    assert [question for question in asked if not question.endswith("?")] == []


def test_every_list_has_a_lead_in(article: Article) -> None:
    before = [above for above, block in pairwise(blocks(article.body)) if is_list(block)]
    assert [above for above in before if not above.endswith(":") and above != "## Key points"] == []


def test_sentences_and_items_are_short_enough_to_quote(article: Article) -> None:
    assert [text for text in sentences(prose(article.body)) if len(text.split()) > LONGEST_SENTENCE] == []
    assert [item for item in items(article.body) if len(item.split()) > LONGEST_ITEM] == []


def test_no_section_opens_with_a_pronoun(article: Article) -> None:
    opening = re.compile(r"^#+ .+\n\n(?:It|This|That|These|Those|They|He|She)\b.*", flags=re.MULTILINE)
    assert opening.findall(article.body) == []


@pytest.mark.parametrize("path", [*ARTICLES, README], ids=lambda path: path.stem)
def test_links_between_articles_resolve(path: Path) -> None:
    missing = [target for target in links(path.read_text(encoding="utf-8")) if not (CORPUS / target).is_file()]
    assert missing == []


def test_the_provenance_table_says_what_the_front_matter_says() -> None:
    begin, end = "| article | sources |", "\n\n"
    found = README.read_text(encoding="utf-8").partition(begin)[2].partition(end)[0]
    assert f"{begin}{found}".split("\n") == provenance(), "Renew it: python -m tests.provenance"


def test_every_article_is_answer_to_three_golden_questions() -> None:
    """That they are answered from it is for tests/test_golden.py."""
    asked = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    counts = Counter(file for one in asked for file in {part["file"] for part in one["evidence"]})
    assert [path.name for path in ARTICLES if counts[path.name] < FEWEST_QUESTIONS] == []


# The glossary and the cases


def terms(body: str) -> dict[str, str]:
    """What the glossary says of each term: the headings of the third level above the key points."""
    parts = re.split(r"^### (.+)\n", body.partition("\n## Key points\n")[0], flags=re.MULTILINE)
    return {
        term: re.split(r"^## ", text, flags=re.MULTILINE)[0].strip()
        for term, text in zip(parts[1::2], parts[2::2], strict=True)
    }


def glossary() -> list[tuple[str, str]]:
    return [
        one for path in ARTICLES if path.stem.startswith("glossary-") for one in terms(read_article(path).body).items()
    ]


def test_every_term_of_the_glossary_is_defined_once() -> None:
    names = [name for term, _ in glossary() for name in ways_to_name(term)]
    assert len(glossary()) >= FEWEST_TERMS
    assert [name for name, count in Counter(names).items() if count > 1] == []


def ways_to_name(term: str) -> list[str]:
    """`Root cause analysis (RCA)` is called both."""
    return [name.strip(" )").casefold() for name in term.split("(")]


def test_a_definition_names_its_term() -> None:
    unnamed = [term for term, text in glossary() if not any(name in text.casefold() for name in ways_to_name(term))]
    assert unnamed == []


def test_cases_are_marked_as_made_up() -> None:
    cases = [read_article(path) for path in ARTICLES if path.stem.startswith("case-")]
    assert len(cases) >= FEWEST_CASES
    for case in cases:
        assert case.meta["title"].startswith("Made-up case: ")
        assert "made up for teaching" in blocks(case.body)[1]


@pytest.mark.skipif(not SOURCES.is_dir(), reason="the source articles are not beside this checkout")
def test_no_long_run_of_words_is_shared_with_a_source(article: Article) -> None:
    ours = runs(article.path.read_text(encoding="utf-8"), SHARED_RUN)
    for source in sorted(SOURCES.glob("*.txt")):
        theirs = runs(source.read_text(encoding="utf-8", errors="replace"), SHARED_RUN)
        assert sorted(" ".join(run) for run in ours & theirs) == [], source.name


def test_runs_are_counted_over_lower_cased_words() -> None:
    assert runs("To be, or NOT", 3) == {("to", "be", "or"), ("be", "or", "not")}
    assert runs("too short", 3) == set()


def test_reading_ease_of_a_known_sentence() -> None:
    assert reading_ease("The cat sat on the mat.") == pytest.approx(206.835 - 1.015 * 6 - 84.6)


def test_every_wording_asks_for_a_sentence_of_the_library(real_settings: Settings) -> None:
    library = sqlite3.connect(shipped_index(real_settings) / "library.sqlite")
    (problems,) = library.execute("SELECT problems FROM files WHERE source LIKE '%wordings.jsonl'").fetchone()
    library.close()
    assert json.loads(problems) == []


def test_wordings_are_many_each_once_for_its_sentence_and_in_other_words() -> None:
    asked = [(article, text, tuple(tokens(question))) for article, text, some in wordings() for question in some]
    assert len(asked) > 13_000
    assert [one for one, count in Counter(asked).items() if count > 1] == []
    copied = [
        one
        for one in asked
        if len(one[2]) > SHARED_RUN and runs(one[1], SHARED_RUN) & runs(" ".join(one[2]), SHARED_RUN)
    ]
    assert copied == []


def test_no_question_that_measures_or_calibrates_is_among_the_wordings() -> None:
    known = {tuple(tokens(question)) for _, _, some in wordings() for question in some}
    sets = [QUESTIONS, *(QUESTIONS.parents[2] / "training").glob("calibration*.jsonl")]
    asked = [json.loads(line) for path in sets for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(sets) == 3
    assert [one["id"] for one in asked if tuple(tokens(one["question"])) in known] == []
