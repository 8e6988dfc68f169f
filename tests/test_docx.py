"""Word documents keep headings, lists, tables and notes; what is no document is refused before it is unpacked."""

from __future__ import annotations

import contextlib
import datetime
import io
import zipfile
from typing import TYPE_CHECKING, Any

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from hypothesis import given, settings
from hypothesis import strategies as st

from cmo_qa.errors import SourceError
from ingest import worker
from ingest.clean import clean, explain
from ingest.pieces import UnparsableError
from ingest.read import Raw

if TYPE_CHECKING:
    from cmo_qa.types import Document

BODY = "The chief of the ward reads all figures of the month with great care."


def saved(word: Any) -> bytes:
    target = io.BytesIO()
    word.save(target)
    return target.getvalue()


def document(word: Any) -> Document:
    return clean(Raw("lib/ward-rules.docx", "docx", "", data=saved(word)))


def shape(found: Document) -> list[tuple[str, int, str]]:
    return [(block.kind, block.level, found.text[block.start : block.end]) for block in found.blocks]


def test_headings_stand_below_the_title() -> None:
    word = docx.Document()
    for text, style in (("Rules of the ward", "Title"), ("Duties", "Heading 1"), (BODY, "Normal"),
                        ("At night", "Heading 2"), (BODY, "Normal")):  # fmt: skip
        word.add_paragraph(text, style)
    found = document(word)
    assert found.title == "Rules of the ward"
    assert [(kind, level) for kind, level, _ in shape(found)] == [
        ("heading", 1), ("heading", 2), ("paragraph", 0), ("heading", 3), ("paragraph", 0),
    ]  # fmt: skip


def test_a_single_first_heading_is_the_title() -> None:
    word = docx.Document()
    word.add_heading("Rules", 1)
    word.add_paragraph(BODY)
    word.add_heading("Nights", 2)
    word.add_paragraph(BODY)
    assert [level for kind, level, _ in shape(document(word)) if kind == "heading"] == [1, 2]
    assert document(word).title == "Rules"


def test_a_bold_line_is_a_heading_and_bold_words_are_none() -> None:
    word = docx.Document()
    word.add_heading("Rules", 1)
    word.add_paragraph().add_run("At night").bold = True
    word.add_paragraph(BODY).add_run(" With care.").bold = True
    assert shape(document(word))[1:] == [("heading", 2, "At night"), ("paragraph", 0, f"{BODY} With care.")]


def test_lists_keep_their_numbers_and_nesting() -> None:
    word = docx.Document()
    word.add_heading("Rules", 1)
    word.add_paragraph("She needs:")
    for text, style in (("Tact", "List Bullet"), ("Time for", "List Bullet"), ("nurses", "List Bullet 2"),
                        ("Trust", "List Bullet")):  # fmt: skip
        word.add_paragraph(text, style)
    word.add_paragraph(BODY)
    for text in ("Ask", "Write"):
        word.add_paragraph(text, "List Number")
    found = document(word)
    assert "She needs:\n\n- Tact\n- Time for\n  - nurses\n- Trust\n\n" in found.text
    assert found.text.endswith("1. Ask\n2. Write")


def test_tables_are_rows_of_cells_and_merged_cells_are_said_once() -> None:
    word = docx.Document()
    word.add_paragraph(BODY)
    table = word.add_table(3, 3)
    for row in range(3):
        for column in range(3):
            table.cell(row, column).text = f"r{row} c{column}"
    table.cell(1, 0).merge(table.cell(2, 0)).text = "both"
    table.cell(0, 1).merge(table.cell(0, 2)).text = "wide"
    assert document(word).text.endswith("r0 c0 | wide\nboth | r1 c1 | r1 c2\n | r2 c1 | r2 c2".replace("\n |", "\n|"))


def test_a_table_that_only_frames_text_is_text() -> None:
    word = docx.Document()
    word.add_table(1, 1).cell(0, 0).text = BODY
    assert shape(document(word)) == [("paragraph", 0, BODY)]


def test_properties_are_metadata() -> None:
    word = docx.Document()
    word.add_paragraph(BODY)
    facts = word.core_properties
    facts.title, facts.author, facts.subject, facts.language = "Ward rules", "Jane Roe", "What wards do", "en-GB"
    facts.created = facts.modified = datetime.datetime(2024, 3, 1, 9, 0, tzinfo=datetime.UTC)
    found = document(word)
    assert found.title == "Ward rules"
    assert dict(found.metadata) == {
        "author": "Jane Roe", "summary": "What wards do", "language": "en-GB", "date": "2024-03-01",
        "updated": "2024-03-01",
    }  # fmt: skip


def test_what_is_in_controls_boxes_and_tracked_changes_is_read_and_what_was_deleted_is_not() -> None:
    word = docx.Document()
    word.add_paragraph(BODY)
    space = nsdecls("w")
    for xml in (
        f"<w:sdt {space}><w:sdtContent><w:p><w:r><w:t>In a control.</w:t></w:r></w:p></w:sdtContent></w:sdt>",
        (
            f"<w:p {space}><w:ins><w:r><w:t>Put in. </w:t></w:r></w:ins>"
            "<w:del><w:r><w:delText>Taken out.</w:delText></w:r></w:del>"
            "<w:r><w:rPr><w:vanish/></w:rPr><w:t>Hidden.</w:t></w:r><w:r><w:t>Kept.</w:t></w:r></w:p>"
        ),
        (
            f"<w:p {space}><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent>"
            "</w:pict></w:r></w:p>"
        ),
    ):
        word.element.body.insert(len(word.element.body) - 1, parse_xml(xml))
    assert [text for _, _, text in shape(document(word))] == [BODY, "In a control.", "Put in. Kept.", "In a box."]


def test_a_table_of_contents_is_dropped_by_its_rule() -> None:
    word = docx.Document()
    word.add_paragraph(BODY)
    style = word.styles.add_style("toc 1", 1)
    word.add_paragraph("Duties 3", style)
    found = explain(Raw("a.docx", "docx", "", data=saved(word)))
    assert found.document.text == BODY
    assert [(one.rule, one.text) for one in found.dropped] == [("contents", "Duties 3")]


def test_numbered_headings_are_headings() -> None:
    word = docx.Document()
    word.add_heading("Rules", 1)
    paragraph = word.add_heading("Duties", 2)
    numbering = parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>')
    paragraph._p.get_or_add_pPr().append(numbering)
    assert paragraph._p.find(qn("w:pPr")) is not None
    word.add_paragraph(BODY)
    assert shape(document(word))[1] == ("heading", 2, "Duties")


# What can't be read


def packed(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return target.getvalue()


def whole() -> bytes:
    word = docx.Document()
    word.add_heading("Rules", 1)
    for _ in range(5):
        word.add_paragraph(BODY)
        word.add_paragraph("Tact", "List Bullet")
    word.add_table(2, 2)
    return saved(word)


WHOLE = whole()
DAMAGED = "it is damaged, or no Word document. Save it again from where it came"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (packed({"word/document.xml": b"0" * 70_000_000}), "it unpacks to 70 MB, too much for an article. Split it"),
        (packed({f"{n}.png": b"0" * 60_000_000 for n in range(4)}),
         "it unpacks to 240 MB, too much for an article. Split it"),
        (packed({str(n): b"" for n in range(5001)}), "it unpacks to 1 MB, too much for an article. Split it"),
        (WHOLE[:3000], DAMAGED),
        (b"no document at all", DAMAGED),
        (packed({"a.txt": b"a zip of something else"}), DAMAGED),
        (b"\xd0\xcf\x11\xe0" + b"x" * 999, "it is a document of an older Word (.doc). Save a copy as .docx"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
         "it is locked with a password. Save a copy without one"),
    ],
)  # fmt: skip
def test_what_is_no_document_is_refused_in_one_line(data: bytes, message: str) -> None:
    with pytest.raises(SourceError) as error:
        clean(Raw("a.docx", "docx", "", data=data))
    assert str(error.value) == f"Can't read a.docx: {message}."


def test_entities_that_multiply_are_not_followed() -> None:
    names = [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)]
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "aaaaaaaaaa">{"".join(names)}]>'.encode()
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = parts["word/document.xml"].partition(b"?>")[2].replace(b"Rules", b"&a11;")
    length = 0
    with contextlib.suppress(UnparsableError):
        parsed = worker.parse("docx", packed({**parts, "word/document.xml": bomb + text}))
        length = sum(len(piece.text) for piece in parsed.pieces)
    assert length < 10_000


@settings(deadline=None, max_examples=60)
@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=40))
def test_a_damaged_copy_is_read_or_refused(at: int, garbage: bytes) -> None:
    reason = ""
    try:
        worker.parse("docx", WHOLE[:at] + garbage + WHOLE[at + len(garbage) :])
    except UnparsableError as error:
        reason = str(error)
    assert "\n" not in reason
