"""Templates: kept from a training, filled into a form, changed, copied, deleted."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Lab, execute

pytestmark = pytest.mark.e2e


def test_settings_of_a_training_are_kept_as_a_template_and_fill_another(page: Page, lab: Lab) -> None:
    hyperparameters = [{"parameterName": "epochs", "parameterValue": "7"}]
    made = lab.backend.train("to-keep", "print(1)", hyperparameterList=hyperparameters)
    execute(page, "easymaker:open-page", page="training", id=made)
    page.get_by_role("button", name="Save as template").click()
    dialog = page.locator(".em-Modal")
    dialog.get_by_label("Name").fill("kept settings")
    dialog.get_by_role("button", name="Add").click()
    dialog.get_by_label("Key 1").fill("team")
    dialog.get_by_role("button", name="Save").click()
    detail = page.locator(".em-Page", has_text="kept settings").last
    expect(detail.get_by_text("epochs = 7")).to_be_visible()
    expect(detail.get_by_text("nas://local:/code/to-keep")).to_be_visible()

    execute(page, "easymaker:new-training")
    form = page.locator(".em-Form")
    form.get_by_label("Fill from template").select_option(label="kept settings")
    expect(form.get_by_role("textbox", name="Source directory")).to_have_value("nas://local:/code/to-keep")
    expect(form.get_by_label("Value 1")).to_have_value("7")
    form.get_by_label("Name", exact=False).first.fill("filled")
    form.get_by_role("button", name="Create training").click()
    expect(page.locator(".em-Page", has_text="filled").last.get_by_text("Complete", exact=True).first).to_be_visible()


def test_template_is_made_changed_copied_and_deleted(page: Page, lab: Lab) -> None:
    execute(page, "easymaker:open-templates")
    page.locator(".em-Page").last.get_by_role("button", name="New template").first.click()
    form = page.locator(".em-Form")
    form.get_by_label("Name", exact=False).first.fill("by-hand")
    form.get_by_label("Nodes").fill("99")
    form.get_by_role("button", name="Create template").click()
    expect(form.locator(".em-FormField", has_text="Nodes").get_by_role("alert")).to_be_visible()
    form.get_by_label("Nodes").fill("2")
    form.get_by_role("button", name="Create template").click()
    detail = page.locator(".em-Page:visible")
    expect(detail.get_by_text("Nodes")).to_be_visible()
    detail.get_by_role("button", name="Edit").click()
    form.get_by_label("Description").first.fill("two nodes")
    form.get_by_role("button", name="Save").click()
    expect(detail.get_by_text("two nodes")).to_be_visible()
    detail.get_by_role("button", name="Copy").click()
    expect(detail.get_by_role("heading", name="by-hand-copy")).to_be_visible()
    detail.get_by_role("button", name="Delete").click()
    page.locator(".jp-Dialog").get_by_role("button", name="Delete").click()
    expect(page.locator(".em-Tree").get_by_text("by-hand-copy")).to_have_count(0)
    names = [each["trainingTemplateName"] for each in lab.backend.get("training-templates")["trainingTemplateList"]]
    assert "by-hand" in names
    assert "by-hand-copy" not in names


def test_what_keeps_an_experiment_from_being_deleted_is_named_and_opened(page: Page, lab: Lab) -> None:
    experiment = lab.backend.experiment("in the way")
    lab.backend.train("belongs-to-it", "print(1)", experimentId=experiment)
    execute(page, "easymaker:open-page", page="experiment", id=experiment)
    page.locator(".em-Detail-actions").get_by_role("button", name="Delete").click()
    page.locator(".jp-Dialog").get_by_role("button", name="Delete").click()
    page.locator(".jp-Dialog").get_by_role("button", name="belongs-to-it").click()
    expect(page.locator(".em-Page:visible").get_by_role("heading", name="belongs-to-it")).to_be_visible()
