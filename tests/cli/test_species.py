"""A warning for species that nobody was trained on: told from the headings, and silent where they tell nothing."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest

from dlfb_helpers.cli.species import kingdom, strangers, training_taxa
from dlfb_helpers.predictors.folder import BUNDLED, load_predictor


def predictor(*taxa: int):
    return SimpleNamespace(pool=SimpleNamespace(taxa=np.array(taxa, dtype=np.int32)))


SEVEN = predictor(3702, 6239, 7227, 7955, 9606, 10090, 10116)
MANY = Counter({(9606, "Homo sapiens"): 5, (562, "Escherichia coli"): 3, (10090, "Mus musculus"): 2})


def test_the_training_species_are_those_of_the_pool():
    assert [training_taxa(load_predictor(name)) for name in BUNDLED] == [
        {3702, 6239, 7227, 7955, 9606, 10090, 10116}
    ] * 3
    assert training_taxa(predictor(10090, 10116)) == {10090, 10116}
    assert training_taxa(predictor(9606, 0)) is None


@pytest.mark.parametrize(
    ("species", "predictors", "said"),
    [
        (MANY, [predictor(9606)], "5 of 12 proteins are of species far from those that the predictors were trained on: "
         "Escherichia coli (3), Mus musculus (2); they learnt from human proteins,"),
        (MANY, [predictor(9606, 10090)], "3 of 12 proteins are of species far from those that the predictors were "
         "trained on: Escherichia coli (3); they learnt from proteins of taxa 9606, 10090,"),
        (MANY, [predictor(9606, 10090), predictor(9606)], "5 of 12 proteins"),
        (MANY, [SEVEN], "3 of 12 proteins are of species far from those that the predictors were trained on: "
         "Escherichia coli (3); they"),
        (Counter({(9031, "Gallus gallus"): 2, (3055, "Chlamydomonas reinhardtii"): 1}), [SEVEN], ""),
        (Counter({(9031, "Gallus gallus"): 2, (4577, "Zea mays"): 1}), [predictor(9606, 10090)],
         "1 of 12 proteins are of species far from those that the predictors were trained on: Zea mays (1);"),
        (Counter({(n, f"Species {n}"): 9 - n for n in range(1, 6)}), [predictor(9606)],
         "30 of 12 proteins are of species far from those that the predictors were trained on: Species 1 (8), "
         "Species 2 (7), Species 3 (6) and 2 more;"),
        (Counter({(9606, "Homo sapiens"): 5}), [predictor(9606)], ""),
        (Counter(), [predictor(9606)], ""),
        (MANY, [predictor(9606, 0)], ""),
    ],
)  # fmt: skip
def test_species_that_are_not_the_trainings_are_counted_and_named(species, predictors, said):
    found = strangers(species, predictors, 12)
    assert found.startswith(said) and bool(found) == bool(said)


def test_kingdoms_of_taxa():
    animals = {9031: "Gallus", 6100: "Aequorea", 7227: "Drosophila", 33208: "Metazoa", 45351: "Nematostella"}
    plants = {3702: "Arabidopsis", 3055: "Chlamydomonas", 4577: "Zea", 33090: "Viridiplantae"}
    neither = {
        562: "Escherichia",
        4932: "Saccharomyces",
        2697049: "SARS-CoV-2",
        5833: "Plasmodium",
        1: "all",
        0: "",
        10**9: "",
    }
    for expected, taxa in ((1, animals), (2, plants), (0, neither)):
        assert {taxon: kingdom(taxon) for taxon in taxa} == dict.fromkeys(taxa, expected)
