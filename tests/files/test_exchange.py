"""A folder takes the place of another in one step; after any fault one whole folder stands under the name."""

import signal
import subprocess
import sys
import threading

import pytest

from dlfb_helpers.files import exchange
from dlfb_helpers.files.exchange import folder_in_place_of, restore


def fill(folder, content):
    for name in ("one", "two"):
        (folder / name).write_text(content)


def contents(folder):
    return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.fixture(params=["exchange", "two renames"])
def way(request, monkeypatch):
    if request.param == "two renames":
        monkeypatch.setattr(exchange, "_exchanged", lambda one, other: False)
    return request.param


def test_the_new_one_stands_there_and_nothing_beside_it(tmp_path, way):
    target = tmp_path / "deep/predictor"
    for content in ("old", "new"):
        with folder_in_place_of(target) as folder:
            fill(folder, content)
        assert contents(target) == {"one": content, "two": content}
    assert [path.name for path in target.parent.iterdir()] == ["predictor"]


def test_a_fault_leaves_the_old_one(tmp_path, way):
    target = tmp_path / "predictor"
    with folder_in_place_of(target) as folder:
        fill(folder, "old")
    with pytest.raises(OSError, match="full"):
        with folder_in_place_of(target) as folder:
            (folder / "one").write_text("half")
            raise OSError(28, "full")
    assert contents(target) == {"one": "old", "two": "old"}
    assert [path.name for path in tmp_path.iterdir()] == ["predictor"]


def test_a_reader_never_finds_the_name_without_a_folder(tmp_path):
    target, missing, stop = tmp_path / "predictor", [], threading.Event()
    with folder_in_place_of(target) as folder:
        fill(folder, "0")

    def watch():
        while not stop.is_set():
            missing.append(not target.is_dir())

    watcher = threading.Thread(target=watch)
    watcher.start()
    for number in range(1, 30):
        with folder_in_place_of(target) as folder:
            fill(folder, str(number))
    stop.set()
    watcher.join()
    assert len(missing) > 100 and not any(missing)


def test_what_was_moved_aside_comes_back(tmp_path):
    """As where folders cannot be exchanged, and the process dies between its two renames."""
    target = tmp_path / "predictor"
    aside = exchange._aside(target)
    aside.mkdir()
    fill(aside, "old")
    restore(target)
    assert contents(target) == {"one": "old", "two": "old"} and not aside.exists()
    aside.mkdir()
    restore(target)
    assert contents(target) == {"one": "old", "two": "old"} and not aside.exists()


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path):
    target, link = tmp_path / "real", tmp_path / "link"
    with folder_in_place_of(target) as folder:
        fill(folder, "old")
    link.symlink_to(target)
    with folder_in_place_of(link) as folder:
        fill(folder, "new")
    assert link.is_symlink() and contents(target) == {"one": "new", "two": "new"}


def test_what_a_killed_writer_left_is_swept_by_the_next_one(tmp_path):
    target = tmp_path / "predictor"
    program = (
        "import sys, time; from pathlib import Path; from dlfb_helpers.files.exchange import folder_in_place_of\n"
        "with folder_in_place_of(Path(sys.argv[1])) as folder:\n"
        "    (folder / 'one').write_text('half'); print('ready', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", program, str(target)], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not target.exists() and len(list(tmp_path.iterdir())) == 1
    with folder_in_place_of(target) as folder:
        fill(folder, "new")
    assert [path.name for path in tmp_path.iterdir()] == ["predictor"]
