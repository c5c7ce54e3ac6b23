"""From a change of a training's state to the event that tells of it, at a listener, and until the panel shows it."""

from __future__ import annotations

import statistics
import threading
import time
from pathlib import Path

from playwright.sync_api import Page

from jupyter_easymaker.client.client import EasyMakerClient
from tests.benchmarks.lab import Lab, chromium
from tests.benchmarks.measure import Result
from tests.conftest import RunningBackend
from tests.waiting import wait_for

_TRAININGS = 10
_TARGET_SECONDS = 0.3
_CODE = "import time; print(time.time(), flush=True); time.sleep(2); print(time.time(), flush=True)"
_Times = dict[tuple[str, str], float]
"""Training and status: seconds since 1970."""
_WATCH = """
() => {
  window.shown = {};
  const look = () => {
    for (const chip of document.querySelectorAll('.em-Page tbody tr[data-id] [data-status]')) {
      const key = `${chip.closest('tr').dataset.id} ${chip.dataset.status}`;
      if (!(key in window.shown)) {
        window.shown[key] = 0;
        requestAnimationFrame(() => { window.shown[key] = Date.now() / 1000; });
      }
    }
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
}
"""
"""Notes when each status of each training in the list was drawn."""


def run(backend: RunningBackend, work: Path) -> list[Result]:
    heard: _Times = {}
    client = EasyMakerClient(backend.url, backend.appkey, backend.token)
    listening = threading.Event()

    def listen() -> None:
        for message in client.events():
            listening.set()
            if message.event != "hello":
                heard.setdefault((message.data["resourceId"], message.data["statusCode"]), time.time())

    threading.Thread(target=listen, daemon=True).start()
    listening.wait(10)
    lab = Lab(backend, work / "home")
    try:
        with chromium() as browser:
            page = lab.open(browser)
            page.evaluate("window.jupyterapp.commands.execute('easymaker:show-panel')")
            page.evaluate("window.jupyterapp.commands.execute('easymaker:open-trainings')")
            page.wait_for_selector(".em-Page .em-ListPage")
            page.evaluate(_WATCH)
            return _measure(backend, page, heard)
    finally:
        lab.stop()


def _measure(backend: RunningBackend, page: Page, heard: _Times) -> list[Result]:
    told: dict[str, list[float]] = {"RUNNING": [], "COMPLETE": []}
    drawn: dict[str, list[float]] = {"RUNNING": [], "COMPLETE": []}
    for index in range(_TRAININGS):
        training = backend.train(f"event-{index}", _CODE)
        wait_for(lambda training=training: (training, "COMPLETE") in heard, 60)  # type: ignore[misc]
        page.wait_for_function("key => window.shown[key] > 0", arg=f"{training} COMPLETE")
        shown: dict[str, float] = page.evaluate("window.shown")
        for status, at in zip(told, map(float, backend.log(training).split()), strict=True):
            told[status].append(heard[training, status] - at)
            drawn[status].append(shown[f"{training} {status}"] - at)
    return [
        Result(
            f"the code's {what} to {status} {where}",
            f"{median * 1000:.0f} ms",
            f"under {_TARGET_SECONDS * 1000:.0f} ms",
            median < _TARGET_SECONDS,
            f"median of {_TRAININGS}, at most {max(seconds[status]) * 1000:.0f} ms",
        )
        for where, seconds in (("at a listener", told), ("drawn by the panel", drawn))
        for what, status in (("first line", "RUNNING"), ("last line", "COMPLETE"))
        for median in (statistics.median(seconds[status]),)
    ]
