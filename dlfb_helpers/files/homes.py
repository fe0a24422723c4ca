"""Where programs keep what they write in passing, for accounts whose home folder cannot be written."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

# Variable -> where the program writes without it, from the home folder. A kernel needs the first to be reached at all;
# without the others IPython and Matplotlib complain in the middle of a chapter, and JupyterLab saves no settings.
HOMES = {
    "JUPYTER_RUNTIME_DIR": ".local/share/jupyter/runtime",
    "JUPYTER_DATA_DIR": ".local/share/jupyter",
    "JUPYTER_CONFIG_DIR": ".jupyter",
    "IPYTHONDIR": ".ipython",
    "MPLCONFIGDIR": ".config/matplotlib",
}


def use_writable_homes() -> None:
    """Name a folder among the temporary ones for each program whose own place cannot be written, in the environment."""
    home = Path(os.path.expanduser("~"))
    for variable, place in HOMES.items():
        if variable not in os.environ and not can_be_written(home / place):
            os.environ[variable] = tempfile.mkdtemp(prefix=f"{variable.lower()}_")


def can_be_written(folder: Path) -> bool:
    """Say whether files can be written into a folder, or the folder be made."""
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    effective = os.access in os.supports_effective_ids
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK, effective_ids=effective)
