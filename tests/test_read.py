"""Sources are found, read whatever their encoding, and refused in one clear line."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmo_qa.errors import SourceError
from ingest.read import Raw, find, read

TEXT = "The chief’s first café visit – a “success”."


def test_folder_is_walked_in_order_and_only_articles_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("b.md", "a.txt", "sub/c.html", "sub/D.HTM", "README.md", ".hidden.md", ".git/x.md", "photo.png"):
        (tmp_path / "lib" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "lib" / name).write_text("x")
    monkeypatch.chdir(tmp_path)
    found = find([Path("lib")])
    assert [one.source for one in found.sources] == ["lib/a.txt", "lib/b.md", "lib/sub/D.HTM", "lib/sub/c.html"]
    assert [(one.source, one.reason) for one in found.skipped] == [
        ("lib/.hidden.md", "hidden"),
        ("lib/README.md", "a README says where articles come from"),
        ("lib/photo.png", "not .md, .txt or .html"),
    ]


def test_source_is_the_path_as_given_and_a_file_given_twice_is_taken_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    found = find([tmp_path / "a.txt", tmp_path])
    assert [one.source for one in found.sources] == [(tmp_path / "a.txt").as_posix()]


def test_a_readme_named_by_hand_is_an_article(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("x")
    assert len(find([tmp_path / "README.md"]).sources) == 1


def test_a_path_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as error:
        find([tmp_path / "none"])
    assert (
        str(error.value)
        == f"No file or folder at {tmp_path / 'none'}. Give the path of an article or of a folder of articles."
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-32"])
def test_encodings_are_told_apart(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.txt").write_bytes((TEXT * 3).encode(encoding))
    assert read(tmp_path / "a.txt", "a.txt").text == TEXT * 3


def test_a_cyrillic_text_of_an_older_encoding_is_read(tmp_path: Path) -> None:
    text = "Главный врач отвечает за качество медицинской помощи в больнице и руководит всеми врачами. " * 5
    (tmp_path / "a.txt").write_bytes(text.encode("cp1251"))
    assert read(tmp_path / "a.txt", "a.txt").text == text


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.txt", b"", "Can't read a.txt: the file is empty. Remove it, or fill it."),
        ("a.txt", b" \r\n\t", "Can't read a.txt: the file is empty. Remove it, or fill it."),
        ("a.txt", b"\xef\xbb\xbf\n", "Can't read a.txt: the file is empty. Remove it, or fill it."),
        ("a.md", b"%PDF-1.7 ...", "Can't read a.md: it is not text, whatever its name. Save it as .md, .txt or .html."),
        (
            "a.txt",
            b"ab\x00\x01\x02\x03" * 50,
            "Can't read a.txt: it is not text, whatever its name. Save it as .md, .txt or .html.",
        ),
        (
            "a.txt",
            b"\xff\xfea\x00\x00",
            "Can't read a.txt: it begins as UTF-16 and is not, at byte 4. Save it as UTF-8.",
        ),
        ("a.doc", b"x", "Can't read a.doc: its format is not known. Give .md, .txt or .html files."),
    ],
)
def test_what_is_no_article_is_refused_in_one_line(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SourceError) as error:
        read(tmp_path / name, name)
    assert str(error.value) == message


def test_a_file_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(
        SourceError, match=r"^Can't read a\.txt: no such file or directory\. Check that it exists and may be read\.$"
    ):
        read(tmp_path / "a.txt", "a.txt")


def test_a_stray_zero_byte_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"A text with one zero \x00 in it. " + b"More words. " * 200)
    assert read(tmp_path / "a.txt", "a.txt").encoding == "utf-8"


def test_the_format_follows_the_suffix(tmp_path: Path) -> None:
    (tmp_path / "a.MARKDOWN").write_text("x")
    assert read(tmp_path / "a.MARKDOWN", "s") == Raw("s", "markdown", "x", "utf-8")
