"""Whole pages: the chat's shell around Gradio, articles, the library, and what to say when something isn't there.

Pages work without JavaScript; `static/` adds comfort. Nothing on them comes from another server.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Protocol

from cmo_qa.render import (
    article_address,
    article_html,
    based_on_html,
    chips,
    contents_html,
    escape,
    facts_html,
    has_place,
    section_at,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cmo_qa.types import Document

NAME = "CMO Q&A"
PROMISE = "Every sentence is quoted from a named article."
ABOUT = "Ask about the Chief Medical Officer’s role. Every sentence of an answer is quoted from a named article."

_HEAD = """<meta name="description" content="{about}">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="#faf7f1" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#11181a" media="(prefers-color-scheme: dark)">
<link rel="icon" href="/web/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/web/site.css">"""

_MARK = (
    '<svg class="logo" viewBox="0 0 32 32" width="30" height="30" aria-hidden="true">'
    '<rect width="32" height="32" rx="8"/><path d="M9 8.5h9.5a4.5 4.5 0 0 1 4.5 4.5v10.5H13.5A4.5 4.5 0 0 1 9 19z"/>'
    '<path class="line" d="M13 14h6M13 18h6"/></svg>'
)


def page(title: str, body: str, *, about: str = ABOUT, kind: str = "") -> str:
    """A page of its own, outside the chat."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'{_head(about)}<script src="/web/article.js" defer></script></head><body class="paper {kind}">'
        f'<a class="skip" href="#main">Skip to the text</a>{_masthead()}<main id="main">{body}</main>{_fine_print()}'
        "</body></html>"
    )


def _head(about: str) -> str:
    return _HEAD.format(about=escape(about))


def _masthead(*, chat: bool = False) -> str:
    ask = '<a id="new-chat" href="/">New chat</a>' if chat else '<a href="/">Ask a question</a>'
    name = f'<a class="brand" href="/">{_MARK}<span class="name">{escape(NAME)}</span></a>'
    links = f'<nav aria-label="Site"><a href="/articles">Library</a>{ask}</nav>'
    return f'<header class="masthead">{name}<p class="promise">{PROMISE}</p>{links}</header>'


def _fine_print() -> str:
    return (
        '<footer class="fine">General information about the role<span class="more">, quoted from the library</span>. '
        "<strong>Not clinical advice.</strong></footer>"
    )


def article_page(document: Document, start: int | None, end: int | None, *, pointed: bool) -> str:
    """One article, with the cited place marked; `pointed` says that the address names a place, be it there or not."""
    summary = str(document.metadata.get("summary") or "")
    body = (
        f'<article class="article">{_place_line(document, start, end, pointed=pointed)}'
        f"{_with_head(document, start, end)}{based_on_html(document)}</article>"
    )
    return page(f"{document.title} · {NAME}", body, about=summary or ABOUT, kind="reading")


def _with_head(document: Document, start: int | None, end: int | None) -> str:
    title, rest = article_html(document, start, end).split("</h1>", 1)
    summary = document.metadata.get("summary")
    lede = f'<p class="lede">{escape(str(summary))}</p>' if summary else ""
    return f"{title}</h1>{lede}{facts_html(document)}{contents_html(document)}{rest}"


def _place_line(document: Document, start: int | None, end: int | None, *, pointed: bool) -> str:
    copy = '<button type="button" class="copy-link" hidden>Copy link to this page</button>'
    if start is not None and has_place(document, start, end):
        page = document.page_at(start)
        where = escape((" › ".join(section_at(document, start)) or document.title) + (f", p. {page}" if page else ""))
        return f'<p class="place-line"><span><a href="#cited">Quoted passage</a> in {where}</span>{copy}</p>'
    if pointed:
        gone = "The passage that this link points to isn’t in the article any more. Here is the article as it stands."
        return f'<p class="place-line notice"><span>{gone}</span>{copy}</p>'
    return f'<p class="place-line"><span><a href="/articles">Library</a></span>{copy}</p>'


def source_fragment(document: Document, start: int | None, end: int | None) -> str:
    """The article for the chat's source panel: title, facts, and the whole text with the place marked."""
    title, rest = article_html(document, start, end, top=2).split("</h2>", 1)
    return f'<article class="article">{title}</h2>{facts_html(document)}{rest}{based_on_html(document)}</article>'


class Listed(Protocol):
    """What the library shows of an article; a document has it, and a summary of one may."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def metadata(self) -> Mapping[str, Any]: ...


def library_page(documents: Sequence[Listed]) -> str:
    """All articles with their summaries, by title."""
    rows = "".join(_shelf(document) for document in sorted(documents, key=lambda each: each.title.casefold()))
    count = f"{len(documents)} article{'' if len(documents) == 1 else 's'}"
    lede = f'<p class="lede">{count}. Answers quote these and nothing else.</p>'
    return page(f"Library · {NAME}", f'<h1>Library</h1>{lede}<ul class="shelf">{rows}</ul>', kind="library")


def _shelf(document: Listed) -> str:
    summary = str(document.metadata.get("summary") or "")
    said = f"<p>{escape(summary)}</p>" if summary else ""
    return f'<li><a href="{escape(article_address(document.id))}">{escape(document.title)}</a>{said}</li>'


def missing_page() -> str:
    """What an address that leads nowhere shows."""
    body = (
        "<h1>There is no such page</h1><p>The address may be incomplete, or the article has left the library. You can "
        f'ask for what you were looking for, or look through the <a href="/articles">library</a>.</p>{_ask_form()}'
    )
    return page(f"Not found · {NAME}", body, kind="note")


def trouble_page() -> str:
    """What visitors see while the index can't be used; the reason is on /healthz and in the server's output."""
    body = (
        "<h1>The library can’t be opened right now</h1><p>This is our fault, not yours. "
        "Please try again in a minute.</p><p>If you run this server: <code>/healthz</code> says what is wrong.</p>"
    )
    return page(f"Unavailable · {NAME}", body, kind="note")


def _ask_form() -> str:
    return (
        '<form class="ask" action="/" method="get" role="search"><label for="q">Your question</label>'
        '<div><input id="q" name="q" type="text" required maxlength="500" autocomplete="off"><button>Ask</button></div>'
        "</form>"
    )


# The chat


def chat_page(gradio: str, nonce: str, examples: Sequence[str], counts: Mapping[str, Any]) -> str:
    """Gradio's page in our own shell, which is there before Gradio has loaded; its inline scripts get the nonce."""
    gradio = re.sub(
        r'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>|<link rel="manifest"[^>]*>|<base [^>]*>', "", gradio
    )
    head = f'<title>{escape(NAME)}</title>{_head(ABOUT)}<script src="/web/chat.js" defer></script></head>'
    gradio = gradio.replace("</head>", head, 1)
    gradio = re.sub(r"<body[^>]*>", lambda body: f"{body[0]}{_before(examples, counts)}", gradio, count=1)
    return gradio.replace("</body>", f"{_after()}</body>", 1).replace("<script", f'<script nonce="{nonce}"')


def _before(examples: Sequence[str], counts: Mapping[str, Any]) -> str:
    return (
        f'<a class="skip" href="#question">Skip to the question</a>{_masthead(chat=True)}{_welcome(examples, counts)}'
    )


def _welcome(examples: Sequence[str], counts: Mapping[str, Any]) -> str:
    held = counts.get("documents")
    size = f' from <a href="/articles">{held} article{"" if held == 1 else "s"}</a>' if held else ""
    asking = f'<nav aria-label="Example questions">{chips(examples)}</nav>' if examples else ""
    return (
        '<section class="welcome"><h1>What does a Chief Medical Officer do?</h1>'
        f"<p>Ask about the role. Answers are quoted{size}, word for word, each sentence one click from its source.</p>"
        f'{asking}<noscript><p class="notice">The chat needs JavaScript. Without it you can read the '
        '<a href="/articles">library</a>.</p></noscript></section>'
    )


def _after() -> str:
    return (
        '<dialog id="source" aria-labelledby="source-title"><header><p id="source-title" tabindex="-1">Source</p>'
        '<div class="tools"><button type="button" class="step back" aria-label="Previous source">‹</button>'
        '<button type="button" class="step on" aria-label="Next source">›</button>'
        '<button type="button" class="copy-link">Copy link</button>'
        '<a class="open-page" href="/articles" target="_blank" rel="noopener" title="Opens in a new tab">Open page</a>'
        '<button type="button" class="close" aria-label="Close source" title="Close (Esc)">×</button></div>'
        '<p class="of"></p></header>'
        f'<div class="scroll" tabindex="0" role="region" aria-label="Article"></div></dialog>{_fine_print()}'
    )
