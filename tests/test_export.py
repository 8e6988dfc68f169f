"""The exported encoder is the published model, gives its vectors, and is made again when its files are damaged."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from cmo_qa.embed import OnnxEncoder, unit_rows
from cmo_qa.errors import ModelError
from cmo_qa.settings import Settings
from ingest import export
from ingest.adapter import ADAPTER, DOWN, UP
from ingest.export import DEFAULT_DIGEST, DEFAULT_MODEL, Model, encoder_for, locate
from tests.library import Silent

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

TEXTS = (
    "CMO",
    "Who appoints the chief medical officer?",
    "The officer reviews every serious incident (42 CFR 482.22), e.g. a fall, with Dr. Ames and the U.S. agency.",
    "Die Ärztin – schrieb „ja“ … naïve café 漢字",
    "A long passage about the duties of a physician who leads others, told once more. " * 30,
)


# Which model


def test_the_default_model_is_the_published_one() -> None:
    model = locate(DEFAULT_MODEL)
    assert (model.name, model.digest) == (DEFAULT_MODEL, DEFAULT_DIGEST)
    assert (model.folder / "modules.json").is_file()


def test_only_the_default_model_has_an_adapter(prompted: Path) -> None:
    default = locate(DEFAULT_MODEL)
    assert default.adapter == hashlib.sha256(ADAPTER.read_bytes()).hexdigest()
    assert locate(str(default.folder)).adapter == locate(str(prompted)).adapter == ""


def test_the_adapter_changes_each_linear_layer_by_its_two_factors_and_nothing_else(
    original: SentenceTransformer, published: SentenceTransformer
) -> None:
    before = published.state_dict()
    changes = load_file(ADAPTER)
    changed = set()
    for name, weight in original.state_dict().items():
        layer = name.removeprefix("0.auto_model.").removeprefix("0.model.").removesuffix(".weight")
        if layer + UP in changes:
            changed.add(layer)
            change = changes[layer + UP].float() @ changes[layer + DOWN].float()
            assert 0 < float(change.norm()) < float(before[name].norm())
            assert torch.allclose(weight - before[name], change, atol=1e-6)
        else:
            assert torch.equal(weight, before[name])
    assert len(changed) == 36  # of six layers
    assert {key.rpartition(".")[0] for key in changes} == changed


def test_a_question_comes_nearer_to_what_answers_it_in_other_words_than_with_the_published_weights(
    original: SentenceTransformer, published: SentenceTransformer
) -> None:
    question = "What does the top doctor earn?"
    texts = ["Pay is a base salary and a bonus for results.", "The top doctor reports to the president."]

    def ahead(model: SentenceTransformer) -> float:
        asked, answer, other = model.encode([question, *texts], normalize_embeddings=True, show_progress_bar=False)
        return float(asked @ answer - asked @ other)

    assert ahead(original) > ahead(published)


def test_another_adapter_is_another_encoder_in_the_cache(prompted: Path, tmp_path: Path) -> None:
    model = locate(str(prompted))
    adapted = replace(model, adapter="a1" * 32)
    made = {export.folder_of(one, tmp_path) for one in (model, adapted, replace(adapted, adapter="b2" * 32))}
    assert len(made) == 3


def test_other_weights_under_the_default_name_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other")
    monkeypatch.setattr(export, "_folder", lambda _: tmp_path)
    with pytest.raises(ModelError) as caught:
        locate(DEFAULT_MODEL)
    digest = "d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa"
    assert str(caught.value) == (
        f"{tmp_path}/model.safetensors is not the published all-MiniLM-L6-v2: sha256 {digest}.\n"
        "Install it again: make setup"
    )


def test_a_missing_folder_is_named() -> None:
    with pytest.raises(ModelError) as caught:
        locate("models/none")
    assert str(caught.value) == "No model folder models/none.\nThe default, all-MiniLM-L6-v2, needs no folder."


def test_a_folder_without_weights_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        locate(str(tmp_path))
    assert str(caught.value) == (
        f"No model.safetensors in {tmp_path}.\nName a sentence-transformers model folder with --model."
    )


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "DEFAULT_PACKAGE", "no_such_package")
    with pytest.raises(ModelError) as caught:
        locate(DEFAULT_MODEL)
    assert str(caught.value) == "The package with all-MiniLM-L6-v2 is not installed.\nInstall it: make setup"


# What it gives


@pytest.fixture(scope="module")
def original() -> SentenceTransformer:
    return export.load(locate(DEFAULT_MODEL))


@pytest.fixture(scope="module")
def published() -> SentenceTransformer:
    return export.load(replace(locate(DEFAULT_MODEL), adapter=""))


@pytest.mark.parametrize("text", TEXTS)
def test_int8_vectors_stay_near_the_original(
    text: str, original: SentenceTransformer, real_encoder: OnnxEncoder
) -> None:
    passage = original.encode_document([text], normalize_embeddings=True, show_progress_bar=False)[0]
    question = original.encode_query([text], normalize_embeddings=True, show_progress_bar=False)[0]
    assert float(passage @ real_encoder.encode_passages([text])[0].vector) >= 0.98
    assert float(question @ real_encoder.encode_question(text).vector) >= 0.98


@pytest.mark.parametrize("text", TEXTS)
def test_int8_tokens_stay_near_the_original(
    text: str, original: SentenceTransformer, real_encoder: OnnxEncoder
) -> None:
    whole = original.encode(text, output_value="token_embeddings", show_progress_bar=False)
    given = real_encoder.encode_passages([text])[0].states
    cosines = np.sum(unit_rows(whole.numpy()[1:-1]) * unit_rows(given), axis=1)
    assert len(given) == len(whole) - 2
    assert float(cosines.mean()) >= 0.97


def test_an_export_that_is_not_faithful_is_refused(
    original: SentenceTransformer, real_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = encoder_for(locate(DEFAULT_MODEL), real_settings.cache, Silent().say)
    monkeypatch.setattr(export, "SAMPLE", ("The int8 encoder is near the original, not equal to it.",))
    with pytest.raises(ModelError, match=r"^The exported model is not faithful: cosine 0\.9\d{4} on 'The int8 encoder"):
        export._check(original, folder)


# The cache


@pytest.fixture
def cache(real_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the real cache in which an export is not run but copied, and told."""
    shutil.copytree(real_settings.cache, tmp_path / "cache")
    (made,) = (folder for folder in real_settings.cache.iterdir() if folder.is_dir())

    def copy(_: Model, folder: Path, say: object) -> None:
        shutil.copytree(made, folder, dirs_exist_ok=True)
        assert callable(say)
        say("exported")

    monkeypatch.setattr(export, "_export", copy)
    return tmp_path / "cache"


def exported(cache: Path) -> bool:
    """Whether asking for the encoder had to export it; either way it loads."""
    progress = Silent()
    folder = encoder_for(locate(DEFAULT_MODEL), cache, progress.say)
    assert OnnxEncoder(folder).encode_question("Who?").vector.shape == (384,)
    assert [path.name for path in cache.iterdir() if path.is_dir()] == [folder.name]
    return progress.said == ["exported"]


def test_a_whole_cache_is_used_as_it_is(cache: Path) -> None:
    assert not exported(cache)


@pytest.mark.parametrize("name", ["encoder.onnx", "tokenizer.json", "encoder.json"])
def test_a_cache_with_a_damaged_file_is_made_again(cache: Path, name: str) -> None:
    (path,) = cache.glob(f"*/{name}")
    path.write_bytes(path.read_bytes()[:-10])
    assert exported(cache)
    assert not exported(cache)
    path.unlink()
    assert exported(cache)


@pytest.mark.parametrize("about", ["[]", "{}", '{"files": {}}', '{"files": []}', '{"files": null}'])
def test_a_cache_whose_description_says_nothing_is_made_again(cache: Path, about: str) -> None:
    next(cache.glob("*/encoder.json")).write_text(about)
    assert exported(cache)


def test_what_a_killed_export_left_is_removed_with_the_next(cache: Path) -> None:
    shutil.rmtree(next(path for path in cache.iterdir() if path.is_dir()))
    (cache / ".export-abc" / "encoder").mkdir(parents=True)
    assert exported(cache)


# Another model


@pytest.fixture(scope="module")
def prompted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny model, untrained, with prompts, few dimensions and short texts."""
    return _tiny(tmp_path_factory.mktemp("model"), "mean")


def _tiny(place: Path, pooled: str) -> Path:
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel

    torch.manual_seed(1)
    config = BertConfig(
        hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64, vocab_size=30522
    )
    inner = place / "inner"
    BertModel(config).save_pretrained(inner)
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"):
        shutil.copy(locate(DEFAULT_MODEL).folder / name, inner)
    model = SentenceTransformer(
        modules=[Transformer(str(inner), max_seq_length=24), Pooling(32, pooled)],
        prompts={"query": "question: ", "document": "text: "},
        device="cpu",
    )
    model.save(str(place / "tiny"))
    return place / "tiny"


def test_another_model_is_exported_with_its_prompts_size_and_length(prompted: Path, tmp_path: Path) -> None:
    model = locate(str(prompted))
    folder = encoder_for(model, tmp_path, Silent().say)
    about = json.loads((folder / "encoder.json").read_text())
    assert about["digest"] == model.digest
    assert about["mean_pooled"] is True
    assert (about["query_prompt"], about["document_prompt"]) == ("question: ", "text: ")
    encoder = OnnxEncoder(folder)
    assert (encoder.dim, encoder.token_dim, encoder.max_tokens) == (32, 32, 24)
    original = export.load(model)
    text = "The board leads the officer."
    asked, told = encoder.encode_question(text), encoder.encode_passages([text])[0]
    assert float(original.encode_query(text, normalize_embeddings=True) @ asked.vector) >= 0.98
    assert float(original.encode_document(text, normalize_embeddings=True) @ told.vector) >= 0.98
    assert float(asked.vector @ told.vector) < 0.9999
    for one in (asked, told):  # the prompt is read, and is no part of the text
        assert [text[start:end] for start, end in one.spans] == ["The", "board", "leads", "the", "officer", "."]
        assert one.tokens.shape == (6, 32)
    assert encoder.count_tokens(text) == 8
    assert np.allclose(np.linalg.norm(told.tokens, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(("pooled", "mean"), [("mean", True), ("cls", False), ("max", False)])
def test_only_a_vector_that_is_the_mean_of_its_tokens_says_so(tmp_path: Path, pooled: str, mean: bool) -> None:
    assert export._is_mean_pooled(export.load(locate(str(_tiny(tmp_path, pooled))))) is mean
