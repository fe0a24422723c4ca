"""From annotated proteins to a trained predictor, and how good it is on proteins that it has not seen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from scipy.sparse import csr_array

from dlfb_helpers.annotations.cafa import CafaData, load_cafa
from dlfb_helpers.annotations.consistency import ancestor_matrix
from dlfb_helpers.annotations.ontology import ROOTS
from dlfb_helpers.dataset.accounts import in_short
from dlfb_helpers.dataset.build import embed_labelled
from dlfb_helpers.dataset.labels import GENERIC_TERMS, HUMAN, MAX_LENGTH, label_table, taxon_name
from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.dataset.splits import split_proteins
from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.embedding.runs import store_settings
from dlfb_helpers.metrics.cafa import fmax
from dlfb_helpers.predictors.base import BasePredictors, Settings
from dlfb_helpers.predictors.blend import Blend
from dlfb_helpers.predictors.measuring import card_rows, measure
from dlfb_helpers.predictors.mixture import NetworkSettings
from dlfb_helpers.predictors.pool import Pool
from dlfb_helpers.predictors.predictor import Predictor
from dlfb_helpers.predictors.selection import NETWORKS, choose

Progress = Callable[[int, int], None] | None
Report = Callable[[str], None] | None
FEWEST = 10
"""Different sequences that it takes to train, to choose and to test."""
SET_ASIDE = (*GENERIC_TERMS, *ROOTS.values())
"""Terms that are not predicted: every protein with a label has its aspect's root."""


def fit_predictor(
    train: Proteins,
    valid: Proteins,
    networks: Mapping[str, NetworkSettings],
    seeds: Sequence[int] = range(5),
    taxa: Mapping[str, int] | None = None,
) -> tuple[BasePredictors, Blend, float]:
    """Choose the settings, fit the blend on what was held out for it, and the base predictors on all that may be seen.

    Parameters
    ----------
    train, valid
        The two parts whose labels may be seen.
    networks
        Named settings to choose among.
    seeds
        Of the networks, one each.
    taxa
        Id -> NCBI taxon, where it is known.

    Returns
    -------
    BasePredictors
        Fitted on both parts.
    Blend
        Fitted on `valid`, with base predictors that had not learnt from it.
    float
        Threshold of the best F on `valid`.
    """
    choice, _, _ = choose(train, valid, networks, seeds)
    settings = Settings(choice.neighbours, choice.alignment, choice.network)
    held_out = _fit(settings, train, seeds, taxa or {})
    neighbours = held_out.pool.neighbours(valid)
    scores, strengths = held_out.scores(valid, neighbours), held_out.strengths(neighbours.bits)
    blend = Blend.fit(valid.targets.to_numpy(), scores, strengths)
    threshold = fmax(valid.targets, blend(scores, strengths)).threshold
    return _fit(settings, train + valid, seeds, taxa or {}), blend, threshold


def _fit(settings: Settings, known: Proteins, seeds: Sequence[int], taxa: Mapping[str, int]) -> BasePredictors:
    pool = Pool.fit(known, settings.neighbours["whitening"], [taxa.get(entry, 0) for entry in known.ids])
    return BasePredictors.fit(settings, pool, known.embeddings, csr_array(known.targets.to_numpy()), seeds=seeds)


def train_predictor(
    data_dir: CafaData | str | Path = "course",
    aspect: str = "MFO",
    checkpoint: str = "course",
    taxon: int | Collection[int] | None = HUMAN,
    min_proteins: int = 50,
    networks: Mapping[str, NetworkSettings] = NETWORKS,
    seed: int = 42,
    progress: Progress = None,
    max_length: int = MAX_LENGTH,
    report: Report = None,
) -> Predictor:
    """Train a predictor on CAFA's files as the course does, and measure it on the test part of the random split.

    Parameters
    ----------
    data_dir
        What `load_cafa` returned, or ``"course"``, or a folder or zip file with CAFA's files.
    aspect, taxon, min_proteins, max_length
        As for `label_table`.
    checkpoint
        "course", a Hub id or a folder.
    networks
        Settings to choose among.
    seed
        Of the split.
    progress
        As for `embed_proteins`.
    report
        Called with what became of the rows, in a line, before anything is embedded.

    Returns
    -------
    Predictor
        Trained on the training and validation part; its card holds what was measured on the test part.

    Raises
    ------
    FileNotFoundError, ValueError
        As `load_cafa`, `label_table` and `load_checkpoint`; or if there are fewer than `FEWEST` different sequences, or
        one term alone, which all have.
    """
    data = data_dir if isinstance(data_dir, CafaData) else load_cafa(data_dir)
    loaded = load_checkpoint(checkpoint)
    labelled = label_table(data, taxon, aspect, min_proteins, SET_ASIDE, max_length)
    if report:
        report(in_short(labelled.accounts))
    if (distinct := labelled.table["Sequence"].nunique()) < FEWEST:
        raise ValueError(
            f"{distinct} different sequences are too few to train on, to choose with and to test on, at least {FEWEST} "
            "are needed; ask for fewer proteins of a term, for longer ones or for more species"
        )
    split = split_proteins(labelled.table, seed=seed)
    if labelled.table.loc[split["valid"], labelled.terms.index].all(axis=None):
        raise ValueError(
            f"all {len(split['valid'])} proteins to choose with have all {len(labelled.terms)} terms, so that there is "
            "nothing to tell apart; ask for fewer proteins of a term, so that there are more terms"
        )
    proteins = embed_labelled(labelled.table, loaded, progress)
    parts = {part: proteins.take(ids) for part, ids in split.items()}
    taxa = dict(zip(data.taxonomy["EntryID"], data.taxonomy["taxonomyID"]))
    base, blend, threshold = fit_predictor(parts["train"], parts["valid"], networks, taxa=taxa)
    annotations = (
        f"{data.source.splitlines()[0]}; {len(proteins):,} proteins of {taxon_name(taxon)} with at most {max_length:,} "
        f"residues, training and validation part of a random split (seed {seed})"
    )
    names = {term: data.ontology.names[term] for term in proteins.targets.columns}
    facts = {
        "checkpoint": loaded.name,
        "vectors": store_settings(loaded),
        "aspect": aspect,
        "ontology": data.ontology.release,
        "annotations": annotations,
        "max_length": max_length,
        "measured": {},
    }
    predictor = Predictor(base, blend, names, ancestor_matrix(list(names), data.ontology), threshold, facts)
    test = parts["test"]
    probabilities = predictor.from_embeddings(test.without_targets())  # made before the labels are looked at
    predictor.facts["measured"].update(card_rows(measure(test.targets, probabilities)))
    return predictor
