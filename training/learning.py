"""Learning in steps that are kept, so that a run which was stopped goes on from there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from rich.console import Console
from rich.progress import track

Batch = TypeVar("Batch")
KEPT_EVERY = 100  # steps between checkpoints
WARM_UP = 0.06  # share of the steps in which the rate rises; then it falls to nothing


class Learning:
    """The parameters of a model that are not frozen, in so many steps; `kept`: the file of the checkpoint."""

    def __init__(self, model: torch.nn.Module, rate: float, steps: int, kept: Path) -> None:
        self._model = model
        self._kept = kept
        self._learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
        self._optimizer = torch.optim.AdamW(self._learning, lr=rate, weight_decay=0.01, fused=True)
        warm = max(1, int(WARM_UP * steps))
        self._schedule = torch.optim.lr_scheduler.LambdaLR(
            self._optimizer, lambda step: min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))
        )
        self.done = 0
        self._restore()

    def _restore(self) -> None:
        if self._kept.is_file():
            kept: dict[str, Any] = torch.load(self._kept, weights_only=True)
            self.done = int(kept["done"])
            for name, one in self._held().items():
                one.load_state_dict(kept[name])

    def learn(
        self, todo: Sequence[Batch], loss_of: Callable[[Batch], torch.Tensor], title: str, told: int, console: Console
    ) -> None:
        """Learns from what is left of the batches, of which there are `steps`; says the loss of every `told`."""
        losses: list[float] = []
        for batch in track(todo[self.done :], title, console=console):
            loss = loss_of(batch)
            self._step(loss)
            losses.append(float(loss.detach()))
            if self.done % told == 0:
                console.print(f"{self.done}/{len(todo)} loss {np.mean(losses[-told:]):.4f}")
        self._keep()

    def _step(self, loss: torch.Tensor) -> None:
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self._learning, 1.0)
        self._optimizer.step()
        self._schedule.step()
        self._optimizer.zero_grad()
        self.done += 1
        if self.done % KEPT_EVERY == 0:
            self._keep()

    def _keep(self) -> None:
        part = self._kept.with_suffix(".part")
        torch.save({"done": self.done, **{name: one.state_dict() for name, one in self._held().items()}}, part)
        part.rename(self._kept)

    def _held(self) -> Mapping[str, Any]:
        return {"model": self._model, "optimizer": self._optimizer, "schedule": self._schedule}
