"""``dlfb progress``: which exercises have been solved."""

from __future__ import annotations

from pathlib import Path

from dlfb_helpers.lesson.pages import chapter_paths, read_chapter
from dlfb_helpers.lesson.solved import exercises_of


def run(folder: Path) -> list[str]:
    """Return a line a chapter with exercises, the next exercise that is not solved named, and one for all."""
    lines, solved, total = [], 0, 0
    for path in chapter_paths(folder, f"`make lab` or `dlfb course --copy {folder}` lays them out"):
        if not (exercises := exercises_of(path)):
            continue
        done = [exercise.state == "solved" for exercise in exercises]
        solved, total = solved + sum(done), total + len(done)
        rest = [exercise for exercise in exercises if exercise.state != "solved"]
        tried = " (tried)" if rest and rest[0].state == "tried" else ""
        following = f"next: {rest[0].title}{tried}" if rest else "all solved"
        lines.append(f"{sum(done)} of {len(done)}  {read_chapter(path).title:<34}  {following}")
    return [*lines, f"{solved} of {total} exercises solved in {folder}"]
