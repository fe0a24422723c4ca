"""esm-cpp's side of the embedding benchmark: it needs an older numpy, so nothing else of the project is imported."""

from __future__ import annotations

import sys

import esm_cpp
import numpy as np


def main(weights: str, tokens: str, out: str) -> None:
    """Mean embeddings, a protein at a time: only so does the package give hidden layers."""
    model, packed = esm_cpp.Model.load_from_safetensors(weights), np.load(tokens)
    proteins = np.split(packed["tokens"], np.cumsum(packed["lengths"])[:-1])
    print("ready", flush=True)
    for count, _ in enumerate(sys.stdin):
        hidden = [model.forward_with_hidden_states(protein)[1][-1] for protein in proteins]
        vectors = [layer.reshape(len(protein), -1)[1:-1].mean(0) for layer, protein in zip(hidden, proteins)]
        if not count:
            np.save(out, vectors)
        print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
