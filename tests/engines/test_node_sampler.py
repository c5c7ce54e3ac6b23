"""What a supervisor reads of a job's processes: also of those that came and went, and at what cost."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from math import isnan
from pathlib import Path

import psutil
import pytest

from jupyter_easymaker.engines.base import Capacity
from jupyter_easymaker.engines.gpu_reader import GpuReader
from jupyter_easymaker.engines.local import LocalEngine
from jupyter_easymaker.engines.node_sampler import JobSampler
from jupyter_easymaker.monitoring.samples import Sample, read
from tests.engines.contract import ended, job
from tests.waiting import wait_for


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[LocalEngine]:
    made = LocalEngine(tmp_path / "engine", capacity=Capacity(vcpus=2, memory_mib=2048))
    made.start()
    yield made
    for name in made.names():
        made.stop(name)
    for name in made.names():
        ended(made, name)
    made.close()


def sampled(engine: LocalEngine, name: str, enough: Callable[[Sample], bool]) -> Sample:
    """Wait for a sample; return it."""
    return wait_for(lambda: next(filter(enough, engine.samples(name)), None), 20)  # type: ignore[return-value]


@pytest.mark.parametrize("how", ["waited for", "left behind"])
def test_cpu_of_short_lived_processes_is_counted(engine: LocalEngine, how: str) -> None:
    burn = "import time; end = time.process_time() + 0.15\nwhile time.process_time() < end: pass"
    start = {
        "waited for": f"subprocess.run([sys.executable, '-S', '-c', {burn!r}])",
        # Its parent is gone at once, and the supervisor is who waits for it.
        "left behind": f"subprocess.run(['sh', '-c', 'exec \"$0\" -S -c \"$1\" &', sys.executable, {burn!r}]); "
        "time.sleep(0.2)",
    }[how]
    engine.submit(job("a", f"import subprocess, sys, time\nwhile True: {start}"))
    found = sampled(engine, "a", lambda sample: sample.cpu > 10)  # a loaded machine gives less than asked
    assert found.cpu < 220


def test_disk_of_the_working_directory_is_counted(engine: LocalEngine) -> None:
    code = (
        "import os, time\nos.makedirs('deep/er')\nopen('deep/er/file', 'wb').write(os.urandom(3_000_000))\n"
        "os.symlink('/usr', 'elsewhere')\nos.sync() if hasattr(os, 'sync') else None\ntime.sleep(600)"
    )
    engine.submit(job("a", code))
    found = sampled(engine, "a", lambda sample: sample.disk_used > 2_500_000)
    assert found.disk_used < 10_000_000


@pytest.mark.skipif(not os.access("/proc/self/io", os.R_OK), reason="the system does not tell")
def test_what_reaches_the_disk_is_counted_also_of_processes_that_ended(engine: LocalEngine, tmp_path: Path) -> None:
    probe = tmp_path / "probe"
    before = psutil.Process().io_counters().write_bytes
    probe.write_bytes(b"x" * 1_000_000)
    if psutil.Process().io_counters().write_bytes == before:
        pytest.skip("this file system is no disk")
    write = "import os; f = open('file', 'wb'); f.write(b'x' * 4_000_000); f.flush(); os.fsync(f.fileno())"
    engine.submit(
        job("a", f"import subprocess, sys\nwhile True: subprocess.run([sys.executable, '-S', '-c', {write!r}])")
    )
    assert sampled(engine, "a", lambda sample: sample.disk_write > 4_000_000)


def test_sampling_many_processes_takes_a_hundredth_of_the_time_at_most(tmp_path: Path) -> None:
    children = [subprocess.Popen(["sleep", "600"]) for _ in range(40)]
    try:
        (tmp_path / "node-0").mkdir()
        sampler = JobSampler(str(tmp_path), {"vcpus": 1, "nodes": 1}, {"gpus": [[]]})
        tree = [child.pid for child in children]
        begun, before = time.monotonic(), time.process_time()
        sampler.sample({0: tree})
        used, pause = time.process_time() - before, sampler.next_at - begun
        assert used < 0.015 * pause
        assert used < 0.05
        (sample,) = read(str(tmp_path / "node-0.samples"))
        assert sample.memory > 40 * 50_000
    finally:
        for child in children:
            child.kill()
            child.wait()


def test_job_goes_on_where_samples_cannot_be_written(engine: LocalEngine, tmp_path: Path) -> None:
    go = str(tmp_path / "go")
    code = f"import os, time\nopen('up', 'w').close()\nwhile not os.path.exists({go!r}): time.sleep(0.02)"
    directory = tmp_path / "engine/jobs/a"
    first = job("a", code)
    engine._starter.pump_jobs = list  # type: ignore[method-assign]  # recorded, not started yet
    engine.submit(first)
    (directory / "node-0.samples").mkdir()
    del engine._starter.pump_jobs  # type: ignore[attr-defined]
    engine._woken.set()
    wait_for((directory / "node-0/up").exists)
    (tmp_path / "go").touch()
    assert ended(engine, "a").state == "SUCCEEDED"
    assert "IsADirectoryError" in (directory / "supervisor.log").read_text()


def test_gpus_nobody_can_ask_are_unknown_and_no_error() -> None:
    assert all(isnan(value) for value in GpuReader([99]).read())
