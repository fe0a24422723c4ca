"""The alphabet of proteins: index maps, one-hot encoding, chemical groups, and a check of sequences."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jax

AMINO_ACIDS: tuple[str, ...] = tuple("RHKDESTNQGPCAVILMFYW")
"""The 20 standard amino acids in the course's order; a residue's place here is its one-hot column."""

AMINO_ACID_TO_INDEX: dict[str, int] = {letter: index for index, letter in enumerate(AMINO_ACIDS)}

AMINO_ACID_NAMES: dict[str, str] = {
    "R": "arginine", "H": "histidine", "K": "lysine", "D": "aspartic acid", "E": "glutamic acid",
    "S": "serine", "T": "threonine", "N": "asparagine", "Q": "glutamine", "G": "glycine",
    "P": "proline", "C": "cysteine", "A": "alanine", "V": "valine", "I": "isoleucine",
    "L": "leucine", "M": "methionine", "F": "phenylalanine", "Y": "tyrosine", "W": "tryptophan",
}  # fmt: skip

OTHER_RESIDUES: dict[str, str] = {
    "B": "aspartic acid or asparagine",
    "Z": "glutamic acid or glutamine",
    "X": "any residue",
    "U": "selenocysteine",
    "O": "pyrrolysine",
}
"""Letters beyond the 20 that databases use and that ESM-2 has tokens for (IUPAC-IUB one-letter code)."""

GROUPS: dict[str, tuple[str, ...]] = {
    "hydrophobic": tuple("AFILMVWY"),
    "polar uncharged": tuple("NQST"),
    "negative": tuple("DE"),
    "positive": tuple("HKR"),
    "special": tuple("BCGOPUXZ"),
    "special tokens": ("-", ".", "<cls>", "<eos>", "<mask>", "<null_1>", "<pad>", "<unk>"),
}
"""Every one of ESM-2's 33 tokens, by the chemistry of its side chain; the last group holds no residues."""

_GROUP_OF_TOKEN = {token: group for group, tokens in GROUPS.items() for token in tokens}
_ACCEPTED = frozenset(AMINO_ACIDS) | frozenset(OTHER_RESIDUES)


def residue_group(token: str) -> str:
    """Return the name of the group in `GROUPS` that a residue or an ESM-2 token belongs to.

    Raises
    ------
    ValueError
        If the token is in none of the groups.
    """
    try:
        return _GROUP_OF_TOKEN[token]
    except KeyError:
        raise ValueError(
            f"{token!r} is neither a residue letter (upper case) nor a special token of ESM-2; "
            f"known tokens: {' '.join(sorted(_GROUP_OF_TOKEN))}"
        ) from None


def check_sequence(sequence: str, name: str = "sequence") -> str:
    """Return `sequence` unchanged if every letter can be given to ESM-2.

    Accepted are the 20 standard amino acids and B, Z, X, U and O. Nothing is repaired silently: lower
    case, gaps, stops and white space are errors whose message says how to mend them.

    Parameters
    ----------
    sequence : str
        One-letter residues, upper case.
    name : str
        How the record is called in an error message, usually its identifier.

    Raises
    ------
    ValueError
        If the sequence is empty or has another letter; names the record, the first such letter and
        its 1-based position.
    TypeError
        If `sequence` is not a string.
    """
    if not isinstance(sequence, str):
        raise TypeError(f"{name}: a sequence must be a str, found {type(sequence).__name__}")
    if not sequence:
        raise ValueError(f"{name}: the sequence is empty; give at least one residue")
    for position, letter in enumerate(sequence, start=1):
        if letter not in _ACCEPTED:
            raise ValueError(f"{name}: found {letter!r} at position {position} of {len(sequence)}; {_remedy(letter)}")
    return sequence


def _remedy(letter: str) -> str:
    """Say what to do about a letter that is not accepted."""
    if letter.isspace():
        return "remove spaces and line breaks, for example with ''.join(sequence.split())"
    if letter.upper() in _ACCEPTED:
        return "write residues in upper case, for example with sequence.upper()"
    if letter == "*":
        return "'*' marks the end of a translation; cut it off, for example with sequence.rstrip('*')"
    if letter in "-.":
        return "remove the gaps of an alignment, for example with sequence.replace('-', '').replace('.', '')"
    return f"accepted are {''.join(AMINO_ACIDS)} and {''.join(OTHER_RESIDUES)}; write X where the residue is unknown"


def sequence_to_indices(sequence: str) -> list[int]:
    """Turn residues into their places in `AMINO_ACIDS`, so that R is 0 and W is 19.

    Raises
    ------
    ValueError
        If the sequence is empty or holds anything but the 20 standard amino acids.
    """
    check_sequence(sequence)
    for position, letter in enumerate(sequence, start=1):
        if letter not in AMINO_ACID_TO_INDEX:
            raise ValueError(
                f"sequence: {letter!r} at position {position} of {len(sequence)} stands for "
                f"{OTHER_RESIDUES[letter]}, which has no index among the 20 standard amino acids; "
                "leave the sequence out or choose a standard residue for it"
            )
    return [AMINO_ACID_TO_INDEX[letter] for letter in sequence]


def one_hot(sequence: str) -> jax.Array:
    """One-hot encode a sequence: one row a residue, a single 1 in the column of its amino acid.

    Parameters
    ----------
    sequence : str
        L residues among the 20 standard amino acids.

    Returns
    -------
    jax.Array
        Shape (L, 20), float32; columns in the order of `AMINO_ACIDS`.

    Raises
    ------
    ValueError
        As `sequence_to_indices`.
    """
    # Imported here because most users of the alphabet need no JAX, and importing it takes a second.
    import jax
    import jax.numpy as jnp

    return jax.nn.one_hot(jnp.array(sequence_to_indices(sequence)), num_classes=len(AMINO_ACIDS), dtype=jnp.float32)
