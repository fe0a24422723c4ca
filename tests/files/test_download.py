"""What is fetched is there whole and right, or not at all."""

import hashlib
import socket

import pytest

from dlfb_helpers.files.download import download_file

CONTENT = bytes(range(256)) * 40
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def address(web):
    web.answers["/cafa.zip"] = [(CONTENT, None)]
    return f"{web.address}/cafa.zip"


def test_a_file_is_fetched_once_and_all_may_read_it(address, web, tmp_path, capfd):
    path = tmp_path / "new" / "cafa.zip"
    assert download_file(address, path, SHA256) == path
    assert path.read_bytes() == CONTENT and path.stat().st_mode & 0o777 == 0o644
    assert [file.name for file in path.parent.iterdir()] == ["cafa.zip"]
    download_file(address, path, SHA256.upper())
    download_file(address, path)
    assert web.asked == ["/cafa.zip"] and capfd.readouterr() == ("", "")


def test_another_file_in_its_place_is_replaced(address, tmp_path):
    (tmp_path / "cafa.zip").write_bytes(b"old")
    assert download_file(address, tmp_path / "cafa.zip", SHA256).read_bytes() == CONTENT


def test_what_has_another_hash_is_not_kept(address, tmp_path):
    with pytest.raises(ValueError, match=f"{address}: .* expected {'0' * 64} but got {SHA256}. Deleted download"):
        download_file(address, tmp_path / "cafa.zip", "0" * 64)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "answer, error, message",
    [
        (404, FileNotFoundError, "does not exist; check the address"),
        (503, ConnectionError, r"could not be fetched \(503 .*check it and the connection"),
        ((CONTENT, 5000), ConnectionError, r"could not be fetched \(.*IncompleteRead"),
    ],
)
def test_what_a_server_fails_to_give_is_named_and_leaves_the_old_file(address, web, tmp_path, answer, error, message):
    web.answers["/cafa.zip"] = [answer]
    (tmp_path / "cafa.zip").write_bytes(b"old")
    with pytest.raises(error, match=f"{address} {message}"):
        download_file(address, tmp_path / "cafa.zip", SHA256)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"old"]


def test_a_server_that_says_nothing_is_given_up(monkeypatch, tmp_path):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(ConnectionError, match="Read timed out"):
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/cafa.zip"
        download_file(address, tmp_path / "cafa.zip", timeout=(5, 0.1))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named_with_the_remedy(address, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"name another folder: '.*file/cafa.zip'"):
        download_file(address, tmp_path / "file" / "cafa.zip")
