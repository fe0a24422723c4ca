"""Sixty runs are killed, at placed moments or by chance: nothing is lost or half written, and the next tidies up."""

import json
import os
import subprocess
import sys
from pathlib import Path

LEFT = {
    "training": ["predictor"],
    "embedding": [],
    "predicting": ["cafa.tsv.gz", "out.tsv", "page.html"],
    "saving for the first time": ["predictor"],
    "saving in one step": ["predictor"],
    "saving in two": ["predictor"],
}
"""What stands in the folder after the run that came to its end: what it wrote, and nothing beside."""


def test_whatever_is_killed_leaves_all_of_the_old_or_all_of_the_new(tiny_folder, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tests.killed_runs", str(tmp_path), str(tiny_folder)],
        capture_output=True, text=True, timeout=600, cwd=Path(__file__).parents[1],
        env={**os.environ, "DLFB_CACHE": str(tmp_path / "cache")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    for kind, left in LEFT.items():
        of_kind = found[kind]
        assert of_kind["whole"] == of_kind["runs"], (kind, of_kind)
        assert (of_kind["end"], of_kind["left"]) == (0, left), (kind, of_kind)
    assert found["embedding"]["last"] is found["predicting"]["last"] is True  # the same bytes as of a run left alone
    assert found["saving in one step"]["last"] == found["saving in two"]["last"] == 0.4
    # Twenty more are killed in tests/embedding/test_runs.py; a run that chance kills may have come to its end.
    assert sum(of_kind["kills"] for of_kind in found.values()) >= 50
