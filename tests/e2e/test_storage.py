"""Paths are chosen, files go up and down: the storage browser, from an empty project to a trained model's file."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Lab, execute

pytestmark = pytest.mark.e2e


def test_code_goes_up_is_chosen_runs_and_its_output_comes_down(page: Page, lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(
        "import os, pathlib\npathlib.Path(os.environ['EM_MODEL_DIR'], 'model.txt').write_text('learned')\n"
    )
    (tmp_path / "notes.txt").write_text("not an entry point")
    (lab.backend.data_dir / "nas/local/from-browser").mkdir(parents=True)
    execute(page, "easymaker:new-training")
    form = page.locator(".em-Form")
    form.get_by_label("Name", exact=False).first.fill("from-browser")
    form.get_by_label("Experiment", exact=True).select_option(label="New experiment…")
    form.get_by_label("New experiment", exact=True).fill("of from-browser")

    # The entry point's browser walks from the storages down, and takes the directory along.
    form.get_by_role("button", name="Browse: Entry point").click()
    dialog = page.get_by_role("dialog", name="Entry point")
    dialog.get_by_role("option", name="NAS local").click()
    dialog.get_by_role("option", name="from-browser").click()
    expect(dialog.get_by_text("Nothing lies here")).to_be_visible()
    dialog.get_by_label("Files to upload").set_input_files([tmp_path / "train.py", tmp_path / "notes.txt"])
    expect(dialog.get_by_role("option", name="train.py")).to_be_visible()
    dialog.get_by_role("option", name="notes.txt").dblclick()  # no code: nothing is chosen
    expect(dialog).to_be_visible()
    dialog.get_by_role("option", name="train.py").click()
    dialog.get_by_role("button", name="Choose").click()
    expect(dialog).to_be_hidden()
    expect(form.get_by_role("textbox", name="Source directory")).to_have_value("nas://local:/from-browser")
    expect(form.get_by_role("textbox", name="Entry point")).to_have_value("train.py")

    # Where outputs go need not be there yet: the browser opens above it.
    form.get_by_role("textbox", name="Output path").fill("nas://local:/from-browser-outputs/later")
    form.get_by_role("button", name="Browse: Output path").click()
    dialog = page.get_by_role("dialog", name="Output path")
    expect(dialog.get_by_role("option", name="from-browser")).to_be_visible()
    page.keyboard.press("Escape")
    form.get_by_role("button", name="Create training").click()
    detail = page.locator(".em-Page:visible")
    expect(detail.get_by_text("Complete", exact=True).first).to_be_visible()

    detail.get_by_role("tab", name="Settings").click()
    detail.get_by_role("button", name="Browse: nas://local:/from-browser-outputs").first.click()
    dialog = page.get_by_role("dialog", name="Storage")
    expect(dialog.get_by_role("option", name="model.txt")).to_be_visible()
    with page.expect_download() as download:
        dialog.get_by_title("Download model.txt").click()
    assert download.value.path().read_text() == "learned"


def test_other_content_under_the_same_name_is_refused_and_kept(page: Page, lab: Lab, tmp_path: Path) -> None:
    there = lab.backend.data_dir / "nas/local/kept"
    there.mkdir(parents=True)
    (there / "a.txt").write_text("first")
    (tmp_path / "a.txt").write_text("second")
    execute(page, "easymaker:new-training")
    page.locator(".em-Form").get_by_role("button", name="Browse: Source directory").click()
    dialog = page.get_by_role("dialog", name="Source directory")
    dialog.get_by_role("option", name="NAS local").click()
    expect(dialog.get_by_role("option", name="kept")).to_be_visible()
    dialog.get_by_role("listbox").press("k")  # the first that begins with it
    dialog.get_by_role("listbox").press("Enter")
    expect(dialog.get_by_role("option", name="a.txt")).to_be_visible()
    dialog.get_by_label("Files to upload").set_input_files([tmp_path / "a.txt"])
    expect(dialog.get_by_role("alert")).to_contain_text("exists already with other content")
    assert (there / "a.txt").read_text() == "first"
    dialog.get_by_role("listbox").press("Backspace")
    expect(dialog.get_by_role("option", name="kept")).to_be_visible()
