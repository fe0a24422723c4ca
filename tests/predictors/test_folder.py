"""A predictor comes back from its folder as it was, written whole or not at all, and read only if unaltered."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.files.assets import bundled_folder
from dlfb_helpers.predictors import folder as folders
from dlfb_helpers.predictors.base import BASE, CURATED
from dlfb_helpers.predictors.folder import BUNDLED, load_predictor, model_card, save_predictor
from dlfb_helpers.predictors.mixture import TrainedNetworks
from dlfb_helpers.predictors.place import FILES, OWN_FILES
from dlfb_helpers.predictors.pool_files import pool_files


@pytest.fixture(scope="module")
def folder(small, tmp_path_factory):
    return save_predictor(small, tmp_path_factory.mktemp("predictors") / "small")


def test_it_comes_back_as_it_was(small, folder, course_table, course):
    again = load_predictor(folder)
    assert (again.names, again.blend, again.threshold) == (small.names, small.blend, small.threshold)
    assert list(again.names) == list(small.names) and list(again.blend.weights) == list(small.blend.weights)
    assert dict(again.facts) == {**small.facts}
    np.testing.assert_array_equal(again.ancestors, small.ancestors)
    one, other = small.base, again.base
    assert one.settings == other.settings and other.settings.network.hyperparameters.stop_after == 2
    for mine, others in ((one.labels, other.labels), (one.curated, other.curated)):
        np.testing.assert_array_equal(mine.labels.toarray(), others.labels.toarray())
        np.testing.assert_array_equal(mine.rows, others.rows)
        np.testing.assert_array_equal(mine.frequencies, others.frequencies)
    assert other.networks.ensemble.passes.tolist() == one.networks.ensemble.passes.tolist()
    sequences = course_table["Sequence"].head(5)
    pd.testing.assert_frame_equal(small.predict(sequences, course), again.predict(sequences, course), check_exact=True)


def test_networks_that_see_raw_embeddings_come_back_too(small, tmp_path, parts):
    raw = replace(small.base, networks=TrainedNetworks(None, small.base.networks.ensemble))
    again = load_predictor(save_predictor(replace(small, base=raw), tmp_path / "raw"))
    assert again.base.networks.whitening is None
    some = parts["test"].embeddings[:5]
    np.testing.assert_array_equal(again.base.networks.predict(some), raw.networks.predict(some))


def test_one_without_curated_annotations_comes_back_without(small, tmp_path, queries):
    weights = {name: pair for name, pair in small.blend.weights.items() if name != CURATED}
    plain = replace(small, base=replace(small.base, curated=None), blend=replace(small.blend, weights=weights))
    again = load_predictor(save_predictor(plain, tmp_path / "plain"))
    assert again.base.curated is None and CURATED not in again.blend.weights
    pd.testing.assert_frame_equal(again.from_embeddings(queries), plain.from_embeddings(queries), check_exact=True)


def test_a_blend_that_asks_for_annotations_that_are_not_there_is_refused(small, tmp_path):
    odd = replace(small, base=replace(small.base, curated=None))
    with pytest.raises(ValueError, match=r"blend is .*, embedding neighbours, alignment neighbours\)"):
        load_predictor(save_predictor(odd, tmp_path / "odd"))


def test_what_shares_a_pool_is_written_without_it(small, tmp_path, monkeypatch, queries):
    """As the bundled ones are: their pool lies in a folder of its own, and is read once."""
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        folders.write_predictor(small, tmp_path / name, with_pool=False)
        assert {path.name for path in (tmp_path / name).iterdir()} == {*OWN_FILES, "manifest.json"}
    (tmp_path / "pool").mkdir()
    for name, content in pool_files(small.pool).items():
        (tmp_path / "pool" / name).write_bytes(content)
    folders.write_manifest(tmp_path / "pool")
    monkeypatch.setattr(folders, "BUNDLED", {"one": "first", "other": "second"})
    monkeypatch.setattr(folders, "bundled_folder", lambda name: tmp_path / name)
    monkeypatch.setattr("dlfb_helpers.predictors.pool_files.bundled_folder", lambda name: tmp_path / name)
    monkeypatch.setattr(folders, "bundled_pool", cache(folders.bundled_pool.__wrapped__))
    one, other = load_predictor("one"), load_predictor("other")
    assert one.pool is other.pool
    pd.testing.assert_frame_equal(one.from_embeddings(queries), small.from_embeddings(queries), check_exact=True)
    (tmp_path / "first" / "vectors.safetensors").write_bytes(b"")
    folders.write_manifest(tmp_path / "first")
    with pytest.raises(ValueError, match="lists vectors.safetensors, which is not what such a folder holds"):
        load_predictor("one")
    with pytest.raises(ValueError, match="does not list proteins.fasta.zst"):
        load_predictor(tmp_path / "second")  # by its path it is a folder like any other


def test_it_is_saved_over_an_older_one_and_leaves_nothing_beside(small, folder, tmp_path):
    target = tmp_path / "deep" / "predictor"
    save_predictor(small, target)
    (target / "predictor.json").write_text("{}")
    assert save_predictor(small, target) == target
    assert [path.name for path in target.parent.iterdir()] == ["predictor"]
    assert sorted(path.name for path in target.iterdir()) == sorted(path.name for path in folder.iterdir())
    load_predictor(target)


def test_a_failed_save_leaves_what_was_there(small, tmp_path, monkeypatch):
    target = save_predictor(small, tmp_path / "predictor")

    def full(*arguments, **keywords):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folders, "write_manifest", full)
    with pytest.raises(OSError, match="No space left"):
        save_predictor(small, target)
    assert [path.name for path in tmp_path.iterdir()] == ["predictor"]
    load_predictor(target)


def test_no_pickle_and_the_card_says_what_it_is(small, folder):
    assert {path.suffix for path in folder.iterdir()} == {".json", ".safetensors", ".zst", ".md"}
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "| test auPRC | none, a toy |" in card
    assert f"| checkpoint | course, weights {small.facts['vectors']['checkpoint'][:16]} |" in card
    assert "| pooling | mean of residues |" in card and "| long proteins | window" in card
    assert f"| annotations | {small.facts['annotations']} |" in card
    assert f"of {len(small.names)} terms" in card and ", ".join((*BASE, CURATED)) in card
    assert card == model_card(json.loads((folder / "predictor.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", FILES)
def test_an_altered_or_missing_file_is_refused(small, tmp_path, name):
    path = save_predictor(small, tmp_path / "predictor") / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"{name} has been altered.*train it anew"):
        load_predictor(path.parent)
    path.unlink()
    with pytest.raises(FileNotFoundError, match=f"{name} is missing"):
        load_predictor(path.parent)


def test_another_format_is_refused(small, tmp_path):
    target = save_predictor(small, tmp_path / "predictor")
    facts = json.loads((target / "predictor.json").read_text())
    for other in (facts | {"format": 2}, {name: value for name, value in facts.items() if name != "format"}):
        (target / "predictor.json").write_text(json.dumps(other))
        folders.write_manifest(target)
        with pytest.raises(ValueError, match="another format than 3; install the release that wrote it"):
            load_predictor(target)


@pytest.mark.parametrize("name", BUNDLED)
def test_the_cards_of_the_bundled_ones_are_those_of_their_facts(name):
    folder = bundled_folder(BUNDLED[name])
    facts = json.loads((folder / "predictor.json").read_text(encoding="utf-8"))
    assert (folder / "README.md").read_text(encoding="utf-8") == model_card(facts)


def test_the_bundled_ones_and_their_pool_take_little_room():
    folders_of_all = [bundled_folder(name) for name in (*BUNDLED.values(), "pool")]
    assert sum(path.stat().st_size for folder in folders_of_all for path in folder.iterdir()) <= 32_000_000
