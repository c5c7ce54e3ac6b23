"""The quick start: a notebook that shows the product on real data in five minutes."""

from __future__ import annotations

import shutil
from pathlib import Path

NOTEBOOK = Path(__file__).with_name("quickstart.ipynb")


def copy_to(directory: Path) -> Path:
    """Copy the notebook into a directory and return where it is; one that is there is kept, for it may be edited.

    Raises:
        OSError: the directory cannot be made or written.
    """
    directory.mkdir(parents=True, exist_ok=True)
    target = directory / NOTEBOOK.name
    if not target.exists():
        shutil.copyfile(NOTEBOOK, target)
    return target
