"""Text to unit vectors with the exported encoder: onnxruntime and tokenizers, no torch."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cmo_qa.errors import IndexUnusableError

Vectors: TypeAlias = NDArray[np.float32]  # (n, dim), rows of unit length: inner product = cosine

BATCH_TOKENS = 4096  # one run's tokens, padding included: short texts travel in larger batches


@dataclass(frozen=True, slots=True)
class Encoded:
    """One text as the encoder sees it: whole, and token by token in the light of the whole."""

    vector: Vectors  # (dim,), unit
    tokens: Vectors  # (n, token_dim), unit rows; without those of the frame and the model's prompt
    ids: NDArray[np.int64]  # (n,) of the tokens in the vocabulary
    spans: NDArray[np.int64]  # (n, 2) start and end of each token in the text, in characters


class Embedder(Protocol):
    """Text to unit vectors, so that the inner product is the cosine."""

    @property
    def dim(self) -> int: ...
    @property
    def token_dim(self) -> int: ...
    @property
    def vocabulary_size(self) -> int: ...
    @property
    def max_tokens(self) -> int: ...
    def count_tokens(self, text: str) -> int: ...
    def knows(self, word: str) -> bool: ...
    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]: ...
    def encode_question(self, text: str) -> Encoded: ...


class OnnxEncoder:
    """The encoder in an index's `encoder/` folder: encoder.onnx, tokenizer.json, encoder.json (written by ingest).

    Raises IndexUnusableError where one of the three is missing or unreadable.
    """

    def __init__(self, folder: Path, threads: int = 0) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        try:
            self._about = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = threads
            options.log_severity_level = 3
            self._session = onnxruntime.InferenceSession(
                str(folder / "encoder.onnx"), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # each library raises its own kind, down to bare Exception
            message = (
                f"The encoder in {folder} can't be loaded: {error}\nBuild the index again: python -m ingest SOURCE…"
            )
            raise IndexUnusableError(message) from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    @property
    def dim(self) -> int:
        return int(self._about["dim"])

    @property
    def token_dim(self) -> int:
        return int(self._about["token_dim"])

    @property
    def vocabulary_size(self) -> int:
        return int(self._tokenizer.get_vocab_size())

    @property
    def max_tokens(self) -> int:
        """Tokens that one text may have, the two that frame it included; what is beyond them is not read."""
        return int(self._about["max_tokens"])

    def count_tokens(self, text: str) -> int:
        """Tokens of a passage with the model's prompt, without the two that frame it."""
        return len(self._tokenizer.encode(self._about["document_prompt"] + text, add_special_tokens=False).ids)

    def knows(self, word: str) -> bool:
        """Whether the model's vocabulary has the lower-case word whole: then it is a word, and no misspelling."""
        return self._tokenizer.token_to_id(word) is not None

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        return self._encode(texts, self._about["document_prompt"])

    def encode_question(self, text: str) -> Encoded:
        return self._encode([text], self._about["query_prompt"])[0]

    def _encode(self, texts: Sequence[str], prompt: str) -> list[Encoded]:
        encodings = self._tokenizer.encode_batch([prompt + text for text in texts])
        token_ids = [_framed(encoding.ids, self.max_tokens) for encoding in encodings]
        found: dict[int, Encoded] = {}
        for rows in _batches(token_ids):
            vectors, tokens = self._run([token_ids[row] for row in rows])
            for place, row in enumerate(rows):
                frame = slice(1, len(token_ids[row]) - 1)
                spans = np.array(encodings[row].offsets, dtype=np.int64).reshape(-1, 2)[frame] - len(prompt)
                own = spans[:, 0] >= 0  # the prompt's tokens are none of the text
                ids = np.array(token_ids[row], dtype=np.int64)[frame]
                found[row] = Encoded(vectors[place], tokens[place, frame][own], ids[own], spans[own])
        return [found[row] for row in range(len(texts))]

    def _run(self, token_ids: Sequence[Sequence[int]]) -> tuple[Vectors, Vectors]:
        longest = max(map(len, token_ids))
        ids = np.zeros((len(token_ids), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(token_ids):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        vectors, tokens = self._session.run(["vector", "tokens"], {"input_ids": ids, "attention_mask": mask})
        return unit_rows(vectors), unit_rows(tokens)


def unit_rows(rows: Vectors) -> Vectors:
    """The rows, each of length one; this is the one place where vectors are normalised."""
    norms = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(norms, 1e-12), dtype=np.float32)


def _framed(ids: Sequence[int], most: int) -> list[int]:
    """At most so many token ids, the closing one kept."""
    return list(ids) if len(ids) <= most else [*ids[: most - 1], ids[-1]]


def _batches(token_ids: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Rows of similar length together, at most BATCH_TOKENS a batch with its padding."""
    order = sorted(range(len(token_ids)), key=lambda row: len(token_ids[row]))
    batch: list[int] = []
    for row in order:
        if batch and (len(batch) + 1) * len(token_ids[row]) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch
