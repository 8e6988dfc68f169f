"""What is known of an article: from wherever it is said, in one form, bounded, the owner's word above the page's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as draw
from hypothesis import settings
from hypothesis import strategies as st

from ingest import companions, metadata
from ingest.clean import explain
from ingest.read import Raw, find, read

BODY = "The chief of the ward reads all figures of the month with great care and reports them to the board."


def page(head: str, attributes: str = "", body: str = "") -> str:
    return f"<!DOCTYPE html><html {attributes}><head>{head}</head><body><article><h1>On wards</h1><p>{BODY}</p>{body}</article></body></html>"  # noqa: E501


def said(text: str, kind: str = "html") -> dict[str, tuple[Any, str]]:
    """What is known of a text and where each thing was found; its title and language only where they are said."""
    known = explain(Raw("lib/a.html", kind, text)).known
    values = {key: (one.value, one.origin) for key, one in known.values.items()}
    return {key: one for key, one in values.items() if one[1] not in {"its heading", "the text"}}


# Forms


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2024-03-01", "2024-03-01"),
        ("2024-03-01T10:30:00+02:00", "2024-03-01"),
        ("2024/3/1", "2024-03-01"),
        ("20240301", "2024-03-01"),
        ("D:20240301120000+01'00'", "2024-03-01"),
        ("March 3, 2024", "2024-03-03"),
        ("3. März 2024", "2024-03-03"),
        ("le 5 juin 2021", "2021-06-05"),
        ("May 2024", "2024-05"),
        ("2024-05", "2024-05"),
        (2024, "2024"),
        ("25/12/2023", "2023-12-25"),
        ("12/25/2023", "2023-12-25"),
        ("03.04.2024", "2024-04-03"),
        ("03/04/2024", "2024"),  # nobody knows which of the two is the month
        ("2024-02-31", ""),
        ("two days ago", ""),
        ("soon", ""),
        ("", ""),
    ],
)
def test_dates_are_iso_and_no_more_exact_than_they_are_said(written: Any, day: str) -> None:
    assert metadata.day(written) == day


@pytest.mark.parametrize(
    ("written", "tag"),
    [("en", "en"), ("en_US", "en-US"), ("EN-us", "en-US"), ("ger", "de"), ("German", "de"), ("zh_cn", "zh-CN"),
     ("en-US.utf-8", "en-US"), (False, "no"), (["fr", "en"], "fr"), ("x-default", ""), ("und", ""), ("xx", ""),
     ("{{ lang }}", ""), ("", "")],
)  # fmt: skip
def test_languages_are_bcp_47(written: Any, tag: str) -> None:
    assert metadata.language(written) == tag


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("https://creativecommons.org/licenses/by-sa/4.0/deed.de", "CC BY-SA 4.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0 1.0"),
        ({"@type": "CreativeWork", "name": "MIT"}, "MIT"),
        ("All rights reserved", "All rights reserved"),
        ("https://ward.example/terms", "https://ward.example/terms"),
        ("javascript:alert(1)", ""),
    ],
)
def test_licences_are_named(written: Any, name: str) -> None:
    assert metadata.licence(written) == name


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,<b>", "file:///etc/passwd", "//ward.example", "ward.example", "http://",
     "https://a b.example", "http://x.example/\nSet-Cookie:", "https://x.example:port/", "http://[::1", "ftp://x.example",
     "https://x.example/" + "a" * 3000, "JaVaScRiPt://x.example/%0aalert(1)", "https://x.example/\"onload="],
)  # fmt: skip
def test_an_address_that_is_none_on_the_web_is_refused_and_said(address: str) -> None:
    known = metadata.known({"url": address}, "front matter")
    assert known.plain() == {}
    assert [(one.key, one.reason) for one in known.refused] == [
        ("url", "no address that begins with http:// or https://")
    ]


def test_names_and_passwords_in_an_address_are_left_out() -> None:
    assert metadata.known({"url": "HTTPS://me:secret@x.example/a?b=c#d"}, "").plain() == {
        "url": "https://x.example/a?b=c#d"
    }


def test_keys_of_any_spelling_are_one_and_the_surest_of_them_counts() -> None:
    found = metadata.known(
        {"Created": "2020-01-01", "date-published": "2021-01-01", "Byline": "Jane Roe, MD", "LICENSE": "MIT",
         "Site Name": "Ward House", "description": "On wards.", "lang": "de", "canonical_url": "https://a.example/"},
        "front matter",
    )  # fmt: skip
    assert found.plain() == {
        "date": "2021-01-01", "author": "Jane Roe, MD", "licence": "MIT", "publisher": "Ward House",
        "summary": "On wards.", "language": "de", "url": "https://a.example/",
    }  # fmt: skip


def test_a_source_is_an_address_only_where_it_is_one() -> None:
    assert metadata.known({"source": "https://a.example/x"}, "").plain() == {"url": "https://a.example/x"}
    assert metadata.known({"source": "the files of the county"}, "").plain() == {"source": "the files of the county"}


def test_texts_are_plain_on_one_line_and_of_bounded_length() -> None:
    found = metadata.known(
        {"title": "<b>Care</b> &amp;\n cost\x00\u202e", "summary": "word " * 1000, "note": "x" * 9000}, ""
    )
    assert found.get("title") == "Care & cost"
    assert len(found.get("summary")) <= 1000
    assert found.get("summary").endswith("word…")
    assert len(found.get("note")) <= 2000


def test_what_yaml_can_say_a_billion_times_is_said_a_thousand_times_at_most() -> None:
    bomb: Any = "x"
    for _ in range(30):
        bomb = [bomb] * 10
    wide = metadata.known({"topics": bomb, "more": list(range(100_000))}, "")
    assert len(json.dumps(wide.plain())) < 50_000


def test_addresses_deep_in_other_values_are_checked_too() -> None:
    found = metadata.known(
        {"sources": [{"name": "A", "url": "javascript:1"}, {"name": "B", "url": "http://b.example"}]}, ""
    )
    assert found.plain() == {"sources": [{"name": "A"}, {"name": "B", "url": "http://b.example"}]}


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
KEYS = st.sampled_from([*metadata._KEYS, "id", "topics"]) | st.text()


@settings(deadline=None, max_examples=80)
@draw(st.dictionaries(KEYS, ANY, max_size=6))
def test_whatever_is_said_is_json_bounded_and_the_same_when_read_again(values: dict[str, Any]) -> None:
    found = metadata.known(values, "anywhere").plain()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert all(len(value) <= 2000 for value in found.values() if isinstance(value, str))
    assert metadata.known(found, "anywhere").plain() == found


# Pages

ARTICLE = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "WebSite", "name": "Ward House", "url": "https://ward.example/"},
        {"@type": "Organization", "@id": "https://ward.example/#org", "name": "Ward House Press"},
        {"@type": "Person", "@id": "#jane", "name": "Jane Roe"},
        {"@type": "WebPage", "inLanguage": "en-GB", "datePublished": "2019-01-01", "name": "On wards | Ward House"},
        {
            "@type": ["NewsArticle"],
            "headline": "On wards",
            "author": [{"@id": "#jane"}, {"@type": "Person", "name": "John Doe"}],
            "datePublished": "2024-03-01T08:00:00Z",
            "dateModified": "2024-04-02",
            "publisher": {"@id": "https://ward.example/#org"},
            "license": "https://creativecommons.org/licenses/by/4.0/",
            "mainEntityOfPage": {"@type": "WebPage", "@id": "https://ward.example/on-wards#webpage"},
        },
    ],
}


def ld(value: Any) -> str:
    return f'<script type="application/ld+json">{value if isinstance(value, str) else json.dumps(value)}</script>'


def test_json_ld_is_read_through_its_graph_and_references() -> None:
    assert said(page(ld(ARTICLE))) == {
        "author": ("Jane Roe; John Doe", "JSON-LD NewsArticle.author"),
        "date": ("2024-03-01", "JSON-LD NewsArticle.datePublished"),
        "updated": ("2024-04-02", "JSON-LD NewsArticle.dateModified"),
        "publisher": ("Ward House Press", "JSON-LD NewsArticle.publisher"),
        "licence": ("CC BY 4.0", "JSON-LD NewsArticle.license"),
        "url": ("https://ward.example/on-wards", "JSON-LD NewsArticle.mainEntityOfPage"),
        "language": ("en-GB", "JSON-LD WebPage.inLanguage"),
    }


@pytest.mark.parametrize(
    "script",
    ["{", "[" * 100_000, "null", '"text"', "[1, [2]]", '{"@type": 7}', '{"@type": "Article", "author": {"@id": {}}}',
     '{"@type": "Article", "author": [[[[]]]], "url": [1], "datePublished": {}}', '{"@graph": "x"}', "<!-- -->"],
)  # fmt: skip
def test_broken_json_ld_is_passed_over(script: str) -> None:
    assert said(page(ld(script) + '<meta name="author" content="Jane Roe">')) == {"author": ("Jane Roe", "author")}


def test_json_ld_in_a_comment_or_list_with_line_breaks_in_its_texts_is_read() -> None:
    text = '<!-- [{"@type": "BlogPosting", "author": "Jane\nRoe"}] -->'
    assert said(page(ld(text))) == {"author": ("Jane Roe", "JSON-LD BlogPosting.author")}


def test_meta_elements_count_in_their_order() -> None:
    head = """<title>On wards | Ward House</title><meta name="DC.creator" content="A. Creator">
    <meta name="citation_author" content="Roe, Jane"><meta name="citation_author" content="Doe, John">
    <meta property="article:author" content="https://social.example/jane"><meta name="twitter:creator" content="@jane">
    <meta property="article:published_time" content="2024-03-01T00:00:00Z">
    <meta name="DCTERMS.modified" content="2024-05">
    <meta property="og:locale" content="de_AT"><meta property="og:site_name" content="Ward House">
    <meta name="dcterms.rights" content="CC BY 4.0"><meta property="og:url" content="https://ward.example/a">
    <link rel="canonical" href="/on-wards"><meta name="description" content="Who leads.">"""
    assert said(page(head)) == {
        "author": ("Roe, Jane; Doe, John", "citation_author"),
        "date": ("2024-03-01", "article:published_time"),
        "updated": ("2024-05", "dcterms.modified"),
        "language": ("de-AT", "og:locale"),
        "publisher": ("Ward House", "og:site_name"),
        "licence": ("CC BY 4.0", "dcterms.rights"),
        "url": ("https://ward.example/on-wards", "canonical link"),
        "summary": ("Who leads.", "description"),
    }


def test_a_page_that_a_browser_saved_knows_where_it_is_from() -> None:
    text = "<!DOCTYPE html>\n<!-- saved from url=(0029)https://ward.example/on-wards -->\n" + page("").partition(">")[2]
    assert said(text) == {"url": ("https://ward.example/on-wards", "the browser that saved it")}


def test_html_lang_time_elements_and_licence_links_count_where_nothing_else_says_it() -> None:
    body = '<p><time itemprop="datePublished" datetime="2024-03-01">1 March</time> '
    body += '<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">CC</a></p>'
    assert said(page("", 'lang="en-us"', body)) == {
        "language": ("en-US", "html lang"),
        "date": ("2024-03-01", "time element"),
        "licence": ("CC BY 4.0", "licence link"),
    }


def test_the_date_in_a_text_is_not_that_of_the_page() -> None:
    assert said(page("", body=f"<p>The rules of 2021-05-03 were new. {BODY}</p>")) == {}


# Language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (f"Title\n\n{BODY}", "en"),
        (
            "Titel\n\nDer Chefarzt leitet die Klinik und berichtet jede Woche dem Vorstand über die Zahlen der Nacht.",
            "de",
        ),
        ("Titre\n\nLe médecin-chef dirige la clinique et rend compte au conseil de toutes les décisions.", "fr"),
        ("abc\n\nabc abc abc abc abc abc abc abc abc abc abc abc abc abc abc.", None),
    ],
)
def test_a_language_that_is_not_given_is_told_where_it_is_clear(text: str, language: str | None) -> None:
    assert explain(Raw("a.txt", "text", text)).document.metadata.get("language") == language


def test_a_language_that_is_given_is_believed() -> None:
    cleaned = explain(Raw("a.md", "markdown", f"---\nlang: en_GB\n---\n# Title\n\n{BODY}"))
    assert cleaned.known.values["language"] == metadata.Value("en-GB", "front matter")


# Sidecars and tables


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """lib/ with a page in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lib/sub").mkdir(parents=True)
    (tmp_path / "lib/sub/a.html").write_text(page('<meta name="author" content="Jane Roe">', 'lang="en"'))
    return tmp_path / "lib"


ROOTS = (Path("lib"),)
A = Path("lib/sub/a.html")


def of_a() -> tuple[dict[str, Any], tuple[str, ...]]:
    given = companions.given(A, ROOTS)
    document = explain(read(A, A.as_posix()), given.known).document
    return {"title": document.title, "url": document.url, **document.metadata}, given.problems


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.html.yaml", "author: J. Doe\nurl: https://x.example/\ntitle: Of wards"),
        ("a.html.yml", "author: J. Doe\nurl: https://x.example/\ntitle: Of wards"),
        ("a.html.json", '\ufeff{"author": "J. Doe", "url": "https://x.example/", "title": "Of wards"}'),
        ("metadata.csv", "file,author,url,title\na.html,J. Doe,https://x.example/,Of wards\nb.html,No One,,\n"),
        ("metadata.csv", "File;author;url;title\r\n./a.html;J. Doe;https://x.example/;Of wards\r\n"),
        ("metadata.yaml", "a.html:\n  author: J. Doe\n  url: https://x.example/\n  title: Of wards"),
        ("metadata.json", '[{"file": "a.html", "author": "J. Doe", "url": "https://x.example/", "title": "Of wards"}]'),
        ("../metadata.csv", "path,author,url,title\nsub\\a.html,J. Doe,https://x.example/,Of wards\n"),
    ],
)
def test_what_stands_beside_a_file_counts_more_than_what_it_says(library: Path, name: str, text: str) -> None:
    assert of_a() == ({"title": "On wards", "url": None, "author": "Jane Roe", "language": "en"}, ())
    (library / "sub" / name).write_text(text, encoding="utf-8")
    wanted = {"title": "Of wards", "url": "https://x.example/", "author": "J. Doe", "language": "en"}
    assert of_a() == (wanted, ())
    found = find([Path("lib")])
    assert ([one.source for one in found.sources], found.skipped) == ([A.as_posix()], ())


def test_a_sidecar_counts_more_than_a_table_and_a_row_more_than_the_one_for_all(library: Path) -> None:
    (library / "metadata.yaml").write_text(
        '"*": {publisher: House, licence: MIT}\nsub/a.html: {licence: CC0, author: T}'
    )
    (library / "sub/metadata.yaml").write_text("a.html: {author: S}")
    assert of_a()[0] | {"title": "", "language": ""} == {
        "title": "", "language": "", "url": None, "publisher": "House", "licence": "CC0", "author": "S",
    }  # fmt: skip
    (library / "sub/a.html.yaml").write_text("author:\n")
    assert "author" not in of_a()[0]  # nothing is said of it: that takes it away


def test_a_table_is_about_files_below_it_and_counts_no_further_up_than_the_source(library: Path) -> None:
    Path("metadata.yaml").write_text("lib/sub/a.html: {author: Outside}")
    assert of_a()[0]["author"] == "Jane Roe"
    assert companions.companions(A, ROOTS) == []
    (library / "metadata.yaml").write_text("../lib/sub/a.html: {author: Up}\n/etc/passwd: {author: x}")
    assert of_a()[0]["author"] == "Jane Roe"
    assert companions.companions(A, ROOTS) == [Path("lib/metadata.yaml")]
    (library / "sub/a.html.yaml").symlink_to("/etc/hostname")
    assert companions.companions(A, ROOTS) == [Path("lib/metadata.yaml")]


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("a.html.yaml", b"author: [", "it is not valid YAML (line 2). Put it right, or remove it."),
        ("a.html.yaml", b"date: 2024-02-31", "it is not valid YAML"),
        ("a.html.yaml", b"just text", "it has no `key: value` lines, such as `author: Jane Roe`."),
        ("a.html.yaml", b"a: " + b"[" * 5000, "its brackets are nested too deeply."),
        ("a.html.yaml", b"author: J\xfcrgen", "it is not UTF-8 at byte 9. Save it as UTF-8."),
        ("a.html.json", b'{"author": }', "it is not valid JSON (line 1). Put it right, or remove it."),
        ("a.html.json", b"[" * 100_000, "it is not valid JSON (nested too deeply)."),
        ("metadata.csv", b"name,author\na.html,J.\n", "its first line has no column `file`."),
        ("metadata.yaml", b"- author: J.\n", "a row of it has no `file`."),
        ("metadata.yaml", b"7", "it names no files."),
        ("a.html.yaml", b"# x\n" * 300_000, "it is larger than 1 MB."),
    ],
)  # fmt: skip
def test_a_companion_that_cannot_be_used_is_said_in_one_line_and_the_article_stays(
    library: Path, name: str, data: bytes, problem: str
) -> None:
    (library / "sub" / name).write_bytes(data)
    known, problems = of_a()
    assert known["author"] == "Jane Roe"
    assert len(problems) == 1
    assert problems[0].startswith(f"Can't use lib/sub/{name}: {problem}"), problems
    assert "\n" not in problems[0]


def test_the_digest_changes_with_what_is_said_of_this_article_alone(library: Path) -> None:
    table = library / "metadata.csv"
    before = companions.given(A, ROOTS).digest
    table.write_text("file,author\nsub/a.html,J. Doe\nb.html,X\n")
    one = companions.given(A, ROOTS).digest
    table.write_text("file,author\nsub/a.html,J. Doe\nb.html,Another\n")
    two = companions.given(A, ROOTS).digest
    table.write_text("file,author\nsub/a.html,Jo Doe\nb.html,Another\n")
    assert (before, one) == ("", two)
    assert companions.given(A, ROOTS).digest not in {before, one}


def test_what_is_beside_a_table_of_articles_says_nothing_of_one_alone(library: Path) -> None:
    (library / "faq.csv").write_text("title,text\nA,Text\n")
    (library / "faq.csv.yaml").write_text("columns: {title: title}\nformat: text\ntitle: All\nlicence: MIT\n")
    assert companions.given(library / "faq.csv").known.plain() == {"licence": "MIT"}
