"""Tables of articles: columns known by their names or by a sidecar, bad records said with their line, the rest read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmo_qa.errors import SourceError
from ingest.clean import clean
from ingest.read import Raw, Skipped, Source, articles
from ingest.records import Bad, Mapped, Record, jsonl, table

if TYPE_CHECKING:
    from pathlib import Path

BODY = "The chief of the ward reads all figures of the month with great care."


def read(folder: Path, name: str, text: str | bytes) -> list[Raw | Skipped]:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(articles(Source(path, name)))


def refused(folder: Path, name: str, text: str) -> str:
    with pytest.raises(SourceError) as error:
        read(folder, name, text)
    return str(error.value)


def test_each_line_of_jsonl_is_an_article_with_its_own_name(tmp_path: Path) -> None:
    one = {"title": "On wards", "body": BODY, "url": "https://x.example/1", "author": "Jane Roe", "lang": "en",
           "published": "2024-03-01", "id": 7, "license": "CC BY 4.0"}  # fmt: skip
    found = read(tmp_path, "wards.jsonl", f"{json.dumps(one)}\r\n\r\n{json.dumps({'name': 'Two', 'content': BODY})}\n")
    assert [raw.source for raw in found] == ["wards.jsonl#1", "wards.jsonl#3"]
    first, second = (clean(raw) for raw in found if isinstance(raw, Raw))
    assert (first.id, first.title, first.text, first.url) == ("wards-7", "On wards", BODY, "https://x.example/1")
    known = {"author": "Jane Roe", "language": "en", "date": "2024-03-01", "licence": "CC BY 4.0"}
    assert dict(first.metadata) == known
    assert second.title == "Two"


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_each_row_of_a_csv_is_an_article_whatever_parts_its_cells(tmp_path: Path, mark: str) -> None:
    rows = mark.join(["question", "answer", "link"]) + "\n"
    rows += mark.join(["Who leads?", f'"{BODY}\n\nSo ""it"" is{mark} always."', "https://x.example"]) + "\n"
    rows += mark.join(["Who pays?", BODY, ""]) + "\n"
    found = read(tmp_path, "faq.tsv" if mark == "\t" else "faq.csv", rows)
    assert [raw.source.partition("#")[2] for raw in found] == ["2", "5"]
    first = clean(found[0]) if isinstance(found[0], Raw) else None
    assert first is not None
    assert (first.title, first.url) == ("Who leads?", "https://x.example")
    assert first.text == f'{BODY}\n\nSo "it" is{mark.strip()} always.'


def test_a_bad_record_is_said_with_its_line_and_the_rest_goes_on(tmp_path: Path) -> None:
    lines = ['{"title": "One", "text": "Text."}', "{broken", "[1, 2]", '{"title": "No text"}', '{"text": " "}',
             "[" * 5000, '{"title": "Last", "text": "Text."}']  # fmt: skip
    found = read(tmp_path, "a.jsonl", "\n".join(lines))
    assert [one.source for one in found if isinstance(one, Raw)] == ["a.jsonl#1", "a.jsonl#7"]
    assert [(one.source, one.reason) for one in found if isinstance(one, Skipped)] == [
        ("a.jsonl#2", "no valid JSON (expecting property name enclosed in double quotes at character 2)"),
        ("a.jsonl#3", "no JSON object with fields such as title and text"),
        ("a.jsonl#4", "no text; its fields are 'title'"),
        ("a.jsonl#5", "its field 'text' holds no text"),
        ("a.jsonl#6", "brackets are nested too deeply"),
    ]


def test_a_row_that_breaks_the_table_costs_no_other(tmp_path: Path) -> None:
    text = 'title,text\nOne,Text.\nTwo,"never closed\nThree,Text.\nFour,a,b\nFive,Text.\n'
    found = read(tmp_path, "a.csv", text)
    assert [(one.source, one.reason if isinstance(one, Skipped) else one.text) for one in found] == [
        ("a.csv#2", "Text."),
        ("a.csv#3", "a quotation mark in it is never closed"),
        ("a.csv#4", "Text."),
        ("a.csv#5", "3 cells in it and 2 columns; put quotation marks around its text"),
        ("a.csv#6", "Text."),
    ]


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        ({"text": "# Wards\n\nText."}, "markdown"),
        ({"text": "<p>One.</p><p>Two.</p>"}, "html"),
        ({"text": "If a < b, then b > a."}, "text"),
        ({"body_html": "One line"}, "html"),
        ({"markdown": "One line"}, "markdown"),
        ({"text": "# no heading", "format": "text"}, "text"),
        ({"text": "One line", "content_type": "text/html; charset=utf-8"}, "html"),
        ({"text": "Text.", "type": "article"}, "text"),
    ],
)
def test_how_a_text_is_written_is_said_or_recognised(record: dict[str, str], kind: str) -> None:
    (found,) = jsonl(json.dumps(record), Mapped())
    assert isinstance(found, Record)
    assert found.format == kind


def test_html_and_markdown_keep_their_structure(tmp_path: Path) -> None:
    html = f"<h2>Duties</h2><p>{BODY}</p><p>She needs:</p><ul><li>Tact</li><li>Time</li></ul>"
    markdown = f"## Duties\n\n{BODY}\n\nShe needs:\n\n- Tact\n- Time\n"
    found = read(tmp_path, "a.jsonl", "\n".join(json.dumps({"title": "A", "text": text}) for text in (html, markdown)))
    one, two = (clean(raw) for raw in found if isinstance(raw, Raw))
    assert one.text == two.text == f"Duties\n\n{BODY}\n\nShe needs:\n\n- Tact\n- Time"


@pytest.mark.parametrize("suffix", [".yaml", ".yml", ".json"])
def test_a_sidecar_says_which_column_is_what(tmp_path: Path, suffix: str) -> None:
    said = {"columns": {"title": "Frage", "body": "Antwort", "author": "Wer"}, "format": "text"}
    (tmp_path / f"faq.csv{suffix}").write_text(json.dumps(said))
    (found,) = read(tmp_path, "faq.csv", f"Wer;Antwort;Frage\nJane Roe;# {BODY};Wer leitet?\n")
    assert isinstance(found, Raw)
    assert (found.format, found.text) == ("text", f"# {BODY}")
    assert dict(found.metadata) == {"title": "Wer leitet?", "author": "Jane Roe"}


@pytest.mark.parametrize(
    ("sidecar", "message"),
    [
        ("columns: {text: Antwrt}",
         "its sidecar names the column 'Antwrt', its first line does not. Put one right"),
        ("columns: [text]",
         "`columns` in its sidecar is no list of `title: name of a column`. Put it right"),
        ("format: docx", "`format` in its sidecar is 'docx'. Use html, markdown or text"),
        ("columns: [", "it is not valid YAML (line 2). Put it right, or remove it"),
    ],
)  # fmt: skip
def test_a_sidecar_that_can_not_be_meant_is_said(tmp_path: Path, sidecar: str, message: str) -> None:
    (tmp_path / "faq.csv.yaml").write_text(sidecar + "\n")
    assert refused(tmp_path, "faq.csv", "Frage;Antwort\nWer?;Sie.\n") == f"Can't read faq.csv: {message}."


def test_a_table_without_a_text_column_is_said(tmp_path: Path) -> None:
    assert refused(tmp_path, "a.csv", "date,amount\n2024,3\n") == (
        "Can't read a.csv: none of its columns ('date', 'amount') is known to hold the text. Name one `text`, or say "
        "which in a sidecar."
    )
    assert refused(tmp_path, "b.csv", "title,text\n") == "Can't use b.csv: there is no article in it."
    assert refused(tmp_path, "c.jsonl", "\n \n") == "Can't read c.jsonl: the file is empty. Remove it, or fill it."


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_tables_are_read_whatever_their_encoding(tmp_path: Path, encoding: str) -> None:
    text = "title;text\r\nCafé;The chief’s first café visit – a “success”.\r\n"
    (found,) = read(tmp_path, "a.csv", text.encode(encoding))
    assert isinstance(found, Raw)
    assert (found.metadata["title"], found.text) == ("Café", "The chief’s first café visit – a “success”.")


def test_ids_of_two_tables_do_not_meet(tmp_path: Path) -> None:
    ids = [clean(raw).id for name in ("a.csv", "b.csv") for raw in read(tmp_path, name, f"id,text\n1,{BODY}\n")
           if isinstance(raw, Raw)]  # fmt: skip
    assert ids == ["a-1", "b-1"]


CELLS = st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"]), max_size=30)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(CELLS, CELLS.filter(str.strip)), max_size=6))
def test_whatever_is_well_written_comes_back_whole(rows: list[tuple[str, str]]) -> None:
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [("title", "text"), *rows]]
    found = list(table("\n".join(quoted), Mapped(format="text")))
    assert [one.text for one in found if isinstance(one, Record)] == [text for _, text in rows]
    lines = "\n".join(json.dumps({"title": title, "text": text}) for title, text in rows)
    assert [one.text for one in jsonl(lines, Mapped(format="text")) if isinstance(one, Record)] == [
        text for _, text in rows
    ]


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=200))
def test_whatever_is_badly_written_is_read_or_said(text: str) -> None:
    for one in [*table(f"title,text\n{text}", Mapped()), *jsonl(text, Mapped())]:
        assert isinstance(one, Record | Bad)
        assert one.line >= 1
