"""A real server and a real Chromium. Every page is watched: nothing may go wrong in it, or leave this machine."""

from __future__ import annotations

import os
import shutil
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import uvicorn

from cmo_qa.server import config, create_app, listen
from tests.web_fake import FakeKnowledge, FakeLive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

    from cmo_qa.server import Live

CHROMIUM = os.environ.get("CMO_QA_CHROMIUM") or shutil.which("chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass
class Served:
    """The application on a free port, over the hand-written library."""

    address: str
    live: FakeLive

    @property
    def knowledge(self) -> FakeKnowledge:
        return self.live.knowledge


@contextmanager
def serving(live: Live) -> Iterator[str]:
    """Serves a library on a free port; gives the address."""
    bound = listen("127.0.0.1", 0)
    server = uvicorn.Server(config(create_app(live)))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=10)
    bound.close()


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    live = FakeLive()
    with serving(live) as address:
        yield Served(address, live)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        missing = "no Chromium here: apt-get install chromium, or name one in CMO_QA_CHROMIUM"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def contexts() -> dict[str, BrowserContext]:
    """One for each set of options, so that the browser keeps Gradio's scripts from one test to the next."""
    return {}


@pytest.fixture
def open_page(browser: Browser, served: Served, contexts: dict[str, BrowserContext]) -> Iterator[Callable[..., Page]]:
    """Opens pages of a size and a colour scheme; when the test is over, says what went wrong in any of them."""
    pages: list[Page] = []
    wrong: list[str] = []

    def watch_console(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            wrong.append(f"console: {message.text}")

    def watch_request(request: Request) -> None:
        if urlsplit(request.url).scheme != "data" and urlsplit(request.url).hostname not in LOOPBACK:
            wrong.append(f"request: {request.url}")

    def opened(path: str = "/", width: int = 1440, height: int = 900, **options: object) -> Page:
        options |= {"viewport": {"width": width, "height": height}, "base_url": served.address}
        name = repr(sorted(options.items()))
        if name not in contexts:
            contexts[name] = browser.new_context(**options)  # type: ignore[arg-type]
        page = contexts[name].new_page()
        pages.append(page)
        page.set_default_timeout(10_000)
        page.on("console", watch_console)
        page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
        page.on("request", watch_request)
        page.goto(path)
        return page

    yield opened
    for page in pages:
        page.close()
    assert not wrong
