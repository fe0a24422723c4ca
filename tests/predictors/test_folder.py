"""A predictor comes back from its folder as it was, written whole or not at all, and read only if unaltered."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.files.assets import bundled_folder
from dlfb_helpers.predictors import folder as folders
from dlfb_helpers.predictors.folder import BUNDLED, load_predictor, model_card, save_predictor
from dlfb_helpers.predictors.mixture import TrainedNetworks


@pytest.fixture(scope="module")
def folder(small, tmp_path_factory):
    return save_predictor(small, tmp_path_factory.mktemp("predictors") / "small")


def test_it_comes_back_as_it_was(small, folder, course_table, course):
    again = load_predictor(folder)
    assert (again.names, again.calibration, again.threshold) == (small.names, small.calibration, small.threshold)
    assert list(again.names) == list(small.names)
    assert dict(again.facts) == {**small.facts}
    np.testing.assert_array_equal(again.ancestors, small.ancestors)
    one, other = small.mixture, again.mixture
    assert asdict(one.choice) == asdict(other.choice) and isinstance(other.choice.weights, tuple)
    assert one.known.ids == other.known.ids and one.known.sequences == other.known.sequences
    np.testing.assert_array_equal(one.known.embeddings, other.known.embeddings)
    assert other.known.embeddings.dtype == np.float32
    pd.testing.assert_frame_equal(one.known.targets, other.known.targets, check_names=False, check_dtype=False)
    assert other.networks.ensemble.passes.tolist() == one.networks.ensemble.passes.tolist()
    sequences = course_table["Sequence"].head(5)
    pd.testing.assert_frame_equal(small.predict(sequences, course), again.predict(sequences, course), check_exact=True)


def test_networks_that_see_raw_embeddings_come_back_too(small, tmp_path, parts):
    raw = small.mixture._replace(networks=TrainedNetworks(None, small.mixture.networks.ensemble))
    again = load_predictor(save_predictor(replace(small, mixture=raw), tmp_path / "raw"))
    assert again.mixture.networks.whitening is None
    some = parts["test"].embeddings[:5]
    np.testing.assert_array_equal(again.mixture.networks.predict(some), raw.networks.predict(some))


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
    assert {path.suffix for path in folder.iterdir()} == {".json", ".safetensors", ".xz", ".md"}
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "| test auPRC | none, a toy |" in card
    assert f"| checkpoint | course, weights {small.facts['vectors']['checkpoint'][:16]} |" in card
    assert "| pooling | mean of residues |" in card and "| long proteins | window" in card
    assert f"| annotations | {small.facts['annotations']} |" in card
    assert f"of {len(small.names)} terms" in card and "2 networks" in card
    assert card == model_card(json.loads((folder / "predictor.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", ["weights.safetensors", "predictor.json", "proteins.fasta.xz"])
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
    for other in (facts | {"format": 1}, {name: value for name, value in facts.items() if name != "format"}):
        (target / "predictor.json").write_text(json.dumps(other))
        folders.write_manifest(target)
        with pytest.raises(ValueError, match="another format than 2; install the release that wrote it"):
            load_predictor(target)


@pytest.mark.parametrize("name", BUNDLED)
def test_the_bundled_ones_are_small_and_their_cards_are_those_of_their_facts(name):
    folder = bundled_folder(BUNDLED[name])
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 8_000_000
    facts = json.loads((folder / "predictor.json").read_text(encoding="utf-8"))
    assert (folder / "README.md").read_text(encoding="utf-8") == model_card(facts)
