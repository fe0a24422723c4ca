"""What the pool's short cuts cost: a shortlist in place of every alignment, four bits in place of 32 a number."""

from __future__ import annotations

import time

import numpy as np

from benchmarks import timing
from dlfb_helpers.dataset.build import build_proteins
from dlfb_helpers.metrics.per_row import average_precision
from dlfb_helpers.predictors.folder import load_predictor
from dlfb_helpers.predictors.neighbours import embedding_neighbours
from dlfb_helpers.predictors.pool import Pool
from dlfb_helpers.predictors.rounded import Rounded
from dlfb_helpers.predictors.votes import VOTERS
from dlfb_helpers.predictors.whitening import Whitening, unit_length
from dlfb_helpers.proteins.alignment import cross_bits, evalue_of
from dlfb_helpers.proteins.families import MAX_EVALUE

QUERIES = 100
SETTINGS = {"whitening": 1.0, "k": 100, "temperature": 0.1}


def shares_kept(pool: Pool, rows: np.ndarray) -> dict[str, float]:
    """Compare the search with aligning everything, for proteins of the pool (which then do not find themselves).

    Returns
    -------
    dict of str to float
        "hits": share of those with E <= 1e-3 among the best `VOTERS` of each query that the shortlist keeps, of all
        together; "of a query" and "votes": means over queries of that share, and of their squared bits; seconds of
        both ways.
    """
    queries = [pool.sequences[row] for row in rows]
    cosines = pool.vectors[rows] @ pool.vectors.T
    pool.search(queries[:1], cosines[:1])  # what is made once
    start = time.perf_counter()
    found = pool.search(queries, cosines).toarray()
    middle = time.perf_counter()
    exact = cross_bits(queries, pool.sequences)
    end = time.perf_counter()
    there, kept, shares = 0, 0, []
    for row, some, every in zip(rows, found, exact):
        lengths = pool.search.lengths
        evalues = evalue_of(every, np.minimum(len(pool.sequences[row]), lengths), lengths.sum())
        hits = np.where((evalues <= MAX_EVALUE) & (every > 0), every, 0)
        hits[row] = 0
        best = np.argsort(-hits, kind="stable")[:VOTERS]
        votes, is_kept = hits[best] ** 2, some[best] > 0
        there, kept = there + (votes > 0).sum(), kept + (is_kept & (votes > 0)).sum()
        if votes.any():
            shares.append((is_kept[votes > 0].mean(), votes[is_kept].sum() / votes.sum()))
    of_a_query, votes_kept = np.mean(shares, axis=0) if shares else (1.0, 1.0)
    seconds = {"shortlist": middle - start, "everything": end - middle}
    return {"hits": kept / max(there, 1), "of a query": of_a_query, "votes": votes_kept} | seconds


def rounding() -> dict[str, float]:
    """auPRC of embedding neighbours on the course's test proteins: with whole vectors, and with those in four bits."""
    parts = build_proteins()
    known, test = parts["train"] + parts["valid"], parts["test"]
    whitening = Whitening.fit(known.embeddings, SETTINGS["whitening"])
    white, queries = unit_length(whitening(known.embeddings)), unit_length(whitening(test.embeddings))
    scores = {}
    for name, vectors in (("whole", white), ("four bits", Rounded.of(white).vectors())):
        cosines = queries @ vectors.T
        order = np.argsort(-cosines, axis=1)[:, : SETTINGS["k"]]
        weights = np.exp(np.take_along_axis(cosines, order, axis=1) / SETTINGS["temperature"])
        votes = np.einsum("qk,qkt->qt", weights / weights.sum(axis=1, keepdims=True), known.targets.to_numpy()[order])
        scores[name] = float(np.nanmean(average_precision(test.targets, votes)))
    plain = embedding_neighbours(known.embeddings, known.targets, test.embeddings, **SETTINGS)
    assert np.isclose(scores["whole"], np.nanmean(average_precision(test.targets, plain)), atol=1e-4)
    return scores


def measure(quick: bool = False) -> str:
    """Return the section of RESULTS.md; `quick` takes two proteins, for the tests."""
    pool, count = load_predictor().pool, 2 if quick else QUERIES
    # Not those on which the lengths of the lists were chosen.
    rows = np.sort(np.random.default_rng(2).choice(len(pool), count, replace=False))
    kept, rounded = shares_kept(pool, rows), rounding()
    return f"""## The pool's short cuts

{count} of the pool's {len(pool):,} proteins against all others on {timing.machine()}.

| | hits kept, of all | of a query, mean | votes kept, mean | seconds a query |
|---|---|---|---|---|
| every pair aligned | 100 % | 100 % | 100 % | {kept["everything"] / count:.2f} |
| shortlist in rounds | {100 * kept["hits"]:.1f} % | {100 * kept["of a query"]:.1f} % | {100 * kept["votes"]:.1f} % | \
{kept["shortlist"] / count:.2f} |

Hits are the best {VOTERS} with E <= 1e-3, which vote with their squared bits; means are over queries that have some.

| embedding neighbours, vectors of known proteins | auPRC on the course's test proteins |
|---|---|
| float32 | {rounded["whole"]:.4f} |
| four bits a number | {rounded["four bits"]:.4f} |
"""
