"""A Chromium without a network: apt-get install chromium chromium-driver."""

from __future__ import annotations

import shutil

import pytest
from selenium import webdriver


@pytest.fixture(scope="module")
def chromium():
    driver_path, binary = shutil.which("chromedriver"), shutil.which("chromium") or shutil.which("google-chrome")
    assert driver_path and binary, "Chromium and its driver are needed: apt-get install chromium chromium-driver"
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1200,900"):
        options.add_argument(argument)
    options.add_argument("--enable-unsafe-swiftshader")  # 3D views without a graphics card
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(driver_path))
    driver.execute_cdp_cmd("Network.enable", {})
    driver.execute_cdp_cmd(
        "Network.emulateNetworkConditions",
        {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0},
    )
    yield driver
    driver.quit()
