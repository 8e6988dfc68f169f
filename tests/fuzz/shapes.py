"""Texts that make bad readers slow: each a way to write about so many characters of one shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping

SENTENCE = "The chief of the ward reads all figures of the month with great care. "
Shape = Callable[[int], str]


def repeated(unit: str, before: str = "", after: str = "") -> Shape:
    return lambda size: before + unit * (size // len(unit) + 1) + after


def numbered(form: str) -> Shape:
    """`#` in the form is a number that counts up."""
    return lambda size: "".join(form.replace("#", str(number)) for number in range(size // (len(form) + 3)))


_UNITS = (
    "word ", "a", SENTENCE, "A short line\n", "short\n", "- x\n", "1. x\n", "(a) x\n", "[", "*", "*a ", "**a",
    "a**b_c ",
    "_a", "|", ">", "> ", "![", "![](", "](", "<", "`a", "#", "~", "\\", "&amp;", "# Heading here\n\n",
    "What is it?\n",
    "Label: text of it\n", "These are the following:\nOne thing\nOther thing\n", "a | b | c |\n", ".", ". ", "a.",
    "A. ",
    '."', "A: ", " • a", "By Jane Roe ", "© 2024 ", "-", "- ", "---\n", "\t", " ", "\n", "a\r\n", "<!--", "<!-- a\n",
    "<script>", "http://a ", "http://a,", "www.a.", "a@a.", "![]() |\n", "\u0301", "医院院长负责。", "decision-\n",
    "> " * 50 + "a\n", "a b c d\n", "x" * 29 + " ", "    code\n", "Tip 1: Do: care of it.\n", "FAQ\n\nWhat?\n\n",
    "newsletter ", "Related posts\nA link\n", "and the chief of the ward reads all figures of the month with\n",
    "Home > ",
    "3 Comments\n", "Reply\n", "\x00", "\ufeff", "$", "{", "(", "\"",
)  # fmt: skip
TEXTS: Mapping[str, Shape] = {
    **{repr(unit[:20]): repeated(unit) for unit in _UNITS},
    "a title, then words": repeated("a b c d\n", "Title\n\n"),
    "questions and answers": numbered("Q: What is # of it?\nA: It is the chief of the ward who does.\n"),
    "answers, then questions": lambda size: (
        "Title\n\nFAQ\n\n"
        + repeated(SENTENCE)(size // 2)
        + "\n"
        + numbered("What is the chief # of the ward?\n")(size // 2)
    ),
    "headings with text": numbered("## Heading #\n\nSome text of it is here, it is.\n\n"),
    "references": numbered("[r#]: http://x\n"),
    "nested items": lambda size: "".join("  " * min(number, 200) + "- x\n" for number in range(size // 200)),
    "front matter without end": repeated("a: b\n", "---\n"),
    "front matter of many keys": lambda size: "---\n" + numbered("k#: v\n")(size) + "---\n" + SENTENCE,
    "brackets in front matter": repeated("[", "---\na: ", f"\n---\n{SENTENCE}"),
    "long table": repeated("|x|y|\n", "|a|b|\n|-|-|\n"),
    "wide table": lambda size: f"|{'a|' * (size // 6)}\n|{'-|' * (size // 6)}\n|{'x|' * (size // 6)}\n",
    "telephone": repeated("1 ", "tel: +"),
    "breadcrumbs": repeated("> a ", "Home "),
    "backticks of all lengths": lambda size: "".join("`" * length + "a" for length in range(int((2 * size) ** 0.5))),
}
_TAGS = (
    "<div>", "<p>a ", "<b>a", "<i><b>", "<ul><li>x", "<", "</div>", "<form>", "<font>a", "<blockquote><p>a",
    "<table><tr><td>",
    "<details><summary>Why?</summary>", "<!--", "<section>", "<a href=x>y", "<span>a", "<dl><dt>", "<h1>",
    "<title>", "&#x",
    "<svg>", "<script>", "<![CDATA[", "<template>", "<article>", "<main>", "<!DOCTYPE html>", "<html lang=x>",
    "<body>",
)  # fmt: skip
_INSIDE = (
    "<li>An item of it.</li>", f"<h2>Head</h2><p>{SENTENCE}</p>", "<tr><td>a</td><td>b</td></tr>", f"{SENTENCE}<br>",
    f"<dt>Why so?</dt><dd>{SENTENCE}</dd>", "<button>Why?</button>", "<time datetime=2020-01-01>",
    "<nav><a>x</a></nav>",
    "<sup><a href='#n'>1</a></sup>", "<img alt='a picture'>", f"<p class='share related'>{SENTENCE}</p>", "<hr>",
    "&lt;",
    "<p class='a b c d e f g h i j'>x</p>", "<a href='/x'>link</a> ", "<h3></h3>", "<td>",
    "<details><p>x</p></details>",
)  # fmt: skip
PAGES: Mapping[str, Shape] = {
    **{repr(tag): repeated(tag) for tag in _TAGS},
    **{f"article of {tag[:25]!r}": repeated(tag, f"<article><h1>T</h1><p>{SENTENCE * 5}</p>") for tag in _INSIDE},
    "json-ld, nested": repeated("[", "<script type='application/ld+json'>", f"</script><p>{SENTENCE * 5}"),
    "json-ld, many": repeated(
        '{"@type":"Article","@graph":[1]},', "<script type='application/ld+json'>[", f"{{}}]</script><p>{SENTENCE * 5}"
    ),
    "meta elements": repeated("<meta name=author content=x>", after=f"<p>{SENTENCE * 5}"),
    "attributes": repeated("a=b ", "<p ", f">{SENTENCE * 5}"),
    "one attribute": repeated("a ", "<p class='", f"'>{SENTENCE * 5}"),
    "a long title": repeated("a - ", "<title>", f"</title><p>{SENTENCE * 5}"),
    "a processing instruction": repeated("a", "<?xml "),
}
