"""Inputs from an OpenStack Swift into a job's directory, against the `swift download` of python-swiftclient."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from jupyter_easymaker.storage.access import copy_in
from jupyter_easymaker.storage.config import StorageConfig, SwiftAccess
from tests.benchmarks.measure import Result, interleaved, timed
from tests.conftest import RunningBackend
from tests.swift import OWNER, Swift, start_swift

_TARGET = 0.8
_FILES = 2000
_FILE_BYTES = 10_000
_LARGE_BYTES = 300_000_000


def run(_backend: RunningBackend, work: Path) -> list[Result]:
    swift = start_swift()
    try:
        swift.container("small")
        for index in range(_FILES):
            swift.put(f"small/data/{index:05}", os.urandom(_FILE_BYTES))
        swift.container("large")
        swift.put("large/data/large", os.urandom(_LARGE_BYTES))
        return [
            _measure(swift, work, "small", f"{_FILES:,} files of {_FILE_BYTES // 1000} kB"),
            _measure(swift, work, "large", f"one file of {_LARGE_BYTES // 10**6} MB"),
        ]
    finally:
        swift.stop()


def _measure(swift: Swift, work: Path, container: str, what: str) -> Result:
    config = StorageConfig(obs={swift.endpoint: SwiftAccess.from_json(swift.access())})
    target = work / "target"

    def emptied() -> Path:
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        return target

    def ours() -> float:
        directory = emptied()
        return timed(lambda: copy_in(f"obs://{swift.endpoint}/{container}/data", config, str(directory)))

    def theirs() -> float:
        directory = emptied()
        command = [sys.executable, "-c", "from swiftclient.shell import main; main()", "-q"]
        signing_in = ["-A", f"{swift.url}/auth/v1.0", "-U", OWNER["user"], "-K", OWNER["key"]]
        download = [*command, *signing_in, "download", container, "-D", str(directory)]
        return timed(lambda: subprocess.run(download, check=True, stdout=subprocess.DEVNULL))

    pair = interleaved(ours, theirs, 3)
    speed = 1 / pair.ratio
    return Result(
        f"staging {what} from Swift, speed against swift download",
        f"{speed:.2f}x",
        f"at least {_TARGET}x",
        speed >= _TARGET,
        f"{pair.measured:.2f} s against {pair.reference:.2f} s; {pair.spread}",
    )
