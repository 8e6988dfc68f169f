"""The chat as a Gradio interface. Importing this imports Gradio, so the server does it when the application is built.

The conversation lives in the browser: every event brings it along, and the server keeps nothing of it. What comes back
is read as text only: Gradio's own reading of it would build any component that a message names.
"""

from __future__ import annotations

import html
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, TypeAlias, cast

import gradio as gr

from cmo_qa.errors import CmoQaError
from cmo_qa.pages import NAME
from cmo_qa.render import FAILED, answer_html, escape, failure_html
from cmo_qa.types import Answer

TURNS = 40  # of a conversation that stay on the page
WORKERS = 4  # questions answered at once
WAITING = 64  # questions that may wait; more are turned away

UNAVAILABLE = "The library can’t be opened right now.\nThis is our fault, not yours. Please try again in a minute."
UNEXPECTED = "Something went wrong with this question.\nPlease try again, perhaps in other words."

Ask: TypeAlias = Callable[[str, Sequence[str]], Answer]
Messages: TypeAlias = list[dict[str, Any]]


def build_chat(ask: Ask) -> gr.Blocks:
    """The interface: a transcript, a question, and nothing that the shell around it doesn't style."""

    def submit(question: str, transcript: object) -> Iterator[tuple[str, Messages]]:
        messages = messages_of(transcript)
        asked = (question or "").strip()
        if not asked:
            yield "", messages
            return
        yield "", [*messages, message("user", escape(asked))]
        yield "", turn(ask, asked, messages)

    def ask_address(request: gr.Request) -> Messages:
        messages: Messages = []
        for question in asked_in(request):
            messages = turn(ask, question, messages)
        return messages

    with gr.Blocks(title=NAME, analytics_enabled=False, fill_width=True) as chat:
        transcript = _transcript()
        question = _question()
        clear = gr.Button("New chat", elem_id="clear")
        address = gr.Button("Ask what the address asks", elem_id="address")
        events: dict[str, Any] = {"api_visibility": "private", "show_progress": "minimal"}
        both = [question, transcript]
        question.submit(submit, both, both, preprocess=False, trigger_mode="once", concurrency_limit=WORKERS, **events)
        clear.click(lambda: ("", []), None, both, **events)
        # No load event: Gradio loses what is asked while the stream of such an event closes.
        address.click(ask_address, None, transcript, concurrency_limit=WORKERS, **events)
    chat.queue(max_size=WAITING, api_open=False, default_concurrency_limit=WORKERS)
    return cast("gr.Blocks", chat)


def _transcript() -> gr.Chatbot:
    return gr.Chatbot(
        elem_id="transcript",
        label="Conversation",
        show_label=False,
        container=False,
        height=None,
        autoscroll=False,
        buttons=[],
        render_markdown=False,
        sanitize_html=True,
        allow_tags=False,
        latex_delimiters=[],
        feedback_options=None,
        group_consecutive_messages=False,
        layout="panel",
    )


def _question() -> gr.Textbox:
    return gr.Textbox(
        elem_id="question",
        label="Your question",
        show_label=False,
        container=False,
        lines=1,
        max_lines=6,
        placeholder="Ask about the CMO’s role",
        submit_btn="Ask",
        html_attributes=gr.InputHTMLAttributes(autocomplete="off", spellcheck=True),
    )


def theme() -> gr.themes.Base:
    """System fonts only, so that nothing is fetched; colours come from `static/site.css`."""
    return gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])


def message(role: str, markup: str) -> dict[str, Any]:
    """One message of the transcript, as markup that is shown as it is."""
    return {"role": role, "content": [{"type": "text", "text": markup}]}


def turn(ask: Ask, question: str, messages: Messages) -> Messages:
    """The conversation with this question and what came of it."""
    answered = message("assistant", respond(ask, question, history_of(messages)))
    return [*messages, message("user", escape(question)), answered][-2 * TURNS :]


def respond(ask: Ask, question: str, history: Sequence[str]) -> str:
    """The answer as markup; a courteous word where there is none to be had. The details go to standard error."""
    try:
        return answer_html(ask(question, history))
    except CmoQaError as error:
        sys.stderr.write(f"{error}\n")
        return failure_html(UNAVAILABLE)
    except Exception as error:  # noqa: BLE001 whatever it was, a visitor sees no traceback
        sys.stderr.write(f"A question failed: {type(error).__name__}: {error}\n")
        return failure_html(UNEXPECTED)


def messages_of(transcript: object) -> Messages:
    """The conversation that the browser brought along, its text blocks only."""
    found = transcript if isinstance(transcript, list) else []
    kept = [(each.get("role"), _text(each.get("content"))) for each in found if isinstance(each, Mapping)]
    return [message(role, text) for role, text in kept if role in {"user", "assistant"} and text]


def _text(content: object) -> str:
    blocks = content if isinstance(content, list) else [{"type": "text", "text": content}]
    texts = [block.get("text") for block in blocks if isinstance(block, Mapping) and block.get("type") == "text"]
    return "".join(text for text in texts if isinstance(text, str))


def history_of(messages: Messages) -> list[str]:
    """The earlier questions, to the letter; those that couldn't be asked are left out."""
    asked = [
        first for first, then in zip_longest(messages, messages[1:]) if first["role"] == "user" and not _failed(then)
    ]
    return [html.unescape(_text(each["content"])) for each in asked]


def _failed(answered: Mapping[str, Any] | None) -> bool:
    return answered is not None and _text(answered["content"]).startswith(FAILED)


def asked_in(request: gr.Request | None) -> list[str]:
    """The questions of the page's own address: `/?q=…`, several for a conversation."""
    if request is None:
        return []
    questions = (question.strip() for question in request.query_params.getlist("q"))
    return [question for question in questions if question][:TURNS]
