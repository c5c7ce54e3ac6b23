"""A notebook run as a training: read while it runs, opened at the cell that failed, and taken home."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook, writes
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Lab, execute

pytestmark = pytest.mark.e2e


def test_notebook_is_read_while_it_runs_and_opened_at_the_cell_that_failed(
    page: Page, lab: Lab, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    wait = f"import pathlib, time\nwhile not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.05)"
    cells = [
        new_code_cell("epochs = 1", metadata={"tags": ["parameters"]}),
        new_code_cell("print('told to do', epochs + 1)"),
        new_code_cell(wait),
        new_code_cell("raise ValueError('no such layer')"),
        new_code_cell("print('never')"),
    ]
    lab.backend.script("as-notebook", "", **{"study.ipynb": writes(new_notebook(cells=cells))})
    training = lab.backend.train(
        "as-notebook", "", entryPoint="study.ipynb",
        hyperparameterList=[{"parameterName": "epochs", "parameterValue": "41"}],
    )  # fmt: skip
    execute(page, "easymaker:open-page", page="training", id=training)
    detail = page.locator(".em-Page:visible")
    expect(detail.locator(".em-Progress")).to_have_text(re.compile(r"Cell \d of 6"), timeout=60_000)
    detail.get_by_role("tab", name="Notebook").click()
    shown = detail.locator(".em-Notebook-cell")
    expect(shown.filter(has_text="told to do 42")).to_be_visible(timeout=60_000)
    expect(detail.get_by_text("The notebook as far as it has run.")).to_be_visible()
    gate.touch()
    expect(detail.locator(".em-Detail-name [data-status=FAIL_TRAIN]")).to_be_visible(timeout=60_000)
    detail.get_by_role("tab", name="Log").click()
    detail.get_by_role("button", name="Show the cell that failed").click()
    failed = detail.locator(".em-Notebook-cell.em-mod-failed")
    expect(failed).to_contain_text("raise ValueError('no such layer')")
    expect(failed).to_contain_text("ValueError: no such layer")
    expect(failed).to_be_in_viewport()
    page.screenshot(path="test-results/notebook-training.png")
    detail.get_by_role("button", name="Open a copy").click()
    opened = page.locator(".jp-NotebookPanel:visible")
    expect(opened.get_by_text("told to do 42")).to_be_visible()
    assert (lab.home / "as-notebook.ipynb").exists()


def test_launcher_has_cards_that_open_the_panel_and_the_form(page: Page, lab: Lab) -> None:
    launcher = page.locator(".jp-Launcher")
    launcher.locator(".jp-LauncherCard", has_text="EasyMaker").first.click()
    expect(page.locator(".em-Panel")).to_be_visible()
    launcher.locator(".jp-LauncherCard", has_text="New training").click()
    expect(page.locator(".em-Form")).to_be_visible()
