"""Importing a file of the user's as a module."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from ..errors import ModelError


def import_file(path: Path) -> ModuleType:
    """Import a file under its own name, so that pickles that refer to it find it.

    Raises:
        ModelError: it is no Python. What else it raises is its own.
    """
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ModelError(f"{path.name} is no Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise ModelError(f"{path.name} has a syntax error in line {error.lineno}: {error.msg}.") from error
    except BaseException:
        sys.modules.pop(path.stem, None)
        raise
    return module
