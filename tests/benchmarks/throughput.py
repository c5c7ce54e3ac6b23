"""200 trainings of a trivial script, two at once, against a bare pool of processes running the same script."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jupyter_easymaker.client.client import EasyMakerClient
from tests.benchmarks.measure import Result, timed
from tests.conftest import RunningBackend
from tests.waiting import wait_for

_TRAININGS = 200
_AT_ONCE = 2
_CODE = "print('done')"
_TARGET = 4.0


def run(backend: RunningBackend, work: Path) -> list[Result]:
    script = work / "train.py"
    script.write_text(_CODE)
    limited = RunningBackend(work / "limited", arguments=(f"--ServiceConfig.vcpus={_AT_ONCE}",))
    limited.start()
    try:
        source = limited.script("trivial", _CODE)
        experiment = limited.experiment()

        client = EasyMakerClient(limited.url, limited.appkey, limited.token)

        def trainings() -> None:
            for index in range(_TRAININGS):
                body = {
                    "trainingName": f"trivial-{index}",
                    "experimentId": experiment,
                    "imageId": "local-cpu-python-training",
                    "flavorId": "c1m1",
                    "sourceDirUri": source,
                    "entryPoint": "train.py",
                    "modelUploadUri": "nas://local:/outputs",
                }
                client.post("trainings", body)
            done = {"trainingStatusCodeList": "COMPLETE", "limit": 1}
            wait_for(lambda: client.get("trainings", **done)["paging"]["totalCount"] == _TRAININGS, 900, interval=0.25)

        def pool() -> None:
            with ThreadPoolExecutor(_AT_ONCE) as executor:
                for _ in executor.map(
                    lambda _: subprocess.run([sys.executable, script], check=True, stdout=-3), range(_TRAININGS)
                ):
                    pass

        reference = timed(pool)
        measured = timed(trainings)
    finally:
        limited.stop()
    ratio = measured / reference
    return [
        Result(
            f"{_TRAININGS} trivial trainings, {_AT_ONCE} at once, against a bare pool",
            f"{ratio:.1f}x",
            f"at most {_TARGET:g}x",
            ratio <= _TARGET,
            f"{measured:.1f} s against {reference:.1f} s",
        )
    ]
