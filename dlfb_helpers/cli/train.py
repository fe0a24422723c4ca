"""What ``dlfb train`` does: see that there is room, read, say what was lost, train, save."""

from __future__ import annotations

from pathlib import Path

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.annotations.evidence import chosen_codes
from dlfb_helpers.cli.reporting import Progress, say
from dlfb_helpers.predictors.fitting import train_predictor
from dlfb_helpers.predictors.folder import save_or_keep_elsewhere
from dlfb_helpers.predictors.place import check_predictor_place
from dlfb_helpers.predictors.selection import FULL, NETWORKS


def run(
    data: str,
    out: Path,
    aspect: str,
    checkpoint: str,
    taxa: list[int] | None,
    min_proteins: int,
    max_length: int,
    evidence: str,
    quick: bool,
) -> dict[str, str]:
    """Train on CAFA's files and save; parameters as in ``dlfb train --help``.

    Returns
    -------
    dict of str to str
        What was measured on test proteins.

    Raises
    ------
    FileNotFoundError, ValueError
        As `train_predictor`, or if the evidence is no choice.
    OSError
        If the predictor cannot be saved.
    """
    check_predictor_place(out)
    read = load_cafa(data, chosen_codes(evidence))
    networks = {"full recipe": FULL} if quick else NETWORKS
    trained = train_predictor(
        read, aspect, checkpoint, taxa, min_proteins, networks, progress=Progress(), max_length=max_length, report=say
    )
    save_or_keep_elsewhere(trained, out)
    return trained.facts["measured"]
