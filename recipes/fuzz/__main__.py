"""Feed damaged files to every reader: each has to be read rightly or refused with a message that helps.

A failing input is printed. Run from the project's root::

    python -m recipes.fuzz --inputs 100000 --seed 0
    python -m recipes.fuzz --formats obo tables --inputs 1000 --seed 7
"""

from __future__ import annotations

import argparse
import sys
import time

from recipes.fuzz import archives, checkpoints, fasta, ontologies, predictors, tables
from recipes.fuzz.loop import Cases, fuzz

FORMATS: dict[str, tuple[Cases, int]] = {
    "fasta": (fasta.cases, 40),
    "tables": (tables.cases, 20),
    "obo": (ontologies.cases, 10),
    "archives": (archives.cases, 15),
    "predictors": (predictors.cases, 10),
    "checkpoints": (checkpoints.cases, 5),
}
"""Name of a format -> its cases, and of how many inputs in a hundred it gets."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m recipes.fuzz", description=__doc__.split("\n\n")[0])
    parser.add_argument("--inputs", type=int, default=100_000, help="how many in all (default: 100,000)")
    parser.add_argument("--seed", type=int, default=0, help="of the damage (default: 0)")
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=list(FORMATS), help="default: all")
    options = parser.parse_args(arguments)
    shares = sum(FORMATS[name][1] for name in options.formats)
    total = 0
    for name in options.formats:
        cases, share = FORMATS[name]
        start = time.monotonic()
        try:
            counts = fuzz(cases, options.inputs * share // shares, options.seed)
        except AssertionError as error:
            sys.exit(f"{name} failed: {error}")
        total += counts.total()
        print(f"{name}: {counts.total():,} inputs in {time.monotonic() - start:.0f} seconds", flush=True)
        for kind, count in counts.most_common():
            print(f"{count:>9,}  {kind}", flush=True)
    print(f"{total:,} inputs of seed {options.seed}, none failed")


if __name__ == "__main__":
    main()
