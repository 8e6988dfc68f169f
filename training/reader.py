"""Trains the reader that ships as cmo_qa/reader.onnx; see training/README.md.

usage: python -m training.reader --public DIR [--work build/reader]

One command: it makes the pairs, trains in four stages, and exports. Interrupted, it goes on from its last checkpoint.
About three hours on two cores.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from rich.console import Console
from sentence_transformers import CrossEncoder

from cmo_qa.reader import FILES, FOLDER, LONGEST, MODEL, Reader
from ingest import export
from ingest.companions import WORDINGS
from training.learning import Learning
from training.libraries import CORPUS, LIBRARIES, searched
from training.pairs import Group, Pair, asked, general, own

BATCH = 32
ALIKE = 40  # batches of a stretch whose pairs are sorted by length, so that little is padded
TOLD_EVERY = 100  # steps
GROUPS = 8  # of a batch of the last stage, beside so many pairs:
BESIDE = 15
RANKING = 0.7  # share of the groups' loss, to one of the pairs'
HALF = 0.5  # of the last stage's weights in the mean with those before it
FAITHFUL = 1e-3  # how far the exported reader's log-odds may be off before it is quantised


@dataclass(frozen=True, slots=True)
class Stage:
    """One pass over some pairs."""

    pairs: str  # "general", "own" or "asked"
    rate: float
    seed: int


STAGES = (Stage("general", 1e-4, 0), Stage("own", 7e-5, 0), Stage("own", 5e-5, 1), Stage("asked", 6e-5, 3))


@dataclass(frozen=True, slots=True)
class Lessons:
    """All that is learned from."""

    pairs: dict[str, list[Pair]]  # by the name that a stage calls them
    groups: list[Group]


def lessons(public: Path, work: Path) -> Lessons:
    """Made once and kept in the working folder."""
    kept = work / "lessons.json"
    if not kept.is_file():
        made = Lessons({"general": general(public), "own": list(_own(work))}, list(_asked(work)))
        part = kept.with_suffix(".part")
        part.write_text(json.dumps(asdict(made)), encoding="utf-8")
        part.rename(kept)
    found = json.loads(kept.read_text(encoding="utf-8"))
    pairs = {name: [Pair(**pair) for pair in some] for name, some in found["pairs"].items()}
    return Lessons(pairs, [Group(group["question"], tuple(group["statements"])) for group in found["groups"]])


def _own(work: Path) -> Iterator[Pair]:
    for sources, questions in LIBRARIES.items():
        index = searched(sources, work)
        for asked_of in questions:
            yield from own(index, asked_of)


def _asked(work: Path) -> Iterator[Group]:
    index = searched(CORPUS, work)
    index.wordings = None  # they would find what they are to teach
    yield from asked(index, CORPUS / WORDINGS)


def fresh() -> CrossEncoder:
    """The encoder's weights under a new head that gives one number; its word embeddings stay as they are."""
    torch.manual_seed(0)
    folder = str(export.locate(export.DEFAULT_MODEL).folder)
    dropout = {"attention_probs_dropout_prob": 0.0}
    model = CrossEncoder(folder, num_labels=1, max_length=LONGEST, config_kwargs=dropout, local_files_only=True)
    for parameter in model.model.bert.embeddings.parameters():
        parameter.requires_grad = False
    return model


def batches(pairs: Sequence[Pair], seed: int) -> list[list[Pair]]:
    """All pairs once, in an order of their own for each seed; those of a batch are of about one length."""
    chance = random.Random(seed)  # noqa: S311
    order = list(pairs)
    chance.shuffle(order)
    found: list[list[Pair]] = []
    for first in range(0, len(order), BATCH * ALIKE):
        stretch = sorted(order[first : first + BATCH * ALIKE], key=lambda pair: len(pair.question + pair.statement))
        some = [stretch[at : at + BATCH] for at in range(0, len(stretch) - BATCH + 1, BATCH)]
        chance.shuffle(some)
        found += some
    return found


class Loss:
    """How far the model is from telling what answers."""

    def __init__(self, model: CrossEncoder) -> None:
        self._model = model

    def of(self, batch: tuple[Sequence[Pair], Sequence[Group]]) -> torch.Tensor:
        """Over pairs, and groups where there are any."""
        pairs, groups = batch
        loss = self._of_pairs(pairs)
        return loss + RANKING * self._of_groups(groups) if groups else loss

    def _of_pairs(self, batch: Sequence[Pair]) -> torch.Tensor:
        found = self._log_odds([(pair.question, pair.statement) for pair in batch])
        wanted = torch.tensor([pair.answers for pair in batch])
        return torch.nn.functional.binary_cross_entropy_with_logits(found, wanted)

    def _of_groups(self, groups: Sequence[Group]) -> torch.Tensor:
        """How far the statement that answers is from being the likeliest of its group."""
        found = self._log_odds([(group.question, one) for group in groups for one in group.statements])
        each = found.split([len(group.statements) for group in groups])
        return torch.stack([some.logsumexp(0) - some[0] for some in each]).mean()

    def _log_odds(self, texts: Sequence[tuple[str, str]]) -> torch.Tensor:
        questions, statements = zip(*texts, strict=True)
        given = self._model.tokenizer(
            list(questions), list(statements), padding=True, truncation=True, max_length=LONGEST, return_tensors="pt"
        )
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found: torch.Tensor = self._model.model(**given).logits[:, 0].float()
        return found


def train(learned: Lessons, work: Path, console: Console) -> CrossEncoder:
    """The model after all stages; of the last one, which knows our library best, half."""
    model = fresh()
    before: dict[str, torch.Tensor] = {}
    for number, stage in enumerate(STAGES, start=1):
        torch.manual_seed(stage.seed)
        if stage is STAGES[-1]:
            before = {name: one.clone() for name, one in model.model.state_dict().items()}
        todo = (
            _ranked(learned, stage.seed) if stage.pairs == "asked" else _paired(learned.pairs[stage.pairs], stage.seed)
        )
        model.model.train()
        learning = Learning(model.model, stage.rate, len(todo), work / f"stage-{number}.pt")
        learning.learn(todo, Loss(model).of, f"Stage {number} of {len(STAGES)}", TOLD_EVERY, console)
    after = model.model.state_dict()
    mean = {
        name: torch.lerp(one, after[name], HALF) if one.is_floating_point() else one for name, one in before.items()
    }
    model.model.load_state_dict(mean)
    model.model.eval()
    return model


def _paired(pairs: Sequence[Pair], seed: int) -> list[tuple[list[Pair], list[Group]]]:
    return [(batch, []) for batch in batches(pairs, seed)]


def _ranked(learned: Lessons, seed: int) -> list[tuple[list[Pair], list[Group]]]:
    """All groups once, each few with some of our pairs, which keep the log-odds what they are."""
    chance = random.Random(seed)  # noqa: S311
    groups, pairs = list(learned.groups), list(learned.pairs["own"])
    chance.shuffle(groups)
    chance.shuffle(pairs)
    count = min(len(groups) // GROUPS, len(pairs) // BESIDE)
    return [(pairs[at * BESIDE : (at + 1) * BESIDE], groups[at * GROUPS : (at + 1) * GROUPS]) for at in range(count)]


def export_to(model: CrossEncoder, path: Path, work: Path) -> None:
    """Writes the reader as ONNX in int8. Raises ValueError where the export's log-odds are not the model's."""

    class LogOdds(torch.nn.Module):
        def __init__(self, inner: torch.nn.Module) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, input_ids: torch.Tensor, token_type_ids: torch.Tensor) -> torch.Tensor:
            mask = torch.ones_like(input_ids)
            found = self.inner(input_ids=input_ids, token_type_ids=token_type_ids, attention_mask=mask)
            return torch.as_tensor(found.logits)[:, 0]

    folder = work / FOLDER
    folder.mkdir(exist_ok=True)
    whole, tokenizer = (folder / name for name in FILES)
    tokenizer.write_text(model.tokenizer.backend_tokenizer.to_str(), encoding="utf-8")
    ids = torch.ones((2, 16), dtype=torch.int64)
    shape = {0: torch.export.Dim("batch", min=1, max=1024), 1: torch.export.Dim("tokens", min=2, max=LONGEST)}
    with export.quiet():
        torch.onnx.export(
            LogOdds(export.with_plain_norms(model.model)).eval(),
            (ids, torch.zeros_like(ids)),
            str(whole),
            input_names=["input_ids", "token_type_ids"],
            output_names=["log_odds"],
            dynamic_shapes={"input_ids": shape, "token_type_ids": shape},
            opset_version=export.OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    _check(model, Reader(folder, 1))
    _forget_shapes(whole)
    export.quantize(whole)
    whole.replace(path)


def _forget_shapes(path: Path) -> None:
    """Takes out what the export noted of shapes in between: of the one-row head it is wrong, and quantising stops."""
    graph = onnx.load(path)
    del graph.graph.value_info[:]
    onnx.save(graph, path)


def _check(model: CrossEncoder, exported: Reader) -> None:
    for text in export.SAMPLE:
        wanted = float(model.predict([(export.SAMPLE[1], text)], activation_fn=torch.nn.Identity())[0])
        found = float(exported.read(export.SAMPLE[1], [text])[0])
        if abs(wanted - found) > FAITHFUL:
            raise ValueError(f"The exported reader is not faithful: {found:.4f} for {wanted:.4f} on {text[:40]!r}.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--public", type=Path, required=True, help="folder with squad/ and medquad/")
    parser.add_argument("--work", type=Path, default=Path("build") / "reader")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    console = Console()
    learned = lessons(options.public, options.work)
    for name, some in learned.pairs.items():
        console.print(f"{name}: {len(some)} pairs, {np.mean([pair.answers == 1 for pair in some]):.2f} of them answer")
    console.print(f"asked: {len(learned.groups)} groups")
    export_to(train(learned, options.work, console), MODEL, options.work)
    console.print(f"Written: {MODEL} ({MODEL.stat().st_size / 1e6:.1f} MB)")


if __name__ == "__main__":
    main()
