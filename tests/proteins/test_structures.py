"""Structures: fetched once, or replaced by something real; their atoms, copies and bonds."""

from __future__ import annotations

import socket
import time

import numpy as np
import pytest

from dlfb_helpers.proteins import structures
from dlfb_helpers.proteins.ideal import ideal_helix, ideal_strand
from dlfb_helpers.proteins.structures import (
    atom_table,
    bundled_insulin,
    disulfide_bonds,
    fetch_protein_structure,
    structure_or_bundled,
    with_copy,
)

ENTRY = ideal_helix()


@pytest.fixture
def server(web):
    """A server that has one entry, 9ABC, whole."""
    web.answers["/9ABC.pdb"] = [(ENTRY.encode(), None)]
    return web.address


@pytest.fixture
def unreachable(monkeypatch):
    """A URL at which nothing listens."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return f"http://127.0.0.1:{port}"


def test_entry_is_fetched_once_and_then_read_from_the_cache(server, web, tmp_path):
    first = fetch_protein_structure("9abc", cache_dir=tmp_path, base_url=server)
    second = fetch_protein_structure("9ABC", cache_dir=tmp_path, base_url=server)
    assert first == second == ENTRY
    assert web.asked == ["/9ABC.pdb"]
    assert [path.name for path in tmp_path.iterdir()] == ["9ABC.pdb"]  # no partial file beside it


def test_cache_lies_in_the_course_cache_folder(server, tmp_path, monkeypatch):
    monkeypatch.setenv("DLFB_CACHE", str(tmp_path))
    fetch_protein_structure("9ABC", base_url=server)
    assert (tmp_path / "structures" / "9ABC.pdb").is_file()


def test_where_nothing_can_be_kept_the_entry_is_fetched_all_the_same(server, web, tmp_path):
    (tmp_path / "file").touch()  # nothing can be made below it
    for _ in range(2):
        assert fetch_protein_structure("9ABC", cache_dir=tmp_path / "file" / "cache", base_url=server) == ENTRY
    assert web.asked == ["/9ABC.pdb"] * 2


def test_spoilt_cache_file_is_fetched_again(server, tmp_path):
    (tmp_path / "9ABC.pdb").write_text("ATOM      1  N   GLY")
    assert fetch_protein_structure("9ABC", cache_dir=tmp_path, base_url=server) == ENTRY
    assert (tmp_path / "9ABC.pdb").read_text() == ENTRY


def test_cached_entry_needs_no_network(unreachable, tmp_path):
    (tmp_path / "9ABC.pdb").write_text(ideal_strand())
    assert fetch_protein_structure("9ABC", cache_dir=tmp_path, base_url=unreachable) == ideal_strand()


@pytest.mark.parametrize("pdb_id", ["3I4", "3I40X", "INSU", "3I4/"])
def test_what_is_no_pdb_id_is_refused(pdb_id):
    with pytest.raises(ValueError, match="is not a PDB id"):
        fetch_protein_structure(pdb_id)


def test_unknown_entry_is_an_error_and_is_never_replaced(server, tmp_path):
    with pytest.raises(FileNotFoundError, match="9NON.pdb does not exist; check the id"):
        structure_or_bundled("9NON", cache_dir=tmp_path, base_url=server)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param((b"<html>Please sign in to this network</html>\n", None), id="sign-in page"),
        pytest.param((ENTRY[: len(ENTRY) // 2].encode(), None), id="half a file"),
        pytest.param((ENTRY.encode(), 500), id="line breaks down"),
        pytest.param(503, id="server is down"),
    ],
)
def test_spoilt_answers_are_connection_errors_and_are_not_cached(answer, web, tmp_path):
    web.answers["/9BAD.pdb"] = [answer]
    with pytest.raises(ConnectionError, match="9BAD.pdb"):
        fetch_protein_structure("9BAD", cache_dir=tmp_path, base_url=web.address)
    assert list(tmp_path.iterdir()) == []


def test_a_host_that_answers_is_asked_for_the_next_entry(server, web, tmp_path):
    web.answers["/9BAD.pdb"] = [503]
    with pytest.raises(ConnectionError, match="503, Service Unavailable"):
        fetch_protein_structure("9BAD", cache_dir=tmp_path, base_url=server)
    assert fetch_protein_structure("9ABC", cache_dir=tmp_path, base_url=server) == ENTRY


def test_unreachable_host_is_named_with_the_remedy_and_not_asked_again_at_once(unreachable, tmp_path):
    started = time.monotonic()
    with pytest.raises(ConnectionError, match="could not be fetched .*and the connection; then run the cell again"):
        fetch_protein_structure("3I40", cache_dir=tmp_path, base_url=unreachable)
    with pytest.raises(ConnectionError, match="less than 60 s ago"):
        fetch_protein_structure("1BKV", cache_dir=tmp_path, base_url=unreachable)
    assert time.monotonic() - started < 15


def test_unreachable_host_is_asked_again_after_a_while(server, tmp_path, monkeypatch):
    monkeypatch.setitem(structures._unreachable_since, server, time.monotonic() - structures.RETRY_AFTER - 1)
    assert fetch_protein_structure("9ABC", cache_dir=tmp_path, base_url=server) == ENTRY


def test_without_network_the_bundled_part_of_the_same_entry_is_shown(unreachable, tmp_path):
    insulin, says = structure_or_bundled("3i40", cache_dir=tmp_path, base_url=unreachable)
    assert insulin == bundled_insulin() and "could not be reached" in says and "backbone" in says


def test_without_network_nothing_stands_in_for_another_entry(unreachable, tmp_path):
    with pytest.raises(ConnectionError, match="the connection"):
        structure_or_bundled("1YAR", cache_dir=tmp_path, base_url=unreachable)


def test_with_network_the_entry_itself_is_shown(server, tmp_path):
    text, says = structure_or_bundled("9ABC", cache_dir=tmp_path, base_url=server)
    assert text == ENTRY and "whole entry" in says


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
        with_copy(ENTRY, np.eye(3), np.zeros(3))


def test_atom_table_keeps_one_location_and_leaves_waters_out():
    text = (
        "ATOM      1  CA AGLY A   1       0.000   0.000   0.000  0.40  0.00           C  \n"
        "ATOM      2  CA BGLY A   1       1.000   0.000   0.000  0.60  0.00           C  \n"
        "HETATM    3  O   HOH A   2       5.000   0.000   0.000  1.00  0.00           O  \n"
        "END\n"
    )
    table = atom_table(text)
    assert table.values.tolist() == [["A", 1, "GLY", "CA", 1.0, 0.0, 0.0]]
