"""The user's own environments below ``custom-conda-envs``: conda's, and virtual environments of Python."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

DIRECTORY = "custom-conda-envs"


@dataclass(frozen=True)
class Environment:
    """An environment with a Python of its own."""

    name: str
    """That of its directory, which conda shows too."""
    prefix: Path
    is_conda: bool

    @property
    def python(self) -> Path:
        return self.prefix / "bin" / "python"

    @property
    def has_ipykernel(self) -> bool:
        return any(self.prefix.glob("lib/python3.*/site-packages/ipykernel/__init__.py"))

    @property
    def python_version(self) -> str:
        """Return such as 3.11, from the directory that is there in every environment; empty: none is."""
        found = sorted(path.name.removeprefix("python") for path in self.prefix.glob("lib/python3.*") if path.is_dir())
        return found[-1] if found else ""

    def variables(self) -> dict[str, str]:
        """Return what activating it sets, besides what its own activation scripts do."""
        path = f"{self.prefix / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        if self.is_conda:
            return {"PATH": path, "CONDA_PREFIX": str(self.prefix), "CONDA_DEFAULT_ENV": self.name}
        return {"PATH": path, "VIRTUAL_ENV": str(self.prefix)}


def environments(home: Path) -> list[Environment]:
    """Return the environments of a data storage, by name; one being created has no Python yet and is left out."""
    try:
        directories = sorted(path for path in (home / DIRECTORY).iterdir() if path.is_dir())
    except FileNotFoundError:
        return []
    found = (Environment(path.name, path, (path / "conda-meta").is_dir()) for path in directories)
    return [each for each in found if os.access(each.python, os.X_OK)]


def conda_variables(home: Path) -> dict[str, str]:
    """Return what makes conda, mamba and micromamba look there: ``conda env list`` shows the names, and
    ``conda create --name`` makes new ones there, where they stay.
    """
    # conda asks the first that is writable when it creates one. "CONDA_ENVS_PATH" is what older ones read.
    places = os.pathsep.join(filter(None, [str(home / DIRECTORY), os.environ.get("CONDA_ENVS_DIRS", "")]))
    return {"CONDA_ENVS_DIRS": places, "CONDA_ENVS_PATH": places, "MAMBA_ENVS_DIRS": places}
