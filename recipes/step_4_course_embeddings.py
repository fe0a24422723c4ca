"""Embed the course's proteins with the course checkpoint, so that nobody has to wait for it.

The chapters would compute the same vectors on first use, in ten to twenty minutes on two cores: too long for a
lesson on Binder. Run from the project's root, after any change of the checkpoint or of the course data; it resumes::

    python -m recipes.step_4_course_embeddings
"""

from __future__ import annotations

import argparse
from pathlib import Path

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.dataset.labels import label_table
from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.embedding.runs import embed_proteins, store_settings
from dlfb_helpers.embedding.store import EmbeddingStore
from dlfb_helpers.files.manifest import write_manifest
from dlfb_helpers.proteins.fasta import sequence_key

OUT = Path("dlfb_helpers/assets/embeddings")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=OUT, help="folder of the finished store")
    parser.add_argument("--work", type=Path, help="cache of an interrupted run; the user's cache if not given")
    arguments = parser.parse_args()
    checkpoint = load_checkpoint("course", device="cpu")
    sequences = sorted(set(label_table(load_cafa()).table["Sequence"]), key=sequence_key)

    def report(done: int, total: int) -> None:
        print(f"{done:,} of {total:,} residues", flush=True)

    vectors = embed_proteins(sequences, checkpoint, cache=arguments.work, progress=report)
    store = EmbeddingStore(store_settings(checkpoint), arguments.out)
    for old in store.folder.glob("part-*"):
        old.unlink()
    store.write([sequence_key(sequence) for sequence in sequences], vectors)
    write_manifest(arguments.out, what=f"mean embeddings of {len(sequences):,} sequences, {checkpoint}")


if __name__ == "__main__":
    main()
