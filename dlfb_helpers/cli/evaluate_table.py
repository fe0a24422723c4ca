"""What ``dlfb evaluate TRUTH --predictions TABLE`` does: read, say what cannot be scored, score, write."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from dlfb_helpers.annotations.cafa import load_cafa, load_ontology
from dlfb_helpers.annotations.evidence import chosen_codes
from dlfb_helpers.annotations.obo import read_obo
from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.annotations.predictions import read_predictions
from dlfb_helpers.annotations.propagation import propagated
from dlfb_helpers.annotations.releases import translate
from dlfb_helpers.annotations.terms import read_annotations
from dlfb_helpers.files.places import check_outputs, ending, opened_output
from dlfb_helpers.metrics.benchmark import benchmarks
from dlfb_helpers.metrics.information import information_content, read_information
from dlfb_helpers.metrics.judging import Judged, judge

PICTURES = (".png", ".svg", ".pdf")
Say = Callable[[str], None]


class _Release(NamedTuple):
    """Annotations as they were read."""

    rows: pd.DataFrame
    ontology: Ontology | None
    """The one that came with them."""


def run(
    truth: str,
    predictions: str,
    out: str = "-",
    ontology: Path | None = None,
    ia: str | None = None,
    known: str | None = None,
    norm: str = "cafa",
    picture: Path | None = None,
    evidence: str = "experimental",
    say: Say = print,
) -> None:
    """Score a table of predictions; parameters as in ``dlfb evaluate --help``.

    Raises
    ------
    ValueError
        If a file is not what its format asks for; names file and line. If no protein or term is in common; if an output
        is an input, or its name ends in what is not written.
    OSError
        If a file cannot be read or written.
    """
    inputs = {"the truth": truth, "--predictions": predictions, "--ontology": ontology, "--ia": ia, "--known": known}
    check_outputs({"--out": out, "--picture": picture}, {name: path for name, path in inputs.items() if path})
    _, packed = ending(out, (".tsv", ".txt"), ".tsv")
    form, packed_picture = ending(picture, PICTURES, ".png") if picture else ("", "")
    if packed_picture:
        raise ValueError(f"{picture}: pictures are not written as {packed_picture}; leave {packed_picture} away")
    codes = chosen_codes(evidence)
    release = _annotations(truth, codes, say)
    graph = read_obo(ontology) if ontology else release.ontology or load_ontology()
    labels = _in_release(release.rows, graph, truth, say)
    before = _in_release(_annotations(known, codes, say).rows, graph, known, say) if known else None
    weights = _weights(ia, before, graph, codes, say)
    table = _predictions(predictions, truth, labels, graph, say)
    judged = [
        each for benchmark in benchmarks(labels, before) for each in judge(benchmark, table, graph, weights, norm)
    ]
    _tell_kinds(labels, before, judged, say)
    with ExitStack() as stack:
        table_file = stack.enter_context(opened_output(out, packed))
        picture_file = stack.enter_context(opened_output(picture)) if picture else None
        table_file.write(as_tsv(judged, norm).encode())
        if picture_file:
            _draw(judged, picture_file, form[1:])


def as_tsv(judged: list[Judged], norm: str) -> str:
    """Write a row for each benchmark and choice of terms: four decimals, nothing where there is no number."""
    rows = pd.DataFrame([each.row() for each in judged])
    rows.insert(3, "norm", norm)
    numbers = rows.select_dtypes("float")
    rows[numbers.columns] = numbers.map(lambda value: "" if pd.isna(value) else f"{value:.4f}")
    return rows.to_csv(sep="\t", index=False, lineterminator="\n")


def _annotations(source: str, codes: tuple[str, ...] | None, say: Say) -> _Release:
    """Read a file of annotations, or those of a folder, which has its own ontology."""
    path = Path(source)
    many = path.is_file() and zipfile.is_zipfile(path) and len(zipfile.ZipFile(path).namelist()) > 1
    if source == "course" or path.is_dir() or many:
        data = load_cafa(source, codes)
        rows, left_out, ontology = data.annotations, data.left_out, data.ontology
    else:
        found = read_annotations(source, codes)
        rows, left_out, ontology = found.rows, found.left_out, None
    lost = "".join(f"; {count:,} rows {why} left out" for why, count in left_out.items())
    say(f"{source}: {len(rows):,} annotations of {rows['EntryID'].nunique():,} proteins read{lost}")
    if rows.empty:
        raise ValueError(f"{source}: no annotations are left; choose other evidence with --evidence, such as all")
    return _Release(rows, ontology)


def _in_release(rows: pd.DataFrame, ontology: Ontology, source: str, say: Say) -> pd.DataFrame:
    """Bring annotations to the ontology's ids, with all that they imply, and say what is not in it."""
    _tell_terms(rows, ontology, source, say)
    return propagated(rows, ontology)


def _tell_terms(rows: pd.DataFrame, ontology: Ontology, source: str, say: Say) -> dict[str, str]:
    """Say which terms have other ids in the ontology, and which are not there; return those that are."""
    counts = rows["term"].value_counts()
    counts = counts[counts > 0]
    ids = translate(counts.index, ontology)
    became = {"translated to the ids that they have": list(ids.renamed), "left out, unknown or retired": ids.gone}
    for what, terms in became.items():
        if terms:
            some = ", ".join(terms[:3]) + " ..." * (len(terms) > 3)
            say(
                f"{source}: {len(terms):,} of {len(counts):,} terms {what} in {ontology.release}: {some}, "
                f"in {counts[terms].sum():,} rows"
            )
    return ids.ids


def _weights(
    ia: str | None, before: pd.DataFrame | None, ontology: Ontology, codes: tuple[str, ...] | None, say: Say
) -> pd.Series | None:
    """Information content from a file, or counted in annotations: those given for it, or the earlier release."""
    if ia is None:
        if before is None:
            say("neither --ia nor --known: weighted Fmax and Smin, which need information content, are left empty")
            return None
        return information_content(before, ontology)
    try:
        weights = read_information(ia)
    except ValueError as error:
        if "no term and its information content" not in str(error):
            raise
        return information_content(_in_release(_annotations(ia, codes, say).rows, ontology, ia, say), ontology)
    gone = [term for term in weights.index if ontology.status(term) != "primary"]
    if gone:
        say(f"{ia}: {len(gone):,} of {len(weights):,} terms are none of {ontology.release}, such as {gone[0]}")
    return weights


def _predictions(path: str, truth: str, labels: pd.DataFrame, ontology: Ontology, say: Say) -> pd.DataFrame:
    """Read predictions in the ontology's ids, and say what of them is not scored."""
    rows = read_predictions(path)
    ids = _tell_terms(rows, ontology, path, say)
    rows = rows.assign(term=rows["term"].map(ids)).dropna()
    theirs, ours = pd.Index(rows["EntryID"].unique()), pd.Index(labels["EntryID"].unique())
    shared = theirs.intersection(ours)
    if shared.empty:
        raise ValueError(
            f"{path}: none of its {len(theirs):,} proteins is in {truth}; ids are such as {theirs[0]} here and "
            f"{ours[0]} there: give both the same kind of ids"
        )
    say(
        f"{path}: {len(rows):,} predictions of {len(theirs):,} proteins; {len(theirs) - len(shared):,} of them have no "
        f"annotation and are not scored; of {len(ours):,} annotated ones {len(ours) - len(shared):,} have no prediction"
    )
    return rows


def _tell_kinds(labels: pd.DataFrame, before: pd.DataFrame | None, judged: list[Judged], say: Say) -> None:
    """Say of how many proteins nothing new has become known."""
    if before is None:
        return
    for aspect, rows in labels.groupby("aspect"):
        scored = sum(each.proteins for each in judged if each.aspect == aspect and each.over == "whole ontology")
        annotated = rows["EntryID"].nunique()
        say(
            f"{aspect}: {annotated - scored:,} of {annotated:,} annotated proteins have nothing new, and are not scored"
        )


def _draw(judged: list[Judged], handle: Any, form: str) -> None:
    from matplotlib import pyplot as plt

    from dlfb_helpers.plots.judged import plot_judged

    plt.switch_backend("Agg")  # no window, whatever the machine has
    plot_judged(judged)
    plt.savefig(handle, format=form, dpi=150)
    plt.close()
