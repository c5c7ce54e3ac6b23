"""Runs beside a notebook's server: measures what the notebook uses, and where nothing else does, holds it to its
instance type. It ends with the server, and ends what the notebook left running.

``python -m jupyter_easymaker.notebook.watch PID``, started by ``start.py`` as a child of what becomes the server.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from contextlib import suppress
from math import nan
from pathlib import Path

import psutil

from ..monitoring.samples import Sample, SampleFile, cadence

LIMITED = "EASYMAKER_NOTEBOOK_LIMITS"
"""Set to 1 where no container holds the notebook to its CPUs and memory."""
START = "EASYMAKER_NOTEBOOK_START"
"""In the environment of all that one start of a notebook runs: which."""
_LOOK_SECONDS = 1.0
_FILES_COUNTED = 50_000
_DISK_SECONDS = 60.0
_KEPT = 20


def directory() -> Path:
    """Return where this start's measurements are: on the boot storage, so that each start begins anew."""
    return Path.home() / ".easymaker"


def hold_to_cpus() -> None:
    """Give this process, and what it will start, as many CPUs as the instance type has."""
    if os.environ.get(LIMITED) != "1" or not hasattr(os, "sched_setaffinity"):
        return
    vcpus, there = int(float(os.environ.get("CPU_LIMIT") or 0)), sorted(os.sched_getaffinity(0))
    if 0 < vcpus < len(there):
        os.sched_setaffinity(0, random.sample(there, vcpus))


def begin() -> None:
    """Start watching this process; it may become another program."""
    command = [sys.executable, "-m", "jupyter_easymaker.notebook.watch", str(os.getpid())]
    subprocess.Popen(command, stdin=subprocess.DEVNULL)


class Watch:
    """Watches the process tree of one server.

    Args:
        server: the root of the tree.
        data: the data storage.
        memory_limit: bytes; 0: it is none of ours to enforce.
    """

    def __init__(self, server: psutil.Process, data: Path, vcpus: float, memory_limit: int) -> None:
        self._server = server
        self._data = data
        self._vcpus = vcpus or os.cpu_count() or 1
        self._limit = memory_limit
        self._begun = time.monotonic()
        self._sampled = self._begun
        self._before: dict[int, tuple[float, float, float]] = {}
        self._disk, self._disk_at = nan, 0.0
        directory().mkdir(exist_ok=True)
        self._samples = SampleFile(str(directory() / "samples"))

    def run(self) -> None:
        """Watch until the server is gone."""
        while self._server.is_running() and self._server.status() != psutil.STATUS_ZOMBIE:
            tree = self._tree()
            if self._limit and sum(map(_resident, tree)) > self._limit:  # cheap, and never too little
                self._heed_memory(tree)
            now = time.monotonic()
            if now - self._sampled >= cadence(now - self._begun):
                with suppress(OSError):  # no room for it
                    self._samples.append(self._sample(tree, now - self._sampled))
                self._sampled = now
            time.sleep(_LOOK_SECONDS)

    def _tree(self) -> list[psutil.Process]:
        with suppress(psutil.Error):
            own = os.getpid()
            return [self._server, *(each for each in self._server.children(recursive=True) if each.pid != own)]
        return []

    def _heed_memory(self, tree: list[psutil.Process]) -> None:
        used = {each: proportional_bytes(each.pid) for each in tree}
        whole = sum(used.values())
        others = {each: size for each, size in used.items() if each != self._server}
        if whole <= self._limit or not others:
            return
        victim = max(others, key=others.__getitem__)
        with suppress(psutil.Error):
            name = " ".join(victim.cmdline())[:200]
            victim.kill()
            said = (
                f"Out of memory: the notebook used {whole >> 20:,} MiB of the {self._limit >> 20:,} MiB its instance "
                f"type has, so the process {victim.pid} with the most of it ({others[victim] >> 20:,} MiB) was ended: "
                f"{name}"
            )
            print(said, file=sys.stderr, flush=True)
            note(said)

    def _sample(self, tree: list[psutil.Process], seconds: float) -> Sample:
        now: dict[int, tuple[float, float, float]] = {}
        memory = 0
        for each in tree:
            with suppress(psutil.Error):
                times, io = each.cpu_times(), each.io_counters()
                cpu = times.user + times.system
                now[each.pid] = (cpu, float(io.read_bytes), float(io.write_bytes))
            memory += proportional_bytes(each.pid)
        # Only of processes seen twice: what one used before it was seen is not this stretch's.
        known = [(now[pid], self._before[pid]) for pid in now.keys() & self._before.keys()]
        cpu, read, written = (
            sum(max(0.0, new[index] - old[index]) for new, old in known) / seconds for index in range(3)
        )
        self._before = now
        return Sample(time.time(), 100 * cpu / self._vcpus, float(memory), read, written, self._disk_used())

    def _disk_used(self) -> float:
        if time.monotonic() >= self._disk_at:
            self._disk, self._disk_at = disk_used(self._data), time.monotonic() + _DISK_SECONDS
        return self._disk


def note(said: str) -> None:
    """Add to what is shown of this start."""
    path = directory() / "notes.json"
    with suppress(OSError):  # no room for it
        part = path.with_suffix(".part")
        part.write_text(json.dumps([*notes(), {"at": time.time(), "text": said}][-_KEPT:]))
        part.replace(path)


def notes() -> list[dict[str, object]]:
    """Return what there is to say of this start: ``{"at": seconds since 1970, "text"}``, oldest first."""
    try:
        found = json.loads((directory() / "notes.json").read_text())
    except (OSError, ValueError):
        return []
    return found if isinstance(found, list) else []


def disk_used(top: Path) -> float:
    """Return the bytes files below a directory take; NaN: there are too many to count every minute."""
    total = number = 0
    waiting = [str(top)]
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                number += 1
                if number > _FILES_COUNTED:
                    return nan
                with suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
    return float(total)


def proportional_bytes(pid: int) -> int:
    """Return the memory of a process with shared pages divided among their users; 0 if it is gone."""
    with suppress(OSError), Path(f"/proc/{pid}/smaps_rollup").open("rb") as file:
        for line in file:
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    return _resident(psutil.Process(pid)) if psutil.pid_exists(pid) else 0


def _resident(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        return int(process.memory_info().rss)
    return 0


def end_the_rest() -> None:
    """End what this start of the notebook left running."""
    start = os.environ.get(START)
    if not start:
        return
    for each in psutil.process_iter():
        with suppress(psutil.Error):
            if each.pid != os.getpid() and each.environ().get(START) == start:
                each.kill()


def main(server: int) -> None:
    """Watch the server of this process id, which started this process."""
    from .home import notebook_home

    if os.getppid() != server:  # it has ended already, and whoever took us in is none of ours
        end_the_rest()
        return

    limited = os.environ.get(LIMITED) == "1"
    memory = int(os.environ.get("MEM_LIMIT") or 0) if limited else 0
    try:
        Watch(psutil.Process(server), notebook_home(), float(os.environ.get("CPU_LIMIT") or 0), memory).run()
    except psutil.NoSuchProcess:
        return
    finally:
        end_the_rest()


if __name__ == "__main__":
    main(int(sys.argv[1]))
