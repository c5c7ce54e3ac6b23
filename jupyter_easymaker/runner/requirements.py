"""requirements.txt beside the entry point: installed over the image's packages, once for everyone with the same file."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from .errors import RunError

_TAIL_LINES = 12
_SITE_PACKAGES = "import sysconfig; print(sysconfig.get_paths()['purelib']); print(sysconfig.get_python_version())"


def overlay_python(requirements: Path, python: str, cache: Path) -> str:
    """Return an interpreter that has the requirements as well as everything ``python`` has.

    Raises:
        RunError: they cannot be installed; holds the installer's last lines.
    """
    key = hashlib.sha256(python.encode() + b"\0" + requirements.read_bytes()).hexdigest()[:32]
    overlays = cache / "requirements"
    target = overlays / key
    ready = target / "ready"
    if ready.exists():
        return str(target / "bin" / "python")
    overlays.mkdir(parents=True, exist_ok=True)
    lock = os.open(overlays / f".{key}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            shutil.rmtree(target, ignore_errors=True)  # of an installation that was killed
            _install(requirements, python, target)
            ready.touch()
    finally:
        os.close(lock)
    return str(target / "bin" / "python")


def _install(requirements: Path, python: str, target: Path) -> None:
    print(f"Installing {requirements.name} ...", flush=True)  # noqa: T201 - the run's log
    _checked([python, "-m", "venv", "--without-pip", str(target)], requirements)
    site_packages, version = subprocess.run(
        [python, "-c", _SITE_PACKAGES], capture_output=True, text=True, check=True
    ).stdout.split()
    # What the image has counts as installed: a .pth line puts it behind the overlay's own packages.
    (target / "lib" / f"python{version}" / "site-packages" / "image.pth").write_text(f"{site_packages}\n")
    interpreter = str(target / "bin" / "python")
    arguments = ["--disable-pip-version-check", "--no-input", "-r", str(requirements)]
    _checked([python, "-m", "pip", "--python", interpreter, "install", *arguments], requirements)


def _checked(command: list[str], requirements: Path) -> None:
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, cwd=requirements.parent, check=False)
        output.seek(0)
        text = output.read()
    print(text, end="", flush=True)  # noqa: T201
    if done.returncode != 0:
        last_lines = "\n".join(text.splitlines()[-_TAIL_LINES:])
        raise RunError(f"{requirements.name} could not be installed:\n{last_lines}")
