"""A pool's two files: sequences to read, and vectors in four bits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import numpy as np
import pyarrow as pa
from safetensors.numpy import load, save

from dlfb_helpers.files.assets import bundled_folder
from dlfb_helpers.files.manifest import read_verified
from dlfb_helpers.predictors.pool import Pool
from dlfb_helpers.predictors.rounded import Rounded
from dlfb_helpers.predictors.whitening import Whitening

POOL_FILES = ("proteins.fasta.zst", "vectors.safetensors")

LARGEST_FASTA = 500_000_000
"""Bytes of unpacked sequences: more than all of Swiss-Prot has."""

_CAPITALS = re.compile("[A-Z]+")


@cache
def bundled_pool(remedy: str) -> Pool:
    """Return the pool that the bundled predictors share, read once."""
    return parse_pool(read_verified(bundled_folder("pool"), POOL_FILES, remedy))


def pool_files(pool: Pool) -> dict[str, bytes]:
    """Return name -> content; a protein's heading is its id, its taxon and its gene, tabs between them."""
    rows = zip(pool.ids, pool.taxa.tolist(), pool.genes, pool.sequences)
    fasta = "".join(f">{entry}\t{taxon}\t{gene}\n{sequence}\n" for entry, taxon, gene, sequence in rows)
    tensors = {
        "codes": pool.rounded.codes,
        "steps": pool.rounded.steps,
        "groups": pool.groups,
        "mean": pool.whitening.mean,
        "matrix": pool.whitening.matrix,
    }
    return {
        "proteins.fasta.zst": pa.Codec("zstd", compression_level=22).compress(fasta.encode(), asbytes=True),
        "vectors.safetensors": save({k: np.ascontiguousarray(v) for k, v in tensors.items()}),
    }


def parse_pool(contents: Mapping[str, bytes]) -> Pool:
    """Read the files' contents.

    Raises
    ------
    ValueError, KeyError, SafetensorError, OSError
        If they are no pool.
    """
    with pa.input_stream(pa.py_buffer(contents["proteins.fasta.zst"]), compression="zstd") as stream:
        content = stream.read(LARGEST_FASTA + 1)
    if len(content) > LARGEST_FASTA:
        raise ValueError(f"its sequences unpack to more than {LARGEST_FASTA:,} bytes")
    lines = content.decode("utf-8").removesuffix("\n").split("\n")
    ids, taxa_of, genes = (list(words) for words in zip(*(_heading(line) for line in lines[::2])))
    sequences, numbers = lines[1::2], [int(taxon) for taxon in taxa_of]
    if not 0 <= min(numbers) <= max(numbers) <= np.iinfo(np.int32).max:
        raise ValueError("its taxa are no numbers of the NCBI taxonomy")
    taxa = np.array(numbers, dtype=np.int32)
    tensors = load(contents["vectors.safetensors"])
    codes, steps, groups, mean, matrix = (tensors[name] for name in ("codes", "steps", "groups", "mean", "matrix"))
    count, width = len(ids), len(mean)
    shapes = [codes.shape, steps.shape, groups.shape, mean.shape, matrix.shape]
    if len(set(ids)) < count or shapes != [(count, (width + 1) // 2), (width,), (count,), (width,), (width, width)]:
        raise ValueError(f"its proteins and their vectors do not fit: {len(ids)} ids, shapes {shapes}")
    if len(sequences) != len(ids) or not all(map(_CAPITALS.fullmatch, sequences)):
        raise ValueError(f"{len(ids)} ids have {len(sequences)} sequences, or one that is not in capital letters")
    if codes.dtype != np.uint8 or not all(np.isfinite(part).all() for part in (steps, mean, matrix)):
        raise ValueError("its vectors hold numbers that are not finite, or no bytes")
    if groups.dtype != np.int32 or groups.min() < 0 or groups.max() >= count:
        raise ValueError("its groups are no numbers below that of its proteins")
    return Pool(ids, sequences, taxa, genes, Whitening(mean, matrix), Rounded(codes, steps), groups)


def _heading(line: str) -> tuple[str, str, str]:
    """Id, taxon and gene."""
    words = line.removeprefix(">").split("\t")
    if len(words) != 3:
        raise ValueError(f"a heading is not an id, a taxon and a gene with tabs between them: {line[:60]!r}")
    return words[0], words[1], words[2]
