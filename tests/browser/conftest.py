"""A Chromium without a network: apt-get install chromium chromium-driver."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from selenium import webdriver

from tests.browser.players import Playing

ROOT = Path(__file__).parents[2]


def pytest_collection_modifyitems(items):
    """Begin with the pages of the site, which take longest: another worker does the rest meanwhile."""
    items.sort(key=lambda item: item.path.name != "test_site.py")


def started(*more: str) -> webdriver.Chrome:
    """Start Chromium, with these arguments besides."""
    driver_path, binary = shutil.which("chromedriver"), shutil.which("chromium") or shutil.which("google-chrome")
    assert driver_path and binary, "Chromium and its driver are needed: apt-get install chromium chromium-driver"
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1200,900", *more):
        options.add_argument(argument)
    options.add_argument("--enable-unsafe-swiftshader")  # 3D views without a graphics card
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options, webdriver.ChromeService(driver_path))


@pytest.fixture(scope="module")
def chromium():
    driver = started()
    driver.execute_cdp_cmd("Network.enable", {})
    driver.execute_cdp_cmd(
        "Network.emulateNetworkConditions",
        {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0},
    )
    yield driver
    driver.quit()


@pytest.fixture(scope="session")
def site(tmp_path_factory, worker_id):
    """Build the site with the commands of ``make site``, in a folder of its own: once, whoever wants it first."""
    base = tmp_path_factory.getbasetemp() if worker_id == "master" else tmp_path_factory.getbasetemp().parent
    folder = base / "site"
    recipe = re.search(r"^site:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    script = recipe[1].replace("$(BIN)/python", sys.executable).replace("$(OUT)", str(folder)).replace("\t", "")
    with FileLock(base / "site.lock"):
        if not (folder / "built").exists():
            done = subprocess.run(["bash", "-e", "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=900)
            assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
            (folder / "built").touch()
    return folder / "site"


@pytest.fixture
def play(chromium, tmp_path):
    """Open an element alone on a page, in the wanted colours and width."""
    return lambda element, **wanted: Playing(chromium, tmp_path, element, **wanted)
