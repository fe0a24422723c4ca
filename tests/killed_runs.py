"""Runs that are killed: a process that forks after its imports, so that each kill costs a fraction of a second.

A child kills itself at a placed moment: at its n-th opening, locking, renaming or removal of a file in a folder. Or its
parent kills it at a moment that chance chooses. `tests/test_kills.py` starts this and looks at what it prints.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from dlfb_helpers.annotations.cafa import load_cafa
from dlfb_helpers.cli import embed, predict, train
from dlfb_helpers.embedding import runs
from dlfb_helpers.files import exchange
from dlfb_helpers.predictors.folder import load_predictor, save_predictor
from recipes.fuzz.predictors import tiny_predictor
from tests.cli.conftest import write_made_up

EVENTS = {
    "open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.scandir", "os.listdir", "os.chmod", "shutil.rmtree",
    "fcntl.flock", "ctypes.dlsym",
}  # fmt: skip
"""What Python announces before it does it; the last is a look for the system's exchange of two folders."""


class Moments:
    """Counts the events that have to do with a folder, and ends the process at one of them."""

    def __init__(self, folder: Path, last: float = float("inf")) -> None:
        self.folder, self.last, self.count = str(folder), last, 0
        sys.addaudithook(self)

    def __call__(self, event: str, arguments: tuple) -> None:
        if event in EVENTS and (event == "fcntl.flock" or self.folder in repr(arguments) or "renameat2" in arguments):
            self.count += 1
            if self.count >= self.last:
                os.kill(os.getpid(), signal.SIGKILL)


def forked(
    work: Callable[[], object], folder: Path, moment: float = float("inf"), seconds: float = 0
) -> tuple[int, int]:
    """Do the work in a child; return its status, and how many moments it counted if it came to its end."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            moments = Moments(folder, moment)
            work()
            os.write(writer, str(moments.count).encode())
            status = 0
        except BaseException:
            traceback.print_exc()
        os._exit(status)
    os.close(writer)
    if seconds:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    counted = int(os.read(reader, 99) or 0)
    os.close(reader)
    return status, counted


def killed(
    work: Callable[[], object],
    folder: Path,
    check: Callable[[], bool],
    placed: int,
    chance: int,
    counted: int,
    seconds: float,
) -> dict:
    """Kill the work at moments spread over its length and at some by chance; check what is there after each."""
    random_moments = random.Random(7)
    moments = [{"moment": (number + 1) * counted // placed} for number in range(placed)]
    moments += [{"seconds": random_moments.uniform(0.001, seconds)} for _ in range(chance)]
    random_moments.shuffle(moments)
    found = {"kills": 0, "whole": 0}
    for moment in moments:
        status, _ = forked(work, folder, **moment)
        found["kills"] += status == signal.SIGKILL
        found["whole"] += check()
    return found | {"runs": len(moments), "end": forked(work, folder)[0]}


def saving(folder: Path, in_one_step: bool) -> dict:
    """Save a predictor over an older one, each with a threshold of its own."""
    place, tiny = folder / "predictor", tiny_predictor()
    if not in_one_step:
        exchange._exchanged = lambda one, other: False
    save_predictor(tiny, place)
    newer = partial(save_predictor, replace(tiny, threshold=0.4), place)
    counted = forked(newer, folder)[1]
    save_predictor(tiny, place)

    def check() -> bool:
        threshold = load_predictor(place).threshold
        save_predictor(tiny, place)
        return threshold in (0.3, 0.4)

    found = killed(newer, folder, check, 14, 0, counted, 0)
    return found | {"left": sorted(path.name for path in folder.iterdir()), "last": load_predictor(place).threshold}


def first_saving(folder: Path) -> dict:
    """Save a predictor where there is none."""
    place = folder / "deep" / "predictor"
    work = partial(save_predictor, tiny_predictor(), place)
    counted = forked(partial(save_predictor, tiny_predictor(), folder / "other"), folder)[1]

    def check() -> bool:
        return not place.exists() or load_predictor(place).threshold == 0.3

    found = killed(work, folder, check, 6, 0, counted, 0)
    return found | {"left": sorted(path.name for path in place.parent.iterdir())}


def timed(work: Callable[[], object], folder: Path) -> tuple[int, float]:
    """Return how many moments a whole run has, and its seconds."""
    began = time.monotonic()
    status, counted = forked(work, folder)
    assert status == 0 and counted > 5, (status, counted)
    return counted, time.monotonic() - began


def write_fasta(path: Path, proteins: int) -> str:
    """Write some of the course's proteins."""
    table = load_cafa().sequences.query("Length < 150").head(proteins)
    path.write_text("".join(f">{row.EntryID}\n{row.Sequence}\n" for row in table.itertuples()))
    return str(path)


def predicting(folder: Path) -> dict:
    """Predict into three files, each of which is there already."""
    fasta, loaded = write_fasta(folder.with_suffix(".fasta"), 2), load_predictor()
    loaded.predict(["MALWMRLLPLL"])  # checkpoint and pool are read once, before the forks
    predict.load_predictor = lambda name: loaded
    names = ("out.tsv", "cafa.tsv.gz", "page.html")

    def work(place: Path) -> None:
        out, cafa, page = (place / name for name in names)
        predict.run(fasta, predict.Outputs(str(out), cafa=cafa, html=page), ["course"], 0.1)

    whole = folder.with_name("whole")
    whole.mkdir()
    assert forked(partial(work, whole), whole)[0] == 0
    for name in names:
        (folder / name).write_bytes(b"old")
    counted, seconds = timed(partial(work, folder), folder)
    for name in names:
        (folder / name).write_bytes(b"old")

    def check() -> bool:
        return all((folder / name).read_bytes() in (b"old", (whole / name).read_bytes()) for name in names)

    found = killed(partial(work, folder), folder, check, 8, 2, counted, seconds)
    same = all((folder / name).read_bytes() == (whole / name).read_bytes() for name in names)
    return found | {"left": sorted(path.name for path in folder.iterdir()), "last": same}


def embedding(folder: Path, checkpoint: str) -> dict:
    """Embed into a table and a cache of many files."""
    fasta = write_fasta(folder.with_suffix(".fasta"), 20)
    runs.RESIDUES_A_FILE, runs.SECONDS_A_PART = 300, 0.0

    def work(place: Path) -> None:
        embed.run(fasta, place / "out.parquet", checkpoint, cache=place / "cache")

    def files(place: Path) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in place.rglob("*.parquet")}

    whole = folder.with_name("whole")
    counted, seconds = timed(partial(work, whole), whole)
    wanted, before = files(whole), set()
    table = wanted["out.parquet"]

    def check() -> bool:
        nonlocal before
        parts = sorted((folder / "cache").glob("*/part-*"))
        sound = before <= {path.name for path in parts} and files(folder).get("out.parquet", b"old") in (b"old", table)
        (folder / "out.parquet").write_bytes(b"old")
        for path in parts[1::2]:  # so that the next run has work again
            path.unlink()
        before = {path.name for path in parts[::2]}
        return sound

    folder.joinpath("cache").mkdir()
    found = killed(partial(work, folder), folder, check, 12, 0, counted // 2, seconds)
    hidden = sorted(path.name for path in folder.rglob("*") if path.name.startswith(".") or path.name == "begun")
    return found | {"left": hidden, "last": files(folder) == wanted}


def training(folder: Path, checkpoint: str) -> dict:
    """Train on made-up proteins, and be killed while the predictor takes the place of another one."""
    data, place = write_made_up(folder.with_name("data"), 40), folder / "predictor"
    save_predictor(tiny_predictor(), place)
    work = partial(train.run, str(data), place, "MFO", checkpoint, None, 5, 500, "experimental", True)

    def check() -> bool:
        return load_predictor(place).threshold == 0.3

    found = killed(work, folder, check, 1, 0, 12, 0)
    return found | {"left": sorted(path.name for path in folder.iterdir())}


def main(folder: Path, checkpoint: str) -> None:
    """Print what was found, as JSON in the last line."""
    torch.set_num_threads(1)  # OpenMP's threads do not survive a fork
    kinds = {
        "training": partial(training, checkpoint=checkpoint),
        "embedding": partial(embedding, checkpoint=checkpoint),
        "predicting": predicting,
        "saving for the first time": first_saving,
        "saving in one step": partial(saving, in_one_step=True),
        "saving in two": partial(saving, in_one_step=False),
    }
    found = {}
    for kind, of_kind in kinds.items():
        place = folder / kind.replace(" ", "_") / "place"
        place.mkdir(parents=True)
        found[kind] = of_kind(place)
        print(kind, found[kind], file=sys.stderr)
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
