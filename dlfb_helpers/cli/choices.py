"""What several commands let a user choose, read from the words of a command line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class LongProteins(StrEnum):
    """What becomes of proteins that are longer than the checkpoint takes."""

    window = "window"
    truncate = "truncate"
    error = "error"


class Norm(StrEnum):
    """What CAFA's averages are over."""

    cafa = "cafa"
    pred = "pred"


class Aspect(StrEnum):
    """The three ontologies of Gene Ontology: function, process and component."""

    MFO = "MFO"
    BPO = "BPO"
    CCO = "CCO"


Fasta = Annotated[
    str,
    typer.Argument(help="Proteins: plain, .gz, .xz, .bz2, .zst or .zip; - for standard input.", show_default=False),
]
Table = Annotated[
    str, typer.Option("--out", "-o", help="Table to write, a line a claim: .tsv or .csv; - for standard output.")
]
Summary = Annotated[Path | None, typer.Option(help="Also write a line a protein to this file: .tsv or .csv.")]
Cafa = Annotated[Path | None, typer.Option(help="Also write CAFA's submission format to this file.")]
Html = Annotated[Path | None, typer.Option(help="Also write one page to read and search in a browser.")]
Minimum = Annotated[
    float, typer.Option(help="Least probability in the table; a protein's best of each aspect is always there.")
]
Release = Annotated[Path | None, typer.Option(help="go-basic.obo of another release: terms get its ids and names.")]
Aspects = Annotated[
    str | None,
    typer.Option(metavar="ASPECTS", help="MFO (function), BPO (process), CCO (component), with commas between.",
                 show_default="all, unless --predictor is given"),
]  # fmt: skip
PredictorNames = Annotated[
    list[str] | None,
    typer.Option(
        "--predictor", metavar="FOLDER", show_default="the bundled ones",
        help="Instead of the bundled ones, which are course (function), course-BPO and course-CCO; once an aspect.",
    ),
]  # fmt: skip
Clean = Annotated[
    bool, typer.Option("--clean", help="Repair lower case, gaps, stops, spaces, numbers ...; each repair is listed.")
]
SkipBad = Annotated[bool, typer.Option("--skip-bad", help="Leave out what cannot be read; it is listed.")]
Checkpoint = Annotated[str, typer.Option(help="ESM-2: course (bundled), a Hugging Face id or a folder.")]
Layer = Annotated[
    int | None, typer.Option(help="Hidden layer: 0 is what enters the first, -1 the last.", show_default="the last")
]
Data = Annotated[
    str, typer.Argument(help="Folder or zip with CAFA's files, or GAF or GPAD; course is the bundled data.")
]
Taxa = Annotated[
    list[str] | None,
    typer.Option(
        metavar="TAXA", help="NCBI taxa of the proteins, with commas between, or all.", show_default="9606, human"
    ),
]
Evidence = Annotated[str, typer.Option(help="Of annotations that say it: experimental, all, or codes such as IDA,IMP.")]
OwnPredictor = Annotated[
    str | None, typer.Option(help="As for dlfb predict.", show_default="course, unless --predictions is given")
]
Predictions = Annotated[
    str | None, typer.Option(help="Table to judge instead: protein, term, score; or what dlfb predict has written.")
]
Ontology = Annotated[Path | None, typer.Option(help="OBO file; that of DATA, or the course's, if not given.")]
Information = Annotated[
    str | None, typer.Option(help="Information content: IA.txt, or annotations to count it in.", show_default="--known")
]
Known = Annotated[str | None, typer.Option(help="What was known before, in any form that DATA may have.")]
MaxLength = Annotated[
    int | None, typer.Option(min=1, help="Residues of the longest protein; as in training if not given.")
]


def parse_shard(text: str) -> tuple[int, int]:
    """Read "3/8" as (3, 8)."""
    found = re.fullmatch(r"(\d+)/(\d+)", text)
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise typer.BadParameter(f"{text!r} is no shard; write 1/8 to 8/8 for eight jobs")
    return int(found[1]), int(found[2])


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


def parse_aspects(text: str) -> list[Aspect]:
    """Read "MFO", "BPO,CCO" or "all".

    Raises
    ------
    typer.BadParameter
        If there is something else.
    """
    words = [word.strip().upper() for word in text.split(",")]
    if words == ["ALL"]:
        return list(Aspect)
    if wrong := [word for word in words if word not in Aspect.__members__]:
        raise typer.BadParameter(f"--aspect {wrong[0]!r} is none of MFO, BPO and CCO; write MFO,BPO or all")
    return [aspect for aspect in Aspect if aspect in words]


def check_together(
    predictions: str | None, with_table: Mapping[str, object], with_predictor: Mapping[str, object]
) -> None:
    """Raise a typer.BadParameter that names an option of ``dlfb evaluate`` which does not go with what is evaluated."""
    if predictions is None and (wrong := [name for name, given in with_table.items() if given]):
        raise typer.BadParameter(f"{wrong[0]} goes with --predictions, a table to judge, and not with a predictor")
    if predictions is not None and (wrong := [name for name, given in with_predictor.items() if given]):
        raise typer.BadParameter(f"{wrong[0]} goes with a predictor, and not with --predictions")
