"""Whether a small reader pays: a cross-encoder of the same MiniLM weights that reads question and sentence together.

    python -m benchmarks reader        about twenty minutes on two cores

Trained in one pass over questions on reading (SQuAD 2.0's development set, a third of it unanswerable), on health
(MedQuAD's other answers on the same topic as near misses) and on our own calibration questions, then asked of the gold
questions how likely the best of the first three pieces of evidence answers. Nothing of it ships unless it pays.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import track
from rich.table import Table

from cmo_qa import evaluate
from cmo_qa.compose import ranked
from cmo_qa.evidence import Evidence, gather
from cmo_qa.index import Index
from cmo_qa.knowledge import SEARCHED, KnowledgeBase
from cmo_qa.question import understand
from cmo_qa.retrieve import retrieve
from cmo_qa.settings import Settings
from cmo_qa.text import content_words
from ingest import export
from ingest.build import build
from ingest.progress import Progress

Pair = tuple[str, str, float]  # question, text, whether the text answers it

SEED = 1
READING, HEALTH = 5000, 2000  # pairs taken of SQuAD and MedQuAD
READ = 3  # pieces of evidence that are read for a question
WINDOW = 450  # characters of a text that is read
BATCH, LENGTH, RATE = 32, 128, 5e-5
SHARES = (0.0, 0.25, 0.5, 1.0)  # weight of the reader's log-odds beside the confidence's


def measure(settings: Settings, data: Path) -> Table:
    """Trains the reader and tells the two kinds of questions apart: with the signs alone, with it alone, with both."""
    folder = Path("build/reader-index")
    build([Path("corpus")], folder, settings, Progress())
    knowledge, index = KnowledgeBase.open(folder), Index.open(folder)
    pairs = [*_reading(data), *_health(data), *_ours(index)]
    random.Random(SEED).shuffle(pairs)
    score = _train(pairs, settings)
    gold = evaluate.load(Path("tests/golden/questions.jsonl"))
    signs = np.array([_log_odds(knowledge.ask(one.question, one.history).confidence) for one in gold])
    reader = np.array([_best(score, index, one.question, one.history) for one in track(gold, "Reading")])
    answerable = np.array([one.answerable for one in gold])
    table = Table("confidence", "AUROC on the gold questions")
    table.add_row("reader alone", _auroc(reader, answerable))
    for share in SHARES:
        table.add_row(f"signs + {share} reader", _auroc(signs + share * reader, answerable))
    return table


def _auroc(values: Any, answerable: Any) -> str:
    return f"{evaluate.auroc(list(values[answerable]), list(values[~answerable])):.3f}"


def _log_odds(share: float) -> float:
    kept = min(max(share, 1e-4), 1 - 1e-4)
    return float(np.log(kept / (1 - kept)))


def _reading(data: Path) -> list[Pair]:
    articles = json.loads((data / "squad" / "dev-v2.0.json").read_text(encoding="utf-8"))["data"]
    found = [
        (asked["question"], _around(paragraph["context"], asked), float(not asked["is_impossible"]))
        for article in articles
        for paragraph in article["paragraphs"]
        for asked in paragraph["qas"]
    ]
    return random.Random(SEED).sample(found, READING)


def _around(context: str, asked: dict[str, Any]) -> str:
    """The part of the paragraph where the answer stands, or where most of the question's words do."""
    if asked["answers"]:
        middle = context.find(asked["answers"][0])
    else:
        wanted = set(content_words(asked["question"]))
        places = range(0, max(len(context) - WINDOW, 1), 100)
        best = max(places, key=lambda at: len(wanted & set(content_words(context[at : at + WINDOW]))))
        middle = best + WINDOW // 2
    start = max(0, middle - WINDOW // 2)
    return context[start : start + WINDOW]


def _health(data: Path) -> list[Pair]:
    lines = (data / "medquad" / "pairs.jsonl").read_text(encoding="utf-8").splitlines()
    topics: dict[str, list[dict[str, str]]] = {}
    for line in lines:
        pair = json.loads(line)
        topics.setdefault(pair["focus"], []).append(pair)
    found: list[Pair] = []
    for pairs in topics.values():
        for at, pair in enumerate(pairs):
            found.append((pair["question"], pair["answer"][:WINDOW], 1.0))
            if len(pairs) > 1:
                found.append((pair["question"], pairs[at - 1]["answer"][:WINDOW], 0.0))
    return random.Random(SEED).sample(found, HEALTH)


def _ours(index: Index) -> Iterator[Pair]:
    """Our calibration questions: with their evidence, with what is near it, and with what the others nearly answer."""
    lines = Path("training/calibration.jsonl").read_text(encoding="utf-8").splitlines()
    for line in track(lines, "Pairing"):
        gold = json.loads(line)
        found = _evidence(index, gold["question"], gold.get("history") or [])
        if gold["answerable"]:
            wanted = [place["text"] for place in gold["evidence"]]
            yield from ((gold["question"], text, 1.0) for text in wanted[:2])
            others = [one for one in found[8:] if one.text not in wanted]
            yield from ((gold["question"], _text(one), 0.0) for one in others[:2])
        else:
            yield from ((gold["question"], _text(one), 0.0) for one in found[:READ])


def _evidence(index: Index, question: str, history: Sequence[str]) -> list[Evidence]:
    understood = understand(index, question, history)
    hits = retrieve(index, understood.encoded, understood.stems, SEARCHED)
    return ranked(understood, gather(index, understood.encoded, hits))


def _text(one: Evidence) -> str:
    return ": ".join((*one.hit.passage.section[-1:], one.text))


def _best(score: Any, index: Index, question: str, history: Sequence[str]) -> float:
    found = _evidence(index, question, history)[:READ]
    return float(max(score([(question, _text(one)) for one in found])))


def _train(pairs: Sequence[Pair], settings: Settings) -> Any:
    """One pass over the pairs; gives a function from (question, text) pairs to log-odds."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    torch.manual_seed(SEED)
    folder = str(export.locate(settings.model).folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=1)
    steps = range(0, len(pairs), BATCH)
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=len(steps), pct_start=0.1)

    def log_odds(texts: Sequence[tuple[str, str]]) -> Any:
        questions, passages = zip(*texts, strict=True)
        inputs = tokenizer(
            list(questions), list(passages), truncation=True, max_length=LENGTH, padding=True, return_tensors="pt"
        )
        return model(**inputs).logits[:, 0]

    model.train()
    for first in track(steps, "Training"):
        batch = pairs[first : first + BATCH]
        wanted = torch.tensor([label for *_, label in batch])
        found = log_odds([(question, text) for question, text, _ in batch])
        loss = torch.nn.functional.binary_cross_entropy_with_logits(found, wanted)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    model.eval()

    def score(texts: Sequence[tuple[str, str]]) -> list[float]:
        with torch.no_grad():
            return [float(value) for value in log_odds(texts)]

    return score
