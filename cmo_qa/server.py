"""The web application: the chat, an address for every citation, the library, and the same answers as JSON.

    /                     the chat (`/?q=…` asks at once)        /api/ask     an answer as JSON
    /article/ID?start&end the article, the place marked          /healthz     whether questions can be answered
    /articles             the library                            /web/…       style, scripts, icon

Gradio serves the chat and is walled in: only the routes that its page uses are reachable. Importing this module is
cheap; Gradio is imported when the application is built.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from cmo_qa import pages
from cmo_qa.errors import CmoQaError
from cmo_qa.guard import BodyLimit, GradioGate, SecurityHeaders

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import uvicorn

    from cmo_qa.types import Answer, Document

STATIC = Path(__file__).parent / "static"
GRADIO = {  # what Gradio takes from the environment alone
    "GRADIO_ANALYTICS_ENABLED": "False",  # sends nothing home
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",  # keeps no record of what was asked when,
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000000",  # and makes no pandas table of it after every question
}
EXAMPLES = 6  # questions to start with
HISTORY = 50  # earlier questions that a request may bring
STOP_SECONDS = 2  # that open connections get when the server stops


class Knowledge(Protocol):
    """What the pages need of a knowledge base."""

    @property
    def manifest(self) -> Mapping[str, Any]: ...
    def ask(self, question: str, history: Sequence[str] = ()) -> Answer: ...
    def document(self, document_id: str) -> Document | None: ...
    def documents(self) -> Sequence[pages.Listed]: ...
    def example_questions(self, count: int) -> Sequence[str]: ...


class Live(Protocol):
    """Gives the knowledge base of the moment. Raises CmoQaError while there is none to be had."""

    def current(self) -> Knowledge: ...


class Asked(BaseModel):
    """A question, and the questions before it, oldest first."""

    question: str
    history: list[str] = Field(default_factory=list, max_length=HISTORY)


def create_app(live: Live, *, allow_origins: Sequence[str] = ()) -> FastAPI:
    """The application over a live knowledge base. Pages of other sites may read answers if their origin is named."""
    app = FastAPI(title=pages.NAME, docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    app.add_middleware(
        CORSMiddleware, allow_origins=list(allow_origins), allow_methods=["POST"], allow_headers=["Content-Type"]
    )
    app.add_middleware(BodyLimit)
    app.add_middleware(SecurityHeaders)
    _add_errors(app)
    _add_last_resort(app)
    _add_api(app, live)
    _add_pages(app, live)
    app.mount("/web", StaticFiles(directory=STATIC), name="web")
    _mount_chat(app, live)
    return app


def _add_api(app: FastAPI, live: Live) -> None:
    @app.post("/api/ask")
    def ask(asked: Asked) -> JSONResponse:
        """Answers one question; the object is the same as `python -m cmo_qa ask --json` prints."""
        return JSONResponse(live.current().ask(asked.question, asked.history).as_json())

    @app.get("/healthz")
    def health() -> JSONResponse:
        """200 while questions can be answered, 503 with the reason while they can't."""
        try:
            return JSONResponse({"status": "ok", **_state(live.current())})
        except CmoQaError as error:
            return JSONResponse({"status": "unavailable", "reason": str(error)}, status_code=503)


def _state(knowledge: Knowledge) -> dict[str, Any]:
    manifest = knowledge.manifest
    said = {name: manifest.get(name) for name in ("counts", "created", "model")}
    return {**said, "generation": getattr(knowledge, "generation", None)}


def _add_pages(app: FastAPI, live: Live) -> None:
    @app.get("/article/{document_id:path}", include_in_schema=False)
    def article(document_id: str, request: Request) -> HTMLResponse:
        document = _document(live, document_id)
        start, end = (_offset(request, name) for name in ("start", "end"))
        pointed = bool({"start", "end"} & set(request.query_params))
        return HTMLResponse(pages.article_page(document, start, end, pointed=pointed))

    @app.get("/fragment/{document_id:path}", include_in_schema=False)
    def fragment(document_id: str, request: Request) -> HTMLResponse:
        start, end = (_offset(request, name) for name in ("start", "end"))
        return HTMLResponse(pages.source_fragment(_document(live, document_id), start, end))

    @app.get("/articles", include_in_schema=False)
    def articles() -> HTMLResponse:
        return HTMLResponse(pages.library_page(live.current().documents()))


def _document(live: Live, document_id: str) -> Document:
    document = live.current().document(document_id)
    if document is None:
        raise HTTPException(404)
    return document


def _offset(request: Request, name: str) -> int | None:
    value = request.query_params.get(name, "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 12 else None


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(CmoQaError)
    def known(request: Request, error: CmoQaError) -> Response:
        sys.stderr.write(f"{error}\n")
        if _wants_json(request):
            return JSONResponse({"error": "The library can't be opened right now."}, status_code=503)
        return HTMLResponse(pages.trouble_page(), status_code=503)

    @app.exception_handler(RequestValidationError)
    def malformed(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"][1:]) or "the request"
        says = f'{field}: {first["msg"]}. Send {{"question": "…", "history": ["…"]}}.'
        return JSONResponse({"error": says}, status_code=422)

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        if error.status_code == 404:
            return _missing(request.url.path)
        return JSONResponse({"error": error.detail}, status_code=error.status_code, headers=error.headers)


def _add_last_resort(app: FastAPI) -> None:
    @app.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> Response:
        sys.stderr.write(f"{request.url.path} failed: {type(error).__name__}: {error}\n")
        if _wants_json(request):
            return JSONResponse({"error": "Something went wrong with this request."}, status_code=500)
        return HTMLResponse(pages.trouble_page(), status_code=500)


def _missing(path: str) -> Response:
    if path.startswith("/api/"):
        return JSONResponse({"error": "There is nothing here. Questions go to POST /api/ask."}, status_code=404)
    return HTMLResponse(pages.missing_page(), status_code=404)


def _wants_json(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def _mount_chat(app: FastAPI, live: Live) -> None:
    def dress(page: str, nonce: str) -> str:
        return pages.chat_page(page, nonce, *_welcome(live))

    with ThreadPoolExecutor(1) as apart:  # from whatever loop runs here
        apart.submit(lambda: asyncio.run(_mount_gradio(app, live))).result()
    mount = next(route for route in reversed(app.router.routes) if isinstance(route, Mount))
    mount.app = GradioGate(mount.app, dress, _missing)


async def _mount_gradio(app: FastAPI, live: Live) -> None:
    """In a running event loop, since Gradio opens one for each of its locks, and leaves it open, where none runs."""
    os.environ.update(GRADIO)
    import gradio as gr

    from cmo_qa.chat import build_chat, theme

    gr.mount_gradio_app(
        app,
        build_chat(lambda question, history: live.current().ask(question, history)),
        path="/",
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        mcp_server=False,
        show_error=False,
        max_file_size=1,
        theme=theme(),
    )


def _welcome(live: Live) -> tuple[Sequence[str], Mapping[str, Any]]:
    try:
        knowledge = live.current()
        return knowledge.example_questions(EXAMPLES), knowledge.manifest.get("counts", {})
    except CmoQaError:
        return (), {}


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address. Raises CmoQaError that says what to do where that can't be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise CmoQaError(
            f"Can't listen on {host}:{port} ({error.strerror or error}). Try another one: --port {port + 1}"
        ) from error
    return bound


def serve(app: FastAPI, bound: socket.socket, ready: str) -> None:
    """Serves until it is stopped; `ready` is printed once requests are answered."""
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            sys.stdout.write(f"{ready}\n")
            sys.stdout.flush()

    Server(config(app)).run(sockets=[bound])


def config(app: FastAPI) -> uvicorn.Config:
    """How the server runs: no log of what people ask, and no name of the software in its answers."""
    import uvicorn

    return uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=STOP_SECONDS
    )
