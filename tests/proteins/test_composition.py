"""Nucleotides are told from proteins, and records that say nothing from those that do, without one false alarm."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.proteins import composition
from dlfb_helpers.proteins.composition import doubt, nucleotide_letters


def test_no_protein_of_the_course_is_taken_for_nucleotides_or_for_too_little():
    sequences = load_cafa().sequences["Sequence"]
    assert len(sequences) > 18_000
    assert [sequence for sequence in sequences if nucleotide_letters(sequence) or doubt(sequence)] == []


def test_no_long_stretch_of_a_protein_of_the_course_is_taken_for_nucleotides():
    """Every stretch of `SHORT` residues of the 200 proteins with the largest share of ACGTUN."""
    sequences = sorted(
        load_cafa().sequences["Sequence"], key=lambda text: -sum(map(text.count, "ACGTUN")) / max(len(text), 200)
    )[:200]
    for sequence in sequences:
        for start in range(0, max(1, len(sequence) - composition.SHORT), 5):
            assert not nucleotide_letters(sequence[start : start + composition.SHORT])


NUCLEOTIDES = {
    "coding DNA": "ATGGCCCTGTGGATGCGCCTCCTGCCCCTGCTGGCG",
    "RNA": "AUGGCCCUGUGGAUGCGCCUCCUGCCCCUGCUGGCG",
    "with unknown bases": "ATGNNNNNCTGTGGATGCGNNNNNNNNNNNNCTGCC",
    "masked with X": "ATGGCCXXXXXXXXXXXXXXCTGGCGATGC",
    "with ambiguity codes": "ATGGCCCTGTGGATRCGCCTCCTGCCYCTGCTGGCG",
    "a consensus of a quarter ambiguity codes": "ATGRCCYTGTGSATRCGCWTCCTKCCYCTMCTVGCG",
    "a primer": "GATTACAGATTACA",
    "rich in A and T": "ATTTATAATATTTATAAATACAATTTATATAGTTAT",
}
PROTEINS = {
    "antifreeze protein of A and T (P02732)": "AATAATAATAATAATAATAATAATAATAATA",
    "Gly-Ala repeats of EBNA1 (P03211)": "GAGAGGGAGGAGAGGAGAGGGAGAGGAGGAGGAGAGGAGAGGGAG" * 3,
    "repeats of the malaria parasite": "NANPNANPNANPNVDPNANPNANPNANPNANPNANPNANP" * 3,
    "a copper metallothionein (P02807)": "MGDCGCSGASSCNCGSGCSCSNCGSK",
    "silk": "GAGAGSGAGAGSGAGAGSGAGAGYGAGAGSGAGAGS",
    "collagen": "GPPGPPGPPGAPGPQGFQGPPGEPGEPGASGPMGPR",
    "insulin": "MALWMRLLPLLALLALWGPDPAAAFVNQHLCGSHLV",
    "nothing but asparagine": "N" * 40,
    "nothing known": "X" * 40,
    "glycine and cysteine": "GCGGCGSCGGCGSGCGGCGSGCGGCSSSCGGCGSGC",
}


@pytest.mark.parametrize("sequence", NUCLEOTIDES.values(), ids=NUCLEOTIDES)
def test_nucleotides_are_known_by_their_letters(sequence):
    assert nucleotide_letters(sequence) == sum(map(sequence.count, "ACGTUN")) > 0


@pytest.mark.parametrize("sequence", PROTEINS.values(), ids=PROTEINS)
def test_proteins_of_few_letters_are_not_nucleotides(sequence):
    assert nucleotide_letters(sequence) == 0


LITTLE = {
    "all X": ("X" * 33, "33 of its 33 residues are X"),
    "mostly X": ("MALWM" + "X" * 30, "30 of its 35 residues are X"),
    "one residue": ("M", r"too few residues (1)"),
    "nine residues": ("MALWMRLLP", "too few residues (9)"),
    "one letter": ("Q" * 60, "little else than the letters Q,"),
    "two letters": ("QP" * 30, "little else than the letters PQ,"),
    "three letters": ("GPQ" * 20, "little else than the letters GPQ,"),
    "hardly more than one letter": ("E" * 95 + "MALWR", "little else than the letters E"),
    "nothing but asparagine": ("N" * 40, "little else than the letters N,"),
    "a repeat among X": ("GPQ" * 20 + "X" * 30, "little else than the letters GPQ,"),
}


@pytest.mark.parametrize(("sequence", "reason"), LITTLE.values(), ids=LITTLE)
def test_what_says_too_little_is_doubted(sequence, reason):
    assert reason in doubt(sequence)


@pytest.mark.parametrize(
    "sequence",
    [
        "MALWMRLLPL",
        "MALWMRLLPL" + "X" * 10,
        "GPPGAPGPQGFQ" * 9,
        "MPRRRRSSSRPVRRRRRPRVSRRRRRRGGRRRR",  # a protamine
        "BZXUO" + "ACDEFGHIKLMNPQRSTVWY",
    ],
)
def test_what_says_enough_is_not_doubted(sequence):
    assert doubt(sequence) == ""


@given(st.integers(0, 10_000), st.integers(composition.FEWEST, 400))
def test_random_proteins_and_random_nucleotides_are_told_apart(seed, length):
    rng = random.Random(seed)
    protein = "".join(
        rng.choices("ACDEFGHIKLMNPQRSTVWY", [8, 1, 5, 7, 4, 7, 2, 6, 6, 10, 2, 4, 5, 4, 5, 7, 5, 7, 1, 3], k=length)
    )
    assert not nucleotide_letters(protein) or length < 20
    assert nucleotide_letters("".join(rng.choices("ACGT", k=length + 20)))
