"""What runs beside a notebook's server: measurements, the memory of the instance type, nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from math import isnan
from pathlib import Path

import psutil
import pytest

from jupyter_easymaker.monitoring import samples
from jupyter_easymaker.notebook import watch
from tests.waiting import wait_for

# The server of a notebook: it starts what watches it, then whatever the user runs.
SERVER = """
import subprocess, sys, time
from jupyter_easymaker.notebook import watch
watch.hold_to_cpus()
watch.begin()
subprocess.Popen([sys.executable, "-c", sys.argv[1]])
time.sleep(600)
"""
BUSY = "while True: pass"
GREEDY = "import time; kept = bytearray(b'x') * (400 << 20); time.sleep(600)"
DETACHED = "import os, time; os.setsid(); time.sleep(600)"


@pytest.fixture
def notebook(tmp_path: Path) -> Iterator[object]:
    made: list[subprocess.Popen[bytes]] = []

    def start(code: str, **limits: str) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "HOME": str(tmp_path),
            "EASYMAKER_NOTEBOOK_HOME": str(tmp_path / "data"),
            watch.START: str(tmp_path),
            **limits,
        }
        (tmp_path / "data").mkdir(exist_ok=True)
        process = subprocess.Popen([sys.executable, "-c", SERVER, code], env=environment, start_new_session=True)
        made.append(process)
        return process

    yield start
    for process in made:
        process.kill()
        process.wait()
    for pid in ours(tmp_path):
        os.kill(pid, signal.SIGKILL)


def ours(place: Path) -> list[int]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(watch.START) == str(place) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def test_use_is_measured(notebook: object, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/file").write_bytes(b"x" * 1_000_000)
    notebook(BUSY, CPU_LIMIT="2.0")  # type: ignore[operator]

    def busy() -> list[samples.Sample]:
        found = samples.read(str(tmp_path / ".easymaker/samples"))
        return [each for each in found if each.cpu > 5]

    sample = wait_for(busy, 40)[0]
    assert sample.memory > 5 << 20
    assert sample.disk_used >= 1_000_000
    assert isnan(sample.gpu_memory)


def test_process_that_takes_more_memory_than_there_is_is_ended_and_said(notebook: object, tmp_path: Path) -> None:
    server = notebook(GREEDY, MEM_LIMIT=str(300 << 20), **{watch.LIMITED: "1"})  # type: ignore[operator]
    path = tmp_path / ".easymaker/notes.json"
    wait_for(path.exists, 60)
    assert "Out of memory" in path.read_text()
    assert server.poll() is None, "the server itself stays"


def test_memory_is_left_to_the_container_where_there_is_one(notebook: object, tmp_path: Path) -> None:
    notebook(GREEDY, MEM_LIMIT=str(100 << 20))  # type: ignore[operator]
    wait_for(lambda: len(samples.read(str(tmp_path / ".easymaker/samples"))) >= 2, 60)
    assert not (tmp_path / ".easymaker/notes.json").exists()


def test_notebook_gets_the_cpus_of_its_instance_type(notebook: object, tmp_path: Path) -> None:
    server = notebook(BUSY, CPU_LIMIT="1.0", **{watch.LIMITED: "1"})  # type: ignore[operator]
    wait_for(lambda: len(os.sched_getaffinity(server.pid)) == 1, 30)


def test_nothing_of_a_notebook_outlives_its_server(notebook: object, tmp_path: Path) -> None:
    server = notebook(DETACHED)  # type: ignore[operator]
    wait_for(lambda: (tmp_path / ".easymaker/samples").exists() and len(ours(tmp_path)) >= 3, 30)
    server.kill()
    server.wait()
    wait_for(lambda: ours(tmp_path) == [], 30)
