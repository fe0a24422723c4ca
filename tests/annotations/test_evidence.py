"""A choice of evidence is codes that exist."""

from __future__ import annotations

import pytest

from dlfb_helpers.annotations.evidence import CODES, EXPERIMENTAL, check_codes, chosen_codes
from recipes import annotations as recipe


def test_choices():
    assert chosen_codes("all") is None and chosen_codes("Experimental") == EXPERIMENTAL
    assert chosen_codes("ida,IMP , eco:0000314") == ("IDA", "IMP", "ECO:0000314")
    for wrong in ("IDA,IDX", "", "experiment"):
        with pytest.raises(ValueError, match="is no code of the Gene Ontology; there are EXP, HDA, "):
            chosen_codes(wrong)


def test_experimental_evidence_is_that_of_the_course_data_and_has_ids():
    assert set(EXPERIMENTAL) == recipe.EXPERIMENTAL
    assert set(EXPERIMENTAL) <= set(CODES.values())
    check_codes(EXPERIMENTAL)
