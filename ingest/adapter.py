"""What was trained on top of the default model: small changes of its weights, added to them before it is exported.

Each change is the product of two narrow matrices ("LoRA", Hu and others 2021). `training/encoder.py` trained them;
`training/README.md` says on what, and what they earn.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

ADAPTER = Path(__file__).with_name("adapter.safetensors")
UP, DOWN = ".up", ".down"  # behind a layer's name: it changes by up (out, rank) @ down (rank, in)


def adapt(original: SentenceTransformer) -> None:
    """Adds the changes to the model's weights, in place."""
    from safetensors.torch import load_file

    kept = load_file(ADAPTER)
    for name in (key.removesuffix(UP) for key in kept if key.endswith(UP)):
        layer = original[0].auto_model.get_submodule(name)
        layer.weight.data += kept[name + UP].float() @ kept[name + DOWN].float()
