"""Code of a cell or a file as a source directory the backend can fetch."""

from __future__ import annotations

import argparse
import io
import zipfile
from pathlib import Path
from typing import Any

from ..client.client import EasyMakerClient
from ..client.errors import ClientError
from ..git_state import git_state

CELL_FILE = "train.py"


def source_of(
    client: EasyMakerClient, options: argparse.Namespace, cell: str | None
) -> tuple[tuple[str, str] | None, dict[str, Any] | None]:
    """Return source directory and entry point, and the commit they come from; None where they come from elsewhere.

    Raises:
        ClientError: nothing says which code is run.
    """
    if options.algorithm:
        return None, None
    if cell and cell.strip():
        return upload_cell(client, cell, options.requirements), git_state(str(Path.cwd()))
    if options.source and options.entry_point:
        return (options.source, options.entry_point), None
    if options.template:
        return None, None
    raise ClientError(
        f"Put code below %%easymaker {options.command}, or name an --algorithm, or a --source and --entry-point."
    )


def upload_files(client: EasyMakerClient, files: dict[str, bytes]) -> str:
    """Send files; return the URI of the directory that holds them."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return client.upload_source(archive.getvalue())


def upload_cell(client: EasyMakerClient, code: str, requirements: str) -> tuple[str, str]:
    """Send a cell's code; return source directory and entry point."""
    files = {CELL_FILE: code.encode()}
    if requirements.strip():
        files["requirements.txt"] = "\n".join(requirements.split()).encode() + b"\n"
    return upload_files(client, files), CELL_FILE


def upload_file(client: EasyMakerClient, file: str) -> tuple[str, str]:
    """Send a script or notebook, with the requirements.txt beside it; return source directory and entry point.

    Raises:
        ClientError: there is no such file, or it is neither.
    """
    path = Path(file).expanduser()
    if path.suffix not in (".py", ".ipynb"):
        raise ClientError(f"{file} is neither a .py script nor an .ipynb notebook.")
    try:
        files = {path.name: path.read_bytes()}
    except OSError as error:
        raise ClientError(f"{file} cannot be read: {error.strerror}.") from error
    requirements = path.with_name("requirements.txt")
    if requirements.is_file():
        files[requirements.name] = requirements.read_bytes()
    return upload_files(client, files), path.name
