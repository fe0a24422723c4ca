"""What the page's script is given: every number and name, and nothing that a browser could run."""

import json

import pytest

from dlfb_helpers.cli.page_data import ancestors, block, safe_json, shown_parents
from tests.cli.predictions import BINDING, MARKUP, PARENTS, PROCESS, SECRETED, STRANGE, rows

IMPLIED = {"name": "protein binding", "term": "GO:0005515", "probability": 0.9, "implied": True}


def unpacked(data: dict) -> list[tuple]:
    """Return (protein, aspect, term, name, thousandths, claimed, implied) of each claim, as the script reads them."""
    found = []
    for protein, _, _, aspects in data["proteins"]:
        for aspect, *_, numbers in aspects:
            thousandths = 1000
            for place, code in zip(numbers[::2], numbers[1::2]):
                term, name = data["terms"][place][:2]
                thousandths -= code >> 2
                flags = bool(code & 1), bool(code & 2)
                found.append((protein, aspect, term, data["texts"][name], thousandths, *flags))
    return found


def test_every_claim_is_given_as_it_is():
    new = {"protein": "new", "claimed": False, "probability": 0.0004} | STRANGE
    data, plain = block(rows(BINDING, IMPLIED, {}, PROCESS, SECRETED, new), PARENTS)
    assert unpacked(data) == [
        ("P01308", 0, "GO:0005102", "signaling receptor binding", 900, True, False),
        ("P01308", 0, "GO:0005515", "protein binding", 900, True, True),
        ("P01308", 0, "GO:0005179", "hormone activity", 876, True, False),
        ("P01308", 1, "GO:0006508", "proteolysis", 700, True, False),
        ("P01308", 2, "GO:0005576", "extracellular region", 950, True, False),
        ("new", 0, "GO:0005179", "hormone activity", 0, False, False),
    ]
    seen = [aspect[1:6] for _, _, _, aspects in data["proteins"] for aspect in aspects]
    assert seen == [[1, 0, 0.88, 0.98, 3.2e-40]] * 3 + [[2, -1, None, None, None]]
    assert [[*names, [data["texts"][place] for place in functions]] for *names, functions in data["known"]] == [
        ["P01317", "", ["hormone activity", "zinc binding"]]
    ]
    assert [protein.claims for protein in plain] == [
        ["hormone activity (0.88)", "proteolysis (0.70)", "extracellular region (0.95)"],
        ["", "", ""],
    ]
    assert json.loads(safe_json(data)) == json.loads(json.dumps(data))


def test_edges_pass_over_terms_that_are_not_shown():
    above = {term: ancestors(term, PARENTS) for term in ("GO:0005179", "GO:0005102", "GO:0005515", "GO:0006508")}
    assert above["GO:0005179"] == {"GO:0048018", "GO:0005102", "GO:0005515"}
    assert shown_parents(above) == {
        "GO:0005179": ["GO:0005102"],
        "GO:0005102": ["GO:0005515"],
        "GO:0005515": [],
        "GO:0006508": [],
    }
    data, _ = block(rows(BINDING, IMPLIED, {}), PARENTS)
    terms = [term[0] for term in data["terms"]]
    assert {term[0]: [terms[place] for place in term[5]] for term in data["terms"]} == {
        "GO:0005179": ["GO:0005102"],
        "GO:0005102": ["GO:0005515"],
        "GO:0005515": [],
    }


def test_a_cycle_and_unknown_terms_end():
    assert ancestors("a", {"a": ["b"], "b": ["c"], "c": ["a", "b"]}) == {"b", "c"}
    assert ancestors("unknown", PARENTS) == set()


def test_without_an_ontology_there_is_no_graph():
    data, _ = block(rows(BINDING, {}), None)
    assert data["graph"] is False and all(term[4:] == [0, []] for term in data["terms"])
    assert block(rows(BINDING, {}), PARENTS)[0]["graph"] is True


def test_the_sentence_does_not_depend_on_the_other_proteins_of_the_table():
    table = rows(BINDING, {}, {"protein": "new", "probability": 0.5}, {"protein": "new"} | PROCESS)
    together, _ = block(table, PARENTS)
    apart = [block(table[table["protein"] == protein], PARENTS)[0]["proteins"][0] for protein in ("P01308", "new")]
    assert [protein[1:3] for protein in together["proteins"]] == [protein[1:3] for protein in apart]


def test_json_ends_no_script_block():
    text = safe_json({MARKUP: [MARKUP]})
    assert json.loads(text) == {MARKUP: [MARKUP]} and text.isascii() and not set("<>&") & set(text)
    with pytest.raises(ValueError, match="not JSON compliant"):
        safe_json(float("nan"))
