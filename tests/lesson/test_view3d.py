"""3D views: what they draw, and from where they load what draws."""

from __future__ import annotations

import json
import re
from pathlib import Path

import matplotlib.pyplot as plt
import py3Dmol
import pytest

from dlfb_helpers.files.assets import bundled_folder
from dlfb_helpers.lesson import view3d
from dlfb_helpers.lesson.view3d import over_still, view, view_over_still
from dlfb_helpers.plots.proteins import plot_structures
from dlfb_helpers.plots.style import PALETTE
from dlfb_helpers.proteins.ideal import ideal_helix
from dlfb_helpers.proteins.structures import bundled_insulin, disulfide_bonds

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("colour", "style"),
    [("spectrum", '"min": 1, "max": 15, "colors": ["#0d0887", '), ("chain", f'"color": "{PALETTE[0]}"')],
)
def test_view_draws_a_coloured_cartoon_from_backbone_atoms(colour, style):
    html = view(ideal_helix(), colour=colour).write_html()
    assert "cartoon" in html and style in html and "HELIX    1" in html
    assert "CA  SER" in html and "CB  SER" not in html


def test_view_names_the_chains_and_draws_the_disulfide_bonds():
    insulin = view(bundled_insulin()).write_html()
    assert [f'addLabel("{chain}"' in insulin for chain in "ABC"] == [True, True, False]
    assert insulin.count("addCylinder(") == len(disulfide_bonds(bundled_insulin())) == 3
    alone = view(ideal_helix()).write_html()
    assert "addLabel" not in alone and "addCylinder" not in alone


def test_the_bundled_3dmol_js_is_the_release_that_the_tested_py3dmol_draws_with():
    folder = bundled_folder("3dmol")
    release = json.loads((folder / "manifest.json").read_text())["release"]
    assert re.search(rf"^py3Dmol=={re.escape(release)}$", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    assert f"3dmol v{release}\n" in (folder / "3Dmol-min.js.LICENSE.txt").read_text(encoding="utf-8")
    assert f"/3dmol@{release}/" in view3d.CDN_3DMOL_JS
    assert ROOT / view3d.BUNDLED_3DMOL_JS == folder / "3Dmol-min.js"


def test_a_view_looks_for_3dmol_js_nearby_before_it_asks_the_network():
    """What each branch does is seen in a browser: tests/browser/test_jupyterlab.py."""
    html = view(ideal_helix()).write_html()
    assert html.count("$3Dmolpromise = (() => {") == 1 and html.count(view3d.CDN_3DMOL_JS) == 1
    assert html.index("DLFB_3DMOL_JS") < html.index("jupyter-config-data") < html.index("fetch(local")


def test_still_picture_lies_under_the_view_and_is_described():
    before = plt.get_fignums()
    shown = view_over_still(ideal_helix(), plot_structures({"helix": ideal_helix()}), alt='a "spiral"').data
    assert 'src="data:image/png;base64,iVBOR' in shown and 'alt="a &#34;spiral&#34;"' in shown
    assert "failed to load" not in shown and "3dmolviewer" in shown
    assert plt.get_fignums() == before


def test_a_scene_of_ones_own_lies_over_its_still_and_loads_from_nearby():
    scene = py3Dmol.view(width="100%", height="100%")
    scene.addModel(ideal_helix(), "pdb")
    shown = over_still(scene, plot_structures({"helix": ideal_helix()}), alt="a spiral").data
    assert "failed to load" not in shown and shown.count("DLFB_3DMOL_JS") == 2 and "CB  SER" in shown
    assert shown.count("$3Dmolpromise = (() => {") == 1
