"""What the documentation says can be done as it says: commands, options, settings, fields, files."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from dataclasses import fields
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

import cmo_qa
from cmo_qa.settings import Settings
from cmo_qa.types import Answer, Citation, Retrieved, Statement
from ingest.write import SHOWN

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(ROOT.glob("docs/*.md"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
CODE = re.compile(
    r"^```(?:bash|sh|console)?\n(?P<fenced>.*?)^```$|^(?P<indented>(?: {4}.*\n)+)", re.MULTILINE | re.DOTALL
)
# Written so that this file doesn't hold what it looks for.
UNWANTED = {
    "a package registry": r"pypi[.]org|pythonhosted[.]org|registry[.]npmjs|/simpl[e]/|index-ur[l]|proxy[.]golang",
    "a place on somebody's machine": r"(?<![\w.])/(?:work|root|home|Users)[/]\w",
}


def commands() -> list[list[str]]:
    """The words of every command in README's code blocks, without comments and redirections."""
    blocks = [found["fenced"] or found["indented"] for found in CODE.finditer(README)]
    lines = [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]
    runs = [line for line in lines if re.match(r"(?:[A-Z_]+=\S+ )*(?:make|python|\S*bin/python)\b", line)]
    return [[word for word in shlex.split(line, comments=True) if word not in {"<", ">"}] for line in runs]


def python_commands() -> list[list[str]]:
    """What follows `python` in each command."""
    return [words[1:] for words in commands() if words[0].endswith("python")]


@cache
def help_of(*words: str) -> str:
    command = [sys.executable, *words, "--help"]
    environment = {"PATH": "", "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env=environment).stdout


def subcommands(words: list[str]) -> list[str]:
    """`-m package` or a script, and the command behind it where it has commands."""
    target = words[: 2 if words[0] == "-m" else 1]
    behind = words[len(target) :]
    return [*target, behind[0]] if behind and target == ["-m", "cmo_qa"] else target


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))


@cache
def tracked() -> list[Path]:
    """Every file of the project that git knows, or would know once it is added."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no git checkout")
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_readme_shows_how_to_run_and_test_it() -> None:
    assert {tuple(words[:2]) for words in commands()} >= {("make", "run"), ("make", "test")}
    assert any(words[:2] == ["-m", "ingest"] for words in python_commands())
    assert any(words[:3] == ["-m", "cmo_qa", "ask"] for words in python_commands())


@pytest.mark.parametrize("words", python_commands(), ids=" ".join)
def test_every_command_exists_with_its_options(words: list[str]) -> None:
    target = subcommands(words)
    assert find_spec(target[1]) if target[0] == "-m" else (ROOT / target[0]).is_file(), target
    shown = help_of(*target)
    for word in words[len(target) :]:
        if word.startswith("--"):
            assert re.search(rf"{re.escape(word.partition('=')[0])}\b", shown), f"{word} is no option of {target}"


@pytest.mark.parametrize("text", [README, *(path.read_text(encoding="utf-8") for path in DOCUMENTS[1:])], ids=len)
def test_every_target_of_make_exists(text: str) -> None:
    named = set(re.findall(r"`make ([a-z]+)", text)) | set(re.findall(r"^ {4}make ([a-z]+)", text, re.MULTILINE))
    assert named <= targets()


@pytest.mark.parametrize("target", ["setup", "run", "test", "lint", "index", "bench"])
def test_make_has_the_promised_targets(target: str) -> None:
    assert target in targets()


@pytest.mark.parametrize("target", sorted(targets() - {"setup", "bench"}))
def test_what_make_runs_is_there(target: str) -> None:
    recipe = re.search(rf"^{target}:.*\n((?:\t.*\n?)+)", MAKEFILE, re.MULTILINE)
    assert recipe
    for module in re.findall(r"python -m (\w+)", recipe[1]):
        assert find_spec(module), module
    for script in re.findall(r"python (\w+\.py)", recipe[1]):
        assert (ROOT / script).is_file()


@pytest.mark.parametrize("words", [["ui.py"], ["-m", "ingest"], ["-m", "cmo_qa", "ask"]], ids=" ".join)
def test_every_option_says_what_it_is_for(words: list[str]) -> None:
    options = [line for line in help_of(*words).splitlines() if re.match(r"[\s│]*--\w", line)]
    assert options
    for line in options:
        assert len(re.sub(r"--[\w-]+|[A-Z]{2,}|\W", " ", line).split()) >= 3, line


def test_every_setting_is_documented_with_its_default() -> None:
    for name, field in Settings.model_fields.items():
        row = re.search(rf"^\|.*`CMO_QA_{name.upper()}`.*\|$", README, re.MULTILINE)
        assert row, name
        assert f"`{field.default}`" in row[0], name
    assert set(re.findall(r"`CMO_QA_([A-Z_]+)`", README)) == {name.upper() for name in Settings.model_fields}


def test_every_module_is_on_readmes_map() -> None:
    row = {path.name for folder in ("cmo_qa", "ingest") for path in (ROOT / folder).glob("*.py")}
    named = {Path(name).name for name in re.findall(r"`([\w/]+\.py)`", README)}
    assert named - {"ui.py"} <= row, "README names what isn't there"


def test_every_field_of_an_answer_is_documented() -> None:
    text = (ROOT / "docs" / "answer.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
    assert rows == {*(field.name for field in fields(Answer)), "text"}
    for kind in (Statement, Citation, Retrieved):
        assert {field.name for field in fields(kind)} <= set(re.findall(r"`(\w+)`", text)), kind


def test_every_file_of_the_index_is_documented() -> None:
    text = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert [name for name in SHOWN if name not in text] == []


def test_what_the_package_offers_can_be_imported() -> None:
    assert all(getattr(cmo_qa, name) for name in cmo_qa.__all__)
    assert list(cmo_qa.__all__) == sorted(cmo_qa.__all__)
    used = re.findall(r"^ {4}from cmo_qa import (.+)$", README, re.MULTILINE)
    assert used
    assert {name for line in used for name in line.split(", ")} <= set(cmo_qa.__all__)


def test_importing_the_package_is_free() -> None:
    heavy = "'torch', 'gradio', 'faiss', 'onnxruntime', 'sentence_transformers', 'bm25s', 'ingest'"
    probe = f"import sys, cmo_qa; print([name for name in ({heavy}) if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", probe], cwd=ROOT, text=True) == "[]\n"


def test_the_changelog_has_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[?{re.escape(version)}\b", changelog, re.MULTILINE)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_and_pictures_lead_somewhere(path: Path) -> None:
    linked = re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8"))
    local = [target.partition("#")[0] for target in linked if "://" not in target and not target.startswith("#")]
    assert [target for target in local if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("what", UNWANTED)
def test_no_file_names_what_only_one_workplace_has(what: str) -> None:
    pattern = re.compile(UNWANTED[what])
    found = []
    for path in tracked():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}:{at}: {line}" for at, line in enumerate(lines, 1) if pattern.search(line)]
    assert found == [], what
