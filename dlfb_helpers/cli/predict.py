"""What ``dlfb predict`` does: read, predict, write each output whole or not at all."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from threadpoolctl import threadpool_limits

from dlfb_helpers.annotations.obo import read_obo
from dlfb_helpers.annotations.ontology import ASPECTS, Ontology
from dlfb_helpers.annotations.releases import translate
from dlfb_helpers.cli.page import page_end, page_rows, page_start
from dlfb_helpers.cli.reporting import say, warn
from dlfb_helpers.cli.species import strangers
from dlfb_helpers.files.places import check_outputs, ending, opened_output
from dlfb_helpers.predictors.evidence import SEEN
from dlfb_helpers.predictors.folder import BUNDLED, load_predictor
from dlfb_helpers.predictors.table import claims, summaries
from dlfb_helpers.predictors.together import Answer, answers, by_aspect
from dlfb_helpers.predictors.writing import cafa_tsv, spreadsheet_csv, tsv
from dlfb_helpers.proteins.fasta import read_fasta

BUNDLED_FOR = dict(zip(ASPECTS.values(), BUNDLED))
"""Aspect -> the name of its bundled predictor; both lists are in the order function, process, component."""

WRITERS = {".tsv": tsv, ".txt": tsv, ".csv": spreadsheet_csv}
"""Ending of a table's name -> how its rows are written."""


ENDINGS: dict[str, tuple[Collection[str], str]] = {
    "out": (WRITERS, ".tsv"), "summary": (WRITERS, ".tsv"), "cafa": ((".tsv", ".txt"), ".tsv"),
    "html": ((".html", ".htm"), ".html"),
}  # fmt: skip
"""Output -> endings that it may have, and what a name without one stands for."""


class Outputs(NamedTuple):
    """Where to write what, as in ``dlfb predict --help``."""

    out: str
    summary: Path | None = None
    cafa: Path | None = None
    html: Path | None = None

    def checked(self, inputs: Mapping[str, str]) -> dict[str, tuple[str | Path, str, str]]:
        """Return name -> path, ending and compression of those that are wanted; raise if one cannot be written."""
        wanted = {name: path for name, path in self._asdict().items() if path}
        check_outputs({f"--{name}": path for name, path in wanted.items()}, inputs)
        return {name: (path, *ending(path, *ENDINGS[name])) for name, path in wanted.items()}


FEW = 8
"""Proteins for which one thread computes products of matrices."""


def run(
    fasta: str,
    outputs: Outputs,
    names: Iterable[str] = tuple(BUNDLED),
    minimum: float = 0.05,
    progress: Callable[[int, int], None] | None = None,
    clean: bool = False,
    skip_bad: bool = False,
    ontology: Path | None = None,
) -> None:
    """Predict for a FASTA file; parameters as in ``dlfb predict --help``, `names` being those of the predictors.

    Raises
    ------
    ValueError
        If a record or the ontology cannot be read, none of a predictor's terms is in it, two predictors are of one
        aspect, `minimum` is no probability, an output is an input or another output, or its name ends in what is not
        written; names it.
    OSError
        If a file cannot be read or written.
    """
    if not 0 <= minimum <= 1:
        raise ValueError(f"--minimum is {minimum}; probabilities lie between 0 and 1")
    wanted = outputs.checked({"the FASTA file": fasta} | ({"the ontology": str(ontology)} if ontology else {}))
    species: Counter[tuple[int, str]] = Counter()
    sequences = read_fasta(fasta, clean, skip_bad, warn, species).set_index("EntryID")["Sequence"]
    predictors = by_aspect(load_predictor(name) for name in names)
    if foreign := strangers(species, predictors.values(), len(sequences)):
        warn(foreign)
    release = read_obo(ontology) if ontology else None
    terms = [term for predictor in predictors.values() for term in predictor.names]
    if release and (told := translate(terms, release).told(release.release, "were left out")):
        say(told)
    seen: Counter[str] = Counter()
    with ExitStack() as stack:
        # For a few proteins, threads would wait longer than they work.
        stack.enter_context(threadpool_limits(1 if len(sequences) <= FEW else None, user_api="blas"))
        files = {name: stack.enter_context(opened_output(path, packed)) for name, (path, _, packed) in wanted.items()}
        kinds = {name: kind for name, (_, kind, _) in wanted.items()}
        if "html" in files:
            files["html"].write(page_start(predictors, len(sequences), release).encode())
        for number, answer in enumerate(answers(predictors.values(), sequences, progress, release)):
            short = summaries(answer)
            for name, text in _texts(answer, short, kinds, minimum, release, heading=number == 0).items():
                files[name].write(text.encode())
            seen.update(short["seen"])
        if "html" in files:
            files["html"].write(page_end().encode())
    counts = ", ".join(f"{seen[what]:,} {what}" for what in SEEN if seen[what])
    print(f"{len(sequences):,} proteins; in training: {counts}", file=sys.stderr)


def _texts(
    answer: Mapping[str, Answer],
    short: pd.DataFrame,
    kinds: Mapping[str, str],
    minimum: float,
    release: Ontology | None,
    heading: bool,
) -> dict[str, str]:
    """Return what is to be written to each output about some proteins."""
    rows = claims(answer, minimum, release)
    texts = {"out": WRITERS[kinds["out"]](rows, heading)}
    if "summary" in kinds:
        texts["summary"] = WRITERS[kinds["summary"]](short, heading)
    if "cafa" in kinds:
        texts["cafa"] = cafa_tsv([of_one.probabilities for of_one in answer.values()])
    if "html" in kinds:
        parents = {term: above for of_one in answer.values() for term, above in of_one.terms.parents().items()}
        texts["html"] = page_rows(rows, parents)
    return texts
