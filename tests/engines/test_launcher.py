"""Jobs started from the warm launcher: as clean as from a new interpreter, and none lost with it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from jupyter_easymaker.engines.base import Capacity, Job, JobState, Resources
from jupyter_easymaker.engines.local import LocalEngine
from tests.engines.contract import ended, job, says
from tests.waiting import wait_for

OURS = "jupyter_easymaker.runner"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[LocalEngine]:
    made = LocalEngine(tmp_path / "engine", capacity=Capacity(vcpus=4, memory_mib=4096), preload=[OURS])
    made.start()
    yield made
    for name in made.names():
        made.stop(name)
    for name in made.names():
        ended(made, name)
    made.close()


def launcher_of(engine: LocalEngine) -> psutil.Process:
    process = engine._launcher._process
    assert process is not None
    return psutil.Process(process.pid)


def test_preloaded_package_runs_in_a_fork_with_the_environment_of_its_node(engine: LocalEngine) -> None:
    command = (sys.executable, "-m", OURS)
    engine.submit(Job("a", command, Resources(vcpus=1, memory_mib=256), files={"plan.json": b"no plan"}))
    assert ended(engine, "a").state is JobState.FAILED
    log = engine.logs("a").data.decode()
    assert "JSONDecodeError" in log, log
    assert "engines/node_start.py" in log, "it was started anew instead of forked"


def test_job_goes_on_and_the_next_starts_when_the_launcher_was_killed(engine: LocalEngine) -> None:
    engine.submit(job("a", "import time; print('up', flush=True); time.sleep(1)"))
    wait_for(lambda: says(engine, "a", "up"))
    launcher = launcher_of(engine)
    launcher.send_signal(signal.SIGKILL)
    engine.submit(job("b", "print('b')"))
    assert ended(engine, "a").state is JobState.SUCCEEDED
    assert ended(engine, "b").state is JobState.SUCCEEDED
    assert launcher_of(engine).pid != launcher.pid


def test_launcher_leaves_with_the_engine_and_its_jobs_stay(tmp_path: Path) -> None:
    first = LocalEngine(tmp_path / "engine")
    first.start()
    first.submit(job("a", "import time; print('up', flush=True); time.sleep(600)"))
    wait_for(lambda: says(first, "a", "up"))
    launcher = launcher_of(first)
    first.close()
    assert not launcher.is_running()
    second = LocalEngine(tmp_path / "engine")
    second.start()
    assert second.observe("a").state is JobState.RUNNING  # type: ignore[union-attr]
    second.stop("a")
    assert ended(second, "a").state is JobState.STOPPED
    second.close()


def test_killed_supervisor_takes_a_forked_node_with_it(engine: LocalEngine, tmp_path: Path) -> None:
    """A fork does not carry the job's mark in /proc, so it is known by its pid and start time."""
    plan = b'{"name": "a", "python": "", "storage": {"nas": {}, "file_roots": [], "obs": {}}, "cache_dir": "%s"' % (
        os.fsencode(tmp_path)
    ) + b', "tensorboard_dir": "%s", "module": "http.server", "hyperparameters": {}}' % os.fsencode(tmp_path)
    command = (sys.executable, "-m", OURS)
    engine.submit(Job("a", command, Resources(vcpus=1, memory_mib=1024), files={"plan.json": plan}))
    wait_for(lambda: (node := engine.observe("a").nodes) and node[0].report.get("pid"))  # type: ignore[union-attr]
    node = engine.observe("a").nodes[0]  # type: ignore[union-attr]
    assert node.pid is not None
    runner, code = psutil.Process(node.pid), psutil.Process(node.report["pid"])
    runner.parent().send_signal(signal.SIGKILL)  # type: ignore[union-attr]
    assert ended(engine, "a").state is JobState.FAILED
    wait_for(lambda: not runner.is_running() and not code.is_running())


def test_killed_supervisor_takes_what_a_forked_node_forked_with_it(tmp_path: Path) -> None:
    package = "tests.engines.forking"
    engine = LocalEngine(tmp_path / "engine", preload=[package])
    engine.start()
    engine.submit(Job("a", (sys.executable, "-m", package), Resources(vcpus=1, memory_mib=256)))
    wait_for(lambda: says(engine, "a", "up"))
    node, worker = (psutil.Process(int(pid)) for pid in engine.logs("a").data.split()[:2])
    node.parent().send_signal(signal.SIGKILL)  # type: ignore[union-attr]
    assert ended(engine, "a").state is JobState.FAILED
    wait_for(lambda: not node.is_running() and not worker.is_running())
    engine.close()


def test_package_that_cannot_be_imported_keeps_no_job_from_starting(tmp_path: Path) -> None:
    made = LocalEngine(
        tmp_path / "engine", capacity=Capacity(vcpus=1, memory_mib=1024), preload=["no_such_package_of_ours", OURS]
    )
    made.start()
    try:
        made.submit(job("a", "print('ran')"))
        assert ended(made, "a").state is JobState.SUCCEEDED
        command = (sys.executable, "-m", "no_such_package_of_ours")
        made.submit(Job("b", command, Resources(vcpus=1, memory_mib=256)))
        assert ended(made, "b").state is JobState.FAILED
        assert "No module named no_such_package_of_ours" in made.logs("b").data.decode()
    finally:
        made.close()
