"""Other ways to ask, kept in `wordings.jsonl` beside the articles: what they find, and what becomes of bad lines."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from cmo_qa.embed import Encoded, OnnxEncoder
from cmo_qa.index import Index, generation_of
from cmo_qa.knowledge import KnowledgeBase
from cmo_qa.settings import Settings
from cmo_qa.verify import faults
from cmo_qa.wordings import asked_alike
from ingest import wordings, write
from ingest.build import build, is_current
from ingest.report import Report
from tests.library import Library, Silent, write_articles
from tests.test_verify import sealed, sql

HOURS = "A chief medical officer works 55 hours a week on average."
EVENINGS = "Would I be home to see my children before bedtime?"
Row = tuple[str, str, Sequence[str]]


def write_wordings(folder: Path, lines: Iterable[Row | str]) -> Path:
    path = folder / "wordings.jsonl"
    keys = "article", "text", "asked"
    rows = [line if isinstance(line, str) else json.dumps(dict(zip(keys, line, strict=True))) for line in lines]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def first_statement(index: Path, question: str) -> str:
    statements = KnowledgeBase.open(index).ask(question).statements
    return statements[0].text if statements else ""


@pytest.fixture
def place(tmp_path: Path, real_index: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with articles/ in it."""
    monkeypatch.chdir(tmp_path)
    return write_articles(tmp_path / "articles")


def run(settings: Settings, index: str = "index", *, full: bool = False) -> Report:
    return build([Path("articles")], Path(index), settings, Silent(), full=full)


def test_a_question_finds_the_sentence_that_a_wording_like_it_asks_for(place: Path, real_settings: Settings) -> None:
    question = "Is there time for my children at bedtime?"
    run(real_settings)
    before = first_statement(Path("index"), question)
    write_wordings(place, [("pay.md", HOURS, [EVENINGS, "Does the job leave time for a family?"])])
    assert run(real_settings).problems == ()
    assert before != HOURS
    assert first_statement(Path("index"), question) == HOURS
    assert faults(Path("index")) == []


def test_the_file_is_no_article(place: Path, real_settings: Settings) -> None:
    write_wordings(place, [("pay.md", HOURS, [EVENINGS])])
    report = run(real_settings)
    assert report.documents == len(list(place.glob("*.md")))
    assert all("wordings" not in document.source for document in KnowledgeBase.open(Path("index")).documents())


BAD = {
    "not json": '{"article": "pay.md", "text": ',
    "nested": "[" * 5000,
    "a list": "[1, 2]",
    "no questions": json.dumps({"article": "pay.md", "text": HOURS}),
    "questions of another kind": json.dumps({"article": "pay.md", "text": HOURS, "asked": [1]}),
    "empty question": json.dumps({"article": "pay.md", "text": HOURS, "asked": [" "]}),
    "endless question": json.dumps({"article": "pay.md", "text": HOURS, "asked": ["why " * 100]}),
    "another article": json.dumps({"article": "pray.md", "text": HOURS, "asked": [EVENINGS]}),
    "an article elsewhere": json.dumps({"article": "../../pay.md", "text": HOURS, "asked": [EVENINGS]}),
    "half a sentence": json.dumps({"article": "pay.md", "text": HOURS[:20], "asked": [EVENINGS]}),
}


@pytest.mark.parametrize("line", BAD.values(), ids=BAD)
def test_a_line_that_cant_be_used_is_told_and_the_others_count(place: Path, real_settings: Settings, line: str) -> None:
    write_wordings(place, [line, ("pay.md", HOURS, [EVENINGS])])
    report = run(real_settings)
    assert len(report.problems) == 1
    assert report.problems[0].startswith("articles/wordings.jsonl: line 1")
    assert first_statement(Path("index"), EVENINGS) == HOURS
    assert run(real_settings).problems == report.problems, "said again where nothing was read again"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00\x01", b"", b"\n\n"])
def test_a_file_of_no_text_stops_nothing(place: Path, real_settings: Settings, content: bytes) -> None:
    (place / "wordings.jsonl").write_bytes(content)
    report = run(real_settings)
    assert [problem.partition(". ")[0] for problem in report.problems] == (
        ["articles/wordings.jsonl: it can't be read: not UTF-8"] if content.strip() else []
    )
    assert Index.open(Path("index")).wordings is None


def test_many_bad_lines_are_counted(place: Path, real_settings: Settings) -> None:
    write_wordings(place, ["nothing"] * 12)
    problems = run(real_settings).problems
    assert len(problems) == wordings.NAMED + 1
    assert problems[-1] == "articles/wordings.jsonl: and 7 lines more"


def test_a_second_run_embeds_only_new_wordings_and_ends_as_a_run_from_nothing(
    place: Path, real_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_wordings(place, [("pay.md", HOURS, [EVENINGS])])
    run(real_settings)
    write_wordings(place, [("pay.md", HOURS, ["How long is the working week?", EVENINGS])])
    seen: list[str] = []
    embed = OnnxEncoder.encode_questions

    def noted(self: OnnxEncoder, texts: Sequence[str]) -> list[Encoded]:
        seen.extend(texts)
        return embed(self, texts)

    monkeypatch.setattr(OnnxEncoder, "encode_questions", noted)
    assert not is_current([Path("articles")], Path("index"), real_settings)
    run(real_settings)
    assert seen.count("How long is the working week?") == 1
    assert EVENINGS not in seen
    run(real_settings, "anew", full=True)
    one, other = (generation_of(Path(name)) for name in ("index", "anew"))
    assert one.name == other.name
    for name in ("wordings.npy", "wording_tokens.npy", "wording_ends.npy"):
        assert (one / name).read_bytes() == (other / name).read_bytes()
    assert is_current([Path("articles")], Path("index"), real_settings)


def test_verify_names_wordings_that_do_not_fit(place: Path, real_settings: Settings) -> None:
    write_wordings(place, [("pay.md", HOURS, [EVENINGS, "Does the job leave time for a family?"])])
    run(real_settings)
    sealed(Path("index"), sql("UPDATE wordings SET sentence = 999 WHERE wording = 1"))
    assert faults(Path("index")) == ["1 of the rows for a wording lead outside their text or to nothing"]
    sealed(Path("index"), sql("DELETE FROM wordings WHERE wording = 1"))
    assert faults(Path("index")) == ["wordings.npy has 2 rows for 1 wordings"]


def test_without_the_file_they_are_gone(place: Path, real_settings: Settings) -> None:
    path = write_wordings(place, [("pay.md", HOURS, [EVENINGS])])
    run(real_settings)
    assert Path("index/wordings.npy").is_file()
    path.unlink()
    assert run(real_settings).swapped
    assert Index.open(Path("index")).wordings is None
    assert not Path("index/wordings.npy").is_symlink()


def test_a_copy_is_asked_for_where_its_text_is_kept(place: Path, real_settings: Settings) -> None:
    shutil.copy(place / "pay.md", place / "zz-copy.md")
    write_wordings(place, [("zz-copy.md", HOURS, [EVENINGS])])
    assert not any("wordings" in problem for problem in run(real_settings).problems)
    assert first_statement(Path("index"), EVENINGS) == HOURS


def test_a_file_counts_for_its_own_folder_and_those_below(place: Path, real_settings: Settings) -> None:
    (place / "below").mkdir()
    (place / "pay.md").rename(place / "below" / "pay.md")
    write_wordings(place, [("below/pay.md", HOURS, [EVENINGS])])
    write_wordings(place / "below", [("pay.md", HOURS, ["Does the job leave time for a family?"])])
    assert run(real_settings).problems == ()
    index = Index.open(Path("index"))
    assert index.wordings is not None
    assert len(index.wordings.vectors) == 2


def test_nearness_is_that_of_the_nearest_wording_token_by_token(small: Library) -> None:
    generation = generation_of(small.folder)
    shutil.copytree(generation, small.folder / "copy")
    said = {"w": [wordings.Line(1, "pay.md", HOURS, ("the hours of the officer", "night calls"))]}
    assert wordings.put(small.folder / "copy", said, small.encoder, None, Silent()) == {"w": []}
    write.write_manifest(small.folder / "copy", {"model": {"name": "bag of words"}, "sources": {}})
    index = Index(small.folder / "copy", encoder=small.encoder)
    (row,) = [row for row, (_, text) in index.units(range(index.passage_count)).items() if text == HOURS]
    assert asked_alike(index, small.encoder.encode_question("night calls")) == {row: pytest.approx(1.0)}
    half = asked_alike(index, small.encoder.encode_question("night hours"))[row]
    assert 0.3 < half < 0.7
    assert asked_alike(small.index, small.encoder.encode_question("night calls")) == {}
