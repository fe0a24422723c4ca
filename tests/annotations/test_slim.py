"""The generic slim is the ontology's own; each term is read under the broad terms next above it."""

from __future__ import annotations

import numpy as np

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.annotations.consistency import ancestor_matrix
from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.annotations.slim import generic_slim, slim_names


def test_each_slim_term_is_a_term_of_the_courses_ontology_under_its_name():
    ontology, slim = load_cafa().ontology, generic_slim()
    assert {term: ontology.names[term] for term in slim} == slim and len(slim) == 144
    assert {ontology.aspects[term] for term in slim} == {"MFO", "BPO", "CCO"}
    assert not slim.keys() & {"GO:0003674", "GO:0008150", "GO:0005575"}  # a root says nothing


def test_a_term_is_read_under_the_most_specific_slim_terms_alone():
    ontology = load_cafa().ontology
    # kinase activity, transferase activity (slim), catalytic activity (slim), binding
    terms = ["GO:0016301", "GO:0016740", "GO:0003824", "GO:0005488"]
    named = slim_names(terms, ontology.names, ancestor_matrix(terms, ontology))
    assert named == ["transferase activity", "transferase activity", "catalytic activity", ""]
    several = ["GO:0004672", "GO:0140096", "GO:0016740", "GO:0003824"]  # protein kinase activity, and three of the slim
    (first, *_) = slim_names(several, ontology.names, ancestor_matrix(several, ontology))
    assert first == "catalytic activity, acting on a protein; transferase activity"


def test_ids_of_the_slim_are_translated_to_another_release():
    merged = Ontology({"GO:0000001": "transferring"}, {"GO:0000001": "MFO"}, {"GO:0000001": frozenset()},
                      {"GO:0016740": "GO:0000001"})  # fmt: skip
    arguments = ["GO:0000001"], merged.names, np.zeros((1, 1), dtype=bool)
    assert slim_names(*arguments, merged) == ["transferring"] and slim_names(*arguments) == [""]
