"""Proteins as letters and as structures: alphabet, FASTA, alignments, families."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "alphabet": [
            "AMINO_ACIDS",
            "AMINO_ACID_TO_INDEX",
            "AMINO_ACID_NAMES",
            "OTHER_RESIDUES",
            "GROUPS",
            "residue_group",
            "check_sequence",
            "sequence_to_indices",
            "one_hot",
        ],
        "fasta": ["read_fasta", "iterate_fasta", "sequence_key"],
        "headings": ["entry_id"],
        "cleaning": ["clean_sequence"],
        "structures": [
            "fetch_protein_structure",
            "bundled_insulin",
            "structure_or_bundled",
            "atom_table",
            "with_copy",
            "disulfide_bonds",
        ],
        "ideal": ["BACKBONE_ANGLES", "IDEAL_SEQUENCES", "ideal_backbone", "ideal_helix", "ideal_strand"],
        "assemblies": ["collagen_triple_helix", "barrel_centres"],
        "sticks": ["heavy_atoms", "bonds"],
        "alignment": ["align_all", "align_pair"],
        "families": [
            "similar",
            "communities",
            "family_numbers",
            "cluster_numbers",
            "alignment_bits",
            "cross_pairs",
        ],
        "relatives": ["RUNGS", "rungs"],
    },
)
