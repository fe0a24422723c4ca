"""A predictor's answer as rows to read: the table that `dlfb predict` writes, and CAFA's submission format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from dlfb_helpers.annotations.consistency import ancestor_matrix, implied_terms, specific_terms
from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.annotations.releases import in_release
from dlfb_helpers.predictors.evidence import nearest_proteins
from dlfb_helpers.predictors.predictor import Predictor
from dlfb_helpers.proteins.families import alignment_bits

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that spreadsheets run (OWASP, CSV injection)."""

PROTEINS_AT_ONCE = 256  # bounds the memory: alignments with all training proteins are held for so many


def prediction_tables(
    predictor: Predictor,
    sequences: pd.Series,
    minimum: float = 0.05,
    progress: Callable[[int, int], None] | None = None,
    ontology: Ontology | None = None,
) -> Iterator[pd.DataFrame]:
    """Predict for all sequences, and yield the rows of some hundred proteins at a time.

    Parameters
    ----------
    predictor
        Trained.
    sequences
        Indexed by the proteins' ids.
    minimum
        Least probability of a row. A protein's most probable term is always there, so that no protein is missing.
    progress
        As for `embed_proteins`.
    ontology
        Of the release whose ids and names the rows are to have, as `in_release` translates them; by default the
        predictor's own.

    Yields
    ------
    pandas.DataFrame
        protein, term, name, probability, implied, nearest, identity, seen, nearest_functions; the most probable first
        within a protein. `implied` is true where the ontology adds the term to a more specific one that is as probable;
        the others are as in `nearest_proteins`, the functions being the most specific ones, separated by semicolons.
    """
    terms = _Terms.of(predictor, ontology)
    proteins, known = predictor.embed(sequences, progress=progress), predictor.mixture.known
    for start in range(0, len(proteins), PROTEINS_AT_ONCE):
        batch = proteins.take(proteins.ids[start : start + PROTEINS_AT_ONCE])
        bits = alignment_bits(batch.sequences, known.sequences)
        probabilities = predictor.from_embeddings(batch, bits)
        if ontology:
            probabilities = in_release(probabilities, ontology)
        yield _rows(terms, probabilities, nearest_proteins(batch, known, bits), minimum)


class _Terms(NamedTuple):
    """What the predictor's terms are in a release: names, `ancestor_matrix`, and labels of the training proteins."""

    names: Mapping[str, str]
    ancestors: np.ndarray
    labels: pd.DataFrame

    @classmethod
    def of(cls, predictor: Predictor, ontology: Ontology | None) -> _Terms:
        labels = predictor.mixture.known.targets
        if ontology is None:
            return cls(predictor.names, predictor.ancestors, labels)
        labels = in_release(labels, ontology).astype(np.uint8)
        return cls(ontology.names, ancestor_matrix(labels.columns.tolist(), ontology), labels)


def _rows(terms: _Terms, probabilities: pd.DataFrame, nearest: pd.DataFrame, minimum: float) -> pd.DataFrame:
    table = probabilities.to_numpy()
    listed = (table >= minimum) | (table == table.max(axis=1, keepdims=True))
    rows, columns = np.nonzero(listed)
    order = np.lexsort((columns, -table[rows, columns], rows))
    rows, columns = rows[order], columns[order]
    ids, evidence = probabilities.columns[columns], nearest.iloc[rows].reset_index(drop=True)
    return pd.DataFrame(
        {
            "protein": probabilities.index[rows],
            "term": ids,
            "name": [terms.names[term] for term in ids],
            "probability": table[rows, columns],
            "implied": implied_terms(table, terms.ancestors)[rows, columns],
            "nearest": evidence["nearest"],
            "identity": evidence["identity"],
            "seen": evidence["seen"],
            "nearest_functions": evidence["nearest"].map(_functions(terms, nearest["nearest"])),
        }
    )


def _functions(terms: _Terms, entries: pd.Series) -> dict[str, str]:
    """Name the most specific functions of training proteins."""
    labels = terms.labels.loc[[entry for entry in dict.fromkeys(entries) if entry]]
    specific = specific_terms(labels.to_numpy(), terms.ancestors)
    names = np.array([terms.names[term] for term in labels.columns], dtype=object)
    return {"": ""} | {entry: "; ".join(names[row]) for entry, row in zip(labels.index, specific)}


def tsv(table: pd.DataFrame, heading: bool = True) -> str:
    """Write the rows as tab-separated text: probabilities with three decimals, identities with two.

    Nothing is quoted: readers of such files take a quotation mark for a part of the name.

    Parameters
    ----------
    table
        From `prediction_tables`.
    heading
        Whether the first line names the columns.

    Returns
    -------
    str
        A line for each row.

    Raises
    ------
    ValueError
        If a cell holds a tab or a line break; names it.
    """
    return _tab_separated(_rounded(table), heading)


def spreadsheet_csv(table: pd.DataFrame, heading: bool = True) -> str:
    """Write the rows as a spreadsheet reads them: quoted where needed, and no cell that it would run as a formula.

    Parameters
    ----------
    table, heading
        As for `tsv`.

    Returns
    -------
    str
        A line for each row; a cell that begins like a formula has an apostrophe before it.
    """
    text = _rounded(table)
    for column in ("protein", "name", "nearest", "nearest_functions"):
        text[column] = text[column].astype(str).map(lambda cell: f"'{cell}" if cell.startswith(FORMULA) else cell)
    return text.to_csv(index=False, header=heading, na_rep="", lineterminator="\n")


def cafa_tsv(table: pd.DataFrame) -> str:
    """Write the rows as CAFA wants them: protein, term and probability in (0, 1], no heading.

    Parameters
    ----------
    table
        From `prediction_tables`.

    Returns
    -------
    str
        A line for each row whose probability is at least 0.0005, so that it is not rounded to 0.

    Raises
    ------
    ValueError
        As `tsv`.
    """
    probable = table[table["probability"] >= 0.0005]
    text = probable[["protein", "term"]].assign(probability=probable["probability"].map("{:.3f}".format))
    return _tab_separated(text, heading=False)


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(
        probability=table["probability"].map("{:.3f}".format),
        identity=table["identity"].map("{:.2f}".format, na_action="ignore"),
        implied=np.where(table["implied"], "yes", "no"),
    )


def _tab_separated(table: pd.DataFrame, heading: bool) -> str:
    rows = [list(table.columns)] if heading else []
    rows += table.astype(object).fillna("").astype(str).to_numpy().tolist()
    for cell in (cell for row in rows for cell in row if "\t" in cell or "\n" in cell or "\r" in cell):
        raise ValueError(f"{cell[:60]!r} holds a tab or a line break, which a tab-separated table cannot; rename it")
    return "".join("\t".join(row) + "\n" for row in rows)
