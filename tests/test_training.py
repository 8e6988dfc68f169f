"""What the encoder learns from, and that what it learned is what ingest adds to the model."""

from __future__ import annotations

import contextlib
import io
import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from rich.console import Console
from safetensors.torch import save_file

from ingest import adapter, export
from tests.library import Library
from training import encoder, learning, lessons
from training.encoder import Compared, Read, Student
from training.learning import Learning
from training.lessons import Lesson

HOURS = "A chief medical officer works 55 hours a week on average."
ITEM = "Credentialing: the officer checks the licences of physicians."


@pytest.fixture(scope="module")
def student() -> Student:
    torch.manual_seed(0)
    return Student(export.load(replace(export.locate(export.DEFAULT_MODEL), adapter=""))).eval()


# Lessons


def said(lesson: Lesson, number: int) -> str:
    start, end = lesson.units[number]
    return lesson.text[start:end].strip()


def test_a_question_is_tied_to_the_units_that_answer_it(small: Library) -> None:
    asked = [("Is it a long week?", [("pay.md", HOURS)]), ("Who looks at diplomas?", [("duties.md", ITEM[15:])])]
    found = lessons.of_library(small.index, asked)
    by_article = {one.article: one for one in found}
    assert {name: [question for question, _ in one.asked] for name, one in by_article.items()} == {
        "pay": ["Is it a long week?"],
        "duties": ["Who looks at diplomas?"],
    }
    assert said(by_article["pay"], by_article["pay"].asked[0][1][0]) == HOURS
    assert said(by_article["duties"], by_article["duties"].asked[0][1][0]) == ITEM
    assert by_article["pay"].text.startswith("Pay\nHow many hours does a chief medical officer work?\n")


def test_what_no_article_says_teaches_nothing(small: Library) -> None:
    assert lessons.of_library(small.index, [("Why?", [("pay.md", "It says nothing of this kind.")])]) == []


def rows(path: Path, *given: object) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in given), encoding="utf-8")
    return path


def test_only_what_is_answered_and_stands_alone_is_asked(tmp_path: Path) -> None:
    evidence = [{"file": "a.md", "text": "Yes.", "grade": 2}, {"file": "a.md", "text": "Hm.", "grade": 1}]
    path = rows(
        tmp_path / "q.jsonl",
        {"question": "Is it?", "evidence": evidence},
        {"question": "And there?", "history": ["Is it?"], "evidence": evidence},
        {"question": "Who knows?", "evidence": []},
    )
    assert list(lessons.written_for_it(path)) == [("Is it?", [("a.md", "Yes.")])]


def paragraph(context: str, *asked: tuple[str, str]) -> dict[str, object]:
    questions = [
        {"question": question, "answers": [answer] if answer else [], "is_impossible": not answer}
        for question, answer in asked
    ]
    return {"context": context, "qas": questions}


def test_paragraphs_that_are_measured_on_are_left_out(tmp_path: Path) -> None:
    kept = paragraph(
        "The tower is old. It is 90 m high.", ("How high is it?", "90 m"), ("Who built it?", ""), ("What is?", "t")
    )
    measured = paragraph("The bridge is new. It is 20 m long.", ("How long is it?", "20 m"))
    squad = tmp_path / "squad.json"
    squad.write_text(json.dumps({"data": [{"title": "A_town", "paragraphs": [kept, measured]}]}), encoding="utf-8")
    (found,) = lessons.squad(squad, rows(tmp_path / "xquad.jsonl", {"text": "The bridge is new."}))
    assert found.asked == [("How high is it?", (1,))]
    assert (found.text, said(found, 1)) == ("A town\nThe tower is old. It is 90 m high.", "It is 90 m high.")


# Batches


def read(article: str, number: int) -> Read:
    return Read(article, [101, number, 102], [[1]], [(f"{article} {number}?", [101, number, 102], (0,))])


def test_all_lessons_are_learned_once_and_neighbours_together() -> None:
    some = [read(article, number) for article in "abcdefgh" for number in range(10)]
    batches = encoder.batches(some, random.Random(1))
    assert sorted(one.asked[0][0] for batch in batches for one in batch) == sorted(one.asked[0][0] for one in some)
    assert max(map(len, batches)) == encoder.TOGETHER * encoder.RUNS
    whole = [batch for batch in batches if len(batch) == encoder.TOGETHER * encoder.RUNS]
    assert all(len({one.article for one in batch}) <= encoder.RUNS for batch in whole)


# Learning


def test_a_run_that_was_stopped_ends_as_one_that_was_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "KEPT_EVERY", 2)
    told = io.StringIO()

    def run(name: str, last: int) -> list[float]:
        model = torch.nn.Linear(1, 1)
        torch.nn.init.ones_(model.weight)
        torch.nn.init.zeros_(model.bias)

        def loss_of(batch: int) -> torch.Tensor:
            if batch > last:
                raise KeyboardInterrupt
            seen.append(batch)
            found: torch.Tensor = model(torch.tensor([[float(batch)]])).square().sum()
            return found

        with contextlib.suppress(KeyboardInterrupt):
            Learning(model, 0.1, 6, tmp_path / name).learn(range(6), loss_of, "Learning", 2, Console(file=told))
        return [float(one) for one in torch.cat([model.weight[0], model.bias]).detach()]

    seen: list[int] = []
    whole = run("whole", 5)
    assert "6/6 loss" in told.getvalue()
    run("stopped", 2)
    seen.clear()
    assert run("stopped", 5) == whole
    assert seen == [2, 3, 4, 5]  # the third step was not kept


def test_nothing_is_changed_before_anything_is_learned(student: Student) -> None:
    texts = [[101, 2054, 102], [101, 2054, 2003, 1037, 102]]
    published = export.load(replace(export.locate(export.DEFAULT_MODEL), adapter=""))[0].auto_model.eval()
    with torch.no_grad():
        states = student(texts)
        wanted = published(input_ids=torch.tensor(texts[:1])).last_hidden_state[0]
    assert [len(one) for one in states] == [3, 5]
    assert torch.allclose(states[0], wanted, atol=0.05)  # bfloat16


def test_a_share_of_what_was_learned_is_what_ingest_adds(
    student: Student, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with torch.no_grad():
        for name, one in student.named_parameters():
            if name.endswith(".up"):
                one.normal_(std=0.02)
    save_file(student.changes(), tmp_path / "adapter.safetensors")
    monkeypatch.setattr(adapter, "ADAPTER", tmp_path / "adapter.safetensors")
    adapted = export.load(export.locate(export.DEFAULT_MODEL))[0].auto_model
    for name, layer in student.layers().items():
        published = student.state_dict()[f"transformer.{name}.parametrizations.weight.original"]
        wanted = torch.lerp(published, layer.weight, encoder.SHARE)
        assert torch.allclose(adapted.get_submodule(name).weight, wanted, atol=2e-3)


def test_all_that_answers_the_same_words_is_wanted(student: Student) -> None:
    asked: list[tuple[str, list[int], tuple[int, ...]]] = [("Who?", [101, 2040, 102], (0,))]
    one = Read("a", [101, 2040, 2054, 102], [[1], [2]], asked)
    other = Read("b", [101, 2040, 102], [[1]], asked)
    batch = Compared(student, [one, other], torch.ones(30522), random.Random(1))
    units, passages = batch._wanted()
    assert units.tolist() == [[True, False, True]] * 2
    assert passages.tolist() == [[True, True]] * 2
    assert float(batch.loss().detach()) > 0
