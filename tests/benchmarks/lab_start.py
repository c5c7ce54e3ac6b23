"""JupyterLab's start with the extension against without: from the process's start to the first answer of /lab."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests.benchmarks.measure import Result, interleaved
from tests.conftest import RunningBackend, free_port
from tests.waiting import wait_for

_TARGET = 1.05


def start(work: Path, *, extension: bool) -> float:
    """Start a JupyterLab, return how long it took to answer, end it."""
    port = free_port()
    setting = "--ServerApp.jpserver_extensions={'jupyter_easymaker': %s}" % extension  # noqa: UP031 - a dict in braces
    environment = {**os.environ, "HOME": str(work), "EASYMAKER_DATA_DIR": str(work / "easymaker")}
    begin = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", f"--port={port}",
         "--IdentityProvider.token=t", f"--ServerApp.root_dir={work}", setting],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        try:
            wait_for(lambda: answers(port), 60, interval=0.01)
            return time.perf_counter() - begin
        finally:
            process.terminate()


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/lab?token=t", follow_redirects=True).status_code == 200
    except httpx.TransportError:
        return False


def run(backend: RunningBackend, work: Path) -> list[Result]:
    # The backend itself is up already: its own start is not JupyterLab's.
    work = work / "lab"
    work.mkdir()
    running = RunningBackend(work / "easymaker")
    running.start()
    try:
        pair = interleaved(lambda: start(work, extension=True), lambda: start(work, extension=False), runs=9)
    finally:
        running.stop()
    return [
        Result(
            "JupyterLab's start with the extension against without",
            f"{pair.ratio:.3f}x",
            f"at most {_TARGET}x",
            pair.ratio <= _TARGET,
            f"{pair.measured:.2f} s against {pair.reference:.2f} s, {pair.spread}",
        )
    ]
