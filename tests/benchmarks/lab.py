"""A JupyterLab on a backend, and a browser that looks at it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.benchmarks.lab_start import answers
from tests.conftest import RunningBackend, free_port
from tests.waiting import wait_for


class Lab:
    """A JupyterLab whose panel shows what a backend has.

    Args:
        home: its own; it is made.
    """

    def __init__(self, backend: RunningBackend, home: Path) -> None:
        self.port = free_port()
        home.mkdir()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", f"--port={self.port}",
             "--IdentityProvider.token=t", f"--ServerApp.root_dir={home}", "--LabApp.expose_app_in_browser=True"],
            env={**os.environ, "HOME": str(home), "EASYMAKER_DATA_DIR": str(backend.data_dir),
                 "EASYMAKER_TOKEN": backend.token},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_for(lambda: answers(self.port), 120)

    def open(self, browser: Browser) -> Page:
        """Return a page that shows JupyterLab, ready to be used."""
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(f"http://127.0.0.1:{self.port}/lab?token=t&reset")
        page.wait_for_selector(".jp-Launcher", timeout=120_000)
        return page

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A real browser."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()
