"""Categories can be told apart under each kind of colour blindness, and amounts ordered by lightness."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_rgb

from dlfb_helpers.plots import style
from dlfb_helpers.proteins.alphabet import GROUPS

# Machado, Oliveira & Fernandes (2009), severity 1: what linear RGB becomes for those who lack one kind of cone.
SEEN_WITH = {
    "all cones": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
DISTINCT = 15  # CIE 1976 distance; about 2.3 can just be noticed side by side


def lab(colours, eyes: str = "all cones") -> np.ndarray:
    """Return CIELAB coordinates (IEC 61966-2-1, D65) of colours as they are seen, shape (n, 3)."""
    srgb = np.array([to_rgb(colour) for colour in colours])
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.transpose(SEEN_WITH[eyes]), 0, 1)
    to_xyz = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    ratio = seen @ np.transpose(to_xyz) / [0.95047, 1.0, 1.08883]
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)


def nearest_pair(colours, eyes: str) -> tuple[float, str, str]:
    places = dict(zip(colours, lab(colours, eyes), strict=True))
    return min((float(np.linalg.norm(places[a] - places[b])), a, b) for a, b in combinations(colours, 2))


def test_conversion_agrees_with_known_colours():
    np.testing.assert_allclose(lab(["white", "black"]), [[100, 0, 0], [0, 0, 0]], atol=0.02)
    np.testing.assert_allclose(lab(["#ff0000"])[0], [53.24, 80.09, 67.20], atol=0.05)


@pytest.mark.parametrize("eyes", SEEN_WITH)
@pytest.mark.parametrize("palette", ["PALETTE", "PART_COLOURS", "GROUP_COLOURS"])
def test_categories_can_be_told_apart(palette, eyes):
    colours = getattr(style, palette)
    colours = list(colours.values() if isinstance(colours, dict) else colours)
    distance, one, other = nearest_pair(colours, eyes)
    assert distance >= DISTINCT, f"{one} and {other} are {distance:.1f} apart with {eyes}"


@pytest.mark.parametrize("pair", [("#CC79A7", "#999999"), ("#2CA02C", "#D62728"), ("#377EB8", "#984EA3")])
def test_the_measure_finds_colours_that_are_confused(pair):
    """Pink and light grey, green and red, blue and purple, as well-known palettes have them."""
    assert nearest_pair(pair, "deuteranopia")[0] < DISTINCT < nearest_pair(pair, "all cones")[0]


@pytest.mark.parametrize("eyes", SEEN_WITH)
@pytest.mark.parametrize("name", ["SEQUENTIAL", "ALONG_CHAIN"])
def test_amounts_are_ordered_by_lightness(name, eyes):
    lightness = lab(colormaps.get_cmap(getattr(style, name))(np.linspace(0, 1, 33)), eyes)[:, 0]
    steps = np.diff(lightness)
    assert (steps > 0).all() and steps.max() < 3 * steps.mean()


@pytest.mark.parametrize("eyes", SEEN_WITH)
def test_two_sides_of_a_diverging_map_differ_and_darken_evenly(eyes):
    low, middle, high = lab(colormaps[style.DIVERGING]([0.1, 0.5, 0.9]), eyes)
    assert np.linalg.norm(low - high) > 3 * DISTINCT
    assert middle[0] > 90 and max(low[0], high[0]) < 60


def test_words_on_a_chain_or_a_box_can_be_read_on_white():
    assert lab([style.ALONG_CHAIN(1.0)])[0, 0] < 80  # orange, not the yellow that is lost on white


def test_colours_come_with_a_shape_each():
    assert list(style.GROUP_COLOURS) == list(style.GROUP_MARKERS) == list(GROUPS)
    assert len(set(style.GROUP_COLOURS.values())) == len(set(style.GROUP_MARKERS.values())) == 6
    assert list(style.PART_COLOURS) == ["train", "valid", "test"]
    colours, markers = zip(*style.SERIES, strict=True)
    assert set(colours) == set(style.PALETTE) and len(set(markers)) == len(markers) == 7
