"""A run over what has changed makes the index that a run over everything makes, byte for byte."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import sqlite3
from collections.abc import Mapping
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest

from cmo_qa.index import Index, generation_of
from cmo_qa.knowledge import KnowledgeBase
from cmo_qa.settings import Settings
from cmo_qa.verify import faults
from ingest import build, chunk, embed, export, recipe
from ingest.report import Report
from tests.library import ARTICLES, Silent, write_articles

TURNS = int(os.environ.get("TURNS", "4"))
MORE = "\nThe pay is public, and the board may raise it.\n"


@pytest.fixture
def place(tmp_path: Path, real_index: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with articles/ in it and the index of them."""
    monkeypatch.chdir(tmp_path)
    write_articles(Path("articles"))
    return tmp_path


def run(settings: Settings, index: str = "index", *, full: bool = False) -> Report:
    return build.build([Path("articles")], Path(index), settings, Silent(), full=full)


def contents(index: str) -> dict[str, object]:
    """All that an index holds: arrays and encoder as bytes, tables as rows; of the manifest what tells of no run."""
    generation = generation_of(Path(index))
    assert faults(Path(index)) == []
    held: dict[str, object] = {}
    for path in sorted(generation.rglob("*")):
        if path.is_file() and path.name not in {"library.sqlite", "manifest.json"}:
            held[path.relative_to(generation).as_posix()] = path.read_bytes()
    library = sqlite3.connect(generation / "library.sqlite")
    for (table,) in library.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        held[table] = library.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
    library.close()
    manifest = json.loads((generation / "manifest.json").read_text())
    held["manifest"] = {key: manifest[key] for key in ("format", "model", "chunker", "sources", "counts")}
    return held


def assert_same(one: str, other: str) -> None:
    first, second = contents(one), contents(other)
    assert list(first) == list(second)
    assert [name for name in first if first[name] != second[name]] == []
    assert generation_of(Path(one)).name == generation_of(Path(other)).name


def embedded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of the articles that are embedded from here on."""
    seen: list[str] = []

    def noted(parts: list[embed.Part], *rest: object) -> embed.Embedded:
        seen.extend(part.document.id for part in parts)
        return embed.embed(parts, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(build, "embed", noted)
    return seen


def append(name: str, text: str = MORE) -> None:
    with Path("articles", name).open("a") as file:
        file.write(text)


# What is read again


def test_only_what_is_new_or_altered_is_embedded(
    place: Path, real_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(real_settings)
    append("pay.md")
    Path("articles/new.md").write_text("---\nid: new\n---\n\n# New\n\nThe new ward opens in May.\n")
    Path("articles/growth.md").unlink()
    seen = embedded(monkeypatch)
    report = run(real_settings)
    assert sorted(seen) == ["new", "pay"]
    assert report.changes.new == ("articles/new.md",)
    assert report.changes.changed == ("articles/pay.md",)
    assert report.changes.removed == ("articles/growth.md",)
    assert report.changes.unchanged == 2
    run(real_settings, "full", full=True)
    assert_same("index", "full")


def test_nothing_changed_writes_nothing(place: Path, real_settings: Settings) -> None:
    run(real_settings)
    generation = generation_of(Path("index"))
    Path("index/generations/.next.building").mkdir()  # a killed run's
    report = run(real_settings)
    assert not report.swapped
    assert not Path("index/generations/.next.building").exists()
    assert (report.changes.unchanged, report.documents) == (4, 4)
    assert generation_of(Path("index")) == generation


def test_a_renamed_article_keeps_its_vectors(
    place: Path, real_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(real_settings)
    Path("articles/pay.md").rename("articles/a-pay.md")
    seen = embedded(monkeypatch)
    report = run(real_settings)
    assert seen == []
    assert report.changes.changed == ("articles/a-pay.md",)
    run(real_settings, "full", full=True)
    assert_same("index", "full")


def test_only_what_is_known_of_an_article_changes(
    place: Path, real_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(real_settings)
    path = Path("articles/role.md")
    path.write_text(path.read_text().replace("summary: What the officer is.", "summary: The post."))
    seen = embedded(monkeypatch)
    run(real_settings)
    document = Index.open(Path("index")).document("role")
    assert document
    assert (seen, document.metadata["summary"]) == ([], "The post.")
    run(real_settings, "full", full=True)
    assert_same("index", "full")


def test_any_sequence_of_changes_ends_in_the_index_of_a_full_run(place: Path, real_settings: Settings) -> None:
    """Changes from a fixed seed: articles come, go, swap names and texts, are copies; `TURNS=50` takes minutes."""
    draw = random.Random(3)
    names = [f"{letter}.md" for letter in "abcdefgh"]
    texts = list(ARTICLES.values())
    texts += [text.replace("id: ", "id: other-").replace("The officer", "An officer") for text in texts]
    texts += ["# Bare\n\nIt has no id. The ward has twelve beds and a garden.\n", "", "# Heading alone\n"]
    for turn in range(TURNS):
        for _ in range(draw.randint(1, 4)):
            Path("articles", draw.choice(names)).write_text(draw.choice(texts))
        for name in draw.sample(names, 2):
            Path("articles", name).unlink(missing_ok=True)
        report = run(real_settings)
        whole = run(real_settings, f"full-{turn}", full=True)
        assert_same("index", f"full-{turn}")
        assert (report.problems, report.copies, report.twins) == (whole.problems, whole.copies, whole.twins)


def test_an_article_that_stood_behind_another_comes_forward(place: Path, real_settings: Settings) -> None:
    shutil.copy("articles/pay.md", "articles/z-copy.md")
    Path("articles/z-clash.md").write_text("---\nid: role\n---\n\nAnother article has this id already.\n")
    first = run(real_settings)
    assert first.copies == (("articles/z-copy.md", "articles/pay.md"),)
    assert first.problems == ("articles/z-clash.md: has the id role, as articles/role.md has; the first one is kept",)
    Path("articles/pay.md").unlink()
    Path("articles/role.md").unlink()
    second = run(real_settings)
    assert (second.copies, second.problems, second.documents) == ((), (), 4)
    run(real_settings, "full", full=True)
    assert_same("index", "full")


def test_few_articles_at_a_time_make_the_same_index(
    place: Path, real_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(real_settings, "all")
    monkeypatch.setattr(build, "EMBEDDED_AT_ONCE", 1)
    run(real_settings, "one")
    assert_same("all", "one")


# What makes everything anew


@pytest.mark.parametrize(
    ("module", "name", "value", "reason"),
    [
        (chunk, "VERSION", "other", "the chunker changed"),
        (export, "EXPORT_VERSION", 99, "the model changed"),
        (export, "ADAPTER", Path(__file__), "the model changed"),
    ],
)
def test_another_recipe_rebuilds_all_and_says_so(
    module: object,
    name: str,
    value: object,
    reason: str,
    place: Path,
    real_settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run(real_settings)
    monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(export, "encoder_for", lambda *_: generation_of(Path("index")) / "encoder")
    seen = embedded(monkeypatch)
    progress = Silent()
    report = build.build([Path("articles")], Path("index"), real_settings, progress)
    assert len(seen) == 4
    assert report.rebuilt == reason
    assert f"Everything is read and embedded again: {reason}." in progress.said


def test_every_library_that_reads_is_part_of_the_recipe() -> None:
    """Another version of one may read an article otherwise, so that everything is read again."""
    names = packages_distributions()
    used = set()
    for path in Path(recipe.__file__).parent.glob("*.py"):
        if path.stem not in recipe.ONLY_RUN:
            found = re.findall(r"^ *(?:from|import) (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
            used |= {names[name][0] for name in found if name in names and name not in {"cmo_qa", "ingest", "numpy"}}
    assert {name.lower() for name in used} <= {name.lower() for name in recipe.READERS}
    assert [name for name in recipe.READERS if not version(name)] == []


def test_a_damaged_index_is_not_taken_over_from(
    place: Path, real_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(real_settings)
    tokens = generation_of(Path("index")) / "tokens.npy"
    data = bytearray(tokens.read_bytes())
    data[-1] ^= 1
    tokens.write_bytes(data)
    seen = embedded(monkeypatch)
    report = run(real_settings)
    assert len(seen) == 4
    assert "tokens.npy is not as it was written" in report.rebuilt
    assert faults(Path("index")) == []


def test_an_index_of_another_format_is_made_anew(place: Path, real_settings: Settings) -> None:
    run(real_settings)
    manifest = generation_of(Path("index")) / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "format": 1}))
    report = run(real_settings)
    assert "it has format 1" in report.rebuilt
    assert faults(Path("index")) == []


# Said twice, kept once


LONG = (
    "Every incident on the ward is reported within a day, read by the safety committee within a week, and closed only"
    " when the change that it led to has been seen at work. "
)


def two(first: str, second: str) -> Mapping[str, str]:
    """Two articles with a passage each; the second has another behind it."""
    other = "## Else\n\nIt is open.\n"
    return {
        "a.md": f"---\nid: a\ntitle: Incidents\n---\n\n## How are incidents handled?\n\n{first}\n",
        "b.md": f"---\nid: b\ntitle: Safety\n---\n\n## What happens to reports?\n\n{second}\n\n{other}",
    }


def test_the_same_text_under_two_names_is_cited_with_both(place: Path, real_settings: Settings) -> None:
    text = ARTICLES["role.md"].replace("title: The role", "title: The role\nurl: https://example.org/role")
    Path("articles/z.md").write_text(text.replace("id: role", "id: z"))
    run(real_settings)
    knowledge = KnowledgeBase.open("index")
    document = knowledge.document("role")
    assert document
    assert document.metadata["also"] == [
        {"title": "The role", "source": "articles/z.md", "url": "https://example.org/role"}
    ]
    answer = knowledge.ask("Who appoints the chief medical officer?")
    cited = [answer.citations[number - 1] for number in answer.statements[0].citations]
    assert [citation.source for citation in cited] == ["articles/role.md", "articles/z.md"]
    assert {citation.document_id for citation in cited} == {"role"}


def test_a_passage_of_two_articles_is_found_once_and_cited_twice(place: Path, real_settings: Settings) -> None:
    write_articles(Path("articles"), two(LONG, LONG.replace("Every", "every").replace(",", "")))
    report = run(real_settings)
    assert (report.twins, report.copies) == (1, ())
    knowledge = KnowledgeBase.open("index")
    answer = knowledge.ask("Who reads an incident report on the ward, and when is it closed?")
    assert not {"b"} & {passage.document_id for passage in answer.passages if "reported within" in passage.text}
    (statement,) = (one for one in answer.statements if "reported within" in one.text)
    cited = [answer.citations[number - 1] for number in statement.citations]
    assert [citation.document_id for citation in cited] == ["a", "b"]
    for citation in cited:
        document = knowledge.document(citation.document_id)
        assert document
        assert document.text[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize(("old", "new"), [("within a week", "within 2 weeks"), ("is reported", "is not reported")])
def test_passages_that_differ_in_what_they_say_are_both_found(
    old: str, new: str, place: Path, real_settings: Settings
) -> None:
    write_articles(Path("articles"), two(LONG, LONG.replace(old, new)))
    assert run(real_settings).twins == 0
