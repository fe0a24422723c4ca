"""A warning for species that nobody was trained on: told from the headings, and silent where they tell nothing."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

import pytest

from dlfb_helpers.cli.species import strangers, training_taxa
from dlfb_helpers.dataset.labels import taxon_name
from dlfb_helpers.predictors.folder import BUNDLED, load_predictor


def predictor(*taxa: int, text: str = ""):
    return SimpleNamespace(facts={"annotations": text or f"x; 12 proteins of {taxon_name(taxa)} with at most 500"})


MANY = Counter({(9606, "Homo sapiens"): 5, (562, "Escherichia coli"): 3, (10090, "Mus musculus"): 2})


def test_the_training_species_stand_on_the_card():
    assert [training_taxa(load_predictor(name)) for name in BUNDLED] == [{9606}] * 3
    assert training_taxa(predictor(10090, 10116)) == {10090, 10116}
    assert training_taxa(predictor(text="12 proteins of all species")) is None


@pytest.mark.parametrize(
    ("species", "predictors", "said"),
    [
        (MANY, [predictor(9606)], "5 of 12 proteins are of other species than the predictors were trained on: "
         "Escherichia coli (3), Mus musculus (2); they learnt from human proteins,"),
        (MANY, [predictor(9606, 10090)], "3 of 12 proteins are of other species than the predictors were trained on: "
         "Escherichia coli (3); they learnt from proteins of taxa 9606, 10090,"),
        (MANY, [predictor(9606, 10090), predictor(9606)], "5 of 12 proteins"),
        (Counter({(n, f"Species {n}"): 9 - n for n in range(1, 6)}), [predictor(9606)],
         "30 of 12 proteins are of other species than the predictors were trained on: Species 1 (8), Species 2 (7), "
         "Species 3 (6) and 2 more;"),
        (Counter({(9606, "Homo sapiens"): 5}), [predictor(9606)], ""),
        (Counter(), [predictor(9606)], ""),
        (MANY, [predictor(text="a sample")], ""),
    ],
)  # fmt: skip
def test_species_that_are_not_the_trainings_are_counted_and_named(species, predictors, said):
    found = strangers(species, predictors, 12)
    assert found.startswith(said) and bool(found) == bool(said)
