"""A small cross-encoder that reads question and statement together, and says whether the one answers the other.

Similarity sees that words come near to one another; reading sees who reports to whom, and that a fine is named but not
how high it is. `training/reader.py` trained it; `training/README.md` says on what, and how well it does.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cmo_qa.embed import session
from cmo_qa.errors import IndexUnusableError

if TYPE_CHECKING:
    from tokenizers import Encoding

    from cmo_qa.evidence import Evidence
    from cmo_qa.index import Index

MODEL = Path(__file__).with_name("reader.onnx")  # what ingest puts into an index
FOLDER = "reader"
FILES = ("reader.onnx", "tokenizer.json")
LONGEST = 96  # tokens of question and statement together, as it was trained
READ_FIRST = 6  # pieces of evidence that are read
READ_ON = 10  # where none of these answers, as it seems
WEIGHT = 0.04  # of the log-odds in the score of a piece of evidence; see benchmarks/
BETWEEN = " [SEP] "  # a statement, then what is above and before it


def as_read(text: str, title: str, section: Sequence[str], before: str) -> str:
    """A statement as the reader takes it: first itself, then the nearest headings and the statement before it."""
    above = [title, *(heading for heading in section if heading != title)][-2:]
    return f"{text}{BETWEEN}{' > '.join(above)}: {before}"


def read_first(index: Index, question: str, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence, its best pieces read together with the question; as it was where there is no reader."""
    if index.reader is None or not evidence:
        return list(evidence)
    log_odds = index.reader.read(question, [written(index, one) for one in evidence[:READ_FIRST]])
    more = evidence[READ_FIRST:READ_ON]
    if log_odds.max() < 0 and more:
        log_odds = np.concatenate((log_odds, index.reader.read(question, [written(index, one) for one in more])))
    read = len(log_odds)
    weighed = [
        replace(one, score=one.score + WEIGHT * float(odds - log_odds.mean()), log_odds=float(odds))
        for one, odds in zip(evidence[:read], log_odds, strict=True)
    ]
    return sorted([*weighed, *evidence[read:]], key=lambda one: (-one.score, one.row))


def written(index: Index, one: Evidence) -> str:
    """A piece of evidence as the reader takes it."""
    title, _, _ = index.heading(one.unit.document_id)
    return as_read(one.text, title, one.hit.passage.section, index.text_before(one.row, one.unit))


class Reader:
    """The reader in an index's `reader/` folder; `threads` pairs are read side by side, 0: as many as cores.

    Raises IndexUnusableError where a file is missing or unreadable.
    """

    def __init__(self, folder: Path, threads: int = 0) -> None:
        from tokenizers import Tokenizer

        try:
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._session = session(folder / "reader.onnx")
        except Exception as error:  # each library raises its own kind, down to bare Exception
            message = f"The reader in {folder} can't be loaded: {error}"
            raise IndexUnusableError(f"{message}\nBuild the index again: python -m ingest SOURCE…") from error
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.no_padding()
        self._pool = ThreadPoolExecutor(threads or os.cpu_count() or 1)

    def read(self, question: str, statements: Sequence[str]) -> NDArray[np.float32]:
        """Log-odds (n,) that each statement, written by `as_read`, answers the question; each is read alone."""
        encodings = self._tokenizer.encode_batch([(question, statement) for statement in statements])
        return np.array(list(self._pool.map(self._log_odds, encodings)), dtype=np.float32)

    def _log_odds(self, encoding: Encoding) -> float:
        ids, types = (np.array([row], dtype=np.int64) for row in (encoding.ids, encoding.type_ids))
        (found,) = self._session.run(["log_odds"], {"input_ids": ids, "token_type_ids": types})
        return float(found[0])
