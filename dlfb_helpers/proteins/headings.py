"""What a FASTA heading calls its record: the accession where a known tag says which part it is, else the first word."""

from __future__ import annotations

import re

from dlfb_helpers.files.shown import shown

ACCESSION_TAGS = frozenset("sp tr ref gb emb dbj pir prf tpg tpe tpd gpp nat".split())
"""Tags of UniProt and NCBI that an accession follows, as in ``sp|P01308|INS_HUMAN`` and ``ref|NP_000198.1|``.

NCBI's other tags need all that stands behind them: a chain (``pdb|4HHB|A``), a database (``gnl|CDD|198180``), a name of
somebody's own (``lcl|contig_1``). Their ids stay whole, as those without a known tag do (``ENSP1|ENST1|INS``).
"""

_SPECIES = re.compile(r"\sOS=(?P<name>\S.*?)\s+OX=(?P<taxon>[0-9]{1,9})(?:\s|$)")


def entry_id(heading: str) -> str:
    """Return the id in a heading, which may begin with its ``>``; empty if there is none.

    Examples
    --------
    >>> [entry_id(heading) for heading in (">sp|P01308|INS_HUMAN Insulin", ">gi|4557671|ref|NP_000198.1| insulin")]
    ['P01308', 'NP_000198.1']
    >>> [entry_id(heading) for heading in (">pdb|4HHB|A", ">ENSP1|ENST1 x", "protein 1")]
    ['pdb|4HHB|A', 'ENSP1|ENST1', 'protein']
    """
    return _accession(_first_word(heading))


def id_origin(heading: str) -> str:
    """Say what the id in a heading is made of, for a message about two records of one id."""
    word = _first_word(heading)
    return "the first word of the heading" if entry_id(heading) == word else f"the accession in {shown(word)}"


def other_id(heading: str) -> str:
    """Say how the heading can get another id, for the same message."""
    if entry_id(heading) == _first_word(heading) and len(heading.split()) > 1:
        return "join the words of the headings, for example with sed '/^>/ s/ /_/g'"
    return "keep one of the records, or give one of them another id"


def species(heading: str) -> tuple[int, str] | None:
    """Return the NCBI taxon and the name of the species that a heading of UniProt tells; None if it tells none.

    Examples
    --------
    >>> species(">sp|P69441|KAD_ECOLI Adenylate kinase OS=Escherichia coli (strain K12) OX=83333 GN=adk PE=1 SV=1")
    (83333, 'Escherichia coli (strain K12)')
    >>> species(">A OS=Homo sapiens") is None
    True
    """
    found = _SPECIES.search(heading)
    return (int(found["taxon"]), found["name"]) if found else None


def _first_word(heading: str) -> str:
    return (heading.removeprefix(">").split(maxsplit=1) or [""])[0]


def _accession(word: str) -> str:
    tag, _, rest = word.partition("|")
    if tag == "gi" and "|" in rest:  # the number comes before what it numbers: gi|4557671|ref|NP_000198.1|
        return _accession(rest.partition("|")[2]) or word
    if tag in ACCESSION_TAGS and "|" in word:
        accession, _, name = rest.partition("|")
        return accession or name.partition("|")[0]  # pir and prf may have a name alone: prf||1805277A
    return word
