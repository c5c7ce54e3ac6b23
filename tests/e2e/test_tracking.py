"""What a training tells of itself, on its page: metrics, use of the machine, lineage, TensorBoard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Lab, execute

pytestmark = pytest.mark.e2e
_CODE = """
import os, time
from jupyter_easymaker import log_metrics
step = 0
while not os.path.exists(os.environ["EM_SOURCE_DIR"] + "/enough"):
    print(f"loss={1 / (step + 1):.4f}", flush=True)
    log_metrics(step=step, accuracy=1 - 1 / (step + 2))
    step += 1
    time.sleep(0.2)
"""


@pytest.fixture
def training(lab: Lab) -> Iterator[str]:
    """A running training that goes on until it is stopped."""
    made = lab.backend.train("tracked", _CODE)
    lab.backend.wait_for_status(made, "RUNNING")
    yield made
    lab.backend.request("PUT", f"trainings/{made}/stop")
    lab.backend.wait_for_status(made, "STOPPED", "COMPLETE")
    lab.backend.request("DELETE", f"trainings/{made}")


def show(page: Page, training: str, tab: str) -> None:
    execute(page, "easymaker:open-page", page="training", id=training)
    page.get_by_role("tab", name=tab, exact=True).click()


def test_metrics_of_a_running_training_grow_in_charts(page: Page, training: str) -> None:
    show(page, training, "Metrics")
    charts = page.locator(".em-Chart")
    expect(charts.filter(has_text="loss").locator("canvas")).to_be_visible()
    expect(charts.filter(has_text="accuracy").locator("canvas")).to_be_visible()
    note = page.locator(".em-Charts-item", has_text="accuracy").locator(".em-Charts-note")
    expect(note).to_contain_text("logged by the code")
    before = note.inner_text()
    expect(note).not_to_have_text(before)
    page.screenshot(path="test-results/metrics.png")


def test_use_of_the_machine_shows_against_its_limits(page: Page, training: str) -> None:
    show(page, training, "Monitoring")
    for title in ("CPU", "Memory"):
        expect(page.locator(".em-Chart", has=page.get_by_text(title, exact=True)).locator("canvas")).to_be_visible()
    page.screenshot(path="test-results/monitoring.png")


def test_lineage_tells_what_code_was_run(page: Page, training: str) -> None:
    show(page, training, "Lineage")
    panel = page.locator(".em-TabPanel-lineage")
    expect(panel).to_contain_text("nas://local:/code/tracked")
    expect(panel).to_contain_text("1 file")
    expect(panel).to_contain_text("sha256:")
    page.screenshot(path="test-results/lineage.png")


def test_tensorboard_opens_beside_the_training(page: Page, training: str) -> None:
    execute(page, "easymaker:open-page", page="training", id=training)
    page.get_by_role("button", name="TensorBoard").click()
    frame = page.frame_locator(".em-Tensorboard-frame")
    expect(frame.locator("tb-webapp, app-header").first).to_be_visible(timeout=60_000)
    expect(page.get_by_role("tab", name="TensorBoard: tracked")).to_be_visible()
    page.screenshot(path="test-results/tensorboard-tab.png")
