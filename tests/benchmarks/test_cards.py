"""The figures on the cards of bundled predictors come out again, over all of their test proteins: a minute each."""

from __future__ import annotations

import re

import pytest

from dlfb_helpers.predictors.folder import load_predictor
from dlfb_helpers.predictors.measuring import card_rows, evaluate_predictor


@pytest.mark.parametrize("name", ["course-BPO", "course-CCO"])
def test_those_of_process_and_component_earn_their_place_by_figures_that_come_out_again(name):
    bundled = load_predictor(name)
    written = bundled.facts["measured"]
    lead = next(text for key, text in written.items() if "closest rival" in key)
    assert float(re.search(r"\(([\d.]+) to", lead)[1]) > 0
    found = card_rows(evaluate_predictor(bundled))
    assert found == {key: text for key, text in written.items() if "rival" not in key}
