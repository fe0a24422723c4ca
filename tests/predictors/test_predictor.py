"""A predictor comes back from its folder as it was, and refuses what does not fit."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.annotations.consistency import ancestor_matrix, count_violations
from dlfb_helpers.annotations.ontology import ROOTS
from dlfb_helpers.dataset.build import add_embeddings
from dlfb_helpers.dataset.labels import label_table
from dlfb_helpers.dataset.proteins import Proteins
from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.metrics.calibration import LogitScaling
from dlfb_helpers.predictors import predictor as predictors
from dlfb_helpers.predictors.fitting import evaluate_predictor, written
from dlfb_helpers.predictors.mixture import Choice, Mixture, NetworkSettings
from dlfb_helpers.predictors.predictor import Predictor, load_predictor
from dlfb_helpers.predictors.results import load_predictions
from dlfb_helpers.training.ensemble import Recipe


@pytest.fixture(scope="module")
def data():
    return load_cafa()


@pytest.fixture(scope="module")
def table(data):
    return label_table(data).table


@pytest.fixture(scope="module")
def small(data, table, course):
    """A predictor of 200 proteins, trained in seconds."""
    rows = table.join(add_embeddings(table).filter(like="ME:")).sample(200, random_state=0)
    neighbours = {"whitening": 0.5, "k": 20, "temperature": 0.1}
    network = NetworkSettings(recipe=Recipe(widths=(16,), epochs=2, keep=2))
    choice = Choice(neighbours, neighbours, {"power": 2.0, "prior": 100.0}, network, (1, 2, 1))
    mixture = Mixture.fit(choice, Proteins.from_table(rows), seeds=range(2))
    terms = mixture.known.targets.columns
    facts = {
        "checkpoint": {"name": "course", "digest": course.digest},
        "long proteins": "window",
        "aspect": "MFO",
        "ontology": data.ontology.release,
        "annotations": "a sample",
        "figures": {"test auPRC": "none, a toy"},
    }
    names = {term: data.ontology.names[term] for term in terms}
    return Predictor(mixture, names, ancestor_matrix(terms, data.ontology), LogitScaling(0.9, -0.2), 0.3, facts)


@pytest.fixture(scope="module")
def folder(small, tmp_path_factory):
    return small.save(tmp_path_factory.mktemp("predictors") / "small")


@pytest.fixture(scope="module")
def bundled():
    return load_predictor()


def test_it_predicts_the_same_after_saving_and_loading(small, folder, table, course):
    sequences = table["Sequence"].head(5)
    again = load_predictor(folder)
    assert (again.names, again.calibration, again.threshold) == (small.names, small.calibration, small.threshold)
    assert dict(again.facts) == {**small.facts}
    one, other = small.predict(sequences, course), again.predict(sequences, course)
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    assert one.shape == (5, len(small.names)) and one.to_numpy().min() >= 0 and one.to_numpy().max() <= 1


def test_it_is_saved_over_an_older_one_and_leaves_nothing_beside(small, folder, tmp_path):
    target = tmp_path / "predictor"
    small.save(target)
    (target / "predictor.json").write_text("{}")
    small.save(target)
    assert [path.name for path in tmp_path.iterdir()] == ["predictor"]
    assert sorted(path.name for path in target.iterdir()) == sorted(path.name for path in folder.iterdir())
    load_predictor(target)


def test_a_failed_save_leaves_what_was_there(small, folder, tmp_path, monkeypatch):
    target = small.save(tmp_path / "predictor")

    def full(*arguments, **keywords):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(predictors, "write_manifest", full)
    with pytest.raises(OSError, match="No space left"):
        small.save(target)
    assert [path.name for path in tmp_path.iterdir()] == ["predictor"]
    load_predictor(target)


def test_no_pickle_and_the_card_says_what_it_is(folder):
    assert {path.suffix for path in folder.iterdir()} == {".json", ".safetensors", ".xz", ".md"}
    card = (folder / "README.md").read_text()
    assert "| test auPRC | none, a toy |" in card and "course, weights" in card


@pytest.mark.parametrize("name", ["weights.safetensors", "predictor.json", "proteins.fasta.xz"])
def test_an_altered_or_missing_file_is_refused(small, tmp_path, name):
    path = small.save(tmp_path / "predictor") / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"{name} has been altered.*train it anew"):
        load_predictor(path.parent)
    path.unlink()
    with pytest.raises(FileNotFoundError, match=f"{name} is missing"):
        load_predictor(path.parent)


def test_another_format_is_refused(small, tmp_path):
    target = small.save(tmp_path / "predictor")
    facts = json.loads((target / "predictor.json").read_text()) | {"format": 99}
    (target / "predictor.json").write_text(json.dumps(facts))
    predictors.write_manifest(target)
    with pytest.raises(ValueError, match="another format than 1"):
        load_predictor(target)


def test_another_checkpoint_is_refused(small, tiny_folder):
    with pytest.raises(ValueError, match="was trained on embeddings of course"):
        small.predict(pd.Series({"P1": "MALWM"}), load_checkpoint(str(tiny_folder), device="cpu"))


def test_no_protein_gives_an_empty_table(small, course):
    assert small.predict(pd.Series([], dtype=str), course).shape == (0, len(small.names))


def test_the_bundled_one_predicts_what_chapter_9_shows(bundled, table):
    written = load_predictions("random")
    assert not set(bundled.mixture.known.targets.index) & set(written.index)  # test proteins have no vote
    sample = table.loc[written.index].sample(40, random_state=1)
    embeddings = add_embeddings(sample).filter(like="ME:").to_numpy(np.float32)
    scores = bundled.scores(sample["Sequence"].tolist(), embeddings)
    np.testing.assert_allclose(scores, written.loc[sample.index], atol=1e-5)
    for place in (0, 17):
        alone = bundled.scores(sample["Sequence"].tolist()[place : place + 1], embeddings[place : place + 1])
        np.testing.assert_allclose(alone[0], scores[place], atol=1e-5)
    backwards = bundled.scores(sample["Sequence"].tolist()[::-1], embeddings[::-1])
    np.testing.assert_allclose(backwards[::-1], scores, atol=1e-5)


@pytest.mark.parametrize("name", predictors.BUNDLED)
def test_the_bundled_ones_are_small_and_obey_the_ontology(name, data, table):
    bundled = load_predictor(name)
    folder = predictors.bundled_folder(predictors.BUNDLED[name])
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 8_000_000
    sample = table["Sequence"].sample(20, random_state=2)
    probabilities = bundled.predict(sample, bundled.checkpoint)
    assert count_violations(probabilities, probabilities.columns, data.ontology) == 0
    assert {data.ontology.aspects[term] for term in bundled.names} == {bundled.facts["aspect"]}
    assert not {*ROOTS.values()} & {*bundled.names}


@pytest.mark.parametrize("name", ["course-BPO", "course-CCO"])
def test_those_of_process_and_component_earn_their_place_by_figures_that_come_out_again(name):
    bundled = load_predictor(name)
    lead = next(text for key, text in bundled.facts["figures"].items() if "closest rival" in key)
    assert float(re.search(r"\(([\d.]+) to", lead)[1]) > 0
    found = written(evaluate_predictor(bundled))
    assert {key: found[key] for key in found if key in bundled.facts["figures"]} == {
        key: text for key, text in bundled.facts["figures"].items() if "rival" not in key
    }


def test_the_bundled_one_knows_the_terms_of_chapter_9(bundled):
    assert list(bundled.names) == list(load_predictions("random").columns)
