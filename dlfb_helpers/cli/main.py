"""The command ``dlfb``: from a FASTA file to functions, and from annotations to a predictor, without a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dlfb_helpers.cli import choices, learning
from dlfb_helpers.cli.loading import loading
from dlfb_helpers.cli.reporting import Progress, reported, say

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Predict functions, processes and components of proteins, with calibrated probabilities.",
)


@app.command()
def predict(
    fasta: choices.Fasta,
    out: choices.Table = "-",
    summary: choices.Summary = None,
    cafa: choices.Cafa = None,
    html: choices.Html = None,
    aspect: choices.Aspects = None,
    predictor: choices.PredictorNames = None,
    minimum: choices.Minimum = 0.05,
    clean: choices.Clean = False,
    skip_bad: choices.SkipBad = False,
    ontology: choices.Release = None,
) -> None:
    """Predict the functions, processes and components of proteins.

    \b
    dlfb predict proteins.fasta -o functions.tsv --html functions.html
    dlfb predict proteins.fasta --summary short.csv -o functions.csv
    dlfb predict proteins.fasta.gz --cafa submission.tsv -o functions.tsv
    dlfb predict proteins.fasta --aspect CCO -o places.tsv
    dlfb predict from_a_gene_finder.fasta --clean --skip-bad -o functions.tsv
    cat proteins.fasta | dlfb predict - > functions.tsv

    The table has a row a protein, aspect and term: the calibrated probability; whether it is claimed (at least as
    probable as the threshold that was best on validation proteins) or implied by the ontology; the broad terms above it
    (GO slim); the training protein most like the query, unless nothing similar was seen in training.

    --summary has a row a protein: the most specific claims of each aspect and the nearest training protein. --cafa has
    a protein's 1,500 most probable terms from 0.001 up, whatever --minimum is.
    """
    if aspect and predictor:
        raise typer.BadParameter(
            "--predictor brings its own aspect; leave --aspect out, or name bundled ones beside it"
        )
    aspects = choices.parse_aspects(aspect or "all")
    with reported():
        with loading():
            from dlfb_helpers.cli import predict as command

        names = predictor or [command.BUNDLED_FOR[chosen] for chosen in aspects]
        command.run(
            fasta, command.Outputs(out, summary, cafa, html), names, minimum, Progress(), clean, skip_bad, ontology
        )


@app.command()
def embed(
    fasta: choices.Fasta,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="File ending in .parquet, .h5, .npz or .npy; needed unless --shard is given."),
    ] = None,
    checkpoint: choices.Checkpoint = "course",
    long_proteins: Annotated[
        choices.LongProteins, typer.Option(help="Beyond 1,022 residues.")
    ] = choices.LongProteins.window,
    cache: Annotated[
        Path | None, typer.Option(help="Folder of the vectors so far; the user's cache if not given.")
    ] = None,
    shard: Annotated[str | None, typer.Option(metavar="I/N", help="Only the I-th of N shares, into the cache.")] = None,
    residues: Annotated[bool, typer.Option("--residues", help="A vector a residue, not one a protein.")] = False,
    layer: choices.Layer = None,
    clean: choices.Clean = False,
    skip_bad: choices.SkipBad = False,
) -> None:
    """Write a vector a protein, the mean of ESM-2's last hidden layer over the residues; or one a residue.

    \b
    dlfb embed proteins.fasta -o vectors.parquet
    dlfb embed proteins.fasta.gz -o vectors.h5 --checkpoint facebook/esm2_t12_35M_UR50D --layer 6
    dlfb embed proteins.fasta -o residues.h5 --residues

    .parquet has a row a protein, in the file's order, with what was done to it; or a row a residue: EntryID, position,
    residue, vector. .h5 and .npz have an array a protein, under its id. .npy is one array, a row a protein; the ids
    stand beside it, in .ids.txt. A residue that several windows of a long protein show has the mean of them.

    As a job array, on machines that share a folder: each job one shard, then once without --shard to write the file.

    \b
    dlfb embed proteins.fasta --cache shared/ --shard 3/8
    dlfb embed proteins.fasta --cache shared/ -o vectors.parquet

    Without a shared folder, copy what the jobs have in theirs into one: no two files of a name differ. A run that was
    interrupted goes on where it stopped when it is started again.
    """
    if (out is None) == (shard is None):
        raise typer.BadParameter("give either --out, to write all vectors, or --shard, to compute a share of them")
    if residues and (shard or cache):
        raise typer.BadParameter("--shard and --cache keep vectors of proteins; --residues are written to --out alone")
    share = choices.parse_shard(shard) if shard else (1, 1)
    with reported():
        with loading():
            from dlfb_helpers.cli import embed as command

        command.run(
            fasta, out, checkpoint, long_proteins.value, cache, share, Progress(), clean, skip_bad, residues, layer
        )


@app.command()
def train(
    data: choices.Data,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write the predictor to.", show_default=False)],
    aspect: Annotated[choices.Aspect, typer.Option(help="Function, process or component.")] = choices.Aspect.MFO,
    checkpoint: choices.Checkpoint = "course",
    taxon: choices.Taxa = None,
    min_proteins: Annotated[int, typer.Option(min=1, help="Proteins that a term needs to be learnt.")] = 50,
    max_length: Annotated[int, typer.Option(min=1, help="Residues of the longest protein to learn from.")] = 500,
    evidence: choices.Evidence = "experimental",
    quick: Annotated[
        bool, typer.Option("--quick", help="One kind of network instead of choosing among twelve.")
    ] = False,
) -> None:
    """Train a predictor, measure it on test proteins, and save it.

    \b
    dlfb train course -o predictor
    dlfb train cafa5/ -o processes --aspect BPO --checkpoint facebook/esm2_t30_150M_UR50D
    dlfb train goa/ -o rodents --taxon 10090,10116 --evidence IDA,IMP --max-length 1000
    """
    taxa = choices.parse_taxa(taxon or ["9606"])
    with reported():
        with loading():
            from dlfb_helpers.cli import train as command

        measured = command.run(data, out, aspect.value, checkpoint, taxa, min_proteins, max_length, evidence, quick)
        for name, value in measured.items():
            print(f"{name}\t{value}")


@app.command()
def evaluate(
    data: choices.Data,
    predictor: choices.OwnPredictor = None,
    predictions: choices.Predictions = None,
    out: Annotated[str, typer.Option("--out", "-o", help="Table of scores; - for standard output.")] = "-",
    ontology: choices.Ontology = None,
    ia: choices.Information = None,
    known: choices.Known = None,
    norm: Annotated[
        choices.Norm, typer.Option(help="Means over all proteins, or over those with predictions.")
    ] = choices.Norm.cafa,
    picture: Annotated[Path | None, typer.Option(help="Also draw the curves: .png, .svg or .pdf.")] = None,
    taxon: choices.Taxa = None,
    max_length: choices.MaxLength = None,
    evidence: choices.Evidence = "experimental",
) -> None:
    """Measure a predictor on annotated proteins that it was not trained on, or any predictions by CAFA's rules.

    \b
    dlfb evaluate course
    dlfb evaluate cafa6/ --predictor processes --taxon all

    Terms are translated to the ids of the folder's ontology; what has been retired there is not scored, and counted.

    \b
    dlfb evaluate truth.tsv --predictions model.tsv --ontology go-basic.obo --ia IA.txt -o scores.tsv
    dlfb evaluate now.gaf --predictions functions.tsv --known last_year.gaf --picture curves.png

    DATA may then be a file of annotations: CAFA's two or three columns, GAF or GPAD. A row an aspect: Fmax, weighted
    Fmax and Smin with their thresholds, over the whole ontology, as CAFA has them, and over the terms that the table
    names. With --known, a row each for proteins of which nothing was known before (none), nothing in this aspect
    (limited), or something, which is not scored again (partial): two releases of one's own make a split in time.
    """
    with_table = {"--out": out != "-", "--ontology": ontology, "--ia": ia, "--known": known, "--picture": picture}
    with_predictor = {"--predictor": predictor, "--taxon": taxon, "--max-length": max_length}
    choices.check_together(predictions, with_table | {"--norm": norm != choices.Norm.cafa}, with_predictor)
    taxa = choices.parse_taxa(taxon or ["9606"])
    with reported():
        with loading():
            from dlfb_helpers.cli import evaluate as command
            from dlfb_helpers.cli import evaluate_table

        if predictions is not None:
            evaluate_table.run(data, predictions, out, ontology, ia, known, norm.value, picture, evidence, say)
            return
        for name, value in command.run(data, predictor or "course", taxa, max_length, evidence).items():
            print(f"{name}\t{value:.4f}" if isinstance(value, float) else f"{name}\t{value}")


@app.command()
def data(
    source: Annotated[str, typer.Argument(help="A folder, a zip file or the address of one.", show_default=False)],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Where to keep the download.")] = None,
    sha256: Annotated[str | None, typer.Option(help="What the download has to be.")] = None,
    evidence: choices.Evidence = "experimental",
) -> None:
    """Fetch files in CAFA's format, or look at those in a folder, and say what is in them, and what is lost of it.

    \b
    dlfb data cafa5/
    dlfb data https://example.org/cafa5.zip -o cafa5.zip --sha256 0123...
    """
    with reported():
        with loading():
            from dlfb_helpers.cli import data as data_command

        print(data_command.run(source, out, sha256, evidence))


app.command()(learning.check)
app.command(context_settings=learning.AS_IT_COMES)(learning.course)
app.command()(learning.progress)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
