"""The article's path by the article's calls, from a FASTA file to the table of metrics, beside the fast ways."""

from __future__ import annotations

from itertools import islice
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pandas as pd
import pytest

from dlfb_helpers.annotations import load_cafa
from dlfb_helpers.dataset import (
    GENERIC_TERMS,
    HUMAN,
    build_dataset,
    build_proteins,
    convert_to_tfds,
    label_table,
    split_proteins,
)
from dlfb_helpers.embedding import (
    MaskPredictor,
    get_device,
    get_mean_embeddings,
    get_sequence_embeddings,
    mean_embeddings,
    true_probabilities,
)
from dlfb_helpers.metrics import METRICS, calculate_per_target_metrics, compute_metrics, mean_metrics, metrics_table
from dlfb_helpers.training import (
    Model,
    eval_step,
    evaluate,
    predict,
    scan_steps,
    train,
    train_compiled,
    train_step,
)

MIN_PROTEINS, BATCH_SIZE, STEPS, EVERY = 4, 8, 25, 10


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Sixty short human proteins of the course, written down as CAFA's files."""
    folder, data = tmp_path_factory.mktemp("article"), load_cafa()
    rows = data.annotations[data.annotations["aspect"] == "MFO"]
    human = data.taxonomy.loc[data.taxonomy["taxonomyID"] == HUMAN, "EntryID"]
    common = rows.loc[~rows["term"].isin(list(GENERIC_TERMS)), "term"].value_counts().index[:60]
    labelled = set(rows.loc[rows["term"].isin(common), "EntryID"]) & set(human)
    some = data.sequences[data.sequences["EntryID"].isin(labelled)].nsmallest(60, "Length", keep="first")
    fasta = "".join(f">{row.EntryID}\n{row.Sequence}\n" for row in some.itertuples())
    (folder / "train_sequences.fasta").write_text(fasta)
    for name, table in (("terms", rows), ("taxonomy", data.taxonomy)):
        table[table["EntryID"].isin(some["EntryID"])].to_csv(folder / f"train_{name}.tsv", sep="\t", index=False)
    stanzas = [
        f"[Term]\nid: {term}\nname: {data.ontology.names[term]}\nnamespace: molecular_function\n"
        + "".join(f"is_a: {parent}\n" for parent in sorted(data.ontology.parents[term]))
        for term in sorted(rows.loc[rows["EntryID"].isin(some["EntryID"]), "term"].unique())
    ]
    (folder / "go-basic.obo").write_text("format-version: 1.2\nontology: go\n\n" + "\n".join(stanzas))
    return folder


class Walked(NamedTuple):
    """What the article's calls give on the way."""

    table: pd.DataFrame
    embedded: pd.DataFrame
    tables: dict
    datasets: dict
    start: object
    trained: object
    metrics: dict


def datasets_of(tables):
    """Datasets by part; each pass over that of training has another order: whoever compares orders makes them anew."""
    return {
        part: convert_to_tfds(rows, is_training=part == "train", shuffle_buffer=len(rows))
        for part, rows in tables.items()
    }


@pytest.fixture(scope="module")
def path(folder, course):
    """The article's path, call by call."""
    table = label_table(load_cafa(folder), min_proteins=MIN_PROTEINS).table
    embedded = get_sequence_embeddings(table[["Sequence"]], course.tokenizer, course.model, batch_size=16)
    labels = table.filter(like="GO:")
    tables = {part: embedded.loc[ids].join(labels) for part, ids in split_proteins(table).items()}
    datasets = datasets_of(tables)
    model = Model(num_targets=labels.shape[1], dim=16)
    start = model.create_train_state(
        rng=jax.random.key(42), dummy_input=jnp.ones((1, course.width)), tx=optax.adam(3e-3)
    )
    trained, metrics = train(start, datasets, BATCH_SIZE, num_steps=STEPS, eval_every=EVERY)
    return Walked(table, embedded, tables, datasets, start, trained, metrics)


@pytest.fixture(scope="module")
def parts(folder, course):
    """The package's way to the same proteins."""
    return build_proteins(course, str(folder), min_proteins=MIN_PROTEINS)


@pytest.fixture(scope="module")
def order(path):
    """Row numbers of the batches: send the numbers themselves through the pipeline."""
    size = len(path.tables["train"])
    numbers = pd.DataFrame({"ME:1": np.arange(size), "GO:0000000": 0})
    batches = convert_to_tfds(numbers, is_training=True, shuffle_buffer=size).batch(BATCH_SIZE).as_numpy_iterator()
    return np.stack([batch["embedding"][:, 0].astype(int) for batch in islice(batches, STEPS)])


def test_embeddings_are_those_of_the_fast_way(path, course):
    assert get_device().type in ("cpu", "cuda", "mps")
    sequences = path.table["Sequence"].tolist()
    assert len(sequences) > 40 and max(map(len, sequences)) < 200
    vectors = path.embedded.filter(like="ME:").to_numpy()
    assert vectors.shape == (len(sequences), 320) and vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, mean_embeddings(sequences, course), atol=1e-5)
    some = get_mean_embeddings(sequences[5:9], course.tokenizer, course.model, device=course.device)
    np.testing.assert_allclose(some, vectors[5:9], atol=1e-5)


def test_a_masked_residue_has_the_probability_that_the_scan_gives_it(path, course_lm):
    sequence = path.table["Sequence"].iloc[0][:20]
    predictor = MaskPredictor(course_lm)
    scanned = predictor.scan(sequence)
    for position in (0, 7, len(sequence) - 1):
        found = predictor.predict(sequence, position)
        assert found.sum() == pytest.approx(1, abs=1e-5)
        np.testing.assert_allclose(found[scanned.columns], scanned.loc[position], atol=1e-5)
        own = true_probabilities(scanned, sequence)[position]
        assert found[sequence[position]] == pytest.approx(own, abs=1e-5)


def test_parts_and_datasets_are_those_of_one_call(path, parts):
    datasets, built = datasets_of(path.tables), build_dataset(parts)
    for part, proteins in parts.items():
        assert proteins.ids == path.tables[part].index.tolist()
        own = path.tables[part].drop(columns="Sequence")
        pd.testing.assert_frame_equal(proteins.to_table(), own, atol=1e-5)
        take = len(proteins) if part == "train" else -1  # that of training never ends
        for one, other in zip(datasets[part].take(take).as_numpy_iterator(), built[part].as_numpy_iterator()):
            np.testing.assert_allclose(one["embedding"], other["embedding"], atol=1e-5)
            np.testing.assert_array_equal(one["target"], other["target"])


def test_training_is_that_of_one_compiled_program(path, parts, order):
    compiled, history = train_compiled(path.start, parts, eval_every=EVERY, order=order)
    for one, other in zip(jax.tree.leaves(path.trained.params), jax.tree.leaves(compiled.params), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)
    evaluations = pd.DataFrame(path.metrics["valid"])[1:].reset_index(drop=True)  # without that before the first step
    expected = history.loc[history["part"] == "valid", evaluations.columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(evaluations, expected, atol=1e-4)
    _, losses = scan_steps(path.start, parts["train"].batch(), order)
    np.testing.assert_allclose([row["loss"] for row in path.metrics["train"]], losses, atol=1e-4)
    assert losses[-1] < 0.7 * losses[0]


def test_single_steps_are_those_of_the_scan(path, parts, order):
    state, batches = path.start, datasets_of(path.tables)["train"].batch(BATCH_SIZE)
    for batch in batches.take(3).as_numpy_iterator():
        state, _ = train_step(state, batch)
    scanned, _ = scan_steps(path.start, parts["train"].batch(), order[:3])
    for one, other in zip(jax.tree.leaves(state.params), jax.tree.leaves(scanned.params), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_the_table_of_metrics_is_that_of_the_whole_parts(path, parts):
    batches = {
        part: next(path.datasets[part].batch(len(parts[part])).as_numpy_iterator()) for part in ("valid", "test")
    }
    article = pd.DataFrame({part: eval_step(path.trained, batch) for part, batch in batches.items()})
    package = pd.DataFrame({part: evaluate(path.trained, parts[part], batch_size=5) for part in batches})
    assert article.index.tolist() == ["loss", *METRICS]
    pd.testing.assert_frame_equal(article, package.loc[article.index], atol=1e-5)
    for part, batch in batches.items():
        probabilities = predict(path.trained, batch["embedding"])
        means = mean_metrics(parts[part].targets, probabilities)
        assert article.loc[list(METRICS), part].to_dict() == pytest.approx({m: means[m] for m in METRICS}, abs=1e-5)


def test_metrics_of_one_protein_are_the_rows_of_the_table(path, parts):
    batch = parts["test"].batch()
    logits = path.trained.apply_fn({"params": path.trained.params}, batch["embedding"])
    probabilities = predict(path.trained, batch["embedding"])
    rows = metrics_table(parts["test"].targets, probabilities, by="protein")[list(METRICS)].to_dict("records")
    for row, of_batch, targets, probs in zip(
        rows, calculate_per_target_metrics(logits, batch["target"]), batch["target"], probabilities, strict=True
    ):
        assert of_batch == pytest.approx(row, abs=1e-6, nan_ok=True)
        assert compute_metrics(targets, probs, thresh=0.5) == pytest.approx(row, abs=1e-6, nan_ok=True)
