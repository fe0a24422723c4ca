"""What the benchmarks compare gives the same numbers; how long it takes is no test's business."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from benchmarks import __main__ as results
from benchmarks import course, embedding, full_size, gpu, memory, metrics, search, seeds, timing, training
from dlfb_helpers.dataset.batches import batch_order
from dlfb_helpers.metrics.cafa import fmax
from dlfb_helpers.metrics.per_row import mean_metrics


@pytest.fixture(scope="module")
def parts():
    return metrics.course_parts(quick=True)


@pytest.fixture(scope="module")
def made_up():
    random = np.random.default_rng(0)
    targets = (random.random((50, 30)) < 0.1).astype(np.float32)
    targets[0], targets[1] = 0, 1
    return targets, np.round(np.clip(random.normal(0.3, 0.2, targets.shape) + targets / 4, 0, 1), 2)


def test_both_ways_of_metrics_agree_with_ties_and_undefined_rows(made_up):
    ours = mean_metrics(*made_up, by="protein")
    assert metrics.largest_difference(metrics.by_sklearn(*made_up), ours) < 1e-9
    assert metrics.fmax_by_loop(*made_up) == pytest.approx(fmax(*made_up).f, abs=1e-9)


def test_both_ways_of_training_agree_at_every_evaluation(parts):
    order = batch_order(64, num_steps=15, batch_size=16)
    state = training.starting_state(parts)
    slow, fast = (way(state, parts, order, 5) for way in (training.straightforward, training.ours))
    assert [len(slow[name]) for name in ("train", "valid", "end")] == [3, 3, 2]
    assert training.differences(slow, fast) < 1e-5
    assert slow["train"][0]["auprc"] != pytest.approx(slow["train"][-1]["auprc"], abs=1e-3)  # it has learnt something


def test_a_difference_is_not_passed_over():
    with pytest.raises(AssertionError, match="differ by"):
        metrics.largest_difference({"auprc": 0.5}, {"auprc": 0.5002})


def test_sections_are_written_and_single_ones_replaced(monkeypatch, tmp_path):
    text = metrics.measure(quick=True)
    assert text.startswith("## Metrics\n") and "| Fmax over 99 thresholds |" in text
    monkeypatch.setattr(results, "RESULTS", tmp_path / "RESULTS.md")
    monkeypatch.setattr(timing, "peak_gflops", lambda: 123.4)
    measured = {"training": "## Training\n\nbefore\n", "metrics": text, "embedding": "## Embedding\n"}
    measured |= {"course": "## 512 proteins\n", "seeds": "## Ten seeds\n", "full_size": "## A set of CAFA 5's size\n"}
    measured |= {"memory": "## Memory\n", "search": "## Short cuts\n"}
    for name, section in measured.items():
        monkeypatch.setattr(f"benchmarks.{name}.measure", lambda section=section: section)
    monkeypatch.setattr("sys.argv", ["benchmarks"])
    results.main()
    kept = (tmp_path / "RESULTS.md").read_text() + "\n<!-- section: tried -->\n## Tried once\n"
    (tmp_path / "RESULTS.md").write_text(kept)
    monkeypatch.setattr("benchmarks.training.measure", lambda: "## Training\n\nafter\n")
    monkeypatch.setattr("sys.argv", ["benchmarks", "training"])
    results.main()
    written = (tmp_path / "RESULTS.md").read_text()
    headings = [
        "512 proteins",
        "Embedding",
        "Training",
        "Ten seeds",
        "Metrics",
        "Memory",
        "A set of CAFA 5's size",
        "Short cuts",
        "Tried once",
    ]
    assert re.findall("^## (.+)", written, re.M) == headings
    assert "after" in written and "before" not in written and text.strip() in written
    assert "123 GFLOP/s" in written and f"pandas {pd.__version__}" not in written  # only what timings depend on


def test_the_sections_of_training_hold_every_comparison():
    text = training.measure(quick=True) + seeds.measure(quick=True)
    for row in ("straightforward", "ours", "chapter 7: one", "chapter 7: 10", "ensemble: one", "ensemble: 10"):
        assert f"\n| {row}" in text


def test_the_sections_of_embedding_hold_every_way():
    text = course.measure(quick=True) + embedding.measure(quick=True)
    assert text.count("| packed |") == 1 + len(embedding.PROTEINS) + 2  # speed, then padding and memory
    assert text.count("| library, sorted |") == text.count("| straightforward |") == text.count("| packed |")


def test_vectors_that_differ_are_not_passed_over():
    ways = {"one": lambda: np.zeros(2), "other": lambda: np.array([0, 2e-5])}
    with pytest.raises(AssertionError, match="other, 8M.* differ by 2e-05"):
        embedding.compare(ways, "8M, course checkpoint", ["MALWM"], 1.0, 1)


def test_peak_memory_is_that_of_the_other_process():
    small = timing.peak_memory("os:getenv", "HOME")
    large = timing.peak_memory("builtins:eval", "len(b'x' * 2**28)")
    assert large - small == pytest.approx(256, abs=30)
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        timing.peak_memory("builtins:eval", "1 / 0")


def test_ways_take_turns_and_the_first_call_stands_apart():
    calls = []
    timings = timing.interleaved({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, repeats=3)
    assert "".join(calls) == "ab" * 4
    assert {name: len(times.repeats) for name, times in timings.items()} == {"a": 3, "b": 3}
    assert timing.Timing(9.0, (1.0, 3.0, 2.0)).median == 2.0


def test_the_readmes_timings_are_those_of_the_results():
    readme, measured = (timing.ROOT / "README.md").read_text(), (timing.ROOT / "benchmarks/RESULTS.md").read_text()
    table = readme.split("times faster |\n|---|---|---|---|\n")[1].split("\n\n")[0]
    for row in table.splitlines():
        for number in filter(None, (cell.strip() for cell in row.strip("|").split("|")[1:])):
            assert re.search(rf"\| {re.escape(number)}(?= s \(| \|)", measured), f"{number} is not in RESULTS.md"


def test_a_set_of_full_size_is_read_as_it_was_made():
    text = full_size.measure(quick=True)
    assert re.search(r"\| `load_cafa`: 268,193 rows, 7,112 sequences \| [\d.]+ \| \d+ \|", text)
    assert re.search(r"\| `label_table`: \d+ human proteins, [1-9]\d* terms \|", text) and "`split_proteins`" in text


def test_the_section_of_the_gpu_has_both_ways_in_both_precisions():
    section = gpu.measure(device="cpu", residues=2_000, rounds=1)
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in section.splitlines() if line.startswith("| ")]
    rows = {tuple(cells[:2]): cells for cells in rows[2:]}
    assert list(rows) == [(kind, way) for kind in ("float32", "bfloat16") for way in ("straightforward", "packed")]
    for (kind, _), cells in rows.items():
        assert float(cells[4]) < (1e-5 if kind == "float32" else 0.1)
        assert float(cells[5]) < (1e-6 if kind == "float32" else 1e-3)


def test_memory_of_a_chapter_is_that_of_its_kernel():
    (row,) = [line for line in memory.measure(quick=True).splitlines() if line.startswith("| 02_one_hot")]
    anonymous, whole = (float(cell.replace(",", "")) for cell in row.split("|")[3:5])
    assert 100 < anonymous < whole < 1500


def test_what_a_process_starts_is_watched():
    program = "import time; kept = bytearray(b'1' * 150_000_000); time.sleep(0.5)"
    with memory.watched() as seen:
        subprocess.run([sys.executable, "-c", program], check=True)
    assert 150 < max(seen) < 330  # the bytes that it is made of are there as long as it is made


def test_the_search_finds_most_of_what_aligning_everything_finds():
    text = search.measure(quick=True)
    hits, _, votes = re.search(r"shortlist in rounds \| ([\d.]+) % \| ([\d.]+) % \| ([\d.]+) %", text).groups()
    assert float(votes) > 95 and float(hits) > 50
    whole, rounded = (float(found) for found in re.findall(r"\| (0\.\d{4}) \|", text))
    assert abs(whole - rounded) < 0.005
