"""What the tests of several commands share: the command, and folders of annotated proteins."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.cli.main import app
from dlfb_helpers.dataset.labels import label_table
from dlfb_helpers.files.assets import bundled_folder

OBO = """format-version: 1.2
data-version: releases/2001-02-03

[Term]
id: GO:0003674
name: molecular_function
namespace: molecular_function

[Term]
id: GO:0000101
name: acting
namespace: molecular_function
is_a: GO:0003674

[Term]
id: GO:0000102
name: acting on wood
namespace: molecular_function
is_a: GO:0000101

[Term]
id: GO:0000103
name: acting on stone
namespace: molecular_function
is_a: GO:0000101

[Term]
id: GO:0000104
name: polishing stone
namespace: molecular_function
is_a: GO:0000103

[Term]
id: GO:0008150
name: biological_process
namespace: biological_process

[Term]
id: GO:0000201
name: building
namespace: biological_process
is_a: GO:0008150

[Term]
id: GO:0000202
name: building of wood
namespace: biological_process
is_a: GO:0008150
"""
"""An ontology made up for these tests."""


@pytest.fixture(scope="session")
def dlfb():
    """Run the command, and see that it ends with a status."""

    def run(*arguments, status=0):
        with pytest.raises(SystemExit) as stop:
            app([str(argument) for argument in arguments])
        assert stop.value.code == status

    return run


def write_cafa(folder, ids):
    """Write some of the course's proteins with their annotations, as CAFA's files."""
    data = load_cafa()
    chosen = data.sequences[data.sequences["EntryID"].isin(ids)]
    fasta = "".join(f">{row.EntryID}\n{row.Sequence}\n" for row in chosen.itertuples())
    (folder / "train_sequences.fasta").write_text(fasta)
    for name, table in (("terms", data.annotations), ("taxonomy", data.taxonomy)):
        table[table["EntryID"].isin(ids)].to_csv(folder / f"train_{name}.tsv", sep="\t", index=False)
    ontology = next(bundled_folder("course_data").glob("go-basic.obo*"))
    (folder / ontology.name).write_bytes(ontology.read_bytes())
    return folder


@pytest.fixture(scope="session")
def course_folder(tmp_path_factory):
    """Three hundred of the course's proteins."""
    some = label_table(load_cafa()).table.sample(300, random_state=0).index
    return write_cafa(tmp_path_factory.mktemp("cafa"), some)


def write_made_up(folder, proteins=40, taxa=(9606,), obo=OBO, rows=None):
    """Write made-up proteins whose functions show in their residues, as CAFA's files."""
    random = np.random.default_rng(0)
    folder.mkdir(parents=True, exist_ok=True)
    fasta, made, species = "", [], ""
    for number in range(proteins):
        term, letters = (("GO:0000102", "AILV"), ("GO:0000104", "DEKR"))[number % 2]
        fasta += f">sp|P{number}|X\n{''.join(random.choice([*letters, *'GSTN'], random.integers(40, 80)))}\n"
        made += [(f"P{number}", term, "F"), (f"P{number}", "GO:0000201", "P")]
        species += f"P{number}\t{taxa[number % len(taxa)]}\n"
    (folder / "train_sequences.fasta").write_text(fasta)
    table = pd.DataFrame(made, columns=["EntryID", "term", "aspect"]) if rows is None else rows
    table.to_csv(folder / "train_terms.tsv", sep="\t", index=False)
    (folder / "train_taxonomy.tsv").write_text(species)
    (folder / "go-basic.obo").write_text(obo)
    return folder
