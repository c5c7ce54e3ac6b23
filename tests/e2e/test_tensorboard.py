"""TensorBoard, opened in the browser by a signed-in person while the training runs."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Lab
from tests.waiting import wait_for

pytestmark = pytest.mark.e2e

WRITES_SCALARS = """
import os, time
from tensorboard.summary import Writer

writer = Writer(os.environ["EM_TENSORBOARD_LOG_DIR"])
step = 0
while not os.path.exists(os.environ["EM_SOURCE_DIR"] + "/enough"):
    writer.add_scalar("accuracy", 1 - 1 / (step + 2), step)
    writer.flush()
    step += 1
    time.sleep(0.2)
"""


def test_scalars_of_a_running_training_show(page: Page, lab: Lab) -> None:
    training = lab.backend.train("curves", WRITES_SCALARS)
    try:
        lab.backend.wait_for_status(training, "RUNNING")
        path = lab.backend.post(f"trainings/{training}/tensorboard", {})["tensorboard"]["path"]
        board = page.context.new_page()
        refused: list[str] = []
        board.on("response", lambda answer: refused.append(answer.url) if answer.status >= 400 else None)
        scalars = f"{path}data/plugin/scalars/scalars"
        asked = {"run": "curves", "tag": "accuracy"}

        def points() -> int:
            answer = lab.backend.request("GET", scalars, params=asked)
            return len(answer.json()) if answer.status_code == 200 else 0  # it has not read them yet

        wait_for(lambda: points() > 10, 30, 0.2)
        board.goto(f"{lab.url}/easymaker/api/v1.0/appkeys/default/{path}")
        card = board.locator("scalar-card").first
        expect(card).to_contain_text("accuracy", timeout=30_000)
        expect(card.locator("line-chart canvas, line-chart svg").first).to_be_visible(timeout=30_000)
        expect(card.locator("scalar-card-data-table, tb-data-table").first).to_contain_text("curves")
        board.screenshot(path="test-results/tensorboard.png")
        latest = card.locator("tb-data-table, scalar-card-data-table").first
        before = latest.inner_text()
        wait_for(lambda: points() > 40, 30, 0.2)
        board.locator("app-header-reload button").click()
        expect(latest).not_to_have_text(before)
        assert lab.backend.training(training)["trainingStatusCode"] == "RUNNING"
        # TensorBoard asks for its fonts at the server's root, wherever it lies itself, and does without them.
        assert not [url for url in refused if "/font-roboto/" not in url]
    finally:
        lab.backend.request("PUT", f"trainings/{training}/stop")
