"""What several commands let a user choose, read from the words of a command line."""

from __future__ import annotations

import typer


def parse_taxa(words: list[str]) -> list[int] | None:
    """Read NCBI taxa, each word one or several with commas between; None for the word all.

    Raises
    ------
    typer.BadParameter
        If there is something else, or all beside others.

    Examples
    --------
    >>> parse_taxa(["9606,10090", "10116"]), parse_taxa(["all"])
    ([9606, 10090, 10116], None)
    """
    taxa = [taxon.strip() for word in words for taxon in word.split(",")]
    if taxa == ["all"]:
        return None
    if wrong := [taxon for taxon in taxa if not (taxon.isascii() and taxon.isdigit())]:
        raise typer.BadParameter(f"--taxon {wrong[0]!r} is no number of the NCBI taxonomy; write 9606,10090 or all")
    return [int(taxon) for taxon in dict.fromkeys(taxa)]
