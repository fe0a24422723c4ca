"""The file of networks: what its places say is what the networks are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dlfb_helpers.predictors.folder import BUNDLED
from dlfb_helpers.predictors.light import load_light
from dlfb_helpers.predictors.light_file import ALIGNED, laid_out, networks_file


@pytest.fixture(scope="module")
def predictors():
    return [load_light(name) for name in BUNDLED]


def test_each_table_lies_where_its_place_says(predictors):
    content, places = networks_file(predictors)

    def table(name):
        place = places[name]
        assert place.offset % ALIGNED == 0 and place.length == np.prod(place.shape) * np.dtype(place.dtype).itemsize
        return np.frombuffer(content, place.dtype, np.prod(place.shape, dtype=int), place.offset).reshape(place.shape)

    for predictor in predictors:
        aspect, (whitening, ensemble) = predictor.facts["aspect"], predictor.base.networks
        np.testing.assert_array_equal(table(f"{aspect}/matrix").astype(np.float32), whitening.matrix)
        np.testing.assert_array_equal(table(f"{aspect}/mean"), whitening.mean)
        for layer, arrays in ensemble.params.items():
            kernel = table(f"{aspect}/{layer}/kernel") * table(f"{aspect}/{layer}/kernel/steps")
            np.testing.assert_allclose(kernel, arrays["kernel"][0], rtol=1e-6)
            np.testing.assert_array_equal(table(f"{aspect}/{layer}/bias"), arrays["bias"][0])


def test_the_order_of_layers_does_not_matter(predictors):
    """A safetensors file is read in any order, and graphs that are committed point into this one."""
    one = predictors[0]
    networks = one.base.networks
    turned = networks.ensemble._replace(params=dict(reversed(networks.ensemble.params.items())))
    other = replace(one, base=replace(one.base, networks=networks._replace(ensemble=turned)))
    assert networks_file([other])[0] == networks_file([one])[0]


def test_tables_lie_where_they_are_said_to():
    tables = {"a": np.arange(3, dtype=np.uint16), "b": np.arange(6, dtype=np.float32).reshape(2, 3)}
    content, places = laid_out(tables, "file")
    for name, (file, offset, length, kind, shape) in places.items():
        found = np.frombuffer(content[offset : offset + length], kind).reshape(shape)
        np.testing.assert_array_equal(found, tables[name])
        assert offset % ALIGNED == 0 and file == "file"
