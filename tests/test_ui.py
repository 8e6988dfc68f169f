"""`python ui.py` as it is typed: what it prints, where, and with which exit code."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

import ui
from cmo_qa import knowledge
from tests.web_fake import FakeLive

ROOT = Path(__file__).parent.parent
SERVE_FAKE = "import sys, ui; from cmo_qa import knowledge; from tests.web_fake import FakeLive; "
SERVE_FAKE += "knowledge.LiveKnowledgeBase = lambda path: FakeLive(); sys.exit(ui.main(sys.argv[1:]))"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "ui.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_no_index(tmp_path: Path) -> None:
    ran = run("--index", str(tmp_path / "none"))
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"No index at {tmp_path}/none/.\nBuild one: python -m ingest ")
    assert len(ran.stderr.splitlines()) == 2


@pytest.mark.parametrize("port", ["web", "-1", "65536"])
def test_no_port(port: str) -> None:
    ran = run(f"--port={port}")
    assert (ran.returncode, ran.stdout) == (2, "")
    last = ran.stderr.splitlines()[-1]
    assert last == f"ui.py: error: argument --port: {port} is no port; give a number from 0 to 65535"


def test_help_names_every_option() -> None:
    ran = run("--help")
    assert ran.returncode == 0
    assert re.findall(r"^  (--\w+)", ran.stdout, re.MULTILINE) == ["--index", "--host", "--port"]
    for default in ("index", "127.0.0.1", "7860"):
        assert f"(default: {default})" in " ".join(ran.stdout.split())


def test_port_in_use(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(knowledge, "LiveKnowledgeBase", lambda _: FakeLive())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert ui.main(["--port", str(port)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == (
        f"Can't listen on 127.0.0.1:{port} (Address already in use). Try another one: --port {port + 1}\n"
    )


@pytest.mark.parametrize(
    ("host", "shown"),
    [("127.0.0.1", "http://127.0.0.1:"), ("0.0.0.0", "http://localhost:"), ("::1", "http://[::1]:")],
)
def test_address_that_is_shown(host: str, shown: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        assert ui._address(host, bound) == f"{shown}{bound.getsockname()[1]}"


def test_serves_until_interrupted() -> None:
    command = [sys.executable, "-c", SERVE_FAKE, "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout
        ready = server.stdout.readline()
        address = re.fullmatch(r"CMO Q&A is ready: (http://127\.0\.0\.1:\d+) \(Ctrl\+C stops it\)\n", ready)
        assert address, ready
        with urllib.request.urlopen(f"{address[1]}/healthz", timeout=10) as health:
            assert health.status == 200
        server.send_signal(signal.SIGINT)
        out, err = server.communicate(timeout=20)
    assert (server.returncode, out, err) == (0, "", "")
