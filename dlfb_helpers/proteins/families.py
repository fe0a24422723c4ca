"""Families of the course's proteins, and the audit that no two parts of a split share one.

The pairs, clusters and families were computed once (``recipes/step_5_course_homology.py``) and come with the package;
those of other proteins are computed here. Two proteins count as similar if their local alignment is significant
(E <= 1e-3) and has at least 30 % identity over at least half of the shorter one. One alignment of each pair is looked
at; another with the same score may lie on the other side of these limits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from dlfb_helpers.files.assets import bundled_folder
from dlfb_helpers.proteins.alignment import align_all, cross_bits, self_bits
from dlfb_helpers.proteins.fasta import sequence_key

MAX_EVALUE, MIN_IDENTITY, MIN_COVERAGE = 1e-3, 0.30, 0.50


def similar(pairs: pd.DataFrame) -> pd.DataFrame:
    """Keep the pairs that count as similar: rows of a table as `align_all` returns it."""
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
    import networkx as nx  # takes a while to import, and families are mostly known already

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


class _Relations(NamedTuple):
    """What is known of a set of sequences; numbers in `pairs` are rows of `table`."""

    table: pd.DataFrame  # indexed by sequence_key: family and, if it shipped, cluster
    pairs: pd.DataFrame  # as `align_all` has them


@cache
def _known() -> list[_Relations]:
    """What the package ships, then what this process has computed."""
    folder = bundled_folder("homology")
    table = pd.read_csv(folder / "families.tsv.xz", sep="\t", index_col="key")
    return [_Relations(table, pd.read_parquet(folder / "pairs.parquet"))]


def _keys(sequences: Iterable[str]) -> pd.Index:
    return pd.Index([sequence_key(sequence) for sequence in sequences])


def _relations(sequences: Sequence[str]) -> tuple[np.ndarray, _Relations]:
    """Return each sequence's row, and the table it is a row of: the first that knows all, or a new one."""
    keys = _keys(sequences)
    for known in _known():
        places = known.table.index.get_indexer(keys)
        if (places >= 0).all():
            return places, known
    distinct = sorted(set(sequences))
    pairs = align_all(distinct)
    family = communities(len(distinct), similar(pairs))
    new = _Relations(pd.DataFrame({"family": family}, index=_keys(distinct)), pairs)
    _known().append(new)
    return new.table.index.get_indexer(keys), new


def family_numbers(sequences: Sequence[str]) -> np.ndarray:
    """Return a family number for each sequence, int, shape (n,).

    If the package does not know every one, all pairs are aligned: some five minutes for 5,000 proteins on two cores.

    Raises
    ------
    ValueError
        If a sequence that is not known is empty or not in capital letters.
    """
    places, known = _relations(sequences)
    return known.table["family"].to_numpy()[places]


def cluster_numbers(sequences: Sequence[str]) -> np.ndarray:
    """Return the number of each sequence's MMseqs2 cluster (30 % identity, 50 % coverage), int, shape (n,).

    Raises
    ------
    ValueError
        If a sequence is not one of the course's.
    """
    table = _known()[0].table
    places = table.index.get_indexer(_keys(sequences))
    if (places < 0).any():
        raise ValueError("MMseqs2 clusters are known for the course's proteins only; use family_numbers for others")
    return table["cluster"].to_numpy()[places]


def alignment_bits(queries: Sequence[str], references: Sequence[str]) -> np.ndarray:
    """Return the bit score of each query against each reference, float32 (n, m), 0 where E > 10.

    What is known is looked up; the sequences that are not known are aligned.

    Raises
    ------
    ValueError
        If a sequence that is not known is not in capital letters.
    """
    bits, rows, columns = _looked_up(queries, references)
    if rows.any():
        new = np.flatnonzero(rows).tolist()
        bits[rows] = cross_bits([queries[i] for i in new], references)
    if columns.any() and not rows.all():
        known, new = np.flatnonzero(~rows).tolist(), np.flatnonzero(columns).tolist()
        # N is that of the whole set, or a pair would count among few references and be lost among many.
        residues = sum(map(len, references))
        found = cross_bits([queries[i] for i in known], [references[i] for i in new], residues=residues)
        bits[np.ix_(known, new)] = found
    return bits


def _looked_up(queries: Sequence[str], references: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the bits that are known, and which queries and which references are not."""
    keys = _keys((*queries, *references))
    known = max(_known(), key=lambda relations: (relations.table.index.get_indexer(keys) >= 0).sum())
    rows, columns = np.split(known.table.index.get_indexer(keys), [len(queries)])
    distinct, inverse = np.unique(rows, return_inverse=True)  # identical sequences share a row
    size = len(known.table)
    bits = np.zeros((len(distinct), size + 1), dtype=np.float32)  # the last column stands for the unknown, place -1
    row_of = np.full(size + 1, -1)
    row_of[distinct] = np.arange(len(distinct))
    first, second = known.pairs["first"].to_numpy(dtype=int), known.pairs["second"].to_numpy(dtype=int)
    for one, other in ((first, second), (second, first)):
        of_queries = row_of[one] >= 0
        bits[row_of[one[of_queries]], other[of_queries]] = known.pairs["bits"].to_numpy()[of_queries]
    own = {place: self_bits(sequence) for place, sequence in zip(rows.tolist(), queries) if place >= 0}
    bits[row_of[list(own)], list(own)] = list(own.values())
    return bits[np.ix_(inverse, columns)], rows < 0, columns < 0


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
    places, known = _relations(sequences.tolist())
    members = pd.DataFrame({"place": places, "entry": sequences.index, "part": part, "row": range(len(part))})
    found = similar(known.pairs).merge(members, left_on="first", right_on="place")
    found = found.merge(members, left_on="second", right_on="place", suffixes=("", "_2"))
    twins = members.merge(members, on="place", suffixes=("", "_2"))
    twins = twins[twins["row"] < twins["row_2"]].assign(identity=1.0, coverage=1.0)
    found = pd.concat([found, twins])
    found = found[found["part"] != found["part_2"]]
    names = {"entry": "first", "part": "first_part", "entry_2": "second", "part_2": "second_part"}
    return found[[*names, "identity", "coverage"]].rename(columns=names).reset_index(drop=True)
