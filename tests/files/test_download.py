"""What is fetched is there whole and right, or not at all; not without end, and not for ever."""

import hashlib
import socket
import threading
import time

import pytest

from dlfb_helpers.files.download import LastingError, download_file

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
        (410, FileNotFoundError, "does not exist; check the address"),
        (403, LastingError, r"could not be fetched \(the server answers 403, Forbidden\)"),
        (
            503,
            ConnectionError,
            r"could not be fetched \(the server answers 503, Service Un.*check it and the connection",
        ),
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


@pytest.fixture
def answering(monkeypatch):
    """Return a function that starts a server which answers each request with these blocks, a moment apart."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    listening = socket.create_server(("127.0.0.1", 0))

    def start(*blocks, pause=0.0):
        def answer():
            connection, _ = listening.accept()
            with connection:
                connection.recv(10_000)
                for block in blocks:
                    try:
                        connection.sendall(block)
                    except OSError:  # nobody listens any more
                        return
                    time.sleep(pause)

        threading.Thread(target=answer, daemon=True).start()
        return f"http://127.0.0.1:{listening.getsockname()[1]}/cafa.zip"

    yield start
    listening.close()


def test_what_is_too_large_is_given_up_whether_the_server_says_so_or_not(address, answering, tmp_path):
    endless = answering(b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 100_000] * 1000, pause=0.01)
    for source, largest in ((address, len(CONTENT) - 1), (endless, 300_000)):
        with pytest.raises(LastingError, match=f"{source} could not be fetched .it is larger than {largest:,} bytes"):
            download_file(source, tmp_path / "cafa.zip", largest=largest)
        assert list(tmp_path.iterdir()) == []
    download_file(address, tmp_path / "cafa.zip", SHA256, largest=len(CONTENT))


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: "])
def test_what_takes_too_long_is_given_up_though_a_byte_comes_now_and_then(answering, tmp_path, head):
    address = answering(head, *[b"x"] * 1000, pause=0.02)
    began = time.monotonic()
    with pytest.raises(LastingError, match="it took longer than 0.2 seconds"):
        download_file(address, tmp_path / "cafa.zip", longest=0.2)
    assert time.monotonic() - began < 5 and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 503 \x1b[31mred\x07\r\n\r\n",
        b"HTTP/1.1 777 \x1b]0;title\x07\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\x1b[2J\r\n",
        b"\x1b[31m" + b"x" * 5000 + b"\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: gopher://\x1b[31m\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1b[31m",
    ],
)
def test_nothing_that_a_server_says_steers_the_terminal(answering, tmp_path, answer):
    with pytest.raises((ConnectionError, ValueError)) as raised:
        download_file(answering(answer), tmp_path / "cafa.zip")
    message = str(raised.value)
    assert message.isprintable() and len(message) < 600 and "red" not in message and "title" not in message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", ["http://", "http://[::1", "http://\x1b[31m/x", "gopher://127.0.0.1/x"])
def test_what_is_no_address_is_refused(tmp_path, address):
    with pytest.raises(ValueError, match="write it as https://example.org/cafa.zip") as raised:
        download_file(address, tmp_path / "cafa.zip")
    assert str(raised.value).isprintable() and list(tmp_path.iterdir()) == []
