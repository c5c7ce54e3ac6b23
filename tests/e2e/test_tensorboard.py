"""TensorBoard, opened in the browser by a signed-in person while the training runs."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tensorboard.summary import Writer

from tests.e2e.conftest import Lab, execute
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


def test_directory_of_a_storage_is_opened_from_the_storage_browser(page: Page, lab: Lab) -> None:
    writer = Writer(str(lab.backend.data_dir / "nas/local/board/train"))
    writer.add_scalar("accuracy", 0.5, 0)
    writer.close()
    execute(page, "easymaker:new-training")
    page.locator(".em-Form").get_by_role("button", name="Browse: Source directory").click()
    dialog = page.get_by_role("dialog", name="Source directory")
    opens = dialog.get_by_role("button", name="Open in TensorBoard")
    expect(opens).to_be_disabled()
    dialog.get_by_role("option", name="NAS local").click()
    dialog.get_by_role("option", name="board").click()
    expect(dialog.get_by_role("option", name="train")).to_be_visible()
    page.screenshot(path="test-results/storage-tensorboard.png")
    opens.click()
    expect(dialog).to_be_hidden()
    frame = page.frame_locator('iframe[title="TensorBoard: nas://local:/board"]')
    expect(frame.locator("scalar-card").first).to_contain_text("accuracy", timeout=60_000)
    expect(frame.get_by_text("board/train").first).to_be_visible(timeout=30_000)


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
