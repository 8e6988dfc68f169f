"""No test reaches out: whatever is not loopback is refused before a packet leaves. Real parts are made once."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cmo_qa.embed import OnnxEncoder
from cmo_qa.settings import Settings
from ingest import build, export
from tests.library import Library, Silent, build_library, write_articles

LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(autouse=True, scope="session")
def _loopback_only() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    for name in ("connect", "connect_ex"):
        patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
    yield
    patch.undo()


def _guarded(connect: Any) -> Any:
    def guarded(self: socket.socket, address: Any) -> Any:
        inet = self.family in {socket.AF_INET, socket.AF_INET6}
        if inet and not str(address[0]).startswith(LOOPBACK):
            raise AssertionError(f"a test tried to connect to {address}")
        return connect(self, address)

    return guarded


@pytest.fixture
def small(tmp_path: Path) -> Library:
    """An index of `library.ARTICLES` with the embedder that counts words, the test's own."""
    return build_library(tmp_path / "index")


@pytest.fixture(scope="session")
def real_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings whose cache holds the real encoder, exported afresh in this session (about 20 s, once)."""
    settings = Settings(cache=tmp_path_factory.mktemp("cache"), threads=2)
    export.encoder_for(export.locate(settings.model), settings.cache, Silent().say)
    return settings


@pytest.fixture(scope="session")
def real_encoder(real_settings: Settings) -> OnnxEncoder:
    """The real encoder, int8, as every index carries it."""
    folder = export.encoder_for(export.locate(real_settings.model), real_settings.cache, Silent().say)
    return OnnxEncoder(folder, threads=2)


@pytest.fixture(scope="session")
def real_index(real_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an index of `library.ARTICLES` made with the real encoder. Shared: copy it before changing it."""
    place = tmp_path_factory.mktemp("real")
    articles = write_articles(place / "articles")
    build.build([articles], place / "index", real_settings, Silent())
    return place / "index"
