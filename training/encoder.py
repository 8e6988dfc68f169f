"""Trains the adapter that ships as ingest/adapter.safetensors; see training/README.md.

usage: python -m training.encoder --public DIR [--work build/encoder]

One command: it makes the lessons, trains and writes. Interrupted, it goes on from its last checkpoint. Some twenty
minutes on two cores.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer
from torch.nn.functional import normalize
from torch.nn.utils import parametrize

from cmo_qa.late import inverse_frequency
from ingest import export
from ingest.adapter import ADAPTER, DOWN, UP
from ingest.companions import WORDINGS
from training.learning import Learning
from training.lessons import Lesson, of_library, squad, worded, written_for_it
from training.libraries import CORPUS, LIBRARIES, searched

SEED = 1
RANK = 16
RATE = 5e-4
ROUNDS = 3  # over all lessons
TOGETHER = 4  # passages of one article that stand in a batch, so that what is near is told apart
RUNS = 6  # such runs of a batch
ASKED = 8  # questions of one passage in a batch, at most
LONGEST = 256  # tokens
DROPOUT = 0.05
SHARPNESS = 25.0  # of the softmax over cosines
SHARE = 0.5  # of what was learned that ships: as good on our kind of text, and on others little is lost by it
AT_ONCE = 32  # texts of a run of the model
TOLD_EVERY = 20  # steps


@dataclass(frozen=True, slots=True)
class Read:
    """A lesson in tokens."""

    article: str
    ids: list[int]
    units: list[list[int]]  # places of each unit's own tokens
    asked: list[tuple[str, list[int], tuple[int, ...]]]  # question, its tokens, and the units that answer it


class LowRank(torch.nn.Module):
    """A weight with a change of low rank, which begins as none."""

    def __init__(self, weight: torch.Tensor) -> None:
        super().__init__()
        out, into = weight.shape
        self.down = torch.nn.Parameter(torch.randn(RANK, into) / into**0.5)
        self.up = torch.nn.Parameter(torch.zeros(out, RANK))

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        return weight + self.up @ self.down


class Student(torch.nn.Module):
    """The default model, whose every linear layer learns a change of low rank."""

    def __init__(self, original: SentenceTransformer) -> None:
        super().__init__()
        self.basis = export.token_basis(original)  # before anything is learned: what is exported has the model's own
        self.transformer = original[0].auto_model
        self.transformer.requires_grad_(requires_grad=False)
        for layer in self.layers().values():
            parametrize.register_parametrization(layer, "weight", LowRank(layer.weight))
        for module in self.transformer.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = DROPOUT

    def layers(self) -> dict[str, torch.nn.Linear]:
        named = self.transformer.named_modules()
        return {name: one for name, one in named if name.startswith("encoder.") and isinstance(one, torch.nn.Linear)}

    def changes(self) -> dict[str, torch.Tensor]:
        """The share that ships of what was learned, as `ingest.adapter` reads it."""
        found: dict[str, torch.Tensor] = {}
        for name in self.layers():
            learned = self.transformer.get_submodule(f"{name}.parametrizations.weight.0")
            found |= {name + UP: learned.up * SHARE, name + DOWN: learned.down}
        return {name: one.detach().half().contiguous() for name, one in found.items()}

    def forward(self, texts: Sequence[list[int]]) -> list[torch.Tensor]:
        """The states (tokens, dim) of each text's tokens."""
        found: dict[int, torch.Tensor] = {}
        by_length = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        for first in range(0, len(by_length), AT_ONCE):
            some = by_length[first : first + AT_ONCE]
            ids = torch.nn.utils.rnn.pad_sequence([torch.tensor(texts[at]) for at in some], batch_first=True)
            lengths = torch.tensor([len(texts[at]) for at in some])
            mask = torch.arange(ids.shape[1]) < lengths[:, None]
            with torch.autocast("cpu", dtype=torch.bfloat16):
                states = self.transformer(input_ids=ids, attention_mask=mask.long()).last_hidden_state
            found |= {at: states[row, : len(texts[at])].float() for row, at in enumerate(some)}
        return [found[at] for at in range(len(texts))]


def lessons(public: Path, work: Path) -> list[Lesson]:
    """All that is learned from."""
    found = of_library(searched(CORPUS, work), worded(CORPUS / WORDINGS))
    for sources, questions in LIBRARIES.items():
        asked = (one for file in questions for one in written_for_it(file))
        found += of_library(searched(sources, work), asked)
    return found + list(squad(public / "squad" / "dev-v2.0.json", public / "xquad_sentences" / "corpus.jsonl"))


def read(original: SentenceTransformer, some: Sequence[Lesson]) -> list[Read]:
    """The lessons in the model's tokens."""
    tokens = original.tokenizer
    given = tokens([one.text for one in some], truncation=True, max_length=LONGEST, return_offsets_mapping=True)
    found = []
    for lesson, ids, spans in zip(some, given["input_ids"], given["offset_mapping"], strict=True):
        own = [[at for at, (a, b) in enumerate(spans) if start <= a < b <= end] for start, end in lesson.units]
        questions = tokens([question for question, _ in lesson.asked], truncation=True, max_length=LONGEST)["input_ids"]
        asked = [
            (question, asked_ids, tuple(at for at in units if own[at]))
            for (question, units), asked_ids in zip(lesson.asked, questions, strict=True)
        ]
        found.append(Read(lesson.article, ids, own, [one for one in asked if one[2]]))
    return [one for one in found if one.asked]


def batches(some: Sequence[Read], chance: random.Random) -> list[list[Read]]:
    """All lessons once, a few of the same article always together."""
    articles: dict[str, list[Read]] = {}
    for one in some:
        articles.setdefault(one.article, []).append(one)
    runs = []
    for of_article in articles.values():
        chance.shuffle(of_article)
        runs += [of_article[at : at + TOGETHER] for at in range(0, len(of_article), TOGETHER)]
    chance.shuffle(runs)
    return [[one for run in runs[at : at + RUNS] for one in run] for at in range(0, len(runs), RUNS)]


class Compared:
    """A batch as the program would compare it: every question with every unit and every passage in it."""

    def __init__(self, student: Student, batch: Sequence[Read], rarity: torch.Tensor, chance: random.Random) -> None:
        self._student = student
        self._rarity = rarity
        self._batch = batch
        self._firsts = np.cumsum([0, *(len(one.units) for one in batch)])
        self._asked = [
            (at, *question)
            for at, one in enumerate(batch)
            for question in chance.sample(one.asked, min(ASKED, len(one.asked)))
        ]

    def loss(self) -> torch.Tensor:
        """How far units and passages that answer are from being the likeliest, by each of the program's signals."""
        states = self._student([one.ids for one in self._batch])
        asked = self._student([ids for _, _, ids, _ in self._asked])
        vectors = normalize(torch.stack([one.mean(0) for one in asked]), dim=-1)
        passages = normalize(torch.stack([one.mean(0) for one in states]), dim=-1)
        cosines = vectors @ self._units(states).T
        late = self._late(asked, [of[own] for one, of in zip(self._batch, states, strict=True) for own in one.units])
        units, whole = self._wanted()
        return (
            _by_each(cosines, late, units)
            + _loss(vectors @ passages.T, whole) / 2
            + self._alike(asked, vectors, units) / 2
        )

    def _alike(self, asked: Sequence[torch.Tensor], vectors: torch.Tensor, units: torch.Tensor) -> torch.Tensor:
        """How far questions that the same units answer are from being the likest, of those that have such others."""
        itself = torch.eye(len(asked), dtype=torch.bool)
        wanted = ((units.float() @ units.float().T) > 0) & ~itself
        paired = wanted.any(1)
        if not paired.any():
            return torch.zeros(())
        late = self._late(asked, [one[1:-1] for one in asked])
        cosines, late = (scores.masked_fill(itself, -1.0)[paired] for scores in (vectors @ vectors.T, late))
        return _by_each(cosines, late, wanted[paired])

    def _wanted(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Which units (questions, units) and passages (questions, passages) answer; all that answer the same words."""
        by_question: dict[str, set[tuple[int, int]]] = {}
        for at, question, _, answering in self._asked:
            by_question.setdefault(question, set()).update((at, unit) for unit in answering)
        units = torch.zeros((len(self._asked), int(self._firsts[-1])), dtype=torch.bool)
        passages = torch.zeros((len(self._asked), len(self._batch)), dtype=torch.bool)
        for row, (_, question, _, _) in enumerate(self._asked):
            for at, unit in by_question[question]:
                units[row, self._firsts[at] + unit] = True
                passages[row, at] = True
        return units, passages

    def _units(self, states: Sequence[torch.Tensor]) -> torch.Tensor:
        """Each unit's vector, with the one before it in its passage, as `ingest.embed` makes it."""
        found = []
        for one, of_passage in zip(self._batch, states, strict=True):
            sums = torch.stack([of_passage[own].sum(0) for own in one.units])
            found.append(torch.cat([sums[:1], sums[1:] + sums[:-1]]))
        return normalize(torch.cat(found), dim=-1)

    def _late(self, asked: Sequence[torch.Tensor], given: Sequence[torch.Tensor]) -> torch.Tensor:
        """Late interaction (questions, texts) of tokens' states, as `cmo_qa.late` has it."""
        basis = self._student.basis
        wanted = normalize(torch.cat([one[1:-1] for one in asked]) @ basis, dim=-1)
        near = wanted @ normalize(torch.cat(list(given)) @ basis, dim=-1).T
        of_text = torch.repeat_interleave(torch.arange(len(given)), torch.tensor([len(one) for one in given]))
        nearest = torch.full((len(near), len(given)), -1.0)
        nearest = nearest.scatter_reduce(1, of_text.expand(len(near), -1), near, "amax", include_self=False)
        rows = torch.repeat_interleave(torch.arange(len(asked)), torch.tensor([len(one) - 2 for one in asked]))
        weights = self._rarity[torch.tensor([token for _, _, ids, _ in self._asked for token in ids[1:-1]])]
        summed = torch.zeros((len(asked), len(given))).index_add(0, rows, nearest * weights[:, None])
        return summed / torch.zeros(len(asked)).index_add(0, rows, weights)[:, None]


def _by_each(cosines: torch.Tensor, late: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """The loss of each of the two signals, and of both together."""
    return _loss(cosines, wanted) + _loss(late, wanted) + _loss((cosines + late) / 2, wanted)


def _loss(scores: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    sharp = scores * SHARPNESS
    return (sharp.logsumexp(1) - sharp.masked_fill(~wanted, -torch.inf).logsumexp(1)).mean()


def rarity_in(some: Sequence[Read], vocabulary: int) -> torch.Tensor:
    """What each token of the vocabulary counts, by how many of the passages hold it."""
    holding = np.bincount(np.concatenate([np.unique(one.ids) for one in some]), minlength=vocabulary)
    return torch.tensor([inverse_frequency(int(count), len(some)) for count in holding])


def train(original: SentenceTransformer, some: Sequence[Read], work: Path, console: Console) -> Student:
    torch.manual_seed(SEED)
    student = Student(original)
    rarity = rarity_in(some, len(original.tokenizer))
    todo = [batch for turn in range(ROUNDS) for batch in batches(some, random.Random(SEED + turn))]  # noqa: S311
    learning = Learning(student, RATE, len(todo), work / "student.pt")
    student.train()

    def loss_of(batch: Sequence[Read]) -> torch.Tensor:
        return Compared(student, batch, rarity, random.Random(learning.done)).loss()  # noqa: S311

    learning.learn(todo, loss_of, "Learning", TOLD_EVERY, console)
    return student.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--public", type=Path, required=True, help="folder with squad/ and xquad_sentences/")
    parser.add_argument("--work", type=Path, default=Path("build") / "encoder")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    console = Console()
    found = lessons(options.public, options.work)
    console.print(f"{len(found)} passages, {sum(len(one.asked) for one in found)} questions")
    original = export.load(replace(export.locate(export.DEFAULT_MODEL), adapter=""))
    student = train(original, read(original, found), options.work, console)
    save_file(student.changes(), ADAPTER)
    ADAPTER.chmod(0o644)
    console.print(f"Written: {ADAPTER} ({ADAPTER.stat().st_size / 1e6:.1f} MB)")


if __name__ == "__main__":
    main()
