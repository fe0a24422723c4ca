"""Files that do not go together are told so; ids of isoforms find their sequence, and every row that changed counts."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest

from dlfb_helpers.annotations.matching import known_as, match_ids, settle_aspects, warn_of_losses
from dlfb_helpers.annotations.ontology import Ontology

ONTOLOGY = Ontology(
    names={"GO:0000001": "acting", "GO:0000002": "building"},
    aspects={"GO:0000001": "MFO", "GO:0000002": "BPO"},
    parents={"GO:0000001": frozenset(), "GO:0000002": frozenset()},
    alternatives={"GO:0000009": "GO:0000002"},
    obsolete={"GO:0000005": "obsolete acting"},
    release="made up",
)


def annotations(*rows):
    return pd.DataFrame(rows, columns=["EntryID", "term", "aspect"], dtype=str)


def sequences(*ids):
    return pd.DataFrame({"EntryID": ids, "Sequence": "M", "Length": 1})


def taxa(**ids):
    return pd.DataFrame({"EntryID": list(ids), "taxonomyID": list(ids.values())})


@pytest.mark.parametrize(
    ("entry", "known", "found"),
    [
        ("P1-2", {"P1"}, "P1"), ("P1-1", {"P1"}, "P1"), ("P1-12", {"P1"}, "P1"), ("P1", {"P1-1", "P1-2"}, "P1-1"),
        ("P1-2", {"P1", "P1-2"}, None), ("P1-2", {"P1-1"}, None), ("P1-A", {"P1"}, None), ("P1-2", {"P2"}, None),
        ("P1", {"P1-2"}, None), ("HLA-2", {"HLA"}, "HLA"),
    ],
)  # fmt: skip
def test_isoforms_are_known_by_their_protein(entry, known, found):
    assert known_as([entry], known) == ({entry: found} if found else {})


def test_annotations_of_isoforms_get_a_sequence_and_a_species_and_it_is_said():
    rows = annotations(("P1-2", "GO:0000001", "MFO"), ("P1", "GO:0000001", "MFO"), ("P2", "GO:0000001", "MFO"))
    with pytest.warns(
        UserWarning, match="2 annotations of 2 ids such as P1-2 were given to P1, whose sequence is there"
    ):
        matched, species, changed = match_ids(rows, taxa(P1=9606, P2=9606), sequences("P1", "P2-1"))
    assert matched["EntryID"].tolist() == ["P1", "P1", "P2-1"] and changed == 2
    assert species.set_index("EntryID")["taxonomyID"].to_dict() == {"P1": 9606, "P2": 9606, "P2-1": 9606}


def test_isoforms_with_a_sequence_of_their_own_keep_their_id_and_share_the_species():
    rows = annotations(("P1-2", "GO:0000001", "MFO"), ("P1", "GO:0000001", "MFO"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        matched, species, changed = match_ids(rows, taxa(P1=9606), sequences("P1", "P1-2"))
    assert matched is rows and changed == 0
    assert species.set_index("EntryID")["taxonomyID"].to_dict() == {"P1": 9606, "P1-2": 9606}


def test_the_ontology_decides_the_aspect():
    rows = annotations(
        ("P1", "GO:0000001", "MFO"), ("P1", "GO:0000001", "CCO"), ("P1", "GO:0000002", ""), ("P1", "GO:0000009", "MFO"),
        ("P1", "GO:0000005", "CCO"), ("P1", "GO:7777777", "MFO"),
    )  # fmt: skip
    settled, different = settle_aspects(rows, ONTOLOGY)
    assert settled["aspect"].tolist() == ["MFO", "MFO", "BPO", "BPO", "CCO", "MFO"]
    assert different == 2  # where the file says nothing it is not contradicted
    assert rows["aspect"].tolist() == ["MFO", "CCO", "", "MFO", "CCO", "MFO"]


def warned(rows, species, of):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        warn_of_losses(rows, species, of, ONTOLOGY)
    return [str(warning.message) for warning in told]


def test_ids_that_hardly_overlap_are_told():
    rows = annotations(*((f"P{n}", "GO:0000001", "MFO") for n in range(5)))
    every = taxa(**{f"P{n}": 9606 for n in range(5)})
    assert warned(rows, every, sequences("P0", "P1", "P2")) == []
    (told,) = warned(rows, every, sequences("P0", "P1", "Q7"))
    assert told.startswith("3 of 5 annotated proteins, such as P2, have no sequence, where ids are such as P0")
    (told,) = warned(rows, every, sequences("ENSP0001", "ENSP0002"))
    assert told.startswith("5 of 5 annotated proteins, such as P0, have no sequence, where ids are such as ENSP0001")
    (told,) = warned(rows, taxa(X=9606), sequences("P0", "P1", "P2"))
    assert told.startswith("5 of 5 annotated proteins, such as P0, have no species in the taxonomy")
    assert warned(rows, taxa(), sequences("P0", "P1", "P2")) == []  # that none is known was said when they were read


def test_many_unknown_terms_are_told():
    known = [("P1", "GO:0000001", "MFO")] * 97
    every = taxa(P1=9606)
    for strange, count in (("GO:7777777", 1), ("GO:0000005", 3), ("GO:0000009", 3)):
        rows = annotations(*known, *[("P1", strange, "MFO")] * count)
        told = warned(rows, every, sequences("P1"))
        assert len(told) == (strange == "GO:7777777")  # one of two terms; what is retired or renamed is known
    (told,) = warned(annotations(*known, ("P1", "GO:7777777", "MFO")), every, sequences("P1"))
    assert told.startswith(
        "1 of 2 terms, such as GO:7777777, with 1 of 98 rows, are not in the ontology of release made"
    )
    assert told.endswith("which has 2: is its file whole, and of the time of the annotations?")


def test_no_annotations_are_no_trouble():
    rows = annotations()
    assert warned(rows, taxa(), sequences("P1")) == []
    assert match_ids(rows, taxa(P1=1), sequences("P1"))[2] == settle_aspects(rows, ONTOLOGY)[1] == 0
