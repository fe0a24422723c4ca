"""Do the files go together? Ids of isoforms are matched, the ontology decides the aspect, and what is lost is told."""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Iterable

import numpy as np
import pandas as pd

from dlfb_helpers.annotations.ontology import ASPECTS, Ontology

FEW = 0.5
"""If fewer of the annotated proteins have a sequence, or a species, ids are not of one kind: there is a warning."""
MANY = 0.05
"""If more of the terms, or of their rows, are unknown, the ontology is not that of the annotations: the same."""


def known_as(ids: Iterable[str], known: Collection[str]) -> dict[str, str]:
    """Say as what a protein is known that is not known under its own id, for want or excess of an isoform's number.

    UniProt numbers isoforms: P04637-2 is the second of P04637, and P04637-1 mostly the one that stands under P04637.

    Parameters
    ----------
    ids
        Ids of proteins.
    known
        Ids that there are: a set, or the like.

    Returns
    -------
    dict of str to str
        Id -> that without its number, or else with the number 1.
    """
    found: dict[str, str] = {}
    for entry in ids:
        if entry not in known:
            others = (re.sub(r"-\d+$", "", entry), f"{entry}-1")
            found.update([(entry, other) for other in others[::-1] if other in known])
    return found


def match_ids(
    annotations: pd.DataFrame, taxonomy: pd.DataFrame, sequences: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """Bring the ids of annotations to those of the sequences, and let the taxonomy know them, as `known_as` has it.

    Returns
    -------
    tuple
        Annotations, taxonomy, and how many rows of the annotations have got another id.

    Warns
    -----
    UserWarning
        If there are such rows.
    """
    annotated = annotations["EntryID"].unique().tolist()
    renamed = known_as(annotated, set(sequences["EntryID"]))
    changed = 0
    if renamed:
        rows = annotations["EntryID"].isin(list(renamed))
        changed = int(rows.sum())
        annotations = annotations.assign(EntryID=annotations["EntryID"].mask(rows, annotations["EntryID"].map(renamed)))
        some, other = next(iter(renamed.items()))
        warnings.warn(
            f"{changed:,} annotations of {len(renamed):,} ids such as {some} were given to {other}, whose sequence is "
            "there; an isoform may do less than its protein",
            stacklevel=4,
        )
    species = known_as((renamed.get(entry, entry) for entry in annotated), set(taxonomy["EntryID"]))
    if species:
        more = taxonomy.set_index("EntryID").loc[list(species.values())].set_axis(list(species)).rename_axis("EntryID")
        taxonomy = pd.concat([taxonomy, more.reset_index()], ignore_index=True)
    return annotations, taxonomy, changed


def settle_aspects(annotations: pd.DataFrame, ontology: Ontology) -> tuple[pd.DataFrame, int]:
    """Give each row the aspect that its term has in the ontology.

    Returns
    -------
    tuple
        The annotations, and in how many rows the file said otherwise; an unknown or retired term keeps what it says.
    """
    aspects = {
        term: ontology.aspects[primary]
        for term in annotations["term"].unique()
        if (primary := ontology.canonical(term))
    }
    settled, different = annotations["aspect"], 0
    for aspect in ASPECTS.values():
        wrong = (settled != aspect) & annotations["term"].isin([term for term, of in aspects.items() if of == aspect])
        if wrong.any():
            different += int((annotations["aspect"][wrong] != "").sum())
            settled = settled.mask(wrong, aspect)
    return annotations.assign(aspect=settled), different


def warn_of_losses(
    annotations: pd.DataFrame, taxonomy: pd.DataFrame, sequences: pd.DataFrame, ontology: Ontology
) -> None:
    """Warn if the ids of the files hardly overlap, or many terms are not in the ontology."""
    proteins = annotations["EntryID"].unique().tolist()
    for ids, what in ((sequences["EntryID"], "sequence"), (taxonomy["EntryID"], "species in the taxonomy")):
        known = set(ids)
        missing = [entry for entry in proteins if entry not in known]
        if len(missing) > (1 - FEW) * len(proteins) and known:
            warnings.warn(
                f"{len(missing):,} of {len(proteins):,} annotated proteins, such as {missing[0]}, have no {what}, "
                f"where ids are such as {ids.iloc[0]}: do the files belong together?",
                stacklevel=4,
            )
    counts = annotations["term"].value_counts()
    unknown = np.array([ontology.status(term) == "unknown" for term in counts.index], dtype=bool)
    rows = counts[unknown].sum()
    if unknown.sum() > MANY * len(counts) or rows > MANY * len(annotations):
        warnings.warn(
            f"{unknown.sum():,} of {len(counts):,} terms, such as {counts.index[unknown][0]}, with {rows:,} of "
            f"{len(annotations):,} rows, are not in the ontology of release {ontology.release}, which has "
            f"{len(ontology.names):,}: is its file whole, and of the time of the annotations?",
            stacklevel=4,
        )
