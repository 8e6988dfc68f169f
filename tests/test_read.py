"""Sources are found, read whatever their encoding, and refused in one clear line."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from cmo_qa.errors import SourceError
from ingest.clean import clean
from ingest.read import READABLE, Found, Raw, Source, articles, find, read, shown

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
        ("lib/photo.png", "not .md, .txt, .html, .pdf, .docx, .jsonl, .csv or .tsv"),
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
        (
            "a.doc",
            b"x",
            f"Can't read a.doc: its format is not known. Give {READABLE} files.",
        ),
        (
            "a.txt",
            b"word " * 200_001,
            "Can't read a.txt: a line of it has 1,000,005 characters. Break it into paragraphs.",
        ),
        ("a.pdf", b"\n", "Can't read a.pdf: the file is empty. Remove it, or fill it."),
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


def test_packed_formats_are_handed_on_as_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 x")
    assert read(tmp_path / "a.pdf", "s") == Raw("s", "pdf", "", "", b"%PDF-1.7 x")
    assert list(articles(Source(tmp_path / "a.pdf", "s"))) == [read(tmp_path / "a.pdf", "s")]


def test_a_mark_at_the_beginning_windows_line_ends_and_zero_bytes_stay_out_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"\xef\xbb\xbf---\r\ntitle: On wards\r\n---\r\nOne\x00 ward.\r\n\r\nMore.\r\n")
    document = clean(read(tmp_path / "a.md", "a.md"))
    assert (document.title, document.text) == ("On wards", "One ward.\n\nMore.")


# What lies in folders and is no article


def reasons(found: Found) -> dict[str, str]:
    return {one.source.rpartition("lib/")[2]: one.reason for one in found.skipped}


def test_links_are_followed_within_the_folder_alone(tmp_path: Path) -> None:
    lib = tmp_path / "lib"
    (lib / "sub").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("x")
    (lib / "a.txt").write_text("x")
    for name, target in {
        "again.txt": "a.txt", "gone.txt": "nothing.txt", "loop.txt": "loop.txt", "out.txt": "../secret.txt",
        "out": "..", "sub/up": "..", "etc.txt": "/etc/passwd", "in": "sub",
    }.items():  # fmt: skip
        (lib / name).symlink_to(target)
    found = find([lib])
    assert [one.path.name for one in found.sources] == ["a.txt"]
    assert reasons(found) == {
        "etc.txt": "a link that leads out of the folder; not followed",
        "gone.txt": "a link to nothing",
        "in": "a link to a folder; not followed",
        "loop.txt": "a link that leads back to itself",
        "out": "a link that leads out of the folder; not followed",
        "out.txt": "a link that leads out of the folder; not followed",
        "sub/up": "a link to a folder; not followed",
    }


def test_pipes_and_devices_are_said_and_never_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lib = tmp_path / "lib"
    lib.mkdir()
    os.mkfifo(lib / "pipe.txt")
    monkeypatch.chdir(lib)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.md")
        found = find([lib])
    assert reasons(found) == {"pipe.txt": "a named pipe, no file", "socket.md": "a socket, no file"}
    with pytest.raises(SourceError, match=r"pipe\.txt is a named pipe, no file\. Give the path of an article"):
        find([lib / "pipe.txt"])
    with pytest.raises(SourceError, match=r"^/dev/zero is a device, no file\."):
        find([Path("/dev/zero")])
    with pytest.raises(SourceError, match=r"^Can't read pipe\.txt: it is a named pipe, no file\. Remove it\.$"):
        read(lib / "pipe.txt", "pipe.txt")


def test_names_made_to_harm_are_spelled_out_on_one_line(tmp_path: Path) -> None:
    lib = tmp_path / "lib"
    lib.mkdir()
    strange = (
        b"two\nlines.txt",
        b"bell\x07.txt",
        b"back\xe2\x80\xaewards.txt",
        b"stray\xff.txt",
        b"..dots.txt",
        b"$(x).txt",
    )
    for name in strange:
        Path(os.fsdecode(os.fsencode(lib) + b"/" + name)).write_text(TEXT, encoding="utf-8")
    found = find([lib])
    names = [one.source.rpartition("/")[2] for one in found.sources]
    assert sorted(names) == [
        "$(x).txt", "back\\u202ewards.txt", "bell\\x07.txt", "stray\\udcff.txt", "two\\nlines.txt",
    ]  # fmt: skip
    assert reasons(found) == {"..dots.txt": "hidden"}
    for one in found.sources:
        assert one.source.isprintable()
        assert clean(read(one.path, one.source)).text == TEXT


def test_names_that_are_shown_alike_are_told_apart(tmp_path: Path) -> None:
    for name in ("a\n.txt", "a\\n.txt"):
        (tmp_path / name).write_text(TEXT)
    assert [one.source.rpartition("/")[2] for one in find([tmp_path]).sources] == ["a\\n.txt", "a\\n.txt (2)"]
    assert shown(Path("plain name.txt")) == "plain name.txt"


def test_a_folder_that_can_not_be_opened_costs_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lib = tmp_path / "lib"
    (lib / "closed").mkdir(parents=True)
    (lib / "a.txt").write_text("x")
    opened = Path.iterdir

    def iterdir(path: Path) -> object:
        if path.name == "closed":
            raise PermissionError(13, "Permission denied")
        return opened(path)

    monkeypatch.setattr(Path, "iterdir", iterdir)
    found = find([lib])
    assert len(found.sources) == 1
    assert reasons(found) == {"closed": "can't be opened: permission denied"}


def test_companions_are_no_articles(tmp_path: Path) -> None:
    lib = tmp_path / "lib"
    lib.mkdir()
    for name in ("faq.csv", "faq.csv.yaml", "metadata.csv"):
        (lib / name).write_text("title,text\nA,B\n")
    found = find([lib])
    assert [one.path.name for one in found.sources] == ["faq.csv"]
    assert not found.skipped


def test_a_deep_folder_is_walked(tmp_path: Path) -> None:
    place = tmp_path
    for _ in range(300):
        place /= "d"
        place.mkdir()
    (place / "a.txt").write_text("x")
    assert len(find([tmp_path]).sources) == 1


@pytest.mark.parametrize(("name", "limit"), [("a.txt", 50), ("a.html", 50), ("a.csv", 150), ("a.pdf", 150)])
def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path, name: str, limit: int) -> None:
    with (tmp_path / name).open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(SourceError) as error:
        list(articles(Source(tmp_path / name, name)))
    assert str(error.value) == f"Can't read {name}: larger than {limit} MB. Split it into articles."


def test_a_file_that_became_a_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(SourceError, match=r"^Can't read a\.txt: it is a folder, no file\. Remove it\.$"):
        read(tmp_path / "a.txt", "a.txt")
