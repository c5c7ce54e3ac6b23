"""From a change of a training's state to the event that tells of it, as a listener hears it."""

from __future__ import annotations

import statistics
import threading
import time
from pathlib import Path

from jupyter_easymaker.client.client import EasyMakerClient
from tests.benchmarks.measure import Result
from tests.conftest import RunningBackend
from tests.waiting import wait_for

_TRAININGS = 15
_TARGET_SECONDS = 0.3
_CODE = "import time; print(time.time(), flush=True); time.sleep(0.5); print(time.time(), flush=True)"


def run(backend: RunningBackend, work: Path) -> list[Result]:
    heard: dict[tuple[str, str], float] = {}
    client = EasyMakerClient(backend.url, backend.appkey, backend.token)
    listening = threading.Event()

    def listen() -> None:
        for message in client.events():
            listening.set()
            if message.event != "hello":
                heard.setdefault((message.data["resourceId"], message.data["statusCode"]), time.time())

    threading.Thread(target=listen, daemon=True).start()
    listening.wait(10)
    began, ended = [], []
    for index in range(_TRAININGS):
        training = backend.train(f"event-{index}", _CODE)
        wait_for(lambda training=training: (training, "COMPLETE") in heard, 60)  # type: ignore[misc]
        first, last = map(float, backend.log(training).split())
        began.append(heard[training, "RUNNING"] - first)
        ended.append(heard[training, "COMPLETE"] - last)
    return [
        Result(
            f"the code's {what} to the event {status} at a listener",
            f"{median * 1000:.0f} ms",
            f"under {_TARGET_SECONDS * 1000:.0f} ms",
            median < _TARGET_SECONDS,
            f"median of {_TRAININGS}, at most {max(values) * 1000:.0f} ms",
        )
        for what, status, values in (("first line", "RUNNING", began), ("last line", "COMPLETE", ended))
        for median in (statistics.median(values),)
    ]
