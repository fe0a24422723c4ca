from __future__ import annotations

import re
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

from dlfb_helpers import plots
from dlfb_helpers.files.assets import bundled_folder, verify
from dlfb_helpers.lesson import view3d
from dlfb_helpers.lesson.view3d import view, view_over_still
from dlfb_helpers.plots.style import PALETTE
from dlfb_helpers.proteins import structures
from dlfb_helpers.proteins.ideal import IDEAL_SEQUENCES, ideal_backbone, ideal_helix, ideal_strand
from dlfb_helpers.proteins.structures import (
    atom_table,
    bundled_insulin,
    disulfide_bonds,
    fetch_protein_structure,
    structure_or_ideal,
    with_copy,
)

ROOT = Path(__file__).parents[2]


class PdbServer(BaseHTTPRequestHandler):
    """Serves a small real PDB file under several ids, whole or spoilt, as a web server may."""

    asked: list[str] = []

    def do_GET(self):
        self.asked.append(self.path)
        body = ideal_helix().encode()
        if self.path == "/9NON.pdb":
            self.send_error(404)
            return
        if self.path == "/9BSY.pdb":
            self.send_error(503)
            return
        length = len(body)
        if self.path == "/9HTM.pdb":
            body = b"<html>Please sign in to this network</html>\n"
            length = len(body)
        if self.path == "/9CUT.pdb":  # cut, but with a length that agrees
            body = body[: len(body) // 2]
            length = len(body)
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(body[: length // 2] if self.path == "/9BRK.pdb" else body)  # 9BRK: the line breaks down

    def log_message(self, *args):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    PdbServer.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), PdbServer) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}"
        httpd.shutdown()


@pytest.fixture
def nowhere(monkeypatch):
    """A URL at which nothing listens."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return f"http://127.0.0.1:{port}"


def coordinates(pdb_text: str, name: str = "CA") -> np.ndarray:
    return atom_table(pdb_text, (name,))[["x", "y", "z"]].to_numpy()


def rise(points: np.ndarray) -> float:
    """Advance per residue along the axis of a regular chain."""
    axis = np.linalg.svd(points - points.mean(axis=0))[2][0]
    return abs((points[-1] - points[0]) @ axis) / (len(points) - 1)


def test_entry_is_fetched_once_and_then_read_from_the_cache(server, tmp_path):
    first = fetch_protein_structure("9abc", cache_dir=tmp_path, base_url=server)
    second = fetch_protein_structure("9ABC", cache_dir=tmp_path, base_url=server)
    assert first == second == ideal_helix()
    assert PdbServer.asked == ["/9ABC.pdb"]
    assert [path.name for path in tmp_path.iterdir()] == ["9ABC.pdb"]  # no partial file beside it


def test_cache_lies_in_the_course_cache_folder(server, tmp_path, monkeypatch):
    monkeypatch.setenv("DLFB_CACHE", str(tmp_path))
    fetch_protein_structure("9ABC", base_url=server)
    assert (tmp_path / "structures" / "9ABC.pdb").is_file()


def test_spoilt_cache_file_is_fetched_again(server, tmp_path):
    (tmp_path / "9ABC.pdb").write_text("ATOM      1  N   GLY")
    assert fetch_protein_structure("9ABC", cache_dir=tmp_path, base_url=server) == ideal_helix()
    assert (tmp_path / "9ABC.pdb").read_text() == ideal_helix()


def test_cached_entry_needs_no_network(nowhere, tmp_path):
    (tmp_path / "9ABC.pdb").write_text(ideal_strand())
    assert fetch_protein_structure("9ABC", cache_dir=tmp_path, base_url=nowhere) == ideal_strand()


@pytest.mark.parametrize("pdb_id", ["", "3I4", "3I40X", "INSU", "3I4/", "../1", "3 40"])
def test_what_is_no_pdb_id_is_refused(pdb_id):
    with pytest.raises(ValueError, match="is not a PDB id"):
        fetch_protein_structure(pdb_id)


def test_unknown_entry_is_an_error_and_is_never_replaced(server, tmp_path):
    with pytest.raises(FileNotFoundError, match="9NON.pdb does not exist; check the id"):
        structure_or_ideal("9NON", cache_dir=tmp_path, base_url=server)


@pytest.mark.parametrize("pdb_id", ["9HTM", "9CUT", "9BRK", "9BSY"])
def test_spoilt_answers_are_connection_errors_and_are_not_cached(pdb_id, server, tmp_path):
    with pytest.raises(ConnectionError, match=f"{pdb_id}.pdb"):
        fetch_protein_structure(pdb_id, cache_dir=tmp_path, base_url=server)
    assert list(tmp_path.iterdir()) == []


def test_unreachable_host_is_named_with_the_remedy_and_not_asked_again_at_once(nowhere, tmp_path):
    started = time.monotonic()
    with pytest.raises(ConnectionError, match="could not be reached .*check the connection"):
        fetch_protein_structure("3I40", cache_dir=tmp_path, base_url=nowhere)
    with pytest.raises(ConnectionError, match="less than 60 s ago"):
        fetch_protein_structure("1BKV", cache_dir=tmp_path, base_url=nowhere)
    assert time.monotonic() - started < 15


def test_unreachable_host_is_asked_again_after_a_while(server, tmp_path, monkeypatch):
    monkeypatch.setitem(structures._unreachable_since, server, time.monotonic() - structures.RETRY_AFTER - 1)
    assert fetch_protein_structure("9ABC", cache_dir=tmp_path, base_url=server) == ideal_helix()


def test_without_network_something_real_stands_in(nowhere, tmp_path):
    insulin, says = structure_or_ideal("3i40", cache_dir=tmp_path, base_url=nowhere)
    assert insulin == bundled_insulin() and "could not be reached" in says and "backbone" in says
    strand, says = structure_or_ideal("1YAR", "strand", cache_dir=tmp_path, base_url=nowhere)
    assert strand == ideal_strand() and says.endswith("an ideal beta strand.")


def test_with_network_the_entry_itself_is_shown(server, tmp_path):
    text, says = structure_or_ideal("9ABC", "strand", cache_dir=tmp_path, base_url=server)
    assert text == ideal_helix() and "whole entry" in says


def test_ideal_helix_has_the_alpha_helixs_rise_turn_and_hydrogen_bonds():
    text = ideal_helix()
    points = coordinates(text)
    assert len(points) == len(IDEAL_SEQUENCES["helix"])
    assert rise(points) == pytest.approx(1.5, abs=0.06)
    # The carbonyl oxygen of residue i accepts a hydrogen bond from the nitrogen of residue i + 4.
    bonds = np.linalg.norm(coordinates(text, "N")[4:] - coordinates(text, "O")[:-4], axis=1)
    assert np.all((bonds > 2.7) & (bonds < 3.2))
    # Right-handed: successive steps turn counter-clockwise as the chain comes towards the reader.
    steps = np.diff(points, axis=0)
    turns = np.einsum("ij,ij->i", np.cross(steps[:-2], steps[1:-1]), steps[2:])
    assert np.all(turns > 0)
    assert "HELIX    1   1 SER A    1  GLY A   15  1" in text


def test_ideal_strand_is_nearly_stretched():
    text = ideal_strand()
    points = coordinates(text)
    assert 3.3 < rise(points) < 3.5
    bonds = np.linalg.norm(coordinates(text, "N")[4:] - coordinates(text, "O")[:-4], axis=1)
    assert bonds.min() > 10
    assert "SHEET    1   A 1 GLY A   1  LYS A   7  0" in text


def test_collagen_strand_is_a_stretched_left_handed_helix():
    points = coordinates(ideal_backbone(IDEAL_SEQUENCES["collagen"], "collagen"))
    assert 2.9 < rise(points) < 3.2
    steps = np.diff(points, axis=0)
    assert np.mean(np.einsum("ij,ij->i", np.cross(steps[:-2], steps[1:-1]), steps[2:])) < 0


def test_ideal_backbone_refuses_unknown_kinds_and_letters():
    with pytest.raises(ValueError, match="kind must be one of helix, strand, collagen, found 'coil'"):
        ideal_backbone("AAA", "coil")
    with pytest.raises(ValueError, match="'X' at position 2"):
        ideal_helix("AXA")


def test_bundled_insulin_has_both_chains_with_sound_geometry():
    text = bundled_insulin()
    table = atom_table(text, ("N", "CA", "C", "O"))
    assert table.groupby("chain").number.nunique().to_dict() == {"A": 21, "B": 30}
    assert len(table) == 51 * 4
    for chain in "AB":
        points = table[(table.chain == chain) & (table.atom == "CA")][["x", "y", "z"]].to_numpy()
        assert np.linalg.norm(np.diff(points, axis=0), axis=1) == pytest.approx(3.8, abs=0.05)  # trans peptides
    sulphur = atom_table(text, ("SG",)).set_index(["chain", "number"])[["x", "y", "z"]]
    pairs = disulfide_bonds(text)
    assert pairs == [(("A", 6), ("A", 11)), (("A", 7), ("B", 7)), (("A", 20), ("B", 19))]
    for one, other in pairs:
        assert np.linalg.norm(sulphur.loc[one] - sulphur.loc[other]) == pytest.approx(2.04, abs=0.02)


def test_copy_by_the_crystals_half_turn_makes_the_insulin_dimer():
    dimer = with_copy(bundled_insulin(), np.diag([-1, 1, -1]), np.array([-38.61, 0, 0]))
    table = atom_table(dimer)
    assert sorted(table.chain.unique()) == list("ABCD") and len(table) == 102
    assert (("C", 20), ("D", 19)) in disulfide_bonds(dimer)
    assert "HELIX    3   3 GLY D    8  GLY D   20" in dimer
    # The two B chains pair as antiparallel strands: main-chain hydrogen bonds between B24 and B26 of either.
    n, o = (atom_table(dimer, (name,)).set_index(["chain", "number"])[["x", "y", "z"]] for name in "NO")
    for pair in ((("B", 24), ("D", 26)), (("B", 26), ("D", 24))):
        for one, other in (pair, pair[::-1]):
            assert 2.6 < np.linalg.norm(n.loc[one] - o.loc[other]) < 3.3


def test_copy_wants_two_chains():
    with pytest.raises(ValueError, match="expected the chains A and B, found A"):
        with_copy(ideal_helix(), np.eye(3), np.zeros(3))


def test_atom_table_keeps_one_location_and_leaves_waters_out():
    text = (
        "ATOM      1  CA AGLY A   1       0.000   0.000   0.000  0.40  0.00           C  \n"
        "ATOM      2  CA BGLY A   1       1.000   0.000   0.000  0.60  0.00           C  \n"
        "HETATM    3  O   HOH A   2       5.000   0.000   0.000  1.00  0.00           O  \n"
        "END\n"
    )
    table = atom_table(text)
    assert table.values.tolist() == [["A", 1, "GLY", "CA", 1.0, 0.0, 0.0]]


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
    release = verify(folder)["release"]
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
    shown = view_over_still(ideal_helix(), plots.plot_structures({"helix": ideal_helix()}), alt='a "spiral"').data
    assert 'src="data:image/png;base64,iVBOR' in shown and 'alt="a &quot;spiral&quot;"' in shown
    assert "failed to load" not in shown and "3dmolviewer" in shown
    assert plt.get_fignums() == before
