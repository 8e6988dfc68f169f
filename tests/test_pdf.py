"""PDFs are read as one reads them: columns in order, running heads gone, words whole, each place with its page."""

from __future__ import annotations

import os
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmo_qa.errors import SourceError
from cmo_qa.knowledge import KnowledgeBase
from cmo_qa.pages import article_page
from cmo_qa.render import answer_html
from cmo_qa.terminal import rendered
from ingest import pdf, worker
from ingest.build import build
from ingest.clean import clean, explain
from ingest.pieces import UnparsableError
from ingest.read import Raw
from tests import papers
from tests.library import Silent
from tests.papers import body, bullets, heading, paper, prose, table

if TYPE_CHECKING:
    from pathlib import Path

    from cmo_qa.settings import Settings
    from cmo_qa.types import Document
    from ingest.pieces import Parsed

TITLE = papers.title("The office of the chief")


def parts(first: int = 2, last: int = 11) -> list[Any]:
    return [one for turn in range(first, last + 1) for one in (heading(f"Part {turn}"), body(prose(turn, 8)))]


def outcome(kind: str, data: bytes) -> str:
    """Why a file can't be read, empty where it can."""
    try:
        worker.parse(kind, data)
    except UnparsableError as error:
        return str(error)
    return ""


def document(data: bytes) -> Document:
    return clean(Raw("lib/report.pdf", "pdf", "", data=data))


def shape(parsed: Parsed) -> list[tuple[str, int, str]]:
    return [(piece.kind, piece.level, piece.text) for piece in parsed.pieces]


@pytest.mark.parametrize("columns", [1, 2, 3])
def test_columns_are_read_one_after_the_other_and_nothing_is_lost(columns: int) -> None:
    story = [TITLE, body(prose(1, 8)), *parts()]
    found = document(paper(story, columns=columns, header="Annual report", footer="{page}"))
    wanted = "\n\n".join([prose(1, 8), *(f"Part {turn}\n\n{prose(turn, 8)}" for turn in range(2, 12))])
    assert found.text == f"The office of the chief\n\n{wanted}"
    assert found.title == "The office of the chief"
    levels = [(block.kind, block.level) for block in found.blocks]
    assert levels[:4] == [("heading", 1), ("paragraph", 0), ("heading", 2), ("paragraph", 0)]


def test_what_pages_repeat_is_dropped_by_named_rules() -> None:
    data = paper([TITLE, *parts(2, 20)], header="Annual report of the house", footer="Page {page} of 4")
    dropped = explain(Raw("a.pdf", "pdf", "", data=data)).dropped
    assert [(one.rule, one.text) for one in dropped[:3]] == [
        ("running header", "Annual report of the house"),
        ("page number", "Page 1 of 4"),
        ("running header", "Annual report of the house"),
    ]
    assert "Annual report" not in document(data).text


def test_a_line_that_stands_on_one_page_alone_stays() -> None:
    text = document(paper([TITLE, body(prose(1, 6))], header="Approved by the board in May", footer="{page}")).text
    assert "Approved by the board in May" in text
    assert not text.endswith("1")


def test_every_place_knows_its_page() -> None:
    found = document(paper([TITLE, *(body(prose(turn, 9)) for turn in range(1, 19))], footer="{page}"))
    pages = [found.page_at(block.start) for block in found.blocks]
    assert pages == sorted(pages, key=lambda page: page or 0)
    assert {1, 2, 3} <= set(pages)
    turned = [start for start, _ in found.metadata["pages"]]
    inner = [at for at in turned if found.text[at - 1] == " "]
    assert inner, "no paragraph goes over the end of a page, so the test shows nothing"
    for at in inner:
        before, after = found.page_at(at - 1), found.page_at(at)
        assert before is not None
        assert after == before + 1


def test_words_broken_at_a_lines_end_are_whole_again_and_real_hyphens_stay() -> None:
    lines = [
        "The chief takes responsi-",
        "bility for evidence-",
        "based care, for decision-",
        "making, and for the follow-up of",
        "patients. A second follow-",
        "up comes with X-",
        "Ray pictures.",
    ]
    data = papers.drawn([(72, 700 - 14 * at, line) for at, line in enumerate(lines)])
    assert document(data).text == (
        "The chief takes responsibility for evidence-based care, for decision-making, and for the follow-up of "
        "patients. A second follow-up comes with X-Ray pictures."
    )


def test_lists_are_nested_and_numbered() -> None:
    story = [
        TITLE, body(prose(1, 4)), body("She needs:"),
        bullets("Tact with all who work in the house", ("Time for", bullets("nurses", "doctors")), prose(3, 3)),
        heading("Steps"), bullets("Ask the ward", "Write to the board", ordered=True),
    ]  # fmt: skip
    found = document(paper(story))
    items = [(block.level, found.text[block.start : block.end]) for block in found.blocks if block.kind == "item"]
    assert items == [
        (0, "Tact with all who work in the house"), (0, "Time for"), (1, "nurses"), (1, "doctors"), (0, prose(3, 3)),
        (0, "Ask the ward"), (0, "Write to the board"),
    ]  # fmt: skip
    assert "\n  - nurses\n" in found.text
    assert found.text.endswith("1. Ask the ward\n2. Write to the board")


def test_bullets_that_are_drawn_and_no_letters_are_bullets() -> None:
    lines = [(72.0, 700.0, "The chief of the ward needs:"), (90.0, 680.0, "Tact"), (90.0, 664.0, "Time")]
    found = document(papers.drawn(lines, dots=[(78, 684), (78, 668)]))
    assert found.text == "The chief of the ward needs:\n\n- Tact\n- Time"


def test_numbers_that_a_lines_end_parted_are_joined() -> None:
    data = papers.drawn([(72, 700, "What the house learned from 2019-"), (72, 686, "20 on is written down.")])
    assert document(data).text == "What the house learned from 2019-20 on is written down."


def test_a_title_of_two_lines_above_columns_is_one() -> None:
    long = "The office of the chief of a large house, and what it has become since then"
    found = document(paper(parts(), columns=2, across=long))
    assert found.title == long


def test_a_table_that_the_end_of_a_page_cuts_is_one() -> None:
    rows = [["Grade", "Beds"], *([f"Grade {n}", str(n)] for n in range(60))]
    found = document(paper([body(prose(1)), table(rows, widths=[120, 120], repeat=1), body(prose(2))]))
    assert [block.kind for block in found.blocks] == ["paragraph", "table", "paragraph"]
    assert found.text.count("Grade | Beds") == 1


@pytest.mark.parametrize("ruled", [True, False])
def test_tables_are_read_row_by_row(*, ruled: bool) -> None:
    rows = [["Grade", "Beds", "Pay"], ["First", "10", "low"], ["Second", "20", "high"]]
    found = document(paper([TITLE, body(prose(1)), table(rows, ruled=ruled, widths=[120, 120, 120]), body(prose(2))]))
    assert "Grade | Beds | Pay\nFirst | 10 | low\nSecond | 20 | high" in found.text
    assert [block.kind for block in found.blocks] == ["heading", "paragraph", "table", "paragraph"]


def test_a_cell_of_several_lines_is_one_cell() -> None:
    rows = [["Duty", "Who does it, as the board decided"], ["Rounds", "The chief of each ward, every day"]]
    assert "Rounds | The chief of each ward, every day" in document(paper([table(rows, widths=[60, 110])])).text


def test_a_footnote_does_not_break_the_paragraph_above_it() -> None:
    story = [TITLE, *(body(prose(turn, 9)) for turn in range(1, 9))]
    notes = ["<super>1</super> As the act of 1999 demands.", "<super>2</super> See the rules of the house."]
    text = document(paper(story, footnotes=notes)).text
    assert all(prose(turn, 9) in text for turn in range(1, 9))
    assert "¹ As the act of 1999 demands." in text.split("\n\n")


def test_headings_are_known_by_size_and_weight() -> None:
    story = [TITLE, heading("Work"), body(prose(1)), papers.bold("At night"), body(prose(2))]
    assert [one[:2] for one in shape(pdf.parse(paper(story)))] == [
        ("heading", 1), ("heading", 2), ("paragraph", 0), ("heading", 3), ("paragraph", 0),
    ]  # fmt: skip


def test_turned_text_is_no_part_of_the_text() -> None:
    canvas_text = papers.watermarked(prose(1), "DRAFT COPY")
    found = explain(Raw("a.pdf", "pdf", "", data=canvas_text))
    assert "DRAFT" not in found.document.text
    assert ("turned text", "DRAFT COPY") in [(one.rule, one.text) for one in found.dropped]


def test_properties_are_metadata() -> None:
    found = document(paper([body(prose(1))], title="On wards", author="Jane Roe", subject="What wards do"))
    assert found.title == "On wards"
    assert {key: found.metadata[key] for key in ("author", "summary", "date")} == {
        "author": "Jane Roe", "summary": "What wards do", "date": "2000-01-01",
    }  # fmt: skip


def test_a_title_that_a_program_wrote_is_none() -> None:
    found = document(paper([TITLE, body(prose(1))], title="Microsoft Word - draft2.docx"))
    assert found.title == "The office of the chief"
    assert document(paper([body(prose(1))], title="draft2.docx")).title == "Report"


# What can't be read

WHOLE = paper([TITLE, *parts(2, 9)], title="T")


def bomb() -> bytes:
    """A page whose packed content says one word some hundred thousand times."""
    packed = zlib.compress(b"BT /F1 12 Tf 72 700 Td " + b"(word word) Tj " * 60_000 + b"ET", 9)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    return (
        b"%PDF-1.4\n"
        + b"".join(b"%d 0 obj%s\nendobj\n" % (n, one) for n, one in enumerate(objects, 1))
        + (b"trailer<</Root 1 0 R/Size 6>>\n%%EOF")
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (papers.locked("secret"), "it is locked with a password. Save a copy without one"),
        (papers.pictures_only(), "it has pictures of pages and no text. Run it through text recognition (OCR)"),
        (WHOLE[:600], "it is damaged, or no PDF. Save it again from where it came"),
        (b"%PDF-1.7\n" + os.urandom(4000), "it is damaged, or no PDF. Save it again from where it came"),
        (b"<html>no PDF</html>", "it is damaged, or no PDF. Save it again from where it came"),
        (bomb(), "a page of it has 540,000 letters, as no page of an article has. Split it"),
    ],
)
def test_what_has_no_text_to_read_is_refused_in_one_line(data: bytes, message: str) -> None:
    with pytest.raises(SourceError) as error:
        document(data)
    assert str(error.value) == f"Can't read lib/report.pdf: {message}."


def test_a_file_that_takes_too_long_is_given_up_and_the_next_is_read() -> None:
    reader = worker.Worker(seconds=0.001)
    with pytest.raises(UnparsableError, match=r"^reading it takes longer than 0\.001 s\. Save it anew, or split it$"):
        reader.parse("pdf", WHOLE)
    reader = worker.Worker()
    try:
        assert reader.parse("pdf", WHOLE) == pdf.parse(WHOLE)
    finally:
        reader.close()


def test_a_file_that_kills_its_reader_is_said_and_the_next_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = worker.Worker()
    try:
        reader.parse("pdf", WHOLE)
        process = reader._process
        assert process is not None
        process.kill()
        process.wait()
        assert reader.parse("pdf", WHOLE).pieces
        assert reader._process is not process
    finally:
        reader.close()


@settings(deadline=None, max_examples=60)
@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=60), st.booleans())
def test_a_damaged_copy_is_read_or_refused(at: int, garbage: bytes, cut: bool) -> None:
    data = WHOLE[:at] + garbage + (b"" if cut else WHOLE[at + len(garbage) :])
    assert "\n" not in outcome("pdf", data)


# In an answer


def test_an_answer_names_the_page(tmp_path: Path, real_settings: Settings) -> None:
    sources = tmp_path / "articles"
    sources.mkdir()
    story = [TITLE, *parts(2, 12), heading("Pay"), body("The chief medical officer is paid by the county of Ostfold.")]
    (sources / "report.pdf").write_bytes(paper(story, footer="{page}"))
    (sources / "broken.pdf").write_bytes(WHOLE[:500])
    rows = "title,text\nWho hires the chief?,The board hires the chief medical officer.\n,\nx,\n"
    (sources / "faq.csv").write_text(rows)
    report = build([sources], tmp_path / "index", real_settings, Silent())
    assert report.documents == 2
    assert report.problems == (
        f"{sources}/broken.pdf: it is damaged, or no PDF. Save it again from where it came.",
        f"{sources}/faq.csv#4: its field 'text' holds no text",
    )
    answer = KnowledgeBase.open(tmp_path / "index").ask("Who pays the chief medical officer?")
    cited = next(one for one in answer.citations if "Ostfold" in one.quote)
    assert cited.page == 3
    assert answer.as_json()["citations"][cited.number - 1]["page"] == 3
    assert f"({sources}/report.pdf, p. 3, " in rendered(answer)
    assert "p. 3" in answer_html(answer)
    found = KnowledgeBase.open(tmp_path / "index").document(cited.document_id)
    assert found is not None
    assert "Quoted passage</a> in Pay, p. 3<" in article_page(found, cited.start, cited.end, pointed=True)
