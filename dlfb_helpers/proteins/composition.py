"""What the letters of a sequence say about it: nucleotides in place of a protein, or too little to predict from.

The limits were measured on the course's 18,060 human proteins and on the 516,371 proteins of Swiss-Prot of 2014.
"""

from __future__ import annotations

import numpy as np

NUCLEOTIDES, AMBIGUOUS = "ACGTUN", "RYSWKMBDHV"
"""Nucleotides (N is any), and the codes for those that may be one or the other (IUPAC-IUB)."""
NUCLEOTIDE_SHARE, WITH_AMBIGUOUS, LEAST_OF_EACH = 0.9, 0.7, 0.02
"""Nucleotides have so many of their letters in ACGTUN; the second is enough where the others are ambiguous codes. A
quarter of a protein's are. And each of A, C, G and T or U has the last at least, which tells them from silk and other
proteins of few residues: of Swiss-Prot's proteins none has all that."""
SHORT = 100
"""Letters from which on nucleotides are certain: no stretch of so many residues of a protein of Swiss-Prot looks like
them, so that a fragment does not either. What is shorter may be a peptide."""
FEWEST_NUCLEOTIDES = 30
"""Letters that tell: a file of short records that look like nucleotides, and have as many letters together, holds no
proteins. Of 30 residues as they come in proteins, all are in ACGTUN less than once in 10 ** 15 times."""

FEWEST = 10
"""Residues below which a record says too little: 696 proteins of Swiss-Prot are shorter, none of the course's is."""
MOST_UNKNOWN = 0.5
"""Share of X above which a record says too little: 2 proteins of Swiss-Prot have more, none of the course's has."""
LEAST_BITS = 1.6
"""Entropy of the known residues, in bits a residue, below which they are little else than a repeat of up to three
letters (log2 of 3 is 1.58). 4.2 is usual; 2.3 is the least of the course's proteins, and 24 of Swiss-Prot's have less
than the limit."""

_CODES, _ALL_CODES = (NUCLEOTIDES + "X").encode(), (NUCLEOTIDES + AMBIGUOUS + "X").encode()


def nucleotide_letters(sequence: str) -> int:
    """Return how many letters of a sequence are in `NUCLEOTIDES` if it looks like nucleotides, else 0.

    Parameters
    ----------
    sequence : str
        Upper-case letters.
    """
    letters = sequence.encode()
    others = len(letters.translate(None, _CODES))
    if others > (1 - WITH_AMBIGUOUS) * len(letters):  # most proteins end here
        return 0
    known = len(letters) - letters.count(b"X")
    allowed = 1 - (NUCLEOTIDE_SHARE if letters.translate(None, _ALL_CODES) else WITH_AMBIGUOUS)
    least = min(*map(letters.count, (b"A", b"C", b"G")), letters.count(b"T") + letters.count(b"U"))
    looks = known and others <= allowed * known and least >= LEAST_OF_EACH * known
    return known - others if looks else 0


def doubt(sequence: str) -> str:
    """Return why a prediction from the sequence of a protein is worth little; empty where there is no such reason.

    Parameters
    ----------
    sequence : str
        Upper-case letters.
    """
    total, unknown = len(sequence), sequence.count("X")
    if unknown > MOST_UNKNOWN * total:
        return f"{unknown:,} of its {total:,} residues are X, unknown; a prediction rests on the others"
    if total < FEWEST:
        return f"too few residues ({total}) for a prediction to rest on"
    counts = np.bincount(np.frombuffer(sequence.encode(), dtype=np.uint8))
    counts[ord("X") :][:1] = 0
    # The entropy cannot be that small unless some letter has a share of 2 ** -LEAST_BITS: few proteins get past this.
    if counts.max() > 2**-LEAST_BITS * (total - unknown) and _bits(counts) < LEAST_BITS:
        letters = "".join(chr(place) for place in np.argsort(-counts, kind="stable")[:3] if counts[place])
        return f"it is made of little else than the letters {letters}, too little for a prediction to rest on"
    return ""


def _bits(counts: np.ndarray) -> float:
    """Return the entropy of counts, in bits."""
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log2(shares)).sum())
