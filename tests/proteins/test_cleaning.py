"""What is no residue goes, what stands for one is written as one, each is counted; and nothing else is touched."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlfb_helpers.proteins.alphabet import AMINO_ACIDS, OTHER_RESIDUES
from dlfb_helpers.proteins.cleaning import NOT_ACCEPTED, UNREPAIRABLE, clean_lines, clean_sequence, fault

LETTERS = "".join(AMINO_ACIDS) + "".join(OTHER_RESIDUES)
REPAIRED = {
    "lower case": ("malwm", ["MALWM"], {"lower case": 5}),
    "soft masked": ("MALwmRLL", ["MALWMRLL"], {"lower case": 2}),
    "gaps of an aligner": ("--MA-LW.M~~", ["MALWM"], {"gap": 6}),
    "dashes of a word processor": ("MA\u2013LW\u2212M", ["MALWM"], {"gap": 2}),
    "stop at the end": ("MALWM*", ["MALWM"], {"stop at an end": 1}),
    "stops at both ends": ("*MALWM**", ["MALWM"], {"stop at an end": 3}),
    "a stop before a gap": ("MALWM*--", ["MALWM"], {"gap": 2, "stop at an end": 1}),
    "one stop inside": ("MAL*WM", ["MALXWM"], {"stop inside, now X": 1}),
    "few stops inside": ("MALWM" * 30 + "*" + "MALWM" * 30 + "*MK", None, {"stop inside, now X": 2}),
    "numbers of a flat file": ("  1 MALWM RLLPL 10", ["MALWMRLLPL"], {"white space": 5, "digit": 3}),
    "spaces of all kinds": ("MA LW\tM\u00a0R\u2003L", ["MALWMRL"], {"white space": 4}),
    "what cannot be seen": ("MA\u200bLW\ufeffM\0\x1a", ["MALWM"], {"invisible character": 4}),
    "J": ("MAJWM", ["MAXWM"], {"leucine or isoleucine (J), now X": 1}),
    "question marks": ("MA?WM", ["MAXWM"], {"question mark, now X": 1}),
    "two chains": ("MALWM:MKT", ["MALWM", "MKT"], {"break between chains": 1}),
    "three chains": ("MALWM/MKT/GG", ["MALWM", "MKT", "GG"], {"break between chains": 2}),
    "chains that end in stops": ("MALWM*:MKT*", ["MALWM", "MKT"], {"stop at an end": 2, "break between chains": 1}),
    "a colon and no second chain": ("MALWM:", ["MALWM"], {}),
    "all at once": (" 1 mal-wj*", ["MALWX"], None),
    "nothing to do": (LETTERS, [LETTERS], {}),
}


@pytest.mark.parametrize(("text", "chains", "repairs"), REPAIRED.values(), ids=REPAIRED)
def test_what_can_be_repaired(text, chains, repairs):
    cleaned = clean_sequence(text)
    assert chains is None or cleaned.chains == chains
    assert repairs is None or cleaned.repairs == repairs


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("MAL(W)M", r"found '\(' at position 4 of 7"),
        ("MAL_WM", "found '_' at position 4 of 6"),
        ("MÅLWM", "found 'Å' at position 2 of 5"),
        ("MALWM>", "found '>' at position 6 of 6"),
        ("MA\udce9", r"found '\\udce9' at position 3 of 3"),
        ("M[Oxidation]AL", r"found '\[' at position 2 of 14"),
        ("", "empty"),
        (" -*- ", "empty"),
        ("::", "empty"),
        ("MAL*WMR*LLPL*LAL", "3 stops among 16 residues, as in a translation in the wrong reading frame"),
    ],
)
def test_what_cannot_be_repaired_is_named(text, message):
    with pytest.raises(ValueError, match=message):
        clean_sequence(text)


@pytest.mark.parametrize(
    ("heading", "lines", "expected"),
    [
        (">A", ["; a comment", "MA", "#another", "LW"], (">A", ["", "MA", "", "LW"], {"comment": 2})),
        (">A", ["MA ; until here", "LW"], (">A", ["MA", "LW"], {"comment": 1})),
        (">A", ["MA", " LW "], (">A", ["MA", " LW "], {})),
        (
            ">P1;CRAB_ANAPL",
            ["ALPHA CRYSTALLIN", "MDIT*"],
            (">CRAB_ANAPL", ["", "MDIT*"], {"line of the PIR format": 1}),
        ),
        (">P1;", ["MA"], (">P1;", ["MA"], {})),
        (">P1", ["MA#LW", "MA;LW"], (">P1", ["MA#LW", "MA;LW"], {})),
    ],
)
def test_lines_without_residues_are_emptied(heading, lines, expected):
    assert clean_lines(heading, lines) == expected


SEQUENCES = st.text(LETTERS, min_size=1, max_size=60)
HARMLESS = st.text(" \t-.~0123456789\u200b\u2013\ufeff", max_size=4)


@settings(deadline=None, derandomize=True, database=None)
@given(
    st.lists(st.tuples(st.sampled_from(LETTERS), st.booleans(), HARMLESS), min_size=1, max_size=60), st.integers(0, 3)
)
def test_a_sequence_is_found_again_under_its_dirt(letters, stops):
    sequence = "".join(letter for letter, _, _ in letters)
    dirty = "".join((letter.lower() if low else letter) + dirt for letter, low, dirt in letters) + "*" * stops
    cleaned = clean_sequence(dirty)
    assert cleaned.chains == [sequence]
    assert cleaned.repairs["lower case"] == sum(low for _, low, _ in letters)
    assert cleaned.repairs["stop at an end"] == stops
    taken = sum(count for name, count in cleaned.repairs.items() if name != "lower case")
    assert taken == len(dirty) - len(sequence)  # every character that is gone is counted


@settings(deadline=None, derandomize=True, database=None, max_examples=500)
@given(st.one_of(st.text(max_size=40), st.text(LETTERS + "acgxj*-.:/? 1\t\0", max_size=40)))
def test_any_text_is_cleaned_once_and_for_all_or_refused(text):
    try:
        cleaned = clean_sequence(text)
    except ValueError:
        assert UNREPAIRABLE.search(text) or "*" in text or not any(letter.isalpha() or letter == "?" for letter in text)
        return
    assert cleaned.chains and not any(NOT_ACCEPTED.search(chain) for chain in cleaned.chains)
    assert bool(cleaned.repairs) or ":" in text or "/" in text or cleaned.chains == [text]
    for chain in cleaned.chains:
        again = clean_sequence(chain)
        assert again.chains == [chain] and not again.repairs


@settings(deadline=None, derandomize=True, database=None)
@given(st.text("a*-.~ 1J?:/;\0\u200b\u2013", min_size=1, max_size=10))
def test_every_place_that_is_not_accepted_and_can_be_repaired_has_a_name(text):
    for position in range(len(text)):
        assert fault(text, position)


@given(st.characters(categories=["L", "P", "S"]))
def test_a_character_is_accepted_or_repairable_or_neither(letter):
    assert (NOT_ACCEPTED.search(letter) is None) == (letter in LETTERS)
    if letter in LETTERS or letter in "J*?":
        assert not UNREPAIRABLE.search(letter)
