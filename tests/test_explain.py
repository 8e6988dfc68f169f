"""What is made of a file is shown whole: by which rule what went, what was joined, where values are from."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from lxml import html as lxml_html  # type: ignore[import-untyped]
from rich.console import Console
from typer.testing import CliRunner

from cmo_qa.settings import Settings
from ingest import furniture, markup, rules, structure, webpage
from ingest.__main__ import app
from ingest.explain import Explained, explained, record, show
from ingest.read import Skipped

BODY = "The chief of the ward reads all figures of the month with great care."
PAGE = f"""<html lang="en"><head><meta name="author" content="Jane Roe"></head><body>
<div class="cookie-banner">We use cookies.</div><article><h1>On wards</h1><p>{BODY}</p>
<h2>Duties</h2><p>The duties include:</p><ul><li>Care</li><li>Plans</li></ul></article></body></html>"""
WRAPPED = f"On wards\n\n{BODY}\nShare this article\n\n{BODY} {BODY} Needed are: • tact • time • trust\n"


def one_of(path: Path) -> Explained:
    (one,) = explained(path, lambda text: len(text.split()), 200)
    assert isinstance(one, Explained)
    return one


def shown(path: Path) -> str:
    console = Console(record=True, width=200)
    show(one_of(path), console)
    return console.export_text()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("page.html").write_text(PAGE)
    Path("page.html.yaml").write_text("licence: CC BY 4.0\nurl: javascript:1\n")
    Path("note.txt").write_text(WRAPPED)
    return tmp_path


def test_a_page_is_shown_with_where_each_value_is_from_and_what_went(place: Path) -> None:
    text = shown(Path("page.html"))
    for line in (
        "  author: Jane Roe  (author)",
        "  licence: CC BY 4.0  (page.html.yaml)",
        "  language: en  (html lang)",
        "  title: On wards  (its heading)",
        "  url not used: javascript:1  (page.html.yaml: no address that begins with http:// or https://)",
        '  cookie notice: What the page itself calls a cookie or consent box (class="cookie-banner")',
        "    We use cookies.",
        "  lead ins: The line that announces a list belongs to it (A chief needs these skills:)",
        "    paragraph: The duties include: → lead-in: The duties include:",
        "# On wards",
        "── passage 2 · Duties",
        "- Care",
    ):
        assert f"\n{line}\n" in re.sub(r" +\n", "\n", text), line


def test_what_a_step_makes_of_a_text_is_shown(place: Path) -> None:
    steps = {change.rule: (change.before, change.after) for change in one_of(Path("note.txt")).changes}
    assert steps["inline bullets"] == (
        (f"paragraph: {BODY} {BODY} Needed are: • tact • time • trust",),
        (f"paragraph: {BODY} {BODY} Needed are:", "item: tact", "item: time", "item: trust"),
    )


def test_lines_that_were_joined_are_shown(tmp_path: Path) -> None:
    lines = "\n".join(f"the chief of ward {n} reads all the figures of the month and" for n in range(5))
    (tmp_path / "a.txt").write_text(f"On wards\n\nEach day {lines}\nthat is all.\n")
    (joined,) = [change for change in one_of(tmp_path / "a.txt").changes if change.rule == "joined lines"]
    assert joined.before == ("6 lines",)
    assert joined.after[0].endswith("and that is all.")


def test_the_record_has_all_of_it_and_its_offsets_hold(place: Path) -> None:
    found = json.loads(json.dumps(record(one_of(Path("page.html")))))
    text = found["text"]
    assert found["metadata"]["author"] == {"value": "Jane Roe", "origin": "author"}
    assert [one["rule"] for one in found["dropped"]] == ["cookie notice"]
    assert [text[one["start"] : one["end"]] for one in found["blocks"]][:2] == ["On wards", BODY]
    assert [one["section"] for one in found["passages"]] == [[], ["Duties"]]
    assert [text[unit["start"] : unit["end"]] for unit in found["passages"][1]["units"]] == [
        "The duties include:",
        "Care",
        "Plans",
    ]


def test_each_record_of_a_table_is_explained(place: Path) -> None:
    Path("faq.csv").write_text(f"title,text\nA,{BODY}\nB,\n")
    found = list(explained(Path("faq.csv"), lambda text: len(text.split()), 200))
    assert [type(one) for one in found] == [Explained, Skipped]


# The command


def explain(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["explain", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_the_command_prints_text_or_json(place: Path, real_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CMO_QA_CACHE", str(real_settings.cache))
    code, out, _ = explain("page.html")
    assert code == 0
    assert f"\n{BODY}\n" in out
    code, out, _ = explain("page.html", "--json")
    assert (code, json.loads(out)["title"]) == (0, "On wards")


def test_what_cannot_be_explained_is_said_in_one_line(
    place: Path, real_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CMO_QA_CACHE", str(real_settings.cache))
    Path("empty.md").write_bytes(b"")
    assert explain("none.md") == (
        2,
        "",
        "none.md isn't there. Give the path of an article: python -m ingest explain FILE\n",
    )
    assert explain("empty.md") == (2, "", "Can't read empty.md: the file is empty. Remove it, or fill it.\n")
    assert explain() == (2, "", "Missing argument 'FILE'.\nName an article: python -m ingest explain FILE\n")


def test_all_rules_are_listed() -> None:
    code, out, _ = explain("--rules")
    assert code == 0
    assert "interface: Buttons, menus and labels of the page. Example: Post a Comment, Share this article" in out
    assert all(f"{rule.name}: {rule.what}" in out for rule in (*rules.DROPS, *rules.STEPS))


def test_every_rule_that_drops_or_changes_something_is_described() -> None:
    """Where this fails, describe the rule in ingest/rules.py."""
    body = lxml_html.fromstring("<html><body><p>x</p></body></html>")
    groups = (webpage._unseen, webpage._framing, webpage._so_called, webpage._telling)
    used = {name for name, _ in furniture.RULES} | set(markup.AROUND)
    used |= {name for group in groups for name, _ in group(body)}
    for path in Path(rules.__file__).parent.glob("*.py"):
        used |= set(re.findall(r'Dropped\("([^"]+)"', path.read_text("utf-8")))
    assert used <= {rule.name for rule in rules.DROPS}
    steps = {step.__name__.replace("_", " ") for step in structure.STEPS}
    assert steps <= {rule.name for rule in rules.STEPS}
    assert all(rule.what and rule.example for rule in (*rules.DROPS, *rules.STEPS))
