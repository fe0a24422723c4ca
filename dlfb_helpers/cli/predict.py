"""What ``dlfb predict`` does: read, predict, write each output whole or not at all."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from dlfb_helpers.cli.page import page_end, page_rows, page_start
from dlfb_helpers.files.atomic import opened_atomically
from dlfb_helpers.predictors.folder import load_predictor
from dlfb_helpers.predictors.table import cafa_tsv, prediction_tables, tsv
from dlfb_helpers.proteins.fasta import read_fasta


def run(
    fasta: str,
    out: str,
    cafa: Path | None,
    html: Path | None,
    predictor: str,
    minimum: float,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Predict for a FASTA file; parameters as in ``dlfb predict --help``.

    Raises
    ------
    ValueError
        If a record cannot be read, or `minimum` is no probability; names it.
    OSError
        If a file cannot be read or written.
    """
    if not 0 <= minimum <= 1:
        raise ValueError(f"--minimum is {minimum}; probabilities lie between 0 and 1")
    proteins, trained = read_fasta(fasta), load_predictor(predictor)
    sequences = proteins.set_index("EntryID")["Sequence"]
    seen: Counter = Counter()
    with ExitStack() as stack:
        files = {
            path: stack.enter_context(opened_atomically(Path(path)))
            for path in (out, cafa, html)
            if path and path != "-"
        }
        table, submission, page = (files.get(path) for path in (out, cafa, html))
        write = (lambda text: table.write(text.encode())) if table else sys.stdout.write
        if page:
            page.write(page_start(trained, len(sequences)).encode())
        for number, rows in enumerate(prediction_tables(trained, sequences, minimum, progress)):
            write(tsv(rows, heading=number == 0))
            if submission:
                submission.write(cafa_tsv(rows).encode())
            if page:
                page.write(page_rows(rows).encode())
            seen.update(rows.drop_duplicates("protein")["seen"])
        if page:
            page.write(page_end().encode())
    summary = ", ".join(f"{count:,} {what}" for what, count in sorted(seen.items()))
    print(f"{len(sequences):,} proteins; in training: {summary}", file=sys.stderr)
