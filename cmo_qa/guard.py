"""What stands between the network and the application: headers, the size of requests, and the wall around Gradio."""

from __future__ import annotations

import re
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, JSONResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

API_BYTES = 64 << 10  # of a request to /api/
CHAT_BYTES = 4 << 20  # of any other: the chat brings its conversation along

_OWN = "default-src 'none'; connect-src 'self'; font-src 'self' data:; img-src 'self' data:; form-action 'self'"
_SHUT = "base-uri 'none'; frame-ancestors 'none'"
PAGE_POLICY = f"{_OWN}; script-src 'self'; style-src 'self'; {_SHUT}"
CHAT_POLICY = f"{_OWN}; script-src 'self' 'nonce-{{nonce}}'; style-src 'self' 'unsafe-inline'; {_SHUT}"

# What Gradio's page asks for. Uploads, files, proxying, editing and monitoring stay shut.
_OPEN = re.compile(
    r"/(?:|config|theme\.css|robots\.txt|assets/.+|static/.+"
    r"|gradio_api/(?:info|theme\.css|startup-events|queue/(?:join|data)|heartbeat/[^/]+|reset|cancel))/?"
)

_HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class SecurityHeaders:
    """Adds what browsers should know about every response, unless the response says otherwise itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", caching(scope["path"]))
            await send(message)

        await self.app(scope, receive, add if scope["type"] == "http" else send)


def caching(path: str) -> str:
    """How long a browser may keep it: Gradio's assets carry a digest in their names."""
    return "public, max-age=31536000, immutable" if path.startswith("/assets/") else "no-cache"


class BodyLimit:
    """Refuses request bodies that no question needs, whether they say their size or not."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = API_BYTES if scope["path"].startswith("/api/") else CHAT_BYTES
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdecimal() or int(declared) > limit:
            await _too_large(limit)(scope, receive, send)
            return
        await _Counted(self.app, limit)(scope, receive, send)


def _too_large(limit: int) -> JSONResponse:
    return JSONResponse({"error": f"The request is larger than {limit} bytes."}, status_code=413)


class _Counted:
    """Passes a request on until its body has more bytes than the limit."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app, self.limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        taken, started = 0, False

        async def count() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self.limit:
                raise _TooMuchError
            return message

        async def pass_on(message: Message) -> None:
            nonlocal started
            if taken <= self.limit:
                started = True
                await send(message)

        with suppress(_TooMuchError):
            await self.app(scope, count, pass_on)
        if taken > self.limit and not started:
            await _too_large(self.limit)(scope, receive, send)


class _TooMuchError(Exception):
    """More bytes than the limit came in."""


class GradioGate:
    """Lets through what Gradio's page needs, and puts our shell around that page."""

    def __init__(self, app: ASGIApp, dress: Callable[[str, str], str], missing: Callable[[str], ASGIApp]) -> None:
        self.app, self.dress, self.missing = app, dress, missing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif not _OPEN.fullmatch(scope["path"]):
            await self.missing(scope["path"])(scope, receive, send)
        elif scope["path"] == "/" and scope["method"] == "GET":
            await self._page(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {}
        body = bytearray()

        async def hold(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body.extend(message.get("body", b""))

        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        await self.app({**scope, "headers": plain}, receive, hold)
        await self._dressed(start["status"], bytes(body))(scope, receive, send)

    def _dressed(self, status: int, body: bytes) -> HTMLResponse:
        nonce = secrets.token_urlsafe(16)
        page = self.dress(body.decode("utf-8"), nonce)
        return HTMLResponse(page, status, {"Content-Security-Policy": CHAT_POLICY.format(nonce=nonce)})
