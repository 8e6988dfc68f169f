"""No test reaches out: whatever is not loopback is refused before a packet leaves. Real parts are made once."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from cmo_qa import embed
from cmo_qa.embed import OnnxEncoder
from cmo_qa.settings import Settings
from ingest import adapter, build, export
from ingest.adapter import ADAPTER
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
def real_settings(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Settings:
    """Settings whose cache holds the real encoder.

    It is exported afresh (about 20 s) only where the code that does it, or a library that it uses, is another than in
    the session before; pytest keeps it (`--cache-clear` removes it).
    """
    settings = Settings(cache=tmp_path_factory.mktemp("cache"), threads=2)
    kept = request.config.cache.mkdir("encoder") / _export_digest() if request.config.cache else None
    if kept and kept.is_dir():
        shutil.copytree(kept, settings.cache, dirs_exist_ok=True)
    export.encoder_for(export.locate(settings.model), settings.cache, Silent().say)
    if kept and not kept.is_dir():
        _keep(settings.cache, kept)
    return settings


def _keep(made: Path, kept: Path) -> None:
    """Copies the export for later sessions; where another session is at it too, one of them does."""
    with suppress(OSError):
        shutil.rmtree(kept.parent)
        fresh = kept.with_name(f"{kept.name}-{os.getpid()}")
        shutil.copytree(made, fresh)
        fresh.rename(kept)


def _export_digest() -> str:
    """What an export depends on besides the model."""
    libraries = [f"{name} {version(name)}" for name in ("onnx", "onnxruntime", "onnxscript", "torch", "transformers")]
    code = [Path(module.__file__ or "").read_bytes() for module in (export, adapter, embed)] + [ADAPTER.read_bytes()]
    return hashlib.sha256(b"".join([*code, *(name.encode() for name in libraries)])).hexdigest()[:16]


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


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """The folder of `library.ARTICLES` as files, the test's own."""
    return write_articles(tmp_path / "articles")


@pytest.fixture
def index(real_index: Path, tmp_path: Path) -> Path:
    """A copy of the shared index, the test's own."""
    shutil.copytree(real_index, tmp_path / "index", symlinks=True)
    return tmp_path / "index"
