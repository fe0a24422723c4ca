"""What the page says of a protein in one sentence."""

import pytest

from dlfb_helpers.cli.page_data import ancestors
from dlfb_helpers.cli.verdict import hundredths, is_general, phrase, stand_alone, verdict
from tests.cli.predictions import BINDING, PARENTS, PROCESS, ROW, SECRETED, STRANGE, rows

ABOVE = {term: ancestors(term, PARENTS) for term in PARENTS}
TRAINED = {"seen": "itself", "identity": 1.0, "coverage": 1.0}


def said(*some: dict, above=ABOVE) -> str:
    return verdict(list(rows(*some).itertuples()), above).text


def test_function_place_and_process_come_with_their_probabilities_and_the_nearest_protein():
    text = said({"probability": 0.97}, PROCESS, SECRETED)
    assert text == (
        "Very likely a hormone (0.97), secreted (0.95), taking part in proteolysis (0.70); 88 % identical to P01317."
    )


def test_a_page_that_knows_thousandths_rounds_alike():
    """Halves up, so that the sentence and the bars of a card never differ."""
    assert [hundredths(p) for p in (0.8546, 0.855, 0.1249, 0.1244, 0.9996, 0.0)] == [
        "0.86", "0.86", "0.13", "0.12", "1.00", "0.00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "probability, words",
    [(0.9, "Very likely"), (0.89, "Likely"), (0.67, "Likely"), (0.66, "More likely than not"), (0.49, "Possibly")],
)
def test_words_follow_the_probability(probability, words):
    assert said({"probability": probability}) == f"{words} a hormone ({probability:.2f}); 88 % identical to P01317."


def test_what_is_less_sure_than_the_beginning_is_hedged():
    assert "perhaps taking part in proteolysis (0.40)" in said({}, PROCESS | {"probability": 0.4})
    assert "perhaps" not in said({"probability": 0.45}, PROCESS | {"probability": 0.4})


def test_without_a_claim_the_best_guess_is_told():
    guess = {"name": "metal ion binding", "probability": 0.31, "claimed": False}
    text = said(guess | STRANGE, {"probability": 0.2, "claimed": False} | STRANGE)
    assert text == (
        "No confident claim; the best guess is metal ion binding (0.31); nothing similar is known to the predictor, so "
        "trust it less."
    )


def test_what_is_true_of_most_proteins_is_not_told():
    general = {"term": "GO:0110165", "name": "cellular anatomical entity", "aspect": "CCO", "probability": 0.99}
    sticky = {"term": "GO:0005515", "name": "protein binding", "probability": 0.98}
    assert said(sticky, {"probability": 0.6}, general).startswith("More likely than not a hormone (0.60);")
    assert said(sticky, general, PROCESS).startswith(
        "Likely taking part in proteolysis (0.70); its function stays open;"
    )
    assert said(sticky | {"claimed": False}).startswith("No confident claim; the best guess is protein binding (0.98)")


def test_the_specific_claim_is_told_unless_the_general_one_is_much_surer():
    assert said(BINDING, {"probability": 0.8}).startswith("Likely a hormone (0.80)")
    alone = stand_alone(list(rows(BINDING, {"probability": 0.4}).itertuples()), ABOVE)
    assert [claim.term for claim in alone] == ["GO:0005102", "GO:0005179"]
    assert said(BINDING, {"probability": 0.4}).startswith("Very likely capable of signaling receptor binding (0.90)")


def test_what_is_implied_is_not_told_and_without_an_ontology_the_surest_is():
    assert said(BINDING | {"implied": True, "probability": 0.95}, {}, above={}).startswith("Likely a hormone")
    assert said(BINDING, {"probability": 0.8}, above={}).startswith("Very likely capable of signaling")


@pytest.mark.parametrize(
    "aspects, where",
    [((TRAINED, TRAINED), ""), ((TRAINED, {}), " for functions"), (({}, TRAINED), " for components")],
)
def test_a_sequence_that_was_trained_on_is_called_so(aspects, where):
    text = said(ROW | aspects[0], SECRETED | aspects[1])
    caveat = f"this very sequence was trained on{where}, so its probabilities say what is annotated already."
    assert text == f"Likely a hormone (0.88), secreted (0.95); {caveat}"


def test_of_several_nearest_proteins_the_most_alike_over_most_of_its_length_counts():
    short = {"nearest": "Q1", "identity": 1.0, "coverage": 0.2}
    assert said(short, SECRETED).endswith("; 88 % identical to P01317.")
    assert said(short).endswith("; 100 % identical over 20 % of its length to Q1.")
    assert said({"nearest": "a%b"}).endswith("to a%b.")
    assert said({"nearest_name": "cow INS"}).endswith("to cow INS (P01317).")
    assert said(ROW | STRANGE, SECRETED).endswith("; 88 % identical to P01317.")


@pytest.mark.parametrize(
    "name, aspect, words",
    [
        ("serine-type endopeptidase activity", "MFO", "a serine-type endopeptidase"),
        ("oxidoreductase activity", "MFO", "an oxidoreductase"),
        ("ubiquitin protein ligase activity", "MFO", "a ubiquitin protein ligase"),
        ("RNA helicase activity", "MFO", "an RNA helicase"),
        ("MAP kinase activity", "MFO", "a MAP kinase"),
        ("N-acyltransferase activity", "MFO", "an N-acyltransferase"),
        ("unfolded protein chaperone activity", "MFO", "an unfolded protein chaperone"),
        ("structural constituent of ribosome", "MFO", "a structural constituent of ribosome"),
        ("extracellular matrix structural constituent", "MFO", "an extracellular matrix structural constituent"),
        ("ATP hydrolysis activity", "MFO", "capable of ATP hydrolysis activity"),
        ("electron transfer activity", "MFO", "capable of electron transfer activity"),
        ("metal ion binding", "MFO", "capable of metal ion binding"),
        ("hydrolase activity, acting on ester bonds", "MFO", "capable of hydrolase activity, acting on ester bonds"),
        ("extracellular space", "CCO", "secreted"),
        ("nucleus", "CCO", "in the nucleus"),
        ("cell surface", "CCO", "at the cell surface"),
        ("cytoplasmic side of membrane", "CCO", "on the cytoplasmic side of membrane"),
        ("integral component of plasma membrane", "CCO", "integral to the plasma membrane"),
        ("RNA polymerase complex", "CCO", "in an RNA polymerase complex"),
        ("SWI/SNF complex", "CCO", "in a SWI/SNF complex"),
        ("DNA repair", "BPO", "taking part in DNA repair"),
        (" ", "MFO", "capable of  "),
    ],
)
def test_names_of_terms_become_words(name, aspect, words):
    assert phrase(name, aspect) == words


@pytest.mark.parametrize(
    "name", ["binding", "cellular process", "organelle", "intracellular membrane-bounded organelle"]
)
def test_general_names_are_known(name):
    assert is_general(name)


@pytest.mark.parametrize(
    "name", ["DNA binding", "binding ", "organelle membrane", "regulation of cellular processes", ""]
)
def test_other_names_are_not_taken_for_general_ones(name):
    assert not is_general(name)


@pytest.mark.parametrize("name", ["", " ", " activity", "activity", "complex", " complex", "structural constituent"])
@pytest.mark.parametrize("aspect", ["MFO", "BPO", "CCO"])
def test_no_name_is_too_odd(name, aspect):
    assert name in said({"name": name, "aspect": aspect}, above={}) or name.removesuffix(" activity") == ""
