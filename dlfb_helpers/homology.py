"""Families of the course's proteins, and the audit that no two parts of a split share one.

The pairs, clusters and families were computed once (``recipes/course_homology.py``) and come with the package; those of
other proteins are computed here. Two proteins count as similar if their local alignment is significant (E <= 1e-3) and
has at least 30 % identity over at least half of the shorter one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import networkx as nx
import numpy as np
import pandas as pd

from dlfb_helpers.alignment import align_all, bit_score
from dlfb_helpers.bundled import bundled_folder
from dlfb_helpers.store import sequence_key

MAX_EVALUE, MIN_IDENTITY, MIN_COVERAGE = 1e-3, 0.30, 0.50


def similar(pairs: pd.DataFrame) -> pd.DataFrame:
    """Keep the pairs that count as similar."""
    significant = pairs["evalue"] <= MAX_EVALUE
    return pairs[significant & (pairs["identity"] >= MIN_IDENTITY) & (pairs["coverage"] >= MIN_COVERAGE)]


def communities(num_sequences: int, pairs: pd.DataFrame, clusters: Sequence[int] | None = None) -> np.ndarray:
    """Find families: Louvain communities of the graph of similar pairs (Blondel et al. 2008, J. Stat. Mech. P10008).

    Joining all that is linked would chain a fifth of the proteins into one family, whose ends have nothing in common.

    Parameters
    ----------
    num_sequences
        Number of sequences, the nodes.
    pairs
        Similar pairs: columns `first` and `second`.
    clusters
        A cluster for each sequence: each member is joined to the first one of its cluster.

    Returns
    -------
    numpy.ndarray
        A family number for each sequence, int, shape (num_sequences,).
    """
    graph = nx.empty_graph(num_sequences)
    graph.add_edges_from(zip(pairs["first"].tolist(), pairs["second"].tolist()))
    if clusters is not None:
        first = {cluster: place for place, cluster in reversed(list(enumerate(clusters)))}
        graph.add_edges_from((first[c], place) for place, c in enumerate(clusters) if first[c] != place)
    family = np.zeros(num_sequences, dtype=int)
    members = sorted(map(sorted, nx.community.louvain_communities(graph, seed=0)))
    for number, places in enumerate(members):
        family[places] = number
    return family


@cache
def _shipped() -> tuple[pd.DataFrame, pd.DataFrame]:
    folder = bundled_folder("homology")
    return pd.read_csv(folder / "families.tsv.xz", sep="\t", index_col="key"), pd.read_parquet(folder / "pairs.parquet")


def _places(sequences: Sequence[str]) -> np.ndarray | None:
    """Row of each sequence in the shipped table, or None if one is not there."""
    places = _shipped()[0].index.get_indexer([sequence_key(sequence) for sequence in sequences])
    return None if (places < 0).any() else places


def families(sequences: Sequence[str]) -> np.ndarray:
    """Return a family number for each sequence; all pairs are aligned if the package does not know every one."""
    if (places := _places(sequences)) is not None:
        return _shipped()[0]["family"].to_numpy()[places]
    distinct = sorted(set(sequences))
    family = dict(zip(distinct, communities(len(distinct), similar(align_all(distinct)))))
    return np.array([family[sequence] for sequence in sequences])


def clusters(sequences: Sequence[str]) -> np.ndarray:
    """Return the MMseqs2 cluster of each sequence (30 % identity, 50 % coverage).

    Raises
    ------
    ValueError
        If a sequence is not one of the course's.
    """
    if (places := _places(sequences)) is None:
        raise ValueError("MMseqs2 clusters are known for the course's proteins only; use families for others")
    return _shipped()[0]["cluster"].to_numpy()[places]


def all_pairs(sequences: Sequence[str]) -> tuple[np.ndarray, pd.DataFrame]:
    """Return each sequence's place among the distinct ones, and the pairs of these (as `align_all` has them)."""
    if (places := _places(sequences)) is not None:
        return places, _shipped()[1]
    distinct = sorted(set(sequences))
    return pd.Index(distinct).get_indexer(sequences), align_all(distinct)


def alignment_bits(queries: Sequence[str], references: Sequence[str]) -> np.ndarray:
    """Return the bit score of each query against each reference, float32 (n, m), 0 where E > 10.

    Identical sequences get the bits of that many average identical residues, 5.3 each in BLOSUM62.
    """
    places, pairs = all_pairs([*queries, *references])
    size = max(int(places.max()) + 1, int(pairs["second"].max()) + 1 if len(pairs) else 0)
    bits = np.zeros((size, size), dtype=np.float32)
    first, second = pairs["first"].to_numpy(dtype=int), pairs["second"].to_numpy(dtype=int)
    bits[first, second] = bits[second, first] = pairs["bits"]
    lengths = np.zeros(size)
    lengths[places] = [len(sequence) for sequence in [*queries, *references]]
    np.fill_diagonal(bits, bit_score(5.3 * lengths))
    return bits[np.ix_(places[: len(queries)], places[len(queries) :])]


def cross_pairs(parts: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Audit a split: the similar pairs whose members lie in different parts. An empty table means that it holds.

    Parameters
    ----------
    parts
        Name of each part -> its sequences, indexed by EntryID.

    Returns
    -------
    pandas.DataFrame
        A row a pair: EntryID and part of both (`first`, `first_part`, `second`, `second_part`), identity, coverage.
    """
    sequences = pd.concat(parts.values())
    part = np.repeat(list(parts), [len(table) for table in parts.values()])
    places, pairs = all_pairs(sequences.tolist())
    members = pd.DataFrame({"place": places, "entry": sequences.index, "part": part})
    found = similar(pairs).merge(members, left_on="first", right_on="place")
    found = found.merge(members, left_on="second", right_on="place", suffixes=("", "_2"))
    twins = members.merge(members, on="place", suffixes=("", "_2"))
    twins = twins[twins["entry"] < twins["entry_2"]].assign(identity=1.0, coverage=1.0)
    found = pd.concat([found, twins])
    found = found[found["part"] != found["part_2"]]
    names = {"entry": "first", "part": "first_part", "entry_2": "second", "part_2": "second_part"}
    return found[[*names, "identity", "coverage"]].rename(columns=names).reset_index(drop=True)
