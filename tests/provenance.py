"""The provenance table of corpus/README.md, from the front matter of the articles.

To renew it: python -m tests.provenance
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

CORPUS = Path(__file__).parents[1] / "corpus"


def provenance(corpus: Path) -> list[str]:
    """The lines of the table: each article with the publishers and years of its sources."""
    paths = sorted(path for path in corpus.glob("*.md") if path.name != "README.md")
    return [
        "| article | sources |",
        "|---|---|",
        *(f"| [{path.stem}]({path.name}) | {_sources(path)} |" for path in paths),
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
    table = "\n".join(provenance(CORPUS))
    readme.write_text(re.sub(r"\| article \| sources \|\n(?:\|.*\n)*", f"{table}\n", text), encoding="utf-8")
