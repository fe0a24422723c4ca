"""The course as a reader opens it, in JupyterLab and as pages, in a browser that reaches no other machine."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import numpy as np
import pytest
from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from dlfb_helpers.course_pages import read_chapter, write_page
from dlfb_helpers.structures import BUNDLED_3DMOL_JS, CDN_3DMOL_JS

ROOT = Path(__file__).parents[2]
STILL_3D = "01_proteins"  # the chapter with 3D views over still pictures
EXERCISES = "02_one_hot"

# What JupyterLab itself logs, whatever the notebook: a part of the message, and why it is none of ours.
OF_JUPYTERLAB = {
    "/static/favicons/": "the icon of a busy tab",
}

Driver = webdriver.Chrome


@pytest.fixture(scope="module")
def browser() -> Iterator[Driver]:
    """Chromium with WebGL in software, which resolves no name but localhost."""
    driver_path, binary = shutil.which("chromedriver"), shutil.which("chromium") or shutil.which("google-chrome")
    assert driver_path and binary, "Chromium and its driver are needed: apt-get install chromium chromium-driver"
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--window-size=1400,1000",
        "--use-gl=angle",
        "--use-angle=swiftshader",
        "--enable-unsafe-swiftshader",
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(driver_path))
    driver.set_script_timeout(300)
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """A copy of the chapters, with the package beside them, as in the repository."""
    folder = tmp_path_factory.mktemp("repository")
    shutil.copytree(ROOT / "chapters", folder / "chapters", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    (folder / "dlfb_helpers").symlink_to(ROOT / "dlfb_helpers")
    return folder


@pytest.fixture(scope="module")
def lab(course, tmp_path_factory) -> Iterator[str]:
    """JupyterLab, started from `course` with nobody's settings and no way to other machines; yields its address."""
    private = tmp_path_factory.mktemp("jupyter")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folders = (
        "JUPYTER_CONFIG_DIR",
        "JUPYTER_RUNTIME_DIR",
        "JUPYTER_DATA_DIR",
        "IPYTHONDIR",
        "JUPYTERLAB_WORKSPACES_DIR",
    )
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
    environment = {
        **os.environ,
        **nowhere,
        "NO_PROXY": "localhost,127.0.0.1",
        "JUPYTER_PREFER_ENV_PATH": "1",
        "DLFB_CACHE": str(private / "cache"),
        **{name: str(private / name.lower()) for name in folders},
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser"]
    command += [f"--port={port}", "--ServerApp.port_retries=0", "--ip=127.0.0.1", "--IdentityProvider.token="]
    command += [
        f"--ServerApp.root_dir={course}",
        "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    with open(private / "log", "w") as log:
        server = subprocess.Popen(command, env=environment, cwd=course, stdout=log, stderr=subprocess.STDOUT)
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for_server(address, server, private / "log")
            yield address
        finally:
            server.terminate()
            server.wait(timeout=30)


def wait_for_server(address: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(240):
        assert server.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(f"{address}/api", timeout=5).close()
            return
        except OSError:
            time.sleep(0.5)
    raise AssertionError(f"JupyterLab did not answer within 2 minutes:\n{log.read_text()}")


def open_notebook(browser: Driver, lab: str, path: str) -> None:
    """Open a notebook alone in JupyterLab, and wait for its kernel."""
    browser.get(f"{lab}/lab/tree/{path}?reset")
    WebDriverWait(browser, 120).until(
        lambda driver: driver.execute_script("return window.jupyterapp?.shell.currentWidget?.content?.widgets?.length")
    )
    browser.execute_async_script("""
      const done = arguments[0], panel = jupyterapp.shell.currentWidget;
      Promise.all([panel.context.ready, panel.sessionContext.ready, panel.revealed]).then(() => done());
    """)


def run_all(browser: Driver) -> None:
    """Choose Run > Run All Cells, and wait for the last cell."""
    browser.execute_async_script("jupyterapp.commands.execute('notebook:run-all-cells').then(arguments[0])")


def cells(browser: Driver) -> list[dict]:
    """Return the cells of the notebook as they are in the browser now, as nbformat has them."""
    return browser.execute_script("return jupyterapp.shell.currentWidget.model.toJSON().cells")


def show_cell(browser: Driver, number: int) -> WebElement:
    """Scroll to a cell, and return its element."""
    browser.execute_async_script(
        """
        const [number, done] = arguments, notebook = jupyterapp.shell.currentWidget.content;
        notebook.activeCellIndex = number;
        notebook.scrollToItem(number, 'start').then(() => done());
        """,
        number,
    )
    return browser.execute_script("return jupyterapp.shell.currentWidget.content.widgets[arguments[0]].node", number)


def run_cell(browser: Driver, number: int, source: str) -> dict:
    """Put `source` into a cell, run it, and return the cell."""
    show_cell(browser, number)
    browser.execute_async_script(
        """
        const [number, source, done] = arguments, notebook = jupyterapp.shell.currentWidget.content;
        notebook.widgets[number].model.sharedModel.setSource(source);
        jupyterapp.commands.execute('notebook:run-cell').then(done);
        """,
        number,
        source,
    )
    return cells(browser)[number]


def tagged(all_cells: list[dict], tag: str) -> list[int]:
    return [number for number, cell in enumerate(all_cells) if tag in cell["metadata"].get("tags", [])]


def shown_text(cell: dict) -> str:
    """Return what a cell's outputs say as plain text."""
    texts = [output.get("data", {}).get("text/plain", output.get("text", "")) for output in cell["outputs"]]
    return "".join("".join(text) for text in texts)


def complaints(browser: Driver) -> list[str]:
    """Return the errors in the console that are not JupyterLab's own."""
    messages = [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    return [message for message in messages if not any(part in message for part in OF_JUPYTERLAB)]


def colours(picture: bytes) -> int:
    """Count the pixels that are neither white nor grey: those of the cartoon."""
    pixels = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)
    return int((np.ptp(pixels, axis=2) > 60).sum())


def views(element: WebElement | Driver) -> list[WebElement]:
    """Return the places of 3D views."""
    return element.find_elements(By.CSS_SELECTOR, "div[id^='3dmolviewer_']")


def drawn(browser: Driver, view: WebElement) -> int:
    """Wait until a 3D view has been drawn, hide the still picture under it, and count its coloured pixels."""
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", view)
    canvas = WebDriverWait(browser, 60).until(lambda _: view.find_elements(By.TAG_NAME, "canvas"))[0]
    browser.execute_script("arguments[0].parentNode.parentNode.querySelector('img').style.visibility = 'hidden'", view)
    for _ in range(50):
        if found := colours(canvas.screenshot_as_png):
            break
        time.sleep(0.2)
    return found
