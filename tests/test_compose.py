"""What is said of the evidence: the direct answer first, lists whole, nothing twice, nothing off the point."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmo_qa.compose import LIST_WORDS, ROOM, ROOM_ELSE, Said, compose, ranked
from cmo_qa.evidence import Evidence, gather
from cmo_qa.question import Question, understand
from cmo_qa.retrieve import retrieve
from tests.library import Library, build_library

DUTIES = [
    "The duties of a chief medical officer are:",
    "Patient safety: the officer reviews every serious incident.",
    "Credentialing: the officer checks the licences of physicians.",
    "Budgets: the officer plans what the clinical departments spend.",
]
QUESTIONS = [
    "What is a chief medical officer?",
    "What are the duties of a chief medical officer?",
    "How many hours does a chief medical officer work?",
    "How does a physician become a chief medical officer?",
    "Who appoints the chief medical officer?",
    "Why is each duty reviewed?",
    "Is the officer a physician?",
    "What is the difference between a physician and an officer?",
    "credentialing licences",
    "Give an example of a duty.",
]


def article(name: str, *paragraphs: str) -> dict[str, str]:
    return {f"{name}.md": f"---\nid: {name}\ntitle: {name}\n---\n\n" + "\n\n".join(paragraphs) + "\n"}


def found(library: Library, asked: str) -> tuple[Question, list[Evidence]]:
    question = understand(library.index, asked, [])
    hits = retrieve(library.index, question.encoded, question.stems, 40)
    return question, ranked(question, gather(library.index, question.encoded, hits))


def answer(library: Library, asked: str) -> list[Said]:
    return compose(library.index, *found(library, asked))


def texts(said: list[Said]) -> list[str]:
    return [each.text for each in said]


def test_without_evidence_nothing_is_said(small: Library) -> None:
    question, _ = found(small, "What is a chief medical officer?")
    assert compose(small.index, question, []) == []


def test_evidence_is_ranked_with_the_best_first(small: Library) -> None:
    _, evidence = found(small, "How many hours does a chief medical officer work?")
    assert evidence[0].text == "A chief medical officer works 55 hours a week on average."
    assert [one.score for one in evidence] == sorted((one.score for one in evidence), reverse=True)


# Lists


def test_a_list_that_is_asked_for_is_whole_in_order_and_led_in(small: Library) -> None:
    said = answer(small, "What are the duties of a chief medical officer?")
    assert texts(said) == DUTIES
    assert [each.unit.kind for each in said] == ["lead_in", "item", "item", "item"]


def test_a_count_is_answered_by_the_list_that_can_be_counted(small: Library) -> None:
    assert texts(answer(small, "How many duties does a chief medical officer have?")) == DUTIES


WAYS = [
    "Ways to win physicians over for a change in the hospital, step by step and without haste, are:",
    "Meetings with department heads, nurses and the board, held early and often in the year.",
    "Reports on clinical data which let physicians compare their outcomes with those of their peers.",
    "Pilot programs on a small ward, tried before the whole hospital takes part in the change.",
    "Rewards tied to goals that the physicians have set themselves together with the board.",
]


@pytest.fixture
def ways(tmp_path: Path) -> Library:
    lead, *items = WAYS
    return build_library(
        tmp_path / "index", article("change", "## Change", "\n".join([lead, "", *(f"- {item}" for item in items)]))
    )


def test_an_item_that_answers_is_said_first_and_by_itself(ways: Library) -> None:
    _, evidence = found(ways, "Where should pilot programs be tried before the whole hospital takes part?")
    assert all(one.unit.list_id is not None for one in evidence[:3])
    assert texts(answer(ways, "Where should pilot programs be tried before the whole hospital takes part?"))[:2] == [
        WAYS[0],
        WAYS[3],
    ]


def test_further_items_of_a_list_stand_behind_the_first_in_their_order(ways: Library) -> None:
    said = answer(ways, "Where are pilot programs tried, with clinical data known and meetings held?")
    rows = [each.row for each in said if each.unit.kind == "item"][1:]
    assert said[0].text == WAYS[0]
    assert len(rows) > 1
    assert rows == sorted(rows)


def test_a_list_named_after_the_question_is_said_behind_a_sentence_that_enumerates_it(tmp_path: Path) -> None:
    text = "In short the weekly ward duties of a chief medical officer are safety, licences, budgets, staff and peace."
    whole = ["The weekly ward duties of a chief medical officer are:", *DUTIES[1:]]
    listed = "\n".join([whole[0], "", *(f"- {item}" for item in whole[1:])])
    library = build_library(
        tmp_path / "index", {**article("rules", "## Rules", text), **article("duties", "## Duties", listed)}
    )
    asked = "What are the weekly ward duties of a chief medical officer in short?"
    question, evidence = found(library, asked)
    assert (question.shape, evidence[0].text) == ("list", text)
    assert texts(answer(library, asked)) == [text, *whole]


def test_a_sentence_that_answers_better_is_said_before_a_list_named_after_the_question(tmp_path: Path) -> None:
    text = "What the weekly audits of a ward are about is cleanliness."
    lead = "Weekly audits of a ward, with others added as needed by the board, are:"
    library = build_library(
        tmp_path / "index",
        {**article("why", "## Audits", text), **article("ward", "## Ward", f"{lead}\n\n- linen\n- meals\n- records")},
    )
    asked = "What are the weekly audits of a ward about?"
    question, evidence = found(library, asked)
    assert (question.shape, evidence[0].text) == ("list", text)
    assert texts(answer(library, asked)) == [text, lead, "linen", "meals", "records"]


def test_a_list_of_something_else_is_not_said(tmp_path: Path) -> None:
    articles = article(
        "a",
        "## Audits",
        "The audits of a ward are:",
        "- safety\n- hygiene\n- records",
        "## Nurses",
        "The duties of a nurse are care and comfort.",
    )
    said = answer(build_library(tmp_path / "index", articles), "What are the duties of a nurse?")
    assert texts(said)[0] == "The duties of a nurse are care and comfort."
    assert "hygiene" not in texts(said)


def test_a_list_that_is_too_long_to_say_is_not_said_whole(tmp_path: Path) -> None:
    items = "\n".join(f"- the officer has duty {n}, which is of use to the board and the staff" for n in range(30))
    articles = article("a", "Officers work.", "The duties of an officer are:", items)
    said = answer(build_library(tmp_path / "index", articles), "What are the duties of an officer?")
    assert 0 < sum(len(text.split()) for text in texts(said)) <= LIST_WORDS


def test_a_short_item_comes_with_the_line_that_leads_into_it(tmp_path: Path) -> None:
    listed = ("Surgery starts late.", "Before it the team checks:", "- the patient's name\n- the side\n- the allergies")
    articles = article("a", *listed) | article("b", "Nurses bake bread.")
    said = texts(answer(build_library(tmp_path / "index", articles), "Who looks after allergies?"))
    assert "the allergies" in said
    assert said.index("Before it the team checks:") < said.index("the allergies")


# Sentences


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        (
            "What is a chief medical officer?",
            "A chief medical officer is the physician who leads the medical staff of a hospital.",
        ),
        (
            "How many hours does a chief medical officer work?",
            "A chief medical officer works 55 hours a week on average.",
        ),
        (
            "Who appoints the chief medical officer?",
            "The board of the hospital appoints the chief medical officer on the advice of the medical staff.",
        ),
    ],
)
def test_the_direct_answer_comes_first(small: Library, asked: str, first: str) -> None:
    assert texts(answer(small, asked))[0] == first


def test_what_is_off_the_point_is_not_said(small: Library) -> None:
    said = texts(answer(small, "How many hours does a chief medical officer work?"))
    assert "Budgets: the officer plans what the clinical departments spend." not in said
    assert "Each duty is reviewed once a year by the board." not in said


def test_a_near_repeat_is_said_once_with_both_sources(tmp_path: Path) -> None:
    sentence = "The board appoints the officer on the advice of the staff."
    articles = article("a", f"{sentence} Cooks bake bread.") | article("b", f"Nurses serve wards. {sentence}")
    said = answer(build_library(tmp_path / "index", articles), "Who appoints the officer?")
    assert texts(said).count(sentence) == 1
    first = said[texts(said).index(sentence)]
    places = {first.unit.document_id, *(unit.document_id for _, unit, _ in first.also)}
    assert places == {"a", "b"}
    assert [text for _, _, text in first.also] == [sentence]


def test_a_repeat_in_the_same_article_adds_no_source(tmp_path: Path) -> None:
    sentence = "The board appoints the officer on the advice of the staff."
    articles = article("a", "## One", sentence, "## Two", sentence) | article("b", "Cooks bake bread.")
    said = answer(build_library(tmp_path / "index", articles), "Who appoints the officer?")
    assert texts(said) == [sentence]
    assert said[0].also == ()


def test_a_sentence_that_leans_brings_the_one_before_it(tmp_path: Path) -> None:
    articles = article(
        "a", "Each ward has a safety round. This custom prevents falls, errors and infections."
    ) | article("b", "Cooks bake bread. Nurses serve meals.")
    said = texts(answer(build_library(tmp_path / "index", articles), "What prevents falls and infections?"))
    assert said[:2] == [
        "Each ward has a safety round.",
        "This custom prevents falls, errors and infections.",
    ]


def test_a_sentence_does_not_lean_on_another_paragraph(tmp_path: Path) -> None:
    articles = article("a", "Cooks bake bread.", "This custom prevents falls, errors and infections.")
    said = texts(answer(build_library(tmp_path / "index", articles), "What prevents falls and infections?"))
    assert said[0] == "This custom prevents falls, errors and infections."


def test_the_room_is_kept(tmp_path: Path) -> None:
    sentences = [f"The officer of ward {n} leads the staff {'and the board ' * 5}every day." for n in range(12)]
    library = build_library(tmp_path / "index", article("a", *sentences))
    for asked in (
        "What is an officer?",
        "How many officers are there?",
        "How does the officer lead?",
        "Is the staff led?",
    ):
        question, evidence = found(library, asked)
        said = compose(library.index, question, evidence)
        room = ROOM.get(question.shape, ROOM_ELSE)
        assert 0 < len(said) <= room.statements
        assert sum(len(text.split()) for text in texts(said)) <= room.words


def test_a_short_list_is_said_whole_beyond_the_room(tmp_path: Path) -> None:
    sentence = f"The officer can check linen {'with great care ' * 26}in ward 2."
    listed = ["Before a ward opens, these are checked:", "linen of the officer", "meals of patients", "keys and locks"]
    articles = article("a", sentence) | article("b", "Wards open.", listed[0], "\n".join(f"- {i}" for i in listed[1:]))
    library = build_library(tmp_path / "index", articles)
    question, evidence = found(library, "How does the officer check linen?")
    scores = {sentence: 1.0, listed[1]: 0.8}
    best = [replace(one, score=scores[one.text]) for one in evidence if one.text in scores]
    best.sort(key=lambda one: -one.score)
    said = texts(compose(library.index, question, best))
    assert said == [sentence, *listed]
    assert sum(len(text.split()) for text in said) > ROOM_ELSE.words


@pytest.mark.parametrize("asked", QUESTIONS)
def test_every_statement_is_a_unit_whole_and_said_once(small: Library, asked: str) -> None:
    said = answer(small, asked)
    assert said
    units = small.index.units(range(small.index.passage_count))
    for each in said:
        assert units[each.row] == (each.unit, each.text)
        document = small.index.document(each.unit.document_id)
        assert document is not None
        assert document.text[each.unit.start : each.unit.end] == each.text
    assert len({each.row for each in said}) == len(said)


@settings(deadline=None, derandomize=True)
@given(asked=st.text(max_size=80))
def test_any_question_gets_whole_units_or_nothing(compose_library: Library, asked: str) -> None:
    units = compose_library.index.units(range(compose_library.index.passage_count))
    assert all(units[each.row] == (each.unit, each.text) for each in answer(compose_library, asked or "?"))


@pytest.fixture(scope="module")
def compose_library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return build_library(tmp_path_factory.mktemp("compose") / "index")


# Comparisons


def test_a_comparison_has_both_sides(tmp_path: Path) -> None:
    articles = article(
        "a",
        "## Mentors",
        "A mentor guides a new officer for years. The nurses bake bread.",
        "## Coaches",
        "A coach drills one skill in a week. The cooks serve meals.",
    )
    said = answer(build_library(tmp_path / "index", articles), "What is the difference between a mentor and a coach?")
    assert set(texts(said)) >= {"A mentor guides a new officer for years.", "A coach drills one skill in a week."}


def test_a_side_is_said_with_what_goes_on_about_it(tmp_path: Path) -> None:
    articles = article(
        "a",
        "There is a difference between them.",
        "A mentor guides the officer for years. Beyond that the nurses bake bread.",
        "A coach guides the officer for weeks. Beyond that the cooks serve meals.",
    )
    library = build_library(tmp_path / "index", articles)
    question, evidence = found(library, "What is the difference between a mentor and a coach?")
    said = compose(library.index, question, [replace(one, score=1.0) for one in evidence])
    mentor = ["A mentor guides the officer for years.", "Beyond that the nurses bake bread."]
    coach = ["A coach guides the officer for weeks.", "Beyond that the cooks serve meals."]
    assert texts(said)[:4] in ([*mentor, *coach], [*coach, *mentor])


def test_a_sentence_that_names_both_sides_comes_before_either(tmp_path: Path) -> None:
    both = "A mentor guides for years, whereas a coach drills for a week."
    articles = article(
        "a",
        "## Mentors",
        "A mentor has been an officer for years.",
        "## Coaches",
        "A coach costs less than a course.",
        "## Both",
        both,
    )
    said = answer(build_library(tmp_path / "index", articles), "What is the difference between a mentor and a coach?")
    assert texts(said)[0] == both


def test_an_item_that_two_lists_share_is_said_once(tmp_path: Path) -> None:
    articles = {
        **article("a", "## Wards", "The places in which an officer works are:", "- wards\n- clinics\n- agencies"),
        **article(
            "b", "## Clinics", "Places where an officer works, says the board, are:", "- boards\n- agencies\n- offices"
        ),
    }
    said = texts(answer(build_library(tmp_path / "index", articles), "Where does an officer of wards and boards work?"))
    assert len(said) == len(set(said))
    assert "agencies" in said
