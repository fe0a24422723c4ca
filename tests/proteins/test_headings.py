"""The id of a record: the accession where the tag is known to come before one, else the first word as it is."""

from __future__ import annotations

import pytest

from dlfb_helpers.proteins.headings import entry_id, id_origin, other_id, species

ACCESSIONS = {
    ">sp|P01308|INS_HUMAN Insulin OS=Homo sapiens": "P01308",
    ">tr|A0A024R1X5|A0A024R1X5_HUMAN Beclin": "A0A024R1X5",
    ">sp|P04637-2|P53_HUMAN Isoform 2": "P04637-2",
    ">sp|P01308": "P01308",
    ">ref|NP_000198.1| insulin": "NP_000198.1",
    ">gb|AAA59172.1| insulin": "AAA59172.1",
    ">emb|CAA23424.1|": "CAA23424.1",
    ">dbj|BAA12345.1|": "BAA12345.1",
    ">pir|A24359|INHU": "A24359",
    ">pir||S24359 protein": "S24359",
    ">prf||1805277A": "1805277A",
    ">tpg|DAA12345.1|": "DAA12345.1",
    ">gi|4557671|ref|NP_000198.1| insulin": "NP_000198.1",
    ">gi|124617|sp|P01308.1|INS_HUMAN": "P01308.1",
    ">gi|4557671|gb|AAA59172.1|gi|1|ref|NP_1.1|": "AAA59172.1",
    "> sp|P01308|INS_HUMAN": "P01308",
}
WHOLE = [
    "pdb|4HHB|A", "pdb|4HHB|B", "gnl|CDD|198180", "gnl|BL_ORD_ID|0", "lcl|contig_1|gene_2", "lcl|NC_000913.3_prot_1",
    "ENSP00000250971|ENST00000381330|INS", "jgi|Aspni7|1234|e_gw1.1", "a|b|c", "1|2|3", "x|sp|P01308", "SP|P01308|X",
    "nxp|NX_P01308-1|INS", "gi|4557671", "UniRef90_P01308", "AFDB:AF-P01308-F1", "4HHB_A", "sp", "sp:P01308", "|", "a|",
    "||", "-", "Müller1",
]  # fmt: skip


@pytest.mark.parametrize(("heading", "expected"), ACCESSIONS.items())
def test_known_tags_are_shortened_to_the_accession(heading, expected):
    assert entry_id(heading) == expected
    assert id_origin(heading).startswith("the accession in ") and other_id(heading).startswith("keep one")


@pytest.mark.parametrize("word", WHOLE)
def test_whatever_else_is_the_first_word_as_it_is(word):
    assert entry_id(f">{word} some words") == entry_id(f">\t{word}") == entry_id(word) == word
    assert id_origin(f">{word} 1") == "the first word of the heading"
    assert "sed" in other_id(f">{word} 1") and other_id(f">{word}").startswith("keep one")


def test_chains_of_one_structure_keep_their_own_ids():
    assert entry_id(">gi|1|pdb|4HHB|A") == "pdb|4HHB|A" != entry_id(">gi|2|pdb|4HHB|B")


@pytest.mark.parametrize("heading", [">", "> ", "", ">sp|", ">sp||", ">ref||"])
def test_there_may_be_no_id(heading):
    assert entry_id(heading) == ""


@pytest.mark.parametrize(
    ("heading", "found"),
    [
        (">sp|P01308|INS_HUMAN Insulin OS=Homo sapiens OX=9606 GN=INS PE=1 SV=1", (9606, "Homo sapiens")),
        (
            ">sp|P69441|KAD_ECOLI Kinase OS=Escherichia coli (strain K12) OX=83333",
            (83333, "Escherichia coli (strain K12)"),
        ),
        (">A OS=Zea mays OX=4577\n", (4577, "Zea mays")),
        (">sp|P01308|INS_HUMAN Insulin OS=Homo sapiens", None),
        (">A OX=9606", None),
        (">A BOS=x OX=9606", None),
        (">A OS=x OX=human", None),
        (">A OS=x OX=99999999999999999999", None),
        (">P01308", None),
    ],
)
def test_the_species_is_what_a_heading_of_uniprot_says(heading, found):
    assert species(heading) == found
