"""The measured results: test labels that are opened once, and the results file that the chapters and README quote.

``make results`` writes the files again (`recipes/step_6_course_results.py`, `step_7_prospective.py` and
`step_8_predictor.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from dlfb_helpers.files.assets import bundled_folder


class Sealed:
    """Labels of a test part, given out once, in exchange for finished predictions.

    Parameters
    ----------
    targets : pandas.DataFrame
        0/1 table, shape (proteins, terms).
    """

    def __init__(self, targets: pd.DataFrame) -> None:
        self._targets = targets
        self._opened = False

    def open(self, predictions: Mapping[str, np.ndarray]) -> pd.DataFrame:
        """Return the labels, and lock the predictions so that none can be changed afterwards.

        Parameters
        ----------
        predictions : mapping of str to numpy.ndarray
            Name of a predictor -> probabilities, of the shape of the labels.

        Returns
        -------
        pandas.DataFrame
            The labels.

        Raises
        ------
        RuntimeError
            If they have been opened before.
        ValueError
            If there is no prediction, or one is no finite table of the labels' shape.
        """
        if self._opened:
            raise RuntimeError("these test labels have been used: finish every prediction first, then open them once")
        if not predictions:
            raise ValueError("no predictions: the test labels are opened in exchange for all of them")
        for name, table in predictions.items():
            if np.shape(table) != self._targets.shape or not np.isfinite(table).all():
                raise ValueError(f"{name} must hold a finite number for each of {self._targets.shape} labels")
            table.setflags(write=False)
        self._opened = True
        return self._targets


def load_results(name: str = "results") -> dict[str, Any]:
    """Return a results file: what was measured, on which proteins, with which settings.

    Parameters
    ----------
    name
        "results", of the splits of the course's data; "prospective", of what 2024 added to them; or "shipped", of the
        recipe of the bundled predictors.

    Returns
    -------
    dict
        As `make results` wrote it.

    Raises
    ------
    ValueError
        If there is no such file.
    """
    if name not in ("results", "prospective", "shipped"):
        raise ValueError(f'there are no results {name!r}; there are "results", "prospective" and "shipped"')
    return json.loads((bundled_folder(name) / "results.json").read_text(encoding="utf-8"))


def load_predictions(split: str) -> pd.DataFrame:
    """Return the mixture's test probabilities.

    Parameters
    ----------
    split
        One of those in the results file, such as "random" or "families".

    Returns
    -------
    pandas.DataFrame
        Probabilities, float32: a row a protein (EntryID), a column a term.

    Raises
    ------
    ValueError
        If there is no such split.
    """
    folder = bundled_folder("results")
    path = folder / f"{split}.parquet"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in folder.glob("*.parquet")))
        raise ValueError(f"no predictions for the split {split!r}; there are those for {known}")
    return pd.read_parquet(path)
