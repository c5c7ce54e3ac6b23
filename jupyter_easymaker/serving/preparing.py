"""A model's requirements.txt: which interpreter has what it asks for, installed over the image's if need be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ..runner.errors import RunError
from .errors import ModelError

FILE = "requirements.txt"


def interpreter(root: Path, scratch: Path, cache_dir: Path | None, python: str = sys.executable) -> str:
    """Return the interpreter to load the model in ``root`` with; the image's if the model asks for nothing.

    Its packages are installed first, which may take minutes, unless somebody with the same file did that.

    Args:
        root: the model's files, unpacked.
        scratch: a directory of this process alone.
        cache_dir: where overlays are kept for everyone; None: in ``scratch``.
        python: the image's interpreter.

    Raises:
        ModelError: they cannot be installed; holds the installer's last lines.
    """
    requirements = root / FILE
    if not requirements.is_file() or not _asks(requirements):
        return python
    from ..runner.requirements import Overlay

    def run(arguments: list[str]) -> int:
        return subprocess.run(arguments, cwd=root, stdin=subprocess.DEVNULL, check=False).returncode

    own = str(scratch / "overlay")
    try:
        return Overlay(str(requirements), python, own, str(cache_dir or scratch / "cache")).ready(run)
    except RunError as error:
        raise ModelError(str(error)) from error
    except OSError as error:
        raise ModelError(f"{FILE} could not be installed: {error.strerror or error}.") from error


def _asks(requirements: Path) -> bool:
    lines = requirements.read_text(errors="replace").splitlines()
    return any(line.strip() and not line.lstrip().startswith("#") for line in lines)


def is_this(python: str) -> bool:
    """Tell whether an interpreter is the one that runs, environment included."""
    return os.path.abspath(python) == os.path.abspath(sys.executable)
