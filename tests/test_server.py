"""The web application from outside: every route, what it refuses, and what it never says."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from cmo_qa import chat
from cmo_qa.errors import CmoQaError, IndexMissingError
from cmo_qa.guard import API_BYTES, CHAT_BYTES
from cmo_qa.render import FAILED, article_address, escape
from cmo_qa.server import create_app, listen
from tests.web_fake import OPENING, WHERE, FakeKnowledge, FakeLive, where

if TYPE_CHECKING:
    from collections.abc import Iterator

START = WHERE.text.index(OPENING)
PLACE = f"/article/{WHERE.id}?start={START}&end={START + len(OPENING)}"


@pytest.fixture(scope="module")
def live() -> FakeLive:
    return FakeLive()


@pytest.fixture(scope="module")
def client(live: FakeLive) -> TestClient:
    return TestClient(create_app(live), raise_server_exceptions=False)


@pytest.fixture
def closed(live: FakeLive) -> Iterator[None]:
    live.trouble = IndexMissingError("No index at /secret/index/.\nBuild one: python -m ingest corpus")
    yield
    live.trouble = None


def test_import_is_free() -> None:
    probe = "import sys, cmo_qa.server; print([name for name in ('gradio', 'torch', 'faiss') if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", probe], text=True) == "[]\n"


# JSON


def test_ask(client: TestClient) -> None:
    given_answer = client.post("/api/ask", json={"question": "Where do CMOs work?"})
    assert given_answer.status_code == 200
    assert given_answer.json() == json.loads(json.dumps(where("Where do CMOs work?").as_json()))


def test_ask_passes_history(client: TestClient, live: FakeLive) -> None:
    client.post("/api/ask", json={"question": "Its focus?", "history": ["Where?", "Who?"]})
    assert live.knowledge.asked[-1] == ("Its focus?", ("Where?", "Who?"))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "question: Field required."),
        ({"question": 3}, "question: Input should be a valid string."),
        ({"question": "a", "history": "b"}, "history: Input should be a valid list."),
        ({"question": "a", "history": ["b"] * 51}, "history: List should have at most 50 items"),
        ([], "the request: Input should be"),
    ],
)
def test_malformed_question(client: TestClient, body: object, says: str) -> None:
    refused = client.post("/api/ask", json=body)
    assert refused.status_code == 422
    assert refused.json()["error"].startswith(says)
    assert refused.json()["error"].endswith('Send {"question": "…", "history": ["…"]}.')


def test_unexpected_error_tells_nothing(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    failed = client.post("/api/ask", json={"question": "break"})
    assert (failed.status_code, failed.json()) == (500, {"error": "Something went wrong with this request."})
    assert capsys.readouterr().err == "/api/ask failed: RuntimeError: secret detail\n"


@pytest.mark.usefixtures("closed")
def test_no_index(client: TestClient) -> None:
    assert client.post("/api/ask", json={"question": "Where?"}).json() == {
        "error": "The library can't be opened right now."
    }
    page = client.get(PLACE)
    assert page.status_code == 503
    assert "The library can’t be opened right now" in page.text
    assert "secret" not in page.text
    assert client.get("/").status_code == 200


def test_health(client: TestClient) -> None:
    assert client.get("/healthz").json() == {
        "status": "ok",
        "counts": {"documents": 2, "passages": 9, "sentences": 17},
        "generation": "g1",
        "created": "2026-11-22T04:00:00Z",
        "model": {"name": "all-MiniLM-L6-v2"},
    }


@pytest.mark.usefixtures("closed")
def test_health_without_index(client: TestClient) -> None:
    ill = client.get("/healthz")
    assert ill.status_code == 503
    assert ill.json()["reason"].startswith("No index at /secret/index/.")


# Pages


def test_article_with_its_place(client: TestClient) -> None:
    page = client.get(PLACE)
    assert page.status_code == 200
    assert f'<mark class="cited" id="cited" tabindex="-1">{OPENING}</mark>' in page.text
    assert "<title>Where CMOs work · CMO Q&amp;A</title>" in page.text
    assert '<html lang="en">' in page.text
    assert "Updated 22 November 2026" in page.text
    assert "isn’t in the article any more" not in page.text


@pytest.mark.parametrize("query", ["?start=5&end=3", "?start=0&end=99999", "?start=x&end=4", "?start=1", "?end=-2"])
def test_article_without_that_place(client: TestClient, query: str) -> None:
    page = client.get(f"/article/{WHERE.id}{query}")
    assert page.status_code == 200
    assert "<mark" not in page.text
    assert "isn’t in the article any more" in page.text


def test_article_id_with_a_slash(client: TestClient) -> None:
    page = client.get(article_address("pay/of-a-cmo", 0, 3).removesuffix("#cited"))
    assert page.status_code == 200
    assert "What a CMO is &lt;paid&gt;" in page.text
    assert "<survey>" not in page.text


def test_fragment(client: TestClient) -> None:
    part = client.get(PLACE.replace("/article/", "/fragment/"))
    assert part.text.startswith('<article class="article"><h2 class="title">Where CMOs work</h2>')
    assert f'tabindex="-1">{OPENING}</mark>' in part.text


def test_library(client: TestClient) -> None:
    page = client.get("/articles")
    assert "2 articles." in page.text
    assert page.text.index("What a CMO is") < page.text.index('href="/article/where-cmos-work"')
    assert "Pay, in &lt;short&gt;." in page.text


@pytest.mark.parametrize("path", ["/article/none", "/article/", "/nothing", "/fragment/none", "/web/none.css"])
def test_missing(client: TestClient, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 404
    assert "There is no such page" in page.text
    assert '<form class="ask" action="/" method="get"' in page.text


@pytest.mark.parametrize("path", ["/api/none", "/api/ask"])
def test_missing_api(client: TestClient, path: str) -> None:
    refused = client.get(path)
    assert refused.status_code == 404
    assert refused.json() == {"error": "There is nothing here. Questions go to POST /api/ask."}


# The chat's page


def test_chat_page_is_ours(client: TestClient) -> None:
    page = client.get("/").text
    assert "<title>CMO Q&amp;A</title>" in page
    assert re.search(r'<html\s+lang="en"', page)
    assert '<meta name="description"' in page
    assert 'href="/web/favicon.svg"' in page
    assert '<a href="/articles">2 articles</a>' in page
    assert 'href="/?q=Where+do+CMOs+work%3F">Where do CMOs work?</a>' in page


def test_chat_page_loads_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/").text
    assert not re.findall(r'(?:src|href|content)="https?://[^"]*"', page)
    assert "fonts.googleapis" not in client.get("/theme.css").text
    config = json.loads(re.search(r"window\.gradio_config = (\{.*?\});</script>", page)[1])  # type: ignore[index]
    assert config["analytics_enabled"] is False
    assert config["stylesheets"] == []


def test_chat_page_policy(client: TestClient) -> None:
    page = client.get("/")
    policy = page.headers["content-security-policy"]
    nonce = re.search(r"'nonce-([\w-]+)'", policy)[1]  # type: ignore[index]
    assert re.findall(r"<script(?! nonce=)", page.text) == []
    assert set(re.findall(r'nonce="([\w-]+)"', page.text)) == {nonce}
    assert "unsafe-eval" not in policy
    assert nonce not in client.get("/").text


@pytest.mark.parametrize(
    "path", ["/", PLACE, "/articles", "/healthz", "/web/site.css", "/theme.css", "/config", "/none"]
)
def test_headers(client: TestClient, path: str) -> None:
    headers = client.get(path, headers={"Origin": "https://elsewhere.example"}).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers


def test_named_origin_may_ask() -> None:
    app = create_app(FakeLive(), allow_origins=["https://help.example"])
    preflight = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    for origin, allowed in (("https://help.example", "https://help.example"), ("https://x.example", None)):
        answered = TestClient(app).options("/api/ask", headers={"Origin": origin, **preflight})
        assert answered.headers.get("access-control-allow-origin") == allowed


@pytest.mark.parametrize(
    "path",
    [
        "/monitoring",
        "/monitoring/summary",
        "/gradio_api/upload",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/proxy=http://127.0.0.1/",
        "/gradio_api/runs",
        "/gradio_api/run/submit",
        "/gradio_api/call/submit",
        "/gradio_api/vibe-code",
        "/login",
        "/docs",
        "/pwa_icon",
    ],
)
def test_gradio_is_walled_in(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post(path, json={}).status_code == 404


def test_gradio_offers_no_named_api(client: TestClient) -> None:
    assert client.get("/gradio_api/info").json() == {"named_endpoints": {}, "unnamed_endpoints": {}}


@pytest.mark.parametrize(("path", "limit"), [("/api/ask", API_BYTES), ("/gradio_api/queue/join", CHAT_BYTES)])
def test_large_bodies_are_refused(client: TestClient, path: str, limit: int) -> None:
    refusal = {"error": f"The request is larger than {limit} bytes."}
    told = client.post(path, content=b"x" * (limit + 1))
    assert (told.status_code, told.json()) == (413, refusal)
    untold = client.post(path, content=(b"x" * 65536 for _ in range(limit // 65536 + 1)))
    assert (untold.status_code, untold.json()) == (413, refusal)


# The conversation


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_history_is_to_the_letter(question: str) -> None:
    assert chat.history_of([chat.message("user", escape(question))]) == [question]


def test_turns_carry_the_questions_before() -> None:
    knowledge = FakeKnowledge()
    messages = chat.turn(knowledge.ask, "Where <b>?", [])
    messages = chat.turn(knowledge.ask, "Will it break?", messages)
    chat.turn(knowledge.ask, "Focus?", messages)
    assert knowledge.asked[2] == ("Focus?", ("Where <b>?",))


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("break it", "Something went wrong with this question."),
        ("closed?", "The library can’t be opened right now."),
    ],
)
def test_trouble_is_told_courteously(question: str, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    markup = chat.respond(FakeKnowledge().ask, question, ())
    assert markup.startswith(f"{FAILED}<p>{shown}</p>")
    assert "secret" not in markup
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "brought",
    [
        None,
        "text",
        [3, {"role": "user"}, {"role": "system", "content": "x"}, {"role": "user", "content": ""}],
        [{"role": "user", "content": [{"type": "component", "component": "image", "value": "http://x/"}]}],
        [{"role": "assistant", "content": [{"type": "file", "file": {"path": "/etc/passwd"}}]}],
    ],
)
def test_only_text_is_read_from_the_browser(brought: object) -> None:
    assert chat.messages_of(brought) == []


def test_messages_keep_their_text() -> None:
    blocks: list[dict[str, Any]] = [{"type": "text", "text": "a"}, {"type": "file"}, {"type": "text", "text": "b"}]
    assert chat.messages_of([{"role": "user", "content": blocks}, {"role": "assistant", "content": "c"}]) == [
        chat.message("user", "ab"),
        chat.message("assistant", "c"),
    ]


def test_long_conversations_lose_their_beginning() -> None:
    messages = [chat.message("user", str(number)) for number in range(3 * chat.TURNS)]
    assert len(chat.turn(FakeKnowledge().ask, "Where?", messages)) == 2 * chat.TURNS


# Listening


def test_port_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CmoQaError) as refused:
            listen("127.0.0.1", port)
    says = f"Can't listen on 127.0.0.1:{port} (Address already in use). Try another one: --port {port + 1}"
    assert str(refused.value) == says


def test_unknown_host() -> None:
    with pytest.raises(CmoQaError, match=r"^Can't listen on 256\.0\.0\.1:80"):
        listen("256.0.0.1", 80)
