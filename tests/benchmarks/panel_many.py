"""The panel and the list of trainings opened with 10,000 trainings, against 100: time, and how long the page stalls."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from tests.benchmarks.lab import Lab, chromium
from tests.benchmarks.list_pages import fill
from tests.benchmarks.measure import Result, interleaved
from tests.conftest import RunningBackend

_RUNS = 5
_TARGET = 2.0
_STALL_MS = 200
_OPEN = """
async () => {
  const stalls = [];
  const observer = new PerformanceObserver(list => stalls.push(...list.getEntries().map(each => each.duration)));
  observer.observe({ entryTypes: ['longtask'] });
  const begin = performance.now();
  await window.jupyterapp.commands.execute('easymaker:show-panel');
  await window.jupyterapp.commands.execute('easymaker:open-trainings');
  const shown = () => document.querySelectorAll('.em-Page tbody tr[data-id]').length > 0
    && document.querySelectorAll('.em-Tree [data-id]').length > 0;
  while (!shown()) { await new Promise(requestAnimationFrame); }
  const seconds = (performance.now() - begin) / 1000;
  await new Promise(resolve => setTimeout(resolve, 500));
  observer.disconnect();
  return [seconds, Math.max(0, ...stalls)];
}
"""


class _Filled:
    """A JupyterLab on a filled store."""

    def __init__(self, work: Path, name: str, experiments: int, trainings: int) -> None:
        self.backend = RunningBackend(work / name)
        self.backend.start()
        fill(self.backend, experiments, trainings)
        self.lab = Lab(self.backend, work / f"home-{name}")
        self.stalls: list[float] = []

    def opened(self, browser: Browser, picture: Path) -> float:
        """Return how many seconds it takes until rows are seen in the list and in the panel."""
        page = self.lab.open(browser)
        seconds, stall = page.evaluate(_OPEN)
        self.stalls.append(stall)
        page.screenshot(path=picture)
        page.close()
        return float(seconds)

    def stop(self) -> None:
        self.lab.stop()
        self.backend.stop()


def run(_backend: RunningBackend, work: Path) -> list[Result]:
    pictures = Path("test-results")
    pictures.mkdir(exist_ok=True)
    many, few = _Filled(work, "many", 1000, 10_000), _Filled(work, "few", 10, 100)
    try:
        with chromium() as browser:
            pair = interleaved(
                lambda: many.opened(browser, pictures / "panel-10000.png"),
                lambda: few.opened(browser, pictures / "panel-100.png"),
                runs=_RUNS,
            )
    finally:
        many.stop()
        few.stop()
    stall, usual = (sorted(each.stalls)[len(each.stalls) // 2] for each in (many, few))
    return [
        Result(
            "panel and list of trainings opened: 10,000 trainings against 100",
            f"{pair.ratio:.2f}x",
            f"at most {_TARGET}x",
            pair.ratio <= _TARGET,
            f"{pair.measured:.2f} s against {pair.reference:.2f} s, {pair.spread}",
        ),
        Result(
            "longest stall of the page while they open (median)",
            f"{stall:.0f} ms",
            f"at most {_STALL_MS} ms",
            stall <= _STALL_MS,
            f"with 100 trainings {usual:.0f} ms",
        ),
    ]
