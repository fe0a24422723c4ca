"""The page "Try it" in a real browser, from disk without a network and from a server: ``make test-browser``."""

from __future__ import annotations

import functools
import http.server
import json
import re
import socketserver
import threading

import numpy as np
import pandas as pd
import psutil
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from dlfb_helpers.embedding import MaskPredictor, pseudo_perplexity, true_probabilities
from dlfb_helpers.predictors.folder import BUNDLED
from dlfb_helpers.predictors.light import load_light, predict_light
from dlfb_helpers.proteins.alphabet import AMINO_ACIDS, check_sequence
from dlfb_helpers.proteins.composition import doubt
from tests.browser.conftest import started
from tests.browser.looks import barriers, complaints, look_afresh
from tests.browser.players import KEY, ROOT, played

LETTERS = list("ARNDCQEGHILKMFPSTWYV")
INSULIN = (
    "MALWMRLLPLLALLALWGPDPAAAFVNQHLCGSHLVEALYLVCGERGFFYTPKTRREAEDLQVGQVELGGGPGAGSLQPLALEGSLQKRGIVEQCCTSICSLYQLENYCN"
)


def random_sequence(length, seed=0):
    return "".join(np.random.default_rng(seed).choice(LETTERS, length))


@pytest.fixture(scope="module")
def predictors():
    return [load_light(name) for name in BUNDLED]


@pytest.fixture(scope="module")
def proteins(predictors):
    """One that is known, a part of one, a changed one, a long one in windows, and one like nothing."""
    known = predictors[0].pool.sequences
    changed = "".join("A" if place % 7 == 0 else letter for place, letter in enumerate(known[20_000][:300]))
    long = max(known[:300], key=len)[:1700]
    sequences = [known[predictors[0].base.labels.rows[5]], known[1000][3:203], changed, long, random_sequence(120)]
    return pd.Series(sequences, index=["known", "part", "changed", "long", "nothing"])


@pytest.fixture(scope="module")
def server(site):
    """The site on this machine; keeps what was asked of it."""
    asked = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            asked.append(self.path)

    handler = functools.partial(Handler, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}/try_it.html", asked
        running.shutdown()


def open_page(browser, address, scheme="light", width=1200):
    offline = {"offline": address.startswith("file:"), "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", offline)
    return look_afresh(browser, address, scheme, width)


@pytest.fixture
def page(chromium, site):
    return open_page(chromium, (site / "try_it.html").as_uri())


def element(browser, name):
    return browser.find_element(By.ID, f"try-{name}")


def ask(browser, text, wait=True):
    box = element(browser, "sequences")
    browser.execute_script("arguments[0].value = arguments[1]", box, text)
    element(browser, "run").send_keys(Keys.ENTER)
    if wait:
        WebDriverWait(browser, 180, 0.1).until(lambda _: element(browser, "run").is_enabled())


def fasta(sequences):
    return "".join(f">{entry}\n{sequence}\n" for entry, sequence in sequences.items())


def troubles(browser):
    return [item.text for item in element(browser, "trouble").find_elements(By.TAG_NAME, "li")]


def compare(browser, predictors, proteins):
    """What the page answered is what the package answers."""
    found = browser.execute_script("return answers.map(one => one.aspects.map(part => Array.from(part.probabilities)))")
    seen = browser.execute_script("return answers.map(one => one.aspects.map(part => [part.seen, part.cosine]))")
    assert len(found) == len(proteins)
    for place, predictor in enumerate(predictors):
        embedded = predictor.embed(proteins)
        wanted = predict_light(predictor, embedded).to_numpy()
        np.testing.assert_allclose([one[place] for one in found], wanted, rtol=0, atol=1e-3)
        cosines = predictor.pool.cosines(embedded)[:, predictor.base.labels.rows].max(axis=1)
        np.testing.assert_allclose([one[place][1] for one in seen], cosines, rtol=0, atol=1e-3)
        itself = [sequence in predictor.pool.places for sequence in proteins]
        assert [one[place][0] == 0 for one in seen][-1] is False and itself[-1] is False


def test_five_proteins_from_disk_get_the_packages_answers(page, predictors, proteins):
    ask(page, fasta(proteins))
    assert troubles(page) == []
    compare(page, predictors, proteins)
    cards = page.find_elements(By.CSS_SELECTOR, "#try-cards .card")
    badges = [card.find_element(By.CLASS_NAME, "badge").text for card in cards]
    assert badges[0] == "trained on" and badges[-1] == "nothing similar"
    assert "so trust it less" in cards[-1].text and "Nothing similar is known" in cards[-1].text
    assert complaints(page) == []


@pytest.fixture
def trap():
    """A proxy that answers nothing; yields its address and what it was asked, page and workers alike."""
    asked = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            asked.append(self.rfile.readline().decode("latin-1").split()[1])

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_address[1]}", asked
        running.shutdown()


def test_nothing_leaves_the_page(site, proteins, trap):
    """From disk, predicting, reading and on the map; that a request would be seen is shown last, by asking."""
    proxy, asked = trap
    quiet = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")
    browser = started(f"--proxy-server={proxy}", "--proxy-bypass-list=<-loopback>", *quiet)
    # What Chromium asks for itself all the same: its maker, and names without a dot to see who answers for them.
    own = re.compile(
        r"(https?://)?(([a-z\d.-]+\.)?(google|googleapis|googleusercontent|gstatic|gvt\d)\.com|[a-z]+)(:\d+)?(/|$)"
    )

    def leaving():
        return [address for address in asked if not own.match(address)]

    try:
        browser.get((site / "try_it.html").as_uri())
        ask(browser, fasta(proteins[:1]))
        assert troubles(browser) == [] and len(browser.find_elements(By.CSS_SELECTOR, "#try-cards .card")) == 1
        browser.find_element(By.ID, "map-run").send_keys(Keys.ENTER)
        WebDriverWait(browser, 60).until(lambda _: browser.find_elements(By.CSS_SELECTOR, "#map-picture canvas"))
        assert len(read(browser, INSULIN[:10])) == 10
        assert leaving() == []
        browser.execute_script(
            "fetch('http://example.org/page').catch(() => {});"
            "new Worker(URL.createObjectURL(new Blob([\"fetch('http://example.org/worker')\"])))"
        )
        WebDriverWait(browser, 60).until(lambda _: len(leaving()) >= 2)
        assert set(leaving()) == {"http://example.org/page", "http://example.org/worker"}
    finally:
        browser.quit()


def test_five_proteins_from_a_server_which_sends_the_model_once(chromium, server, predictors, proteins):
    address, asked = server
    browser = open_page(chromium, address)
    ask(browser, fasta(proteins))
    compare(browser, predictors, proteins)
    assert sum("weights.js" in path for path in asked) == 1
    asked.clear()
    browser.refresh()
    ask(browser, fasta(proteins[:1]))
    assert len(browser.find_elements(By.CSS_SELECTOR, "#try-cards .card")) == 1
    assert [path for path in asked if "weights" in path or "pool.js" in path or "runtime" in path] == []
    entries = browser.execute_script("return performance.getEntriesByType('resource').map(entry => entry.name)")
    assert entries and all(name.startswith((address.removesuffix("try_it.html"), "blob:")) for name in entries)


def test_the_page_loads_no_more_than_it_says(site):
    assert "Eigen" in (site / "_static" / "try" / "NOTICES-onnxruntime.txt").read_text(encoding="utf-8")
    parts = (site / "_static" / "try" / "parts.js").read_text(encoding="utf-8")
    listed = json.loads(parts.partition("const PARTS = ")[2].strip().removesuffix(";"))
    of = {on: sum(part["size"] for part in listed if part["on"] == on) for on in ("", "wasm", "webgpu")}
    total = sum(path.stat().st_size for path in (site / "_static" / "try").iterdir())
    assert 20_000_000 < total - min(of["wasm"], of["webgpu"]) <= 30_000_000
    model = of[""] + max(of["wasm"], of["webgpu"])
    assert f"the model, at most {model / 1e6:.1f} MB, is loaded" in " ".join(
        (site / "try_it.html").read_text(encoding="utf-8").split()
    )


def compute_on(browser, on):
    browser.execute_script(
        "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('change'))", element(browser, "on"), on
    )


def test_a_graphics_card_gives_the_same_answers(site, predictors, proteins):
    """Here one in software, which is used by choice alone."""
    browser = started("--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader")
    try:
        open_page(browser, (site / "try_it.html").as_uri())
        card = browser.find_element(By.CSS_SELECTOR, "#try-on option[value=webgpu]")
        WebDriverWait(browser, 30).until(lambda _: card.is_enabled())
        assert element(browser, "on").get_attribute("value") == "wasm"
        few = pd.Series([proteins["part"][:60]], index=["part"])
        for on in ("webgpu", "wasm", "webgpu"):  # another choice, once the model is there, loads it anew
            compute_on(browser, on)
            ask(browser, fasta(few))
            assert troubles(browser) == []
            compare(browser, predictors, few)
            assert browser.execute_script("return model.on") == on
        assert complaints(browser) == []
    finally:
        browser.quit()


@pytest.mark.parametrize(
    ("adapter", "chosen", "able"),
    [("null", "wasm", False), ("{info: {isFallbackAdapter: true}}", "wasm", True), ("{info: {}}", "webgpu", True)],
)
def test_a_real_graphics_card_is_chosen_where_there_is_one(chromium, site, adapter, chosen, able):
    told = chromium.execute_cdp_cmd(
        "Page.addScriptToEvaluateOnNewDocument",
        {"source": f"Object.defineProperty(navigator, 'gpu', {{value: {{requestAdapter: async () => ({adapter})}}}})"},
    )
    try:
        page = open_page(chromium, (site / "try_it.html").as_uri())
        page.execute_async_script("choice.then(arguments[0])")
        assert element(page, "on").get_attribute("value") == chosen
        assert page.find_element(By.CSS_SELECTOR, "#try-on option[value=webgpu]").is_enabled() is able
        if chosen == "webgpu":  # a card that is none in the end: the processor takes over
            ask(page, INSULIN)
            assert troubles(page) == [] and "1 of 1 predicted" in element(page, "status").text
            assert element(page, "on").get_attribute("value") == page.execute_script("return model.on") == "wasm"
    finally:
        chromium.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", told)


def test_what_computes_something_else_is_not_used(page):
    page.execute_script(
        """const own = window.textOf, spoilt = "\\nconst rightly = embedded;"
          + "embedded = async (...asked) => (await rightly(...asked)).map((one, i) => i === 7 ? one + 0.02 : one);";
        window.textOf = async part => await own(part) + (part.name === "code-wasm" ? spoilt : "");"""
    )
    ask(page, INSULIN)
    assert troubles(page) == ["the model does not compute what it should here"]


@pytest.mark.parametrize("sequence", ["MKTJ", "MKTayi", "MKT*", "MK-T", "MKT1"])
def test_a_bad_sequence_gets_the_packages_message(page, sequence):
    ask(page, f">P1\n{sequence}\n")
    with pytest.raises(ValueError) as refused:
        check_sequence(sequence, "P1")
    assert troubles(page) == [str(refused.value)]
    assert not element(page, "results").is_displayed()


def test_other_messages_are_the_packages(page):
    ask(page, ">A\nMKT\n>A\nMKV\n")
    assert troubles(page) == ["the id 'A' is there 2 times, first in rows 0 and 1; give each protein an id of its own"]
    ask(page, ">N\n" + "ACGT" * 30)
    assert troubles(page) == [
        "N: nucleotides, 120 of its 120 letters are A, C, G, T, U or N; translate nucleotides to proteins first"
    ]
    ask(page, "".join(f">P{i}\nMKTAYI\n" for i in range(21)))
    assert troubles(page) == ["21 proteins; this page takes 20 at once, dlfb predict any number"]
    ask(page, "")
    assert troubles(page) == ["sequence: the sequence is empty; give at least one residue"]
    for doubtful in ("MKTAYI", "QQQQQQQQQQQQQQQQPQQQ", "XXXXXXXXXXXXXMKTAYI"):
        ask(page, doubtful)
        assert troubles(page) == [f"sequence: {doubt(doubtful)}"]


def seconds_of_cores(browser):
    """What the browser's processes have used, whatever else runs beside them."""
    processes = psutil.Process(browser.service.process.pid).children(recursive=True)
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def test_350_residues_take_two_seconds_of_a_core_and_long_proteins_are_taken(page):
    ask(page, random_sequence(50))  # the model is there
    taken = []
    for seed in range(3):
        start = seconds_of_cores(page)
        ask(page, random_sequence(350, seed))
        taken.append(seconds_of_cores(page) - start)
    assert 0.1 < min(taken) <= 2
    ask(page, random_sequence(1022))
    assert "1 of 1 predicted" in element(page, "status").text


def test_twenty_proteins_and_a_stop_between_them(page):
    twenty = {f"P{i}": random_sequence(150, i) for i in range(20)}
    ask(page, fasta(twenty), wait=False)
    WebDriverWait(page, 60, 0.05).until(lambda b: b.find_elements(By.CSS_SELECTOR, "#try-cards .card"))
    element(page, "stop").click()
    stopped = len(page.find_elements(By.CSS_SELECTOR, "#try-cards .card"))
    assert 0 < stopped < 20 and "Stopped" in element(page, "status").text
    ask(page, fasta(twenty))
    assert len(page.find_elements(By.CSS_SELECTOR, "#try-cards .card")) == 20
    assert "20 of 20" in element(page, "status").text
    page.refresh()
    assert not element(page, "results").is_displayed()


def test_the_threshold_chooses_what_is_shown_and_saved(page, predictors):
    element(page, "example").send_keys(Keys.ENTER)
    element(page, "run").send_keys(Keys.ENTER)
    WebDriverWait(page, 60, 0.1).until(lambda _: element(page, "save").is_displayed())
    rows = page.execute_script("return table()").splitlines()
    assert rows[0].split("\t") == [
        "protein", "aspect", "term", "name", "probability", "claimed", "implied", "nearest", "nearest_name", "cosine",
        "seen",
    ]  # fmt: skip
    limits = [f"{predictor.threshold:.2f}" for predictor in predictors]
    assert all(limit in element(page, "limit").text for limit in limits)
    slider = element(page, "threshold")
    slider.send_keys(Keys.HOME)
    assert element(page, "limit").text == "0.05"
    more = page.execute_script("return table()").splitlines()
    assert len(more) > len(rows) > 3 and all(float(row.split("\t")[4]) >= 0.05 for row in more[1:])
    element(page, "own").send_keys(Keys.ENTER)
    assert page.execute_script("return table()").splitlines() == rows
    assert page.find_elements(By.CSS_SELECTOR, "#try-cards svg.graph rect")  # the graph of a single protein is open


def part(browser, name):
    return browser.find_element(By.ID, f"reads-{name}")


def read(browser, text, wait=True):
    """Have a sequence read, and return the probabilities of its residues, hidden one at a time."""
    browser.execute_script("arguments[0].value = arguments[1]", part(browser, "sequence"), text)
    part(browser, "run").send_keys(Keys.ENTER)
    if wait:
        WebDriverWait(browser, 180, 0.1).until(lambda _: part(browser, "run").is_enabled())
        return browser.execute_script("return reads.rows.map(row => Array.from(row))")
    return None


def test_what_the_model_reads_is_the_packages_scan(page):
    sequence = "GPMGPSGPRGLPGPPGAPGPQGFQ"
    found, scan = read(page, sequence), MaskPredictor("course").scan(sequence)
    np.testing.assert_allclose(found, scan, rtol=0, atol=1e-3)
    mean, perplexity = true_probabilities(scan, sequence).mean(), pseudo_perplexity(scan, sequence)
    told = re.search(r"([\d.]+) on average, and the pseudo-perplexity is ([\d.]+):", part(page, "sum").text)
    assert float(told[1]) == pytest.approx(mean, abs=2e-3) and float(told[2]) == pytest.approx(perplexity, rel=0.01)
    assert part(page, "status").text == "24 of 24 positions read" and complaints(page) == []
    shares = scan.div(scan.sum(axis=1), axis=0)
    bits = np.log2(20) + (shares * np.log2(shares)).sum(axis=1)
    drawn = "letter => [letter.textContent, letter.transform.baseVal[0].matrix.d]"
    stacks = page.execute_script(f"return logo.stacks.map(one => Array.from(one.children, {drawn}))")
    pixel = page.execute_script("return stretched('E', '', 0, 0, 1, 1).transform.baseVal[0].matrix.d")
    for (_, share), bit, letters in zip(shares.iterrows(), bits, stacks):
        high = (share * bit).sort_values()
        assert len(letters) == pytest.approx((high >= 0.06).sum(), abs=1) and letters[-1][0] == high.index[-1]
        if letters[-1][0] in "EHKLPRTX":  # capitals that are all equally high before they are stretched
            assert letters[-1][1] / pixel == pytest.approx(high.iloc[-1] / np.log2(20) * 88, rel=0.03)


def test_a_position_is_chosen_by_keyboard_and_by_mouse(page):
    sequence = "GPMGPSGPRGLPGP"
    scan = pd.DataFrame(read(page, sequence), columns=list(AMINO_ACIDS))
    slider = part(page, "place")
    slider.send_keys(Keys.HOME, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert slider.get_attribute("aria-valuetext") == "methionine 3"
    assert part(page, "choice").text.startswith(f"M3 hidden: its probability is {scan['M'][2]:.2f}.")
    bars = [item.text.split("\n") for item in part(page, "bars").find_elements(By.TAG_NAME, "li")]
    likely = scan.loc[2].nlargest(5).index
    assert [words[-1][0] for words in bars[:5]] == list(likely) and len(bars) == (5 if "M" in likely else 6)
    assert [words[-1] for words in bars if "true" in words[-1]] == ["M, methionine: the true residue"]
    place = page.execute_script(
        "const {left, top} = spot(6), box = $('reads-logo').getBoundingClientRect();"
        "return [left + logo.step / 2 - box.width / 2, top + 50 - box.height / 2]"
    )
    ActionChains(page).move_to_element_with_offset(part(page, "logo"), *map(round, place)).click().perform()
    assert part(page, "choice").text.startswith("G7 hidden") and slider.get_property("value") == "7"


def test_what_cannot_be_read_is_named_and_reading_is_cancelled(page):
    for text, told in {
        "MKTX": "sequence: X at position 4 is none of the 20 standard amino acids; put one there",
        "MKT*": "sequence: found '*' at position 4 of 4",
        "A" * 121: "sequence: 121 residues; the model runs once for each, so it takes 120 at most",
        ">a\nMKT\n>b\nMKV": "2 proteins; give one",
    }.items():
        read(page, text)
        assert part(page, "trouble").text.startswith(told) and not part(page, "results").is_displayed()
    read(page, random_sequence(120), wait=False)
    WebDriverWait(page, 60, 0.05).until(lambda b: b.execute_script("return reads.rows.length > 2"))
    assert not element(page, "run").is_enabled()  # one thing at a time
    part(page, "stop").click()
    assert part(page, "status").text.startswith("Stopped; ") and part(page, "sum").text == ""
    assert len(read(page, ">one\nMKTAYIAKQR")) == 10 and part(page, "sum").text
    ask(page, random_sequence(60))
    assert "1 of 1 predicted" in element(page, "status").text


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 390)])
def test_a_logo_shuts_nobody_out(chromium, site, scheme, width):
    browser = open_page(chromium, (site / "try_it.html").as_uri(), scheme, width)
    read(browser, random_sequence(45))
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert browser.execute_script("return logo.columns") == (40 if width > 600 else 30)
    assert barriers(browser, "'.try'") == []


@pytest.fixture(scope="module")
def laid(predictors):
    """The map of chapter 5: its proteins' rows in the pool, and their places."""
    data = json.loads(played("05_whole_protein_embeddings")["map"].metadata[KEY]["data"])
    rows = {entry: row for row, entry in enumerate(predictors[0].pool.ids)}
    places = np.column_stack([data["x"], data["y"]]).astype(float)
    return np.array([rows[entry] for entry in data["ids"]]), places


def mean_place(cosines, places):
    """The mean of the places of the hundred nearest, with the weights of votes."""
    order = np.argsort(-cosines)[:101]
    weights = np.exp((cosines[order] - cosines[order[0]]) / 0.1)
    weights -= weights[-1]
    return weights @ places[order] / weights.sum()


def test_a_protein_is_put_on_the_map_where_the_page_says(page, predictors, proteins, laid):
    ask(page, fasta(proteins[["part", "nothing"]]) + fasta(pd.Series([INSULIN], ["insulin"])))
    choices = page.find_element(By.ID, "map-protein")
    assert [option.text for option in choices.find_elements(By.TAG_NAME, "option")] == ["part", "nothing", "insulin"]
    embedded = predictors[0].embed(proteins[["part", "nothing"]])
    rows, places = laid
    page.execute_script("window.found = []; const own = lay; lay = (...all) => { found.push(all[2]); own(...all); }")
    for cosines in predictors[0].pool.cosines(embedded)[:, rows]:
        show_on_map(page)
        found = page.execute_script("return found.at(-1)")
        assert [found["x"], found["y"]] == pytest.approx(mean_place(cosines, places), abs=2)
        assert found["cosine"] == pytest.approx(cosines.max(), abs=1e-3) and found["voters"] == 100
        nearest = predictors[0].pool.ids[rows[np.argmax(cosines)]]
        assert nearest in page.find_element(By.ID, "map-status").text
        assert nearest in page.find_element(By.CSS_SELECTOR, "#map-picture canvas").get_attribute("aria-label")
        choices.send_keys(Keys.ARROW_DOWN)
    show_on_map(page)
    assert "insulin is on the map itself, as INS (P01308)" in page.find_element(By.ID, "map-status").text
    assert complaints(page) == []
    ask(page, random_sequence(40))
    assert page.find_elements(By.CSS_SELECTOR, "#map-picture canvas") == []


def show_on_map(browser):
    before = browser.find_element(By.ID, "map-status").text
    browser.find_element(By.ID, "map-run").send_keys(Keys.ENTER)
    status = browser.find_element(By.ID, "map-status")
    WebDriverWait(browser, 60, 0.1).until(lambda _: "square" in status.text and status.text != before)
    assert browser.find_element(By.ID, "map-run").is_enabled()


def test_places_are_as_rough_as_the_page_says(predictors, laid):
    (rows, places), pool = laid, predictors[0].pool
    drawn = np.sort(np.random.default_rng(0).choice(len(rows), 400, replace=False))
    some = pd.Series([pool.sequences[rows[one]] for one in drawn], index=drawn.astype(str))
    cosines = pool.cosines(predictors[0].embed(some))[:, rows]
    cosines[np.arange(400), drawn] = -1
    away = [np.hypot(*(mean_place(row, places) - places[one])) for row, one in zip(cosines, drawn)]
    half, tenth = np.percentile(away, [50, 90]) / 10
    text = " ".join((ROOT / "docs" / "try_it.md").read_text(encoding="utf-8").split())
    assert f"half came within {half:.0f} % of the map's width of their own place" in text
    assert f"every tenth more than {tenth:.0f} % away" in text


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 390)])
def test_the_map_shuts_nobody_out(chromium, site, scheme, width):
    browser = open_page(chromium, (site / "try_it.html").as_uri(), scheme, width)
    ask(browser, random_sequence(60))
    show_on_map(browser)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert barriers(browser, "'.try'") == []


def test_a_file_can_be_given(page, tmp_path):
    path = tmp_path / "two.fasta"
    path.write_text(">sp|P01308|INS_HUMAN Insulin\nMALWMRLLPLLALLALWGPD\n>b\nMKTAYIAKQRQISFVKSHFSRQ\n")
    element(page, "file").send_keys(str(path))
    WebDriverWait(page, 10).until(lambda _: "MALWM" in element(page, "sequences").get_attribute("value"))
    element(page, "run").click()
    WebDriverWait(page, 60, 0.1).until(lambda b: len(b.find_elements(By.CSS_SELECTOR, "#try-cards .card")) == 2)
    assert [title.text for title in page.find_elements(By.CSS_SELECTOR, "#try-cards h2")] == ["P01308", "b"]


def test_the_keyboard_reaches_everything(page):
    ask(page, random_sequence(60))
    page.execute_script("document.getElementById('try-sequences').focus()")
    reached = []
    for _ in range(14):
        ActionChains(page).send_keys(Keys.TAB).perform()
        reached.append(page.switch_to.active_element.get_attribute("id"))
    assert {"try-run", "try-example", "try-file", "try-threshold", "try-save"} <= set(reached)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 1200), ("light", 390), ("dark", 390)])
def test_answers_shut_nobody_out(chromium, site, scheme, width):
    browser = open_page(chromium, (site / "try_it.html").as_uri(), scheme, width)
    element(browser, "example").send_keys(Keys.ENTER)
    element(browser, "run").send_keys(Keys.ENTER)
    WebDriverWait(browser, 60, 0.1).until(lambda _: element(browser, "save").is_displayed())
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert browser.find_element(By.TAG_NAME, "html").get_attribute("data-theme") == scheme
    assert barriers(browser, "'.try'") == []


def test_without_webassembly_it_says_what_to_do(chromium, site):
    script = {"source": "delete self.WebAssembly"}
    added = chromium.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", script)
    try:
        browser = open_page(chromium, (site / "try_it.html").as_uri())
        assert "dlfb predict" in element(browser, "old").text and not element(browser, "form").is_displayed()
    finally:
        chromium.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)
