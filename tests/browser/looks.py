"""Opening pages in a browser, and what all of them have to be: whole, no wider than the screen, open to everybody."""

from __future__ import annotations

from importlib.resources import files

from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
FIVE_OF_A_KIND = """
const seen = {};
for (const token of document.querySelectorAll("pre span[class]:not(:has(*))")) {
  const kind = [token.closest("div"), token.parentElement, token].map(part => part?.className).join("|");
  seen[kind] = (seen[kind] || 0) + 1;
  if (seen[kind] > 5) token.replaceWith(...token.childNodes);
}
"""
"""Leaves five of the code's tokens that look alike: with thousands of them axe-core takes three times as long."""


def look(browser, address, scheme="light", width=1200):
    """Open a page in the wanted colours and width (pixels)."""
    prefer(browser, scheme)
    on_screen(browser, width)
    browser.get_log("browser")  # what earlier pages complained of
    arrive(browser, address)
    return browser


def prefer(browser, scheme):
    """Show what is open, and what comes, to somebody who wants these colours and no motion."""
    features = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
    wanted = [{"name": name, "value": value} for name, value in features.items()]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": wanted})


def on_screen(browser, width):
    """Show what is open on a screen of this width (pixels)."""
    screen = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)


def look_afresh(browser, address, scheme="light", width=1200):
    """Do as `look` does, with nothing kept of what was chosen before, on a page of the same origin."""
    browser.execute_script("try { localStorage.clear() } catch { /* the empty page that a browser begins with */ }")
    return look(browser, address, scheme, width)


def arrive(browser, address):
    """Open a page and wait until it is whole: on a busy machine the driver has returned too early."""
    browser.execute_script("window.leaving = true")
    browser.get(address)
    arrived = "return !window.leaving && document.readyState === 'complete' && document.URL.startsWith(arguments[0])"
    WebDriverWait(browser, 60).until(lambda b: b.execute_script(arrived, address))


def complaints(browser):
    """What the browser calls severe since the page was opened, but that it left a page without asking."""
    told = [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    return [message for message in told if "'beforeunload' confirmation" not in message]


def of_each(show, pages, found, **wanted):
    """Show pages one by one: those of which something was found, with it."""
    seen = {page: found(show(page, **wanted)) for page in pages}
    return {page: value for page, value in seen.items() if value}


def too_wide(browser, screen=390):
    """How wide a page is, unfolded, if that is more than the screen; else 0."""
    unfold(browser)
    width = browser.execute_script("return document.documentElement.scrollWidth")
    return width if width > screen else 0


def not_whole(browser):
    """What the browser complains of since the page was opened, and a missing title."""
    return complaints(browser) + ([] if browser.find_element(By.TAG_NAME, "h1").text else ["no title"])


def unfold(browser):
    browser.execute_script("document.querySelectorAll('details').forEach(part => part.open = true)")


def barriers(browser, within="document", passes=10):
    """What axe-core calls serious or critical: each kind, how often, and where first. Changes the page."""
    browser.set_script_timeout(120)
    browser.execute_script(FIVE_OF_A_KIND)
    browser.execute_script(AXE)
    result = browser.execute_async_script(
        f"axe.run({within}, {{preload: false, resultTypes: ['violations']}}).then(arguments[arguments.length - 1])"
    )
    assert len(result["passes"]) > passes
    grave = [one for one in result["violations"] if one["impact"] in ("serious", "critical")]
    return [(one["id"], len(one["nodes"]), [node["html"][:200] for node in one["nodes"][:2]]) for one in grave]
