"""The panel as people use it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Lab, execute

pytestmark = pytest.mark.e2e


def open_panel(page: Page) -> None:
    execute(page, "easymaker:show-panel")
    expect(page.locator(".em-Panel")).to_be_visible()
    expect(page.locator(".em-Panel-state")).to_contain_text("Ready")


def fill_training(page: Page, lab: Lab, name: str, code: str) -> None:
    source = lab.backend.script(name, code)
    execute(page, "easymaker:new-training")
    form = page.locator(".em-Form")
    form.get_by_label("Name", exact=False).first.fill(name)
    form.get_by_label("Experiment", exact=True).select_option(label="New experiment…")
    form.get_by_label("New experiment", exact=True).fill(f"of {name}")
    form.get_by_role("textbox", name="Source directory").fill(source)
    form.get_by_role("textbox", name="Entry point").fill("train.py")


def test_training_is_created_in_the_form_and_followed_to_its_end(page: Page, lab: Lab) -> None:
    open_panel(page)
    fill_training(page, lab, "from-form", "print('printed by the script')")
    form = page.locator(".em-Form")
    group = form.get_by_role("group", name="Hyperparameters")
    group.get_by_role("button", name="Add").click()
    group.get_by_label("Key 1").fill("epochs")
    group.get_by_label("Value 1").fill("3")
    form.get_by_role("button", name="Create training").click()
    detail = page.locator(".em-Page", has_text="from-form").last
    expect(detail.get_by_text("Complete", exact=True).first).to_be_visible()
    detail.get_by_role("tab", name="Log").click()
    expect(detail.get_by_text("printed by the script")).to_be_visible()
    detail.get_by_role("tab", name=re.compile("Hyperparameters")).click()
    expect(detail.get_by_text("epochs")).to_be_visible()
    expect(page.locator(".em-Tree").get_by_text("from-form").first).to_be_visible()


def test_refusal_is_shown_at_its_field_and_keeps_what_was_typed(page: Page, lab: Lab) -> None:
    open_panel(page)
    fill_training(page, lab, "refused", "print(1)")
    form = page.locator(".em-Form")
    form.get_by_role("textbox", name="Source directory").fill("nas://local:/nothing-here")
    form.get_by_role("button", name="Create training").click()
    field = form.locator(".em-FormField", has_text="Source directory")
    expect(field.get_by_role("alert")).to_contain_text("does not exist")
    expect(form.get_by_label("Name", exact=False).first).to_have_value("refused")
    assert lab.backend.get("trainings", params={"trainingNameList": "refused"})["trainingList"] == []


def test_running_training_is_stopped_copied_and_deleted(page: Page, lab: Lab) -> None:
    training = lab.backend.train("to-stop", "import time; print('up', flush=True); time.sleep(600)")
    open_panel(page)
    page.locator(".em-Tree").get_by_text("to-stop").first.click()
    detail = page.locator(".em-Page", has_text="to-stop").last
    expect(detail.get_by_text("Running", exact=True).first).to_be_visible()
    detail.get_by_role("button", name="Stop").click()
    page.locator(".jp-Dialog").get_by_role("button", name="Stop").click()
    expect(detail.get_by_text("Stopped", exact=True).first).to_be_visible()
    lab.backend.wait_for_status(training, "STOPPED")
    detail.get_by_role("button", name="Copy", exact=True).click()
    form = page.locator(".em-Form")
    expect(form.get_by_label("Name", exact=False).first).to_have_value("to-stop-copy")
    expect(form.get_by_role("textbox", name="Source directory")).to_have_value("nas://local:/code/to-stop")
    form.get_by_role("button", name="Cancel").click()
    page.locator(".em-Tree").get_by_text("to-stop").first.click()
    detail.get_by_role("button", name="Delete").click()
    expect(page.locator(".jp-Dialog")).to_contain_text("cannot be undone")
    page.locator(".jp-Dialog").get_by_role("button", name="Delete").click()
    expect(page.locator(".em-Tree").get_by_text("to-stop", exact=True)).to_have_count(0)
    assert lab.backend.request("GET", f"trainings/{training}").status_code == 404


def test_script_of_the_file_browser_is_run_as_a_training(page: Page, lab: Lab) -> None:
    (lab.home / "mine.py").write_text("print('run from the file browser')")
    execute(page, "filebrowser:activate")
    execute(page, "filebrowser:refresh")
    page.locator(".jp-DirListing-item", has_text="mine.py").click(button="right")
    page.get_by_role("menuitem", name="Run as training").click()
    form = page.locator(".em-Form")
    expect(form.get_by_role("textbox", name="Entry point")).to_have_value("mine.py")
    form.get_by_role("button", name="Create training").click()
    detail = page.locator(".em-Page", has_text="mine").last
    expect(detail.get_by_text("Complete", exact=True).first).to_be_visible()


def test_list_of_trainings_is_searched(page: Page, lab: Lab) -> None:
    for name in ("needle-one", "hay-one"):
        lab.backend.wait_for_status(lab.backend.train(name, "print(1)"), "COMPLETE")
    execute(page, "easymaker:open-trainings")
    listing = page.locator(".em-Page").last
    expect(listing.get_by_text("hay-one")).to_be_visible()
    listing.get_by_role("searchbox").fill("needle")
    expect(listing.get_by_text("needle-one")).to_be_visible()
    expect(listing.get_by_text("hay-one")).to_have_count(0)
