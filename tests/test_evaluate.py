"""Gold questions are read, answers measured, and a report written that a person can look at."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cmo_qa import KnowledgeBase, evaluate
from cmo_qa.__main__ import app
from cmo_qa.errors import BadLineError
from cmo_qa.report import number, rendered
from cmo_qa.types import Answer, Citation, Retrieved, Statement, Status
from tests.library import Library

GOLD = {
    "id": "one",
    "type": "list",
    "question": "Who <leads>?",
    "answerable": True,
    "evidence": [{"file": "a.md", "text": "the board leads the ward", "grade": 2}],
    "must": [["board", "council"], ["ward"]],
    "points": [["board"], ["staff"]],
}


def gold_file(folder: Path, *lines: object) -> Path:
    path = folder / "gold.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


def outcome(
    knowledge: KnowledgeBase, said: str, *, confidence: float = 0.9, answerable: bool = True
) -> evaluate.Outcome:
    (gold,) = (evaluate._gold(Path("gold"), 1, json.dumps({**GOLD, "answerable": answerable})),)
    statements = (Statement(said, "sentence", ()),) if said else ()
    passages = (Retrieved("a", "A", "a.md", (), 0, 24, "Well, the board leads the ward.", 1.0),)
    status: Status = "answered" if said else "not_covered"
    answer = Answer("x", gold.question, gold.question, status, confidence, statements, (), passages)
    return evaluate.judged(knowledge, gold, answer)


@pytest.fixture
def knowledge(small: Library) -> KnowledgeBase:
    return KnowledgeBase(small.index)


def test_only_the_best_grade_is_evidence_where_there_is_one(tmp_path: Path) -> None:
    line = {**GOLD, "evidence": [{"text": "helps", "grade": 1}, {"text": "answers", "grade": 2}]}
    assert evaluate.load(gold_file(tmp_path, line))[0].evidence == ("answers",)
    assert evaluate.load(gold_file(tmp_path, {**GOLD, "evidence": [{"text": "helps", "grade": 1}]}))[0].evidence == (
        "helps",
    )


WRONG_TYPE = {**GOLD, "evidence": 3}


@pytest.mark.parametrize("line", ["{", "[]", {"id": 1}, WRONG_TYPE], ids=str)
def test_a_line_that_is_no_gold_question_is_named(tmp_path: Path, line: object) -> None:
    path = gold_file(tmp_path, GOLD, line)
    with pytest.raises(BadLineError, match=rf"{path}, line 2 is no gold question"):
        evaluate.load(path)


def test_a_missing_or_empty_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(BadLineError, match=r"can't be read"):
        evaluate.load(tmp_path / "none.jsonl")
    with pytest.raises(BadLineError, match=r"No gold question in"):
        evaluate.load(gold_file(tmp_path, ""))


def test_what_is_said_and_when_it_is_met(knowledge: KnowledgeBase) -> None:
    said = outcome(knowledge, "The board leads the ward.")
    assert (said.read, said.must, said.points, said.words) == (5, 1.0, 0.5, 5)
    refused = outcome(knowledge, "")
    assert (refused.read, refused.must, refused.words, refused.refused) == (6, 0.0, 0, True)


def test_a_quotation_that_stands_elsewhere_is_not_exact(knowledge: KnowledgeBase) -> None:
    document = knowledge.documents()[0]
    cited = Citation(1, document.id, document.title, document.source, None, (), 0, 5, "other")
    good = outcome(knowledge, "The board leads the ward.")
    answer = Answer("x", "q", "q", "answered", 1.0, good.answer.statements, (cited,), ())
    assert good.exact
    assert not evaluate.judged(knowledge, good.gold, answer).exact


def test_figures_curve_and_reliability(knowledge: KnowledgeBase) -> None:
    found = [
        outcome(knowledge, "The board leads the ward.", confidence=0.9),
        outcome(knowledge, "Something else.", confidence=0.6),
        outcome(knowledge, "", confidence=0.1, answerable=False),
        outcome(knowledge, "Wrongly.", confidence=0.7, answerable=False),
    ]
    figures = evaluate.figures(found)
    assert figures["unanswerable refused"] == 0.5
    assert figures["answerable refused"] == 0
    assert figures["AUROC of confidence"] == 0.75
    assert math.isnan(figures["follow-ups answered"])
    assert evaluate.abstention_curve(found)[0] == (0, 0)
    assert evaluate.abstention_curve(found)[-1] == (1, 1)
    assert sum(count for _, _, count in evaluate.reliability(found)) == 3
    assert [evaluate.is_right(one) for one in found] == [True, False, False, False]
    assert [one.confidence for one in evaluate.worst(found)] == [0.7, 0.6]


def test_the_report_shows_plots_and_cases_and_escapes_what_was_asked(knowledge: KnowledgeBase) -> None:
    page = rendered([outcome(knowledge, "Something <b>else</b>."), outcome(knowledge, "", answerable=False)], "Run <1>")
    assert page.count("<svg") == 2
    assert "Run &lt;1&gt;" in page
    assert "Who &lt;leads&gt;?" in page
    assert "Something &lt;b&gt;else&lt;/b&gt;." in page
    assert "<leads>" not in page


def test_numbers_are_written_for_people() -> None:
    assert [number(value) for value in (0.5, 1.0, 82.0, float("nan"))] == ["0.500", "1.000", "82", "–"]


def test_the_command_prints_every_figure_and_writes_the_report(real_index: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    path = gold_file(tmp_path, GOLD)
    result = CliRunner().invoke(app, ["eval", str(path), "--index", str(real_index), "--report", str(report)])
    assert result.exit_code == 0
    names = [line.rsplit(maxsplit=1)[0] for line in result.stdout.splitlines()]
    assert names == [*evaluate.FIGURES, "median words", "AUROC of confidence"]
    assert report.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_the_command_says_what_is_wrong(real_index: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["eval", str(tmp_path / "none.jsonl"), "--index", str(real_index)])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("The gold questions in")
    path = gold_file(tmp_path, GOLD)
    unwritable = ["eval", str(path), "--index", str(real_index), "--report", str(tmp_path / "no" / "report.html")]
    assert "The report can't be written" in CliRunner().invoke(app, unwritable).stderr
