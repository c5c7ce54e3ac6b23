"""The panel in Korean, chosen as people choose JupyterLab's language."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import TOKEN, Lab, execute

pytestmark = pytest.mark.e2e
_SETTING = "lab/api/settings/@jupyterlab/translation-extension:plugin"


def choose(lab: Lab, locale: str) -> None:
    answer = httpx.put(
        f"{lab.url}/{_SETTING}",
        json={"raw": json.dumps({"locale": locale})},
        headers={"Authorization": f"token {TOKEN}"},
    )
    assert answer.is_success, answer.text


@pytest.fixture
def korean(lab: Lab, browser: Browser) -> Iterator[Page]:
    choose(lab, "ko_KR")
    context = browser.new_context(viewport={"width": 1400, "height": 900}, base_url=lab.url)
    made = context.new_page()
    made.goto(f"/lab?token={TOKEN}&reset")
    made.wait_for_selector(".jp-Launcher", timeout=60_000)
    yield made
    context.close()
    choose(lab, "default")


def test_panel_and_form_speak_korean(korean: Page) -> None:
    execute(korean, "easymaker:show-panel")
    panel = korean.locator(".em-Panel")
    expect(panel.get_by_text("실험", exact=True)).to_be_visible()
    expect(panel.get_by_text("준비됨")).to_be_visible()
    execute(korean, "easymaker:new-training")
    form = korean.locator(".em-Form")
    expect(form.get_by_text("알고리즘 경로", exact=True)).to_be_visible()
    expect(form.get_by_text("알고리즘 정보", exact=True)).to_be_visible()
    expect(form.get_by_role("button", name="학습 생성")).to_be_visible()
    korean.screenshot(path="test-results/korean.png")
