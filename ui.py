"""The web application: `python ui.py --index DIR [--host HOST] [--port PORT]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cmo_qa.errors import CmoQaError
from cmo_qa.settings import load

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 compared with, not bound to


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves the index until it is stopped. 0: stopped; 2: it could not start, and standard error says why."""
    try:
        _serve(_options(arguments))
    except CmoQaError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        pass
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    settings = load()
    parser = argparse.ArgumentParser(prog="ui.py", description="Serves the chat, the articles and the JSON answers.")
    parser.add_argument("--index", type=Path, default=settings.index, help="folder of the index (default: %(default)s)")
    parser.add_argument("--host", default=settings.host, help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=_port, default=settings.port, help="port to listen on; 0: any free one (default: %(default)s)"
    )
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port; give a number from 0 to 65535")
    return int(text)


def _serve(options: argparse.Namespace) -> None:
    from cmo_qa.knowledge import LiveKnowledgeBase
    from cmo_qa.server import create_app, listen, serve

    live = LiveKnowledgeBase(options.index)
    live.current()
    bound = listen(options.host, options.port)
    serve(create_app(live), bound, f"CMO Q&A is ready: {_address(options.host, bound)} (Ctrl+C stops it)")


def _address(host: str, bound: socket.socket) -> str:
    shown = "localhost" if host in EVERYWHERE else f"[{host}]" if ":" in host else host
    return f"http://{shown}:{bound.getsockname()[1]}"


if __name__ == "__main__":
    sys.exit(main())
