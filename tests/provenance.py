"""The provenance table of corpus/README.md, from the front matter of the articles.

To renew it: python -m tests.provenance
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from tests.shipped import ARTICLES, CORPUS


def provenance() -> list[str]:
    """The lines of the table: each article with the publishers and years of its sources."""
    return [
        "| article | sources |",
        "|---|---|",
        *(f"| [{path.stem}]({path.name}) | {_sources(path)} |" for path in ARTICLES),
    ]


def _sources(path: Path) -> str:
    front = yaml.safe_load(path.read_text(encoding="utf-8").split("---\n", 2)[1])
    return "; ".join(dict.fromkeys(map(_named, front["sources"])))


def _named(source: dict[str, Any]) -> str:
    by = source["name"] if source["publisher"].startswith("not stated") else source["publisher"]
    return f"{by} {source['year']}" if "year" in source else str(by)


if __name__ == "__main__":
    readme = CORPUS / "README.md"
    text = readme.read_text(encoding="utf-8")
    table = "\n".join(provenance())
    readme.write_text(re.sub(r"\| article \| sources \|\n(?:\|.*\n)*", f"{table}\n", text), encoding="utf-8")
