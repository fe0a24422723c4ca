"""Hyperparameters that make no sense are refused; NumPy says what the network says in JAX."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from dlfb_helpers.training.model import Model
from dlfb_helpers.training.trained import Ensemble, Hyperparameters


def test_numpy_predicts_what_jax_does():
    """At the size of the course: 320 features, layers of 512 and 256, 292 terms."""
    model, random = Model(292), np.random.default_rng(0)
    shapes = jax.eval_shape(model.init, jax.random.key(0), np.zeros((1, 320), np.float32))["params"]
    # Trained biases are not 0, and nor are these: members of different weights, about as large as those of the course.
    params = jax.tree.map(lambda leaf: random.normal(0, 0.06, (3, *leaf.shape)).astype(np.float32), shapes)
    inputs = random.normal(size=(40, 320)).astype(np.float32)
    ensemble = Ensemble(Hyperparameters(), params, np.array([3, 3, 3]), np.full((3, 14), np.nan))
    apply = jax.jit(lambda own: jax.nn.sigmoid(model.apply({"params": own}, inputs)))
    expected = np.stack([apply(jax.tree.map(lambda leaf, i=i: leaf[i], params)) for i in range(3)])
    found = ensemble.predict(inputs)
    assert found.dtype == np.float32 and found.shape == (3, 40, 292)
    assert expected.std() > 0.1  # the logits are not all about 0
    np.testing.assert_allclose(found, expected, atol=1e-6, rtol=0)
    np.testing.assert_allclose(ensemble.predict(inputs[7:8].astype(np.float64)), found[:, 7:8], atol=1e-6)
    assert ensemble.predict(inputs[:0]).shape == (3, 0, 292)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"loss": "hinge"}, "loss must be one of cross-entropy, focal, balanced, but is 'hinge'"),
        ({"epochs": 0}, "at least 1"),
        ({"batch_size": 0}, "at least 1"),
        ({"dim": 0}, "at least 1"),
        ({"stop_after": 15}, "stop_after must be 0 .* to 14, but is 15"),
        ({"stop_after": -1}, "but is -1"),
    ],
)
def test_hyperparameters_that_make_no_sense_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        Hyperparameters(**change)
