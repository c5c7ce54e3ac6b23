"""requirements.txt beside the entry point: installed over the image's packages, once for everyone with the same file.

An overlay is a virtual environment that sees the image's packages behind its own. It is installed by pip, not by
uv: only pip counts what lies behind as installed, and a job must not download its own copy of PyTorch.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable

from ..storage.lock import FileLock
from . import log
from .errors import RunError

_PROBE = """import json, os, sys, importlib.util as u
paths = [p for p in sys.path if os.path.basename(p) in ("site-packages", "dist-packages")]
print(json.dumps({"paths": paths, "version": sys.version, "pip": u.find_spec("pip") is not None,
                  "lib": "python%d.%d" % sys.version_info[:2]}))"""
_REASON_LINES = 5

Run = Callable[[list[str]], int]
"""Runs a program with its output in the log; returns its exit code."""


class Overlay:
    """The overlay for one requirements file and one interpreter."""

    def __init__(self, requirements: str, python: str, own_directory: str, cache_dir: str) -> None:
        """Look at the interpreter.

        Args:
            own_directory: where an overlay is made that nobody else may use.
            cache_dir: where all others are, for everyone.

        Raises:
            RunError: the interpreter does not work.
        """
        self._requirements = requirements
        self._python = python
        self._image = self._probe()
        with open(requirements, "rb") as file:
            content = file.read()
        if _refers_to_files(content.decode(errors="replace"), os.path.dirname(requirements)):
            # The same text may mean other content the next time: for this run alone.
            self._directory = os.path.join(own_directory, "venv")
        else:
            self._directory = os.path.join(cache_dir, "overlays", self._key(content))

    def _probe(self) -> dict[str, object]:
        probe = subprocess.run([self._python, "-I", "-c", _PROBE], capture_output=True, text=True, check=False)
        if probe.returncode != 0:
            raise RunError(f"The image's interpreter {self._python} does not work: {probe.stderr.strip()[-300:]}")
        image: dict[str, object] = json.loads(probe.stdout)
        return image

    def _key(self, content: bytes) -> str:
        # What is installed depends on what the image has: an installation there changes its directory's time.
        digest = hashlib.sha256(f"{self._python}\0{self._image['version']}".encode() + b"\0" + content)
        for path in self._paths:
            digest.update(f"\0{path}\0{os.stat(path).st_mtime_ns}".encode() if os.path.isdir(path) else b"")
        return digest.hexdigest()[:40]

    @property
    def _paths(self) -> list[str]:
        return [str(path) for path in self._image["paths"]]  # type: ignore[attr-defined]

    def ready(self, run: Run) -> str:
        """Return the overlay's interpreter, after installing what it needs unless somebody did already.

        Raises:
            RunError: it cannot be installed; holds the installer's last lines.
        """
        python = os.path.join(self._directory, "bin", "python")
        complete = os.path.join(self._directory, "complete")
        if os.path.exists(complete):
            print(f"easymaker: {os.path.basename(self._requirements)} is installed already")
            return python
        parent, name = os.path.split(self._directory)
        lock = FileLock(os.path.join(parent, ".locks", name))
        try:
            if not lock.acquire(shared=False, wait=False):
                print("easymaker: waiting for another job that installs the same requirements.txt", flush=True)
                lock.acquire(shared=False)
            if not os.path.exists(complete):
                shutil.rmtree(self._directory, ignore_errors=True)  # of an installation that was killed
                self._install(python, run)
                with open(complete, "x", encoding="utf-8"):
                    pass
        finally:
            lock.close()
        return python

    def _install(self, python: str, run: Run) -> None:
        print(f"easymaker: installing {os.path.basename(self._requirements)}", flush=True)
        self._checked(run, [self._python, "-I", "-m", "venv", "--without-pip", self._directory])
        site_packages = os.path.join(self._directory, "lib", str(self._image["lib"]), "site-packages")
        lines = [f"import site; site.addsitedir({path!r})\n" for path in self._paths]
        with open(os.path.join(site_packages, "_easymaker_image.pth"), "w", encoding="utf-8") as file:
            file.writelines(lines)
        # -I: a queue.py beside the entry point must not become pip's queue.
        installer = [self._python, "-I", "-m", "pip", "--python", python, "install", "--disable-pip-version-check"]
        if not self._image["pip"]:
            uv = shutil.which("uv")
            if uv is None:
                raise RunError("requirements.txt cannot be installed: the image has neither pip nor uv.")
            installer = [uv, "pip", "install", "--python", python]
        else:
            # Conflicts among the image's own packages are not this run's, and finding them takes seconds.
            installer += ["--no-input", "--progress-bar", "off", "--no-warn-conflicts"]
        self._checked(run, [*installer, "-r", self._requirements])

    def _checked(self, run: Run, arguments: list[str]) -> None:
        start = log.position()
        if run(arguments) == 0:
            return
        lines = log.lines_since(start)
        errors = [line for line in lines if line.lower().startswith("error")]
        said = "\n".join((errors or lines)[-_REASON_LINES:])
        raise RunError(f"requirements.txt could not be installed:\n{said}")


def _refers_to_files(text: str, directory: str) -> bool:
    """Tell whether a line names something on this machine: a wheel, a directory, another requirements file."""
    words = re.findall(r"[^\s=;]+", re.sub(r"(^|\s)#.*", "", text, flags=re.MULTILINE))
    return any("file:" in word or os.path.exists(os.path.join(directory, word)) for word in words)
