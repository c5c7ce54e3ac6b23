"""Inputs from an OpenStack Swift into a job's directory, against the `swift download` of python-swiftclient."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from jupyter_easymaker.storage.access import copy_in, stage_out
from jupyter_easymaker.storage.config import StorageConfig, SwiftAccess
from tests.benchmarks.measure import Result, timed
from tests.conftest import RunningBackend
from tests.swift import OWNER, Swift, start_swift

_TARGET = 0.8
_CHUNK = 1024**2
_FILES = 10_000
_FILE_BYTES = 4096
_LARGE_BYTES = 2 * 1024**3
_SEGMENT_BYTES = 512 * 1024**2
_THREADS = ("10", "4", "20")
"""What `swift download --object-threads` is tried with: the fastest counts."""


def run(_backend: RunningBackend, work: Path) -> list[Result]:
    swift = start_swift()
    try:
        config = StorageConfig(obs={swift.endpoint: SwiftAccess.from_json(swift.access(segmentBytes=_SEGMENT_BYTES))})
        made = work / "made"
        made.mkdir()
        for index in range(_FILES):
            (made / f"{index:05}").write_bytes(os.urandom(_FILE_BYTES))
        stage_out(str(made), f"{swift.container('small')}/data", config)
        shutil.rmtree(made)
        made.mkdir()
        with (made / "large").open("wb") as file:
            for _ in range(_LARGE_BYTES // _CHUNK):
                file.write(os.urandom(_CHUNK))
        stage_out(str(made), f"{swift.container('large')}/data", config)
        shutil.rmtree(made)
        return [
            _measure(swift, config, work, "small", f"{_FILES:,} files of {_FILE_BYTES // 1024} KiB", 1),
            _measure(swift, config, work, "large", f"one file of {_LARGE_BYTES // 1024**3} GiB", 3),
        ]
    finally:
        swift.stop()


def _measure(swift: Swift, config: StorageConfig, work: Path, container: str, what: str, runs: int) -> Result:
    target = work / "target"

    def emptied() -> Path:
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        return target

    def ours() -> float:
        directory = emptied()
        return timed(lambda: copy_in(f"obs://{swift.endpoint}/{container}/data", config, str(directory)))

    def theirs(threads: str) -> float:
        directory = emptied()
        command = [sys.executable, "-c", "from swiftclient.shell import main; main()", "-q"]
        signing_in = ["-A", f"{swift.url}/auth/v1.0", "-U", OWNER["user"], "-K", OWNER["key"]]
        options = ["--object-threads", threads, "-D", str(directory)]
        download = [*command, *signing_in, "download", container, "--prefix", "data/", *options]
        return timed(lambda: subprocess.run(download, check=True, stdout=subprocess.DEVNULL))

    best = min(_THREADS, key=theirs)
    pairs = [(ours(), theirs(best)) for _ in range(runs)]
    speeds = sorted(reference / measured for measured, reference in pairs)
    speed = statistics.median(speeds)
    return Result(
        f"staging {what} from Swift, speed against swift download",
        f"{speed:.2f}x",
        f"at least {_TARGET}x",
        speed >= _TARGET,
        f"{pairs[0][0]:.1f} s against {pairs[0][1]:.1f} s with {best} threads",
    )
