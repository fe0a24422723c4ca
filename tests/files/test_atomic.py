"""What is written is written whole, to whatever stands at the path, and what killed writers left behind goes."""

import io
import os
import signal
import stat
import subprocess
import sys
import threading
import time

import pytest

from dlfb_helpers.files.atomic import is_abandoned, opened_atomically, partial_path, write_atomically


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "value.bin"
    write_atomically(path, b"old")
    with pytest.raises(TypeError):
        write_atomically(path, "not bytes")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["value.bin"]


def test_a_folder_that_cannot_be_made_is_named_with_the_remedy(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"name another folder: '.*file/value.bin'"):
        write_atomically(tmp_path / "file" / "value.bin", b"new")


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o777])
def test_an_older_file_keeps_its_permissions(tmp_path, mode):
    path = tmp_path / "table.tsv"
    path.write_bytes(b"old")
    path.chmod(mode)
    write_atomically(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == mode and path.read_bytes() == b"new"


@pytest.mark.parametrize("there", [True, False])
def test_a_link_is_followed(tmp_path, there):
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere/table.tsv", tmp_path / "link.tsv"
    if there:
        target.write_bytes(b"old")
    link.symlink_to(target)
    write_atomically(link, b"new")
    assert link.is_symlink() and target.read_bytes() == b"new"
    assert [path.name for path in target.parent.iterdir()] == ["table.tsv"]


def test_a_named_pipe_is_written_to_and_stays(tmp_path):
    pipe, received = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()))
    reader.start()
    write_atomically(pipe, b"rows")
    reader.join(10)
    assert received == [b"rows"] and stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_device_is_written_to_and_stays():
    write_atomically("/dev/null", b"rows")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_standard_output(monkeypatch):
    class Output:
        buffer = io.BytesIO()

    monkeypatch.setattr(sys, "stdout", Output)
    write_atomically("-", b"rows")
    assert Output.buffer.getvalue() == b"rows" and not Output.buffer.closed


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path):
    with pytest.raises(IsADirectoryError, match="this is a folder; name a file in it"):
        write_atomically(tmp_path, b"rows")


@pytest.mark.parametrize("name", ["protein functions [1] *.tsv", "é" * 120, "-x.tsv", "a" * 250])
def test_any_name_that_a_file_can_have(tmp_path, name):
    write_atomically(tmp_path / name, b"rows")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def killed_writer(path):
    """Start a process that writes to `path` and is killed half-way; return the partial that it left."""
    program = (
        "import sys, time; from dlfb_helpers.files.atomic import opened_atomically\n"
        "with opened_atomically(sys.argv[1]) as handle:\n"
        "    handle.write(b'half'); handle.flush(); print('ready', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"ready\n"
    (partial,) = path.parent.glob(".*.partial")
    assert not is_abandoned(partial)
    write_atomically(path, b"another writer, meanwhile")
    assert partial.exists()  # it belongs to a process that lives
    process.send_signal(signal.SIGKILL)
    process.wait()
    return partial


def test_what_a_killed_writer_left_is_swept_by_the_next_one_and_not_before(tmp_path):
    path = tmp_path / "table.tsv"
    partial = killed_writer(path)
    assert is_abandoned(partial)
    write_atomically(path, b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["table.tsv"] and path.read_bytes() == b"new"


def test_what_another_machine_writes_is_left_alone_until_it_is_old(tmp_path):
    path = tmp_path / "table.tsv"
    foreign = tmp_path / ".table.tsv.0123ab.0123456789ab.partial"
    foreign.write_bytes(b"half")
    write_atomically(path, b"new")
    assert foreign.exists()
    os.utime(foreign, (time.time() - 4000,) * 2)
    write_atomically(path, b"newer")
    assert not foreign.exists()


def test_two_writers_of_one_file_leave_one_whole_file(tmp_path):
    path = tmp_path / "table.tsv"
    assert partial_path(path) != partial_path(path)
    with opened_atomically(path) as one, opened_atomically(path) as other:
        one.write(b"one" * 1000)
        other.write(b"other" * 1000)
    assert path.read_bytes() in (b"one" * 1000, b"other" * 1000)
    assert [p.name for p in tmp_path.iterdir()] == ["table.tsv"]
