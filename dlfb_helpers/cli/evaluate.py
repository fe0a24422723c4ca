"""What ``dlfb evaluate`` does: read, say what was lost, measure."""

from __future__ import annotations

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.annotations.evidence import chosen_codes
from dlfb_helpers.cli.reporting import Progress, say
from dlfb_helpers.predictors.folder import load_predictor
from dlfb_helpers.predictors.measuring import evaluate_predictor


def run(data: str, predictor: str, taxa: list[int] | None, max_length: int | None, evidence: str) -> dict[str, float]:
    """Measure a predictor on CAFA's files; parameters as in ``dlfb evaluate --help``.

    Returns
    -------
    dict of str to float
        As `evaluate_predictor`.

    Raises
    ------
    FileNotFoundError, ValueError
        As `load_predictor` and `evaluate_predictor`, or if the evidence is no choice.
    """
    trained, read = load_predictor(predictor), load_cafa(data, chosen_codes(evidence))
    return evaluate_predictor(trained, read, taxa, Progress(), max_length, report=say)
