"""The usual way to answer one question: import sentence-transformers, load the model, embed, search FAISS, print.

`python benchmarks/baseline.py MODEL INDEX PASSAGES QUESTION`: a model folder, a FAISS file, a JSON list of texts.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import faiss
from sentence_transformers import SentenceTransformer


def main(model: str, index: str, passages: str, question: str) -> None:
    encoder = SentenceTransformer(model, device="cpu", local_files_only=True)
    vector = encoder.encode_query([question], normalize_embeddings=True)
    _, rows = faiss.read_index(index).search(vector, 3)
    texts = json.loads(Path(passages).read_text(encoding="utf-8"))
    for row in rows[0]:
        print(" ".join(texts[row].split()), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
