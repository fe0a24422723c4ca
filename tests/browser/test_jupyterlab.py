"""The course as a reader opens it, in JupyterLab and as pages, in a browser that reaches no other machine."""

from __future__ import annotations

import io
import os
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
from matplotlib.image import imread
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from dlfb_helpers.lesson.pages import read_chapter, write_page
from dlfb_helpers.lesson.view3d import BUNDLED_3DMOL_JS, CDN_3DMOL_JS
from tests.browser.looks import complaints

ROOT = Path(__file__).parents[2]
VIEWS = "01_proteins"  # the chapter with 3D views over still pictures
EXERCISES = "01_proteins"
LOCAL_3DMOL_JS = f"/files/{BUNDLED_3DMOL_JS}"


@pytest.fixture(scope="module")
def browser(chromium) -> Chrome:
    """Chromium that reaches a server on this machine and nothing else."""
    chromium.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["https://*"]})
    chromium.execute_cdp_cmd(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
    )
    chromium.set_script_timeout(300)
    return chromium


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """A copy of the chapters, with what JupyterLab is asked for of the package beside them, as in the repository."""
    folder = tmp_path_factory.mktemp("repository")
    shutil.copytree(ROOT / "chapters", folder / "chapters", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    script = folder / BUNDLED_3DMOL_JS
    script.parent.mkdir(parents=True)
    shutil.copy(ROOT / BUNDLED_3DMOL_JS, script)
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
    # What is asked to be saved is ignored while JupyterLab saves by itself.
    settings = private / "settings" / "@jupyterlab" / "docmanager-extension" / "plugin.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text('{"autosave": false}')
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
    environment = {
        **os.environ,
        **nowhere,
        "NO_PROXY": "localhost,127.0.0.1",
        "JUPYTER_PREFER_ENV_PATH": "1",
        "DLFB_CACHE": str(private / "cache"),
        "JUPYTERLAB_SETTINGS_DIR": str(private / "settings"),
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


def open_notebook(browser: Chrome, lab: str, path: str) -> None:
    """Open a notebook alone in JupyterLab, and wait for its kernel."""
    browser.get(f"{lab}/lab/tree/{path}?reset")
    WebDriverWait(browser, 120).until(
        lambda driver: driver.execute_script("return window.jupyterapp?.shell.currentWidget?.content?.widgets?.length")
    )
    browser.execute_async_script("""
      const done = arguments[0], panel = jupyterapp.shell.currentWidget;
      Promise.all([panel.context.ready, panel.sessionContext.ready, panel.revealed]).then(() => done());
    """)


def run_all(browser: Chrome) -> None:
    """Choose Run > Run All Cells, wait for the last cell, and save."""
    browser.execute_async_script("""
      const done = arguments[0], { commands } = jupyterapp;
      commands.execute('notebook:run-all-cells').then(() => commands.execute('docmanager:save')).then(() => done());
    """)


def cells(browser: Chrome) -> list[dict]:
    """Return the cells of the notebook as they are in the browser now, as nbformat has them."""
    return browser.execute_script("return jupyterapp.shell.currentWidget.model.toJSON().cells")


def show_cell(browser: Chrome, number: int) -> WebElement:
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


def text_of(browser: Chrome, number: int, wanted: str) -> str:
    """Wait until a cell says what is wanted, and return all that it says; JupyterLab draws cells anew as it scrolls."""
    wait = WebDriverWait(browser, 60, ignored_exceptions=[StaleElementReferenceException])
    return wait.until(lambda _: text if wanted in (text := show_cell(browser, number).text) else "")


def run_cell(browser: Chrome, number: int, source: str) -> None:
    """Put `source` into a cell, run it, and save, so that the page can be left."""
    show_cell(browser, number)
    browser.execute_async_script(
        """
        const [number, source, done] = arguments, { commands, shell } = jupyterapp;
        shell.currentWidget.content.widgets[number].model.sharedModel.setSource(source);
        commands.execute('notebook:run-cell').then(() => commands.execute('docmanager:save')).then(() => done());
        """,
        number,
        source,
    )


def tagged(all_cells: list[dict], tag: str) -> list[int]:
    return [number for number, cell in enumerate(all_cells) if tag in cell["metadata"].get("tags", [])]


def coloured(element: WebElement) -> int:
    """Count the pixels of an element, as seen, that are neither white nor grey."""
    pixels = imread(io.BytesIO(element.screenshot_as_png), format="png")[..., :3]
    return int((np.ptp(pixels, axis=2) > 0.25).sum())


def stills(element: WebElement | Chrome) -> list[WebElement]:
    return element.find_elements(By.CSS_SELECTOR, "img[alt][src^='data:image/png']")


def views(element: WebElement | Chrome) -> list[WebElement]:
    return element.find_elements(By.CSS_SELECTOR, "div[id^='3dmolviewer_']")


def drawn(browser: Chrome, view: WebElement) -> int:
    """Wait until a 3D view is drawn, and count its coloured pixels; the still picture under it is hidden."""
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", view)
    canvas = WebDriverWait(browser, 60).until(lambda _: view.find_elements(By.TAG_NAME, "canvas"))[0]
    browser.execute_script("arguments[0].closest('div:has(> img)').querySelector('img').style.opacity = 0", view)
    return WebDriverWait(browser, 20).until(lambda _: coloured(canvas))


def scripts(browser: Chrome) -> list[str]:
    """Return where the page took 3Dmol.js from, or tried to."""
    sources = browser.execute_script("return Array.from(document.scripts, script => script.src)")
    return [source for source in sources if "3Dmol" in source]


@pytest.fixture(scope="module")
def opened(browser, lab) -> list[dict]:
    """The chapter with the views as it opens: its cells before anything was run."""
    open_notebook(browser, lab, f"chapters/{VIEWS}.ipynb")
    return cells(browser)


@pytest.fixture(scope="module")
def with_views(opened) -> list[int]:
    found = [n for n, cell in enumerate(opened) if cell["cell_type"] == "code" and "over_still(" in cell["source"]]
    assert (
        found == [n for n, cell in enumerate(opened) if "3dmolviewer_" in str(cell.get("outputs"))] and len(found) == 2
    )
    return found


def test_what_opens_shows_still_pictures_before_it_is_trusted_to_run_scripts(browser, with_views):
    for number in with_views:
        cell = show_cell(browser, number)
        (still,) = stills(cell)
        assert views(cell) == [] and coloured(still) > 200 and len(still.get_attribute("alt")) > 20
    assert complaints(browser) == []


@pytest.fixture(scope="module")
def executed(browser, opened) -> list[dict]:
    """The cells of that chapter after Run > Run All Cells."""
    run_all(browser)
    return cells(browser)


def test_run_all_cells_runs_every_cell_without_an_error(executed):
    code = [cell for cell in executed if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert [output for cell in code for output in cell["outputs"] if output["output_type"] == "error"] == []


def test_views_are_drawn_with_the_3dmol_js_that_comes_with_the_course(browser, lab, executed, with_views):
    for number in with_views:
        (view,) = views(show_cell(browser, number))
        assert drawn(browser, view) > 100
    assert scripts(browser) == [lab + LOCAL_3DMOL_JS]
    assert complaints(browser) == []


@pytest.fixture(scope="module")
def output_page(executed, with_views, tmp_path_factory) -> str:
    """The address of a page with nothing but one executed view, as other notebook readers show it."""
    data = executed[with_views[0]]["outputs"][-1]["data"]["text/html"]
    path = tmp_path_factory.mktemp("page") / "view.html"
    path.write_text(f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><body>{"".join(data)}</body></html>')
    return path.as_uri()


def test_the_still_picture_stays_where_scripts_do_not_run(browser, output_page):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(output_page)
        (still,) = stills(browser)
        assert coloured(still) > 200
        assert "failed" not in browser.find_element(By.TAG_NAME, "body").text
        assert browser.find_elements(By.TAG_NAME, "canvas") == [] and scripts(browser) == []
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_outside_jupyterlab_3dmol_js_comes_from_the_network_and_without_one_the_still_picture_stays(
    browser, output_page
):
    browser.get(output_page)
    assert scripts(browser) == [CDN_3DMOL_JS]
    assert coloured(stills(browser)[0]) > 200
    assert all(CDN_3DMOL_JS in message for message in complaints(browser))  # it is asked for, and for nothing else


def test_pages_of_make_course_take_3dmol_js_from_beside_them(browser, course, executed, with_views, tmp_path):
    chapter = read_chapter(course / "chapters" / f"{VIEWS}.ipynb")
    notebook = nbformat.read(chapter.path, as_version=4)
    assert all("3dmolviewer_" in str(notebook.cells[number].outputs) for number in with_views)  # it was saved
    browser.get(write_page(notebook, chapter, tmp_path, [chapter]).as_uri())
    WebDriverWait(browser, 60).until(lambda _: len(views(browser)) == len(with_views))
    for view in views(browser):
        assert drawn(browser, view) > 100
    assert scripts(browser) == [(tmp_path / "3Dmol-min.js").as_uri()]
    assert complaints(browser) == []


def test_an_exercise_says_not_yet_and_with_the_solution_correct(browser, lab):
    open_notebook(browser, lab, f"chapters/{EXERCISES}.ipynb")
    run_all(browser)
    number = tagged(cells(browser), "exercise")[0]
    text_of(browser, number, "Not yet")
    solutions = nbformat.read(ROOT / "chapters" / "solutions" / f"{EXERCISES}.ipynb", as_version=4).cells
    run_cell(browser, number, solutions[tagged(solutions, "solution")[0]].source)
    assert "Not yet" not in text_of(browser, number, "Correct")
    assert complaints(browser) == []


def test_a_figure_is_played_with_by_keyboard(browser, lab, course):
    """The script that pages have, as a widget; arrows move the slider, not JupyterLab's cells."""
    source = (
        "import matplotlib.pyplot as plt\n"
        "from dlfb_helpers.lesson import play\n"
        "hidden = [{'name': 'none', 'kept': 'Nothing.'}, {'name': 'all', 'kept': 'Everything.'}]\n"
        "group = {'name': 'test', 'hidden': [0, 9], 'embedding': [[0.5], [0.4]], 'alignment': [[0.6], [0.3]],\n"
        "         'frequencies': [0.2]}\n"
        "play('ladder', plt.subplots(figsize=(3, 2))[1], 'a ladder', rungs=hidden, training=9, groups=[group])"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1"), nbformat.v4.new_code_cell(source)])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, course / "chapters" / "play.ipynb")
    open_notebook(browser, lab, "chapters/play.ipynb")
    run_all(browser)

    def says(words: str) -> None:
        line = (By.CSS_SELECTOR, ".dlfb-play [role=status]")
        WebDriverWait(browser, 60).until(lambda _: any(words in one.text for one in browser.find_elements(*line)))

    says("Nothing.")
    browser.find_element(By.CSS_SELECTOR, ".dlfb-play input[type=range]").send_keys(Keys.ARROW_UP)
    says("Everything.")
    assert browser.execute_script("return jupyterapp.shell.currentWidget.content.activeCellIndex") == 1
    assert not browser.find_elements(By.CSS_SELECTOR, "img[alt='a ladder']") and complaints(browser) == []


def test_where_jupyterlab_has_no_3dmol_js_it_comes_from_the_network(browser, lab, course, with_views):
    """As where JupyterLab was started in another folder than the repository; last, as it takes the file away."""
    (course / BUNDLED_3DMOL_JS).unlink()
    open_notebook(browser, lab, f"chapters/{VIEWS}.ipynb")
    run_all(browser)
    show_cell(browser, with_views[0])
    WebDriverWait(browser, 30).until(lambda _: scripts(browser))
    assert scripts(browser) == [CDN_3DMOL_JS]
    told = complaints(browser)
    assert told and all(LOCAL_3DMOL_JS in message or CDN_3DMOL_JS in message for message in told)
