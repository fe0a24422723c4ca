"""The commands of ``dlfb`` that are about the course itself: ``check``, ``course``, ``progress``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dlfb_helpers.cli.reporting import reported

AS_IT_COMES = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
"""How `course` gets its options: the runner reads them."""


def check() -> None:
    """Say whether all is there: packages, device, bundled files, checkpoint, predictor. Exit status 1 if not."""
    from dlfb_helpers.cli.check import CHECKS

    failed = 0
    for name, examine in CHECKS.items():
        try:
            print(f"[OK]   {name}: {examine()}", flush=True)
        except Exception as error:  # of any kind: it is what the user wants to see
            failed += 1
            print(f"[FAIL] {name}: {error}", flush=True)
    raise typer.Exit(1 if failed else 0)


def course(context: typer.Context) -> None:
    """Execute the course's chapters, or lay them out for work; `dlfb course --help` has its options.

    \b
    dlfb course
    dlfb course --copy work
    """
    with reported():
        from dlfb_helpers.lesson.runner import main as run

        status = run(context.args)
    raise typer.Exit(status)


def progress(
    folder: Annotated[Path, typer.Argument(help="Where the notebooks are worked on.")] = Path("work"),
) -> None:
    """Count the exercises that have been solved, as the saved notebooks show them; nothing is executed.

    \b
    dlfb progress
    dlfb progress my_copy/
    """
    with reported():
        from dlfb_helpers.cli import progress as command

        print("\n".join(command.run(folder)))
