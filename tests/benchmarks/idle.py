"""What an idle backend costs: memory that is its own, and CPU over some seconds."""

from __future__ import annotations

import time
from pathlib import Path

import psutil

from tests.benchmarks.measure import Result
from tests.conftest import RunningBackend

_MEMORY_MB = 150
_CPU_PERCENT = 1.0
_SECONDS = 10


def run(backend: RunningBackend, work: Path) -> list[Result]:
    idle = RunningBackend(work / "idle")
    idle.start()
    try:
        idle.get("trainings")
        idle.experiment()
        assert idle.process is not None
        process = psutil.Process(idle.process.pid)
        before = process.cpu_times()
        time.sleep(_SECONDS)  # idling is what is measured
        after = process.cpu_times()
        memory = process.memory_full_info().pss / 1e6
        used = 100 * (after.user - before.user + after.system - before.system) / _SECONDS
    finally:
        idle.stop()
    return [
        Result("idle backend: memory (PSS)", f"{memory:.0f} MB", f"under {_MEMORY_MB} MB", memory < _MEMORY_MB),
        Result("idle backend: CPU", f"{used:.2f} %", f"under {_CPU_PERCENT} %", used < _CPU_PERCENT),
    ]
