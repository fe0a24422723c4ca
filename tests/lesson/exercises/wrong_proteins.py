"""Typical wrong answers to the exercises of chapter 1, and what their verdict has to say."""

import re

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.lesson.exercises.proteins import check_cut, check_hormones, check_richest, check_rope, check_spans
from dlfb_helpers.proteins.structures import bundled_insulin

DATA = load_cafa("course")
PROTEINS = DATA.sequences.set_index("EntryID")
HUMAN = PROTEINS.loc[DATA.taxonomy.loc[DATA.taxonomy["taxonomyID"] == 9606, "EntryID"]]
COLLAGEN = PROTEINS.loc["P02452", "Sequence"]
B_CHAIN = PROTEINS.loc["P01308", "Sequence"][24:54]
HORMONES = set(DATA.annotations.loc[DATA.annotations["term"] == "GO:0005179", "EntryID"])
HUMAN_HORMONES = HUMAN.loc[HUMAN.index.intersection(HORMONES)]


def spans(**other):
    return {"helix": 45.0, "strand": 100.4, "folded": 23.9} | other, B_CHAIN, bundled_insulin()


def hormones(ids=HUMAN_HORMONES.index, median=149.0):
    return ids, median, HUMAN, DATA.annotations


def cutting(pattern):
    """Cut as the exercise asks, at another pattern."""
    return lambda: (lambda sequence: [piece for piece in re.split(pattern, sequence) if piece], PROTEINS)


WRONG = {
    check_rope: [
        (lambda: (COLLAGEN[179:1192], COLLAGEN), "begins with position 180"),
        (lambda: (COLLAGEN[178:1191], COLLAGEN), "ends with position 1191"),
        (lambda: (COLLAGEN, COLLAGEN), "begins with position 1:"),
        (lambda: (list(COLLAGEN[178:1192]), COLLAGEN), "one string"),
        (lambda: ("GPP" * 338, COLLAGEN), "no stretch"),
    ],
    check_richest: [
        (lambda: ("Q8WZ42", HUMAN), "has the most cysteines"),
        (lambda: ("P01308", HUMAN), "P01308 is 5.5% cysteine"),
        (lambda: (0.368, HUMAN), "one identifier"),
        (lambda: ("insulin", HUMAN), "no human protein"),
    ],
    check_spans: [
        (lambda: spans(helix=46.5), "29 steps"),
        (lambda: spans(folded=16.1), "that of chain A"),
        (lambda: spans(folded=5.74), "from one chain to the other"),
        (lambda: spans(helix=100.4, strand=45.0), "distance for strand"),
        (lambda: spans(strand=110.3), "too high"),
        (lambda: spans(strand="100 Å"), "should be a number"),
        (lambda: spans(folded=...), "still to be worked out"),
        (lambda: (45.0, B_CHAIN, bundled_insulin()), "a dict"),
    ],
    check_hormones: [
        (lambda: hormones(ids=HORMONES), "are no human proteins"),
        (lambda: hormones(ids=HUMAN.index), "lack the term"),
        (lambda: hormones(ids=["P01308"]), "are missing"),
        (lambda: hormones(ids="P01308"), "all hormones"),
        (lambda: hormones(ids=HUMAN.index.isin(HORMONES)), "True or False for each protein"),
        (lambda: hormones(median=HUMAN_HORMONES["Length"].mean()), "the mean"),
        (lambda: hormones(median=HUMAN["Length"].median()), "all human proteins"),
    ],
    check_cut: [
        (cutting("[KR]"), "A single R or K"),
        (cutting("RR"), "not only RR"),
        (cutting("[HKR]{2,}"), "H is no part"),
        (cutting("[KR]{2}(?![KR])"), "A run of three is one mark"),
        (cutting("KK|RR|KR|RK"), "A run of three is one mark"),
        (lambda: (lambda sequence: re.split("[KR]{2,}", sequence), PROTEINS), "not an empty one"),
        (lambda: (lambda sequence: re.sub("[KR]{2,}", " ", sequence), PROTEINS), "a list of strings"),
        (lambda: (lambda sequence: None, PROTEINS), "still to be written"),
    ],
}
