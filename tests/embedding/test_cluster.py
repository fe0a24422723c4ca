"""On a local cluster of two nodes, Parquet in and out: the plain run's vectors, though a worker is killed at work."""

import importlib
import io
import logging
import os
import signal
import sys
import uuid

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ray.cluster_utils import Cluster

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.embedding import cluster as ray_embedding
from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.embedding.cluster import Embedder, _connect, embed_parquet, main, ray
from dlfb_helpers.embedding.mean import mean_embeddings
from dlfb_helpers.embedding.runs import store_settings
from dlfb_helpers.embedding.store import parquet_bytes
from dlfb_helpers.embedding.table import embedding_table


@pytest.fixture(scope="module")
def cluster():
    """Two nodes with little memory, each with a CPU for a worker and one for reading and writing; no dashboard."""
    node = {"num_cpus": 2, "object_store_memory": 80 * 2**20}
    nodes = Cluster(initialize_head=True, head_node_args=node | {"include_dashboard": False})
    nodes.add_node(**node)
    ray.init(address=nodes.address, log_to_driver=False, logging_level="ERROR")
    ray.data.DataContext.get_current().enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.WARNING)
    yield nodes
    ray.shutdown()
    nodes.shutdown()


@pytest.fixture(scope="module")
def proteins():
    """Eighty real proteins, two of them long, in nobody's order."""
    table = load_cafa().sequences
    some = pd.concat([table[table["Length"] < 200].head(78), table[table["Length"].between(1_100, 1_300)].head(2)])
    return some.sample(frac=1, random_state=0, ignore_index=True)


@pytest.fixture
def source(proteins, tmp_path):
    """Two files, with a column more than are needed."""
    folder = tmp_path / "proteins"
    folder.mkdir()
    for name, rows in (("a", proteins[:50]), ("b", proteins[50:])):
        rows.to_parquet(folder / f"{name}.parquet", index=False)
    return folder


@pytest.mark.parametrize(
    "sequence, message",
    [
        ("MAL-M", "P2: found '-' at position 4 of 5"),
        (None, "P2: the sequence is empty"),
        ("M" * 1023, "P2 has 1,023 residues, longer than 1022"),
    ],
)
def test_what_cannot_be_embedded_is_named_before_a_worker_is_started(tmp_path, sequence, message):
    pq.write_table(pa.table({"EntryID": ["P1", "P2"], "Sequence": ["MALWM", sequence]}), tmp_path / "in.parquet")
    with pytest.raises(SystemExit, match=f"error: .*in.parquet: {message}"):
        main([str(tmp_path / "in.parquet"), "-o", str(tmp_path / "out"), "--long-proteins", "error"])
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


def test_a_wrong_source_and_a_folder_that_is_there_are_refused(source, tmp_path):
    pq.write_table(pa.table({"EntryID": ["P1"]}), tmp_path / "in.parquet")
    with pytest.raises(ValueError, match="in.parquet: no column Sequence; found EntryID"):
        embed_parquet(tmp_path / "in.parquet", tmp_path / "out")
    with pytest.raises(FileExistsError, match="proteins is there already; remove it or name another folder"):
        embed_parquet(source, source)
    pq.write_table(pa.table({"EntryID": ["P1"], "Sequence": ["M"]}).slice(1), tmp_path / "empty.parquet")
    with pytest.raises(ValueError, match="empty.parquet: no proteins in it"):
        embed_parquet(tmp_path / "empty.parquet", tmp_path / "out")
    with pytest.raises(FileNotFoundError, match="missing.parquet"):
        embed_parquet(tmp_path / "missing.parquet", tmp_path / "out")


@pytest.mark.parametrize(
    "column, values, found",
    [
        ("EntryID", pa.array([1, 2]), "int64"),
        ("EntryID", pa.array([b"P1", b"P2"]), "binary"),
        ("Sequence", pa.array([["M"], ["A"]]), "list"),
        ("Sequence", pa.array([None, None]), "null"),
    ],
)
def test_a_column_that_is_not_of_strings_is_refused_at_once(tmp_path, column, values, found):
    table = pa.table({"EntryID": ["P1", "P2"], "Sequence": ["MALWM", "MA"]} | {column: values})
    pq.write_table(table, tmp_path / "in.parquet")
    with pytest.raises(ValueError, match=f"in.parquet: the column {column} is of type {found}.*of strings; convert it"):
        embed_parquet(tmp_path / "in.parquet", tmp_path / "out")


@pytest.mark.parametrize(
    "options, message",
    [
        ({"long_proteins": "windows"}, "long_proteins is 'windows'"),
        ({"workers": 0}, "workers is 0"),
        ({"gpus": -1}, "gpus is -1"),
        ({"proteins_a_batch": 0}, "proteins_a_batch is 0"),
        ({"checkpoint": "."}, "checkpoint '.': the folder"),
    ],
)
def test_options_that_cannot_be_are_refused_at_once(source, tmp_path, monkeypatch, options, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=message):
        embed_parquet(source, tmp_path / "out", **options)


def test_an_empty_id_is_refused(tmp_path):
    pq.write_table(pa.table({"EntryID": ["P1", None], "Sequence": ["M", "A"]}), tmp_path / "in.parquet")
    with pytest.raises(ValueError, match="in.parquet: a row of the column EntryID is empty"):
        embed_parquet(tmp_path / "in.parquet", tmp_path / "out")


def test_without_ray_the_remedy_is_named(monkeypatch):  # before the cluster is started, whose threads need ray
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.delitem(sys.modules, "dlfb_helpers.embedding.cluster")
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'dlfb-helpers\[ray\]'"):
        importlib.import_module("dlfb_helpers.embedding.cluster")


def test_a_cluster_of_this_machine_has_room_for_workers_and_a_reader(monkeypatch):
    started = []
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setattr(ray, "init", lambda *address, **settings: started.append((*address, settings)))
    monkeypatch.setattr(ray, "cluster_resources", lambda: {"CPU": 64.0})
    _connect(63)
    assert started == [("local", {"num_cpus": max(os.cpu_count(), 64), "include_dashboard": False})]
    monkeypatch.setenv("RAY_ADDRESS", "somewhere:6379")
    with pytest.warns(UserWarning, match="64 CPUs, too few for 64 workers and one reader"):
        _connect(64)
    assert started[1:] == [({},)]  # as RAY_ADDRESS says


def test_ray_does_not_report_its_use():
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"


def test_a_worker_killed_at_work_costs_no_row_and_none_comes_twice(
    cluster, proteins, source, tiny_folder, tmp_path, monkeypatch
):
    notes = tmp_path / "notes"
    notes.mkdir()

    class Watched(Embedder):
        """Notes what each actor does; the one at work on the fifth batch or a later one kills itself, once."""

        def __init__(self, *arguments):
            super().__init__(*arguments)
            (notes / f"load {os.getpid()}").touch(exist_ok=False)  # a second load in one actor would be an error

        def __call__(self, batch):
            (notes / f"batch {os.getpid()} {uuid.uuid4()}").touch()
            embedded = super().__call__(batch)
            if len(list(notes.glob("batch *"))) >= 5:
                try:
                    (notes / "kill").touch(exist_ok=False)
                except FileExistsError:
                    return embedded
                (notes / f"killed {os.getpid()}").touch()
                os.kill(os.getpid(), signal.SIGKILL)
            return embedded

    monkeypatch.setattr(ray_embedding, "Embedder", Watched)
    monkeypatch.chdir(tmp_path)
    main(["proteins", "-o", "out", "--checkpoint", str(tiny_folder), "--workers", "2", "--batch", "8"])

    (killed,) = [path.name.split()[1] for path in notes.glob("killed *")]
    loads = [path.name.split()[1] for path in notes.glob("load *")]
    batches = [path.name.split()[1] for path in notes.glob("batch *")]
    assert len(loads) in (2, 3)  # two actors, and the one that took the killed one's place if there was work left
    assert killed in loads and set(batches) <= set(loads)
    assert len(batches) > 80 / 8  # the killed one's batch was computed again

    found = pq.read_table(tmp_path / "out")
    tiny = load_checkpoint(str(tiny_folder), device="cpu")
    vectors = mean_embeddings(proteins["Sequence"].tolist(), tiny)
    plain = embedding_table(proteins, vectors, store_settings(tiny), "window")
    expected = pq.read_table(io.BytesIO(parquet_bytes(plain)))
    assert found.schema.equals(expected.schema, check_metadata=True)
    assert found.drop_columns("vector").equals(expected.drop_columns("vector"))
    np.testing.assert_allclose(found["vector"].combine_chunks().flatten(), vectors.ravel(), atol=1e-5)
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []
