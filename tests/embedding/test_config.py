"""What a config.json says is looked at before a model is built from it."""

import json

import pytest

from dlfb_helpers.embedding.config import odd_value
from dlfb_helpers.files.assets import bundled_folder

CONFIG = json.loads((bundled_folder("checkpoint") / "config.json").read_text())


def test_a_real_one_will_do_and_what_is_left_out_is_not_looked_at():
    assert odd_value(CONFIG) == odd_value({}) == ""


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("hidden_size", 10**13), ("num_hidden_layers", 0), ("num_attention_heads", 3), ("vocab_size", True),
        ("max_position_embeddings", None), ("max_position_embeddings", 3), ("intermediate_size", "1280"),
        ("pad_token_id", -1), ("pad_token_id", 33), ("mask_token_id", None), ("layer_norm_eps", 0),
        ("layer_norm_eps", float("nan")), ("layer_norm_eps", "1e-5"), ("rope_theta", float("inf")),
    ],
)  # fmt: skip
def test_what_cannot_be_is_named(key, value):
    said = odd_value(CONFIG | {key: value})
    assert key in said or "attention heads" in said
    assert said.isprintable()


def test_an_esm_counts_places_from_its_padding():
    lacking = {key: value for key, value in CONFIG.items() if key != "pad_token_id"}
    assert "no pad_token_id" in odd_value(lacking)
