"""Chapter 9's predictor: settings chosen on validation, fitted on all that may be seen, calibrated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from dlfb_helpers.annotations.consistency import make_consistent
from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.metrics.cafa import fmax
from dlfb_helpers.metrics.calibrators import LogitScaling
from dlfb_helpers.predictors.mixture import Mixture, NetworkSettings
from dlfb_helpers.predictors.selection import choose


class Fitted(NamedTuple):
    """What training and validation proteins gave; no test label had a part in it.

    `on_valid` and `trials` are as `choose` returns them; `mixture` is fitted on both parts; `calibration` and
    `threshold` (of the calibrated probabilities) are fitted on the validation part with the networks that had not
    learnt from it.
    """

    trials: pd.DataFrame
    on_valid: dict[str, np.ndarray]
    valid_mixture: np.ndarray
    mixture: Mixture
    calibration: LogitScaling
    threshold: float


def choose_and_fit(
    train: Proteins, valid: Proteins, ontology: Ontology, networks: Mapping[str, NetworkSettings]
) -> Fitted:
    """Choose the settings, fit the mixture on all that may be seen, calibrate it and pick its threshold.

    Parameters
    ----------
    train, valid
        The two parts whose labels may be seen.
    ontology
        Of the terms.
    networks
        Named settings to choose among.

    Returns
    -------
    Fitted
        All that a `Predictor` is made of.
    """
    choice, trials, on_valid = choose(train, valid, networks)
    valid_mixture = make_consistent(on_valid["mixture"], train.targets.columns, ontology)
    calibration = LogitScaling.fit(valid.targets, valid_mixture)
    threshold = fmax(valid.targets, calibration(valid_mixture)).threshold
    mixture = Mixture.fit(choice, train + valid)
    return Fitted(trials, on_valid, valid_mixture, mixture, calibration, threshold)
