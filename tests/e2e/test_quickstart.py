"""The shipped quick start, run in JupyterLab by a person's clicks."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from jupyter_easymaker.quickstart import copy_to
from tests.e2e.conftest import Lab, execute
from tests.waiting import wait_for

pytestmark = pytest.mark.e2e


def test_all_cells_run_and_the_model_is_registered(page: Page, lab: Lab) -> None:
    copy_to(lab.home)
    execute(page, "docmanager:open", path="quickstart.ipynb", factory="Notebook")
    expect(page.locator(".jp-Notebook")).to_be_visible()
    page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'",
        timeout=60_000,
    )
    execute(page, "notebook:run-all-cells")
    wait_for(lambda: lab.backend.get("models", params={"modelNameList": "wine"})["modelList"], 120)
    last = page.locator(".jp-CodeCell").last
    expect(last.locator(".jp-InputPrompt")).not_to_have_text("[*]:", timeout=60_000)
    expect(page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']")).to_have_count(0)
    statuses = {
        each["trainingName"]: each["trainingStatusCode"] for each in lab.backend.get("trainings")["trainingList"]
    }
    assert statuses["wine-tabular"] == statuses["wine-own"] == "COMPLETE"
    page.screenshot(path="test-results/quickstart.png")
