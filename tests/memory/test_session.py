"""All chapters in one JupyterLab of 2 GiB, kernels left open, as on Binder: none dies, none freezes, all cells run.

It needs a memory cgroup that it may write, and some ten minutes: ``python -m pytest -s tests/memory`` tells as it goes.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
import requests
from websocket import WebSocket, create_connection

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted((ROOT / "chapters").glob("[0-9][0-9]_*.ipynb"))
LIMIT = 2 * 2**30
PATIENCE = 600  # seconds that a cell may take; the slowest takes a dozen on two idle cores
FROZEN = 20  # seconds without an answer of the server: nobody waits longer


class Cgroup:
    """A memory cgroup below this process's own, of either version."""

    def __init__(self) -> None:
        lines = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
        name, own = f"dlfb-{uuid.uuid4().hex[:8]}", {kinds: path.lstrip("/") for _, kinds, path in lines}
        self.first = "memory" in own
        parent = Path("/sys/fs/cgroup/memory" if self.first else "/sys/fs/cgroup", own["memory" if self.first else ""])
        self.folder = parent / name
        self.folder.mkdir()
        try:
            (self.folder / ("memory.limit_in_bytes" if self.first else "memory.max")).write_text(str(LIMIT))
        except OSError:
            self.folder.rmdir()
            raise

    def anonymous(self) -> int:
        """MB that no file holds."""
        stat = dict(line.split() for line in (self.folder / "memory.stat").read_text().splitlines())
        return int(stat["total_rss" if self.first else "anon"]) // 1_000_000

    def killed(self) -> int:
        """How many processes were killed because memory had run out."""
        text = (self.folder / ("memory.oom_control" if self.first else "memory.events")).read_text()
        return int(dict(line.split() for line in text.splitlines())["oom_kill"])

    def remove(self) -> None:
        for _ in range(50):  # what has ended leaves it a little later
            try:
                return self.folder.rmdir()
            except OSError:
                time.sleep(0.2)


@pytest.fixture
def cgroup() -> Iterator[Cgroup]:
    try:
        group = Cgroup()
    except (OSError, KeyError) as error:
        pytest.skip(f"no memory cgroup can be made here: {error}")
    yield group
    group.remove()


class Lab:
    """A JupyterLab in a cgroup, with the configuration that Binder gets."""

    def __init__(self, cgroup: Cgroup, folder: Path, idle: int) -> None:
        for name in ("chapters", "binder"):
            shutil.copytree(ROOT / name, folder / name)
        config = folder / "config"
        config.mkdir()
        shutil.copy(folder / "binder/jupyter_server_config.py", config)  # as postBuild does
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address, self.token = f"127.0.0.1:{port}", uuid.uuid4().hex
        options = {"port": port, "port_retries": 0, "open_browser": False, "root_dir": folder, "allow_root": True}
        command = [sys.executable, "-m", "jupyter", "lab", f"--IdentityProvider.token={self.token}"]
        command += [f"--ServerApp.{name}={value}" for name, value in options.items()]
        command += [f"--MappingKernelManager.cull_idle_timeout={idle}"]
        environment = os.environ | {
            "JUPYTER_CONFIG_DIR": str(config),
            "JUPYTER_PREFER_ENV_PATH": "1",
            "MEM_LIMIT": str(LIMIT),
        }
        self.log = open(folder / "lab.log", "w")
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: (cgroup.folder / "cgroup.procs").write_text(str(os.getpid())),
        )
        self.slowest = 0.0
        deadline = time.monotonic() + 60
        while True:
            try:
                self.kernels()
                break
            except requests.ConnectionError:
                assert time.monotonic() < deadline, (folder / "lab.log").read_text()
                time.sleep(0.3)

    def ask(self, method: str, path: str, **options) -> requests.Response:
        began = time.monotonic()
        headers = {"Authorization": f"token {self.token}"}
        answer = requests.request(method, f"http://{self.address}/api/{path}", headers=headers, timeout=60, **options)
        self.slowest = max(self.slowest, time.monotonic() - began)
        return answer

    def kernels(self) -> list[str]:
        return [kernel["id"] for kernel in self.ask("GET", "kernels").json()]

    def open(self, path: str) -> tuple[str, WebSocket]:
        """Open a notebook as a page does: a session of its own, and a connection that stays."""
        wanted = {"path": path, "name": path, "type": "notebook", "kernel": {"name": "python3"}}
        kernel = self.ask("POST", "sessions", json=wanted).json()["kernel"]["id"]
        address = f"ws://{self.address}/api/kernels/{kernel}/channels?token={self.token}"
        return kernel, create_connection(address, timeout=PATIENCE)

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(30)
        finally:
            self.process.kill()
            self.log.close()


def execute(page: WebSocket, source: str) -> None:
    """Run a cell and wait for its end; an AssertionError if it raises or its kernel is gone."""
    header = {
        "msg_id": uuid.uuid4().hex,
        "msg_type": "execute_request",
        "session": "test",
        "username": "test",
        "version": "5.3",
    }
    content = {"code": source, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": True}
    message = {
        "header": header,
        "parent_header": {},
        "metadata": {},
        "content": content,
        "channel": "shell",
        "buffers": [],
    }
    page.send(json.dumps(message))
    while True:
        answer = json.loads(page.recv())
        state = answer["content"].get("execution_state")
        assert state not in ("dead", "restarting", "autorestarting"), f"the kernel has died at {source[:80]!r}"
        if answer["msg_type"] == "execute_reply" and answer["parent_header"]["msg_id"] == header["msg_id"]:
            assert answer["content"]["status"] == "ok", f"{source[:200]}: {answer['content'].get('evalue')}"
            return


@pytest.mark.parametrize(
    ("idle", "pause"), [(15, 20), (1800, 0)], ids=["reading, with a minute for two hours", "one right after the other"]
)
def test_a_session_of_two_gigabytes_takes_all_chapters(cgroup, tmp_path, idle, pause):
    lab = Lab(cgroup, tmp_path, idle)
    taken, ended = [0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.05):
            taken.append(cgroup.anonymous())
            if len(taken) % 20 == 0:
                lab.kernels()  # does the server answer?

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    pages = []  # kept: nobody closes them
    try:
        for chapter in CHAPTERS:
            began, first = time.monotonic(), len(taken)
            kernel, page = lab.open(f"chapters/{chapter.name}")
            pages.append(page)
            for cell in nbformat.read(chapter, as_version=4).cells:
                if cell.cell_type == "code":
                    execute(page, cell.source)
            open_now = lab.kernels()
            assert kernel in open_now
            seconds, most = time.monotonic() - began, max(taken[first:])
            print(f"{chapter.stem:<32} {seconds:4.0f} s  {most:5,} MB  {len(open_now)} kernels open", flush=True)
            time.sleep(pause)
    finally:
        ended.set()
        watcher.join(10)
        killed, slowest = cgroup.killed(), lab.slowest
        lab.close()
    print(f"at most {max(taken):,} MB of {LIMIT // 1_000_000:,}; slowest answer {slowest:.1f} s; {killed} killed")
    assert len(pages) == len(CHAPTERS) == 11
    assert killed == 0
    assert slowest < FROZEN
