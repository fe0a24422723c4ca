"""Proteins as letters and as structures: alphabet, FASTA, alignments, families."""
