"""Text to unit vectors with the exported encoder: onnxruntime and tokenizers, no torch."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from cmo_qa.arrays import Vectors
from cmo_qa.errors import IndexUnusableError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding


@dataclass(frozen=True, slots=True)
class Encoded:
    """One text as the encoder sees it: whole, and token by token in the light of the whole."""

    vector: Vectors  # (dim,), unit
    tokens: Vectors  # (n, token_dim), unit rows; without those of the frame and the model's prompt
    ids: NDArray[np.int64]  # (n,) of the tokens in the vocabulary
    spans: NDArray[np.int64]  # (n, 2) start and end of each token in the text, in characters
    states: Vectors  # (n, dim) of the tokens as the model leaves them, before they are shortened to `tokens`


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
    @property
    def mean_pooled(self) -> bool: ...
    def count_tokens(self, text: str) -> int: ...
    def knows(self, word: str) -> bool: ...
    def common_words(self) -> dict[str, int]: ...
    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]: ...
    def encode_questions(self, texts: Sequence[str]) -> list[Encoded]: ...
    def encode_question(self, text: str) -> Encoded: ...


class OnnxEncoder:
    """The encoder in an index's `encoder/` folder: encoder.onnx, tokenizer.json, encoder.json (written by ingest).

    `threads` texts are embedded side by side, each by one thread; 0 stands for as many as there are cores.
    Raises IndexUnusableError where one of the three is missing or unreadable.
    """

    def __init__(self, folder: Path, threads: int = 0) -> None:
        from tokenizers import Tokenizer

        try:
            self._about = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._session = session(folder / "encoder.onnx")
        except Exception as error:  # each library raises its own kind, down to bare Exception
            message = (
                f"The encoder in {folder} can't be loaded: {error}\nBuild the index again: python -m ingest SOURCE…"
            )
            raise IndexUnusableError(message) from error
        self._threads = threads or os.cpu_count() or 1
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

    @property
    def mean_pooled(self) -> bool:
        """Whether a text's vector is the mean of its tokens' states, so that a part's vector is the mean of its own."""
        return bool(self._about["mean_pooled"])

    def count_tokens(self, text: str) -> int:
        """Tokens of a passage with the model's prompt, without the two that frame it."""
        return len(self._tokenizer.encode(self._about["document_prompt"] + text, add_special_tokens=False).ids)

    def knows(self, word: str) -> bool:
        """Whether the model's vocabulary has the lower-case word whole: then it is a word, and no misspelling."""
        return self._tokenizer.token_to_id(word) is not None

    def common_words(self) -> dict[str, int]:
        """Whole words of the model's vocabulary with their ids, the commoner ones mostly having the lower."""
        return {word: at for word, at in self._tokenizer.get_vocab().items() if word.isalpha() and word.isascii()}

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        return self._encode(texts, self._about["document_prompt"])

    def encode_questions(self, texts: Sequence[str]) -> list[Encoded]:
        return self._encode(texts, self._about["query_prompt"])

    def encode_question(self, text: str) -> Encoded:
        return self.encode_questions([text])[0]

    def _encode(self, texts: Sequence[str], prompt: str) -> list[Encoded]:
        """Each text in a run of its own.

        Within one run int8 scales all texts alike, so that a text's vector would depend on its neighbours (measured:
        cosine down to 0.95 to its own when alone), and passages are no faster in batches.
        """
        encodings = self._tokenizer.encode_batch([prompt + text for text in texts])
        if len(encodings) == 1:
            return [self._encode_one(encodings[0], len(prompt))]
        with ThreadPoolExecutor(self._threads) as pool:
            return list(pool.map(lambda encoding: self._encode_one(encoding, len(prompt)), encodings))

    def _encode_one(self, encoding: Encoding, prompt: int) -> Encoded:
        """Runs the model over a text behind a prompt of so many characters."""
        framed = np.array([_framed(encoding.ids, self.max_tokens)], dtype=np.int64)
        vector, tokens, states = self._session.run(["vector", "tokens", "states"], {"input_ids": framed})
        frame = slice(1, framed.shape[1] - 1)
        spans = np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2)[frame] - prompt
        own = spans[:, 0] >= 0  # the prompt's tokens are none of the text
        rows = unit_rows(tokens[0, frame][own])
        return Encoded(unit_rows(vector[0]), rows, framed[0, frame][own], spans[own], states[0, frame][own])


def session(path: Path) -> InferenceSession:
    """The model in an ONNX file, each of its runs by one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def unit_rows(rows: Vectors) -> Vectors:
    """The rows, each of length one; this is the one place where vectors are normalised."""
    norms = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(norms, 1e-12), dtype=np.float32)


def _framed(ids: Sequence[int], most: int) -> list[int]:
    """At most so many token ids, the closing one kept."""
    return list(ids) if len(ids) <= most else [*ids[: most - 1], ids[-1]]
