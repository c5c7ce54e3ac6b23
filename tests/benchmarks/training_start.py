"""From POST trainings to the first line of the user's script, against starting the script with bare python."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.measure import Result, interleaved
from tests.conftest import RunningBackend
from tests.waiting import wait_for

_CODE = "import time; print(time.time(), flush=True)"
_TARGET_SECONDS = 0.4


def run(backend: RunningBackend, work: Path) -> list[Result]:
    script = work / "train.py"
    script.write_text(_CODE)
    backend.experiment()
    number = 0

    def through_backend() -> float:
        nonlocal number
        number += 1
        source = backend.script(f"start-{number}", _CODE)
        body = {
            "trainingName": f"start-{number}",
            "experimentId": backend.experiment(),
            "imageId": "local-cpu-python-training",
            "flavorId": "c1m1",
            "sourceDirUri": source,
            "entryPoint": "train.py",
            "modelUploadUri": "nas://local:/outputs",
        }
        begin = time.time()
        training = backend.post("trainings", body)["training"]["trainingId"]
        wait_for(lambda: backend.training(training)["trainingStatusCode"] == "COMPLETE", 60, interval=0.2)
        return float(backend.log(training)) - begin

    def bare() -> float:
        begin = time.time()
        return (
            float(subprocess.run([sys.executable, script], capture_output=True, text=True, check=True).stdout) - begin
        )

    pair = interleaved(through_backend, bare)
    extra = pair.measured - pair.reference
    return [
        Result(
            "POST trainings to the script's first line, beyond bare python",
            f"+{extra:.2f} s",
            f"at most +{_TARGET_SECONDS} s",
            extra <= _TARGET_SECONDS,
            f"{pair.measured:.3f} s against {pair.reference:.3f} s",
        )
    ]
