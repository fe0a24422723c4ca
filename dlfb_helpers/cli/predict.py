"""What ``dlfb predict`` does: read, predict, write each output whole or not at all."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from dlfb_helpers.annotations.obo import read_obo
from dlfb_helpers.annotations.releases import translate
from dlfb_helpers.cli.page import page_end, page_rows, page_start
from dlfb_helpers.cli.reporting import say, warn
from dlfb_helpers.files.places import check_outputs, ending, opened_output
from dlfb_helpers.predictors.folder import load_predictor
from dlfb_helpers.predictors.table import cafa_tsv, prediction_tables, spreadsheet_csv, tsv
from dlfb_helpers.proteins.fasta import read_fasta

WRITERS = {".tsv": tsv, ".txt": tsv, ".csv": spreadsheet_csv}
"""Ending of the table's name -> how its rows are written."""


def run(
    fasta: str,
    out: str,
    cafa: Path | None,
    html: Path | None,
    predictor: str,
    minimum: float,
    progress: Callable[[int, int], None] | None = None,
    clean: bool = False,
    skip_bad: bool = False,
    ontology: Path | None = None,
) -> None:
    """Predict for a FASTA file; parameters as in ``dlfb predict --help``.

    Raises
    ------
    ValueError
        If a record or the ontology cannot be read, none of the predictor's terms is in it, `minimum` is no probability,
        an output is an input or another output, or its name ends in what is not written; names it.
    OSError
        If a file cannot be read or written.
    """
    if not 0 <= minimum <= 1:
        raise ValueError(f"--minimum is {minimum}; probabilities lie between 0 and 1")
    inputs = {"the FASTA file": fasta} | ({"the ontology": str(ontology)} if ontology else {})
    check_outputs({"--out": out, "--cafa": cafa, "--html": html}, inputs)
    kind, packed = ending(out, WRITERS, ".tsv")
    proteins, trained = read_fasta(fasta, clean, skip_bad, warn), load_predictor(predictor)
    sequences = proteins.set_index("EntryID")["Sequence"]
    release = read_obo(ontology) if ontology else None
    if release and (told := translate(trained.names, release).told(release.release, "were left out")):
        say(told)
    seen: Counter[str] = Counter()
    with ExitStack() as stack:
        table = stack.enter_context(opened_output(out, packed))
        submission = (
            stack.enter_context(opened_output(cafa, ending(cafa, (".tsv", ".txt"), ".tsv")[1])) if cafa else None
        )
        page = stack.enter_context(opened_output(html, ending(html, (".html", ".htm"), ".html")[1])) if html else None
        if page:
            page.write(page_start(trained, len(sequences), release).encode())
        for number, rows in enumerate(prediction_tables(trained, sequences, minimum, progress, release)):
            table.write(WRITERS[kind](rows, number == 0).encode())
            if submission:
                submission.write(cafa_tsv(rows).encode())
            if page:
                page.write(page_rows(rows).encode())
            seen.update(rows.drop_duplicates("protein")["seen"])
        if page:
            page.write(page_end().encode())
    summary = ", ".join(f"{count:,} {what}" for what, count in sorted(seen.items()))
    print(f"{len(sequences):,} proteins; in training: {summary}", file=sys.stderr)
