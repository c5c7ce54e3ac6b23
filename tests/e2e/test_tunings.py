"""Hyperparameter tunings in the panel: live in their list, with their trials, charts and models on their page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Lab, execute
from tests.waiting import wait_for

pytestmark = pytest.mark.e2e
_CODE = """
import argparse, os, pathlib
parser = argparse.ArgumentParser()
parser.add_argument("--x", type=float)
x = parser.parse_args().x
pathlib.Path(os.environ["EM_MODEL_DIR"], "x.txt").write_text(str(x))
for step in range(3):
    print(f"loss={(x - 2) ** 2 + 1 / (step + 1):.3f}", flush=True)
"""
_ENDLESS = "import time; print('loss=1', flush=True); time.sleep(600)"
_ENDED = ("COMPLETE", "STOPPED", "FAIL_HYPERPARAMETER_TUNING", "CREATE_FAILED")
Tune = Callable[..., str]


def tuning_of(lab: Lab, tuning_id: str) -> dict[str, Any]:
    found: dict[str, Any] = lab.backend.get(f"hyperparameter-tunings/{tuning_id}")["hyperparameterTuning"]
    return found


@pytest.fixture
def tune(lab: Lab) -> Iterator[Tune]:
    """Make a tuning over x in 0, 1, ... 4; it and its models are gone afterwards."""
    made: list[str] = []

    def make(name: str, code: str, **changes: Any) -> str:
        body = {
            "hyperparameterTuningName": name,
            "experimentId": lab.backend.experiment("searches"),
            "imageId": "local-cpu-python-training",
            "flavorId": "c1m1",
            "sourceDirUri": lab.backend.script(name, code),
            "entryPoint": "train.py",
            "modelUploadUri": "nas://local:/outputs",
            "hyperparameterSpecList": [
                {
                    "hyperparameterName": "x",
                    "hyperparameterTypeCode": "int",
                    "hyperparameterMinValue": "0",
                    "hyperparameterMaxValue": "4",
                }
            ],
            "tuningStrategyName": "GRID",
            "objectiveMetric": {"name": "loss"},
            **changes,
        }
        made.append(lab.backend.post("hyperparameter-tunings", body)["hyperparameterTuning"]["hyperparameterTuningId"])
        return made[-1]

    yield make
    for tuning_id in made:
        lab.backend.request("PUT", f"hyperparameter-tunings/{tuning_id}/stop")
    for tuning_id in made:
        wait_for(partial(ended, lab, tuning_id), 30)
        for model in tuning_of(lab, tuning_id)["modelList"]:
            lab.backend.request("DELETE", f"models/{model['modelId']}")
        lab.backend.request("DELETE", f"hyperparameter-tunings/{tuning_id}")


def ended(lab: Lab, tuning_id: str) -> bool:
    return tuning_of(lab, tuning_id)["hyperparameterTuningStatusCode"] in _ENDED


def shown(page: Page) -> Any:
    return page.locator(".em-Page:visible")


def test_tuning_runs_from_the_list_to_a_model_that_keeps_it(page: Page, lab: Lab, tune: Tune) -> None:
    execute(page, "easymaker:show-panel")
    execute(page, "easymaker:open-tunings")
    expect(shown(page).get_by_role("heading", name="Hyperparameter tunings", exact=True)).to_be_visible()
    tuning_id = tune("finds-two", _CODE)
    row = shown(page).locator(f"tr[data-id='{tuning_id}']")
    expect(row).to_be_visible()
    expect(row.locator(".em-col-succeeded")).to_have_text(re.compile("[1-5]"), timeout=30_000)
    page.screenshot(path="test-results/tunings.png")

    row.get_by_role("button", name="finds-two", exact=True).click()
    detail = shown(page)
    detail.get_by_role("tab", name="Charts").click()
    for title in ("History", "loss by x"):
        dots = detail.get_by_role("figure", name=title).locator(".mark-symbol path")
        expect(dots).to_have_count(5, timeout=30_000)
    lines = detail.get_by_role("figure", name="Parallel coordinates").locator(".mark-line path")
    expect(lines).to_have_count(5)
    expect(detail.get_by_role("figure", name="Importance").locator("svg")).to_be_visible()
    expect(detail.get_by_role("figure", name="Curves of the trials").locator("canvas")).to_be_visible()
    page.screenshot(path="test-results/tuning-charts.png")

    detail.get_by_role("tab", name="Trials").click()
    expect(detail.locator(".em-Progress")).to_have_text("All combinations of hyperparameters were tried.")
    values = detail.locator("tbody .em-col-objective")
    expect(values).to_have_text(["0.333", "1.333", "1.333", "4.333", "4.333"])
    expect(detail.locator("tbody tr").first).to_contain_text("Best")
    detail.get_by_role("button", name="loss").click()
    expect(values).to_have_text(["4.333", "4.333", "1.333", "1.333", "0.333"])

    expect(page.locator(f".em-Tree [data-id='{tuning_id}']")).to_contain_text("0.333")

    detail.get_by_role("button", name="Create model").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").first.fill("the-best-of-five")
    dialog.get_by_label("Framework", exact=True).select_option(label="PYTORCH")
    dialog.get_by_role("button", name="Create model").click()
    expect(shown(page).get_by_role("heading", name="the-best-of-five")).to_be_visible()
    shown(page).get_by_role("button", name="finds-two").click()
    shown(page).get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    refusal = page.locator(".jp-Dialog", has_text="The tuning could not be deleted")
    expect(refusal.get_by_role("button", name="the-best-of-five")).to_be_visible()
    page.screenshot(path="test-results/tuning-kept.png")
    refusal.get_by_role("button", name="Close").click()


def test_running_tuning_is_stopped_and_its_trials_follow_it(page: Page, lab: Lab, tune: Tune) -> None:
    tuning_id = tune("goes-on", _ENDLESS)
    execute(page, "easymaker:open-page", page="tuning", id=tuning_id)
    trial = shown(page).get_by_role("row", name=re.compile("goes-on-0"))
    expect(trial.locator("[data-status=RUNNING]")).to_be_visible()
    trial.click()
    expect(shown(page).get_by_role("heading", name="goes-on-0")).to_be_visible()
    actions = shown(page).locator(".em-Detail-actions")
    expect(actions.get_by_role("button", name="Copy")).to_be_visible()
    expect(actions.get_by_role("button", name=re.compile("Stop|Edit|Delete"))).to_have_count(0)
    shown(page).locator(".em-Detail-facts").get_by_role("button", name="goes-on").click()
    shown(page).get_by_role("button", name="Stop", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Stop").click()
    expect(shown(page).locator(".em-Detail-name [data-status=STOPPED]")).to_be_visible()
    expect(trial.locator("[data-status=KILLED]")).to_be_visible()


def tuning_named(lab: Lab, name: str) -> dict[str, Any]:
    found = lab.backend.get("hyperparameter-tunings")["hyperparameterTuningList"]
    return next(each for each in found if each["hyperparameterTuningName"] == name)


def test_tuning_is_filled_in_created_copied_and_kept_as_a_template(page: Page, lab: Lab) -> None:
    source = lab.backend.script("from-the-form", _CODE)
    execute(page, "easymaker:new-tuning")
    form = shown(page).locator(".em-Form")
    form.get_by_role("textbox", name="Name", exact=False).first.fill("from-the-form")
    form.get_by_label("Experiment", exact=True).select_option(label="New experiment…")
    form.get_by_label("New experiment", exact=True).fill("made with a tuning")
    form.get_by_role("textbox", name="Source directory").fill(source)
    form.get_by_role("textbox", name="Entry point").fill("train.py")
    form.get_by_label("Name 1").fill("x")
    form.get_by_label("Min 1").fill("0")
    form.get_by_label("Max 1").fill("4")
    form.get_by_label("Parallel trials").fill("2")
    form.get_by_label("Objective metric").fill("loss")
    form.get_by_role("button", name="Create tuning").click()
    needed = form.locator(".em-FormField", has_text="Maximum trials")
    expect(needed.get_by_role("alert")).to_have_text("is needed")

    form.get_by_label("Strategy").select_option(label="Grid")
    form.get_by_role("button", name="Create tuning").click()
    expect(form.get_by_role("alert").first).to_contain_text("is needed for every double with GRID")
    form.get_by_label("Type 1").select_option(label="Integer")
    form.get_by_role("button", name="Add").first.click()
    form.get_by_label("Name 2").fill("optimizer")
    form.get_by_label("Type 2").select_option(label="Categorical")
    form.get_by_label("Values 2").fill("adam")
    form.get_by_role("button", name="Remove").nth(1).click()
    form.get_by_role("button", name="Create tuning").click()

    detail = shown(page)
    expect(detail.get_by_role("heading", name="from-the-form")).to_be_visible()
    expect(detail.locator(".em-Progress")).to_have_text(
        "All combinations of hyperparameters were tried.", timeout=30_000
    )
    expect(detail.locator("tbody tr")).to_have_count(5)
    made = tuning_named(lab, "from-the-form")
    assert (made["instanceCount"], made["parallelTrialCount"]) == (2, 2)

    detail.get_by_role("button", name="Copy").click()
    form = shown(page).locator(".em-Form")
    expect(form.get_by_label("Max 1")).to_have_value("4")
    expect(form.get_by_label("Nodes of a trial")).to_have_value("1")
    expect(form.get_by_text("2 instances")).to_be_visible()
    form.get_by_role("button", name="Save as template").click()
    page.locator(".em-Modal").get_by_label("Name").fill("five points")
    page.locator(".em-Modal").get_by_role("button", name="Save").click()
    template = shown(page)
    expect(template.get_by_text("x: 0 – 4")).to_be_visible()
    template.get_by_role("button", name="New tuning").click()
    form = shown(page).locator(".em-Form")
    expect(form.get_by_label("Name 1")).to_have_value("x")
    expect(form.get_by_label("Nodes of a trial")).to_have_value("1")
    expect(form.get_by_label("Objective metric")).to_have_value("loss")


def test_provided_algorithm_is_tuned_over_the_ranges_of_the_catalogue(page: Page, lab: Lab) -> None:
    data = lab.backend.data_dir / "nas" / "local" / "rows"
    data.mkdir()
    lab.backend.experiment("searches")
    data.joinpath("rows.csv").write_text("a,b\n" + "".join(f"{n},{int(n > 20)}\n" for n in range(40)))
    execute(page, "easymaker:new-tuning")
    form = shown(page).locator(".em-Form")
    form.get_by_role("textbox", name="Name", exact=False).first.fill("of-the-catalogue")
    form.get_by_label("Provided algorithm").select_option("tabular")
    parameter = form.locator(".em-Parameter", has_text="learning_rate")
    parameter.locator("select").select_option("range")
    expect(form.get_by_label("Min: learning_rate")).to_have_value("0.0001")
    form.get_by_label("Min: learning_rate").fill("0.01")
    form.get_by_label("Max: learning_rate").fill("2")
    form.get_by_label("target").select_option("fixed")
    form.get_by_label("Value of target").fill("b")
    form.get_by_label("Path 1").fill("nas://local:/rows")
    form.get_by_label("Objective metric").select_option("eval_accuracy")
    form.get_by_label("Direction").select_option(label="Maximize")
    form.get_by_label("Maximum trials").fill("1")
    form.get_by_role("button", name="Create tuning").click()
    expect(form.get_by_role("alert").first).to_contain_text("at most 1 is accepted")
    form.get_by_label("Max: learning_rate").fill("0.5")
    form.get_by_role("button", name="Create tuning").click()
    detail = shown(page)
    expect(detail.get_by_role("heading", name="of-the-catalogue")).to_be_visible()
    expect(detail.locator("tbody .em-col-objective")).to_have_text(re.compile(r"\d"), timeout=60_000)
    ranges = tuning_named(lab, "of-the-catalogue")["hyperparameterSpecList"]
    assert [each["hyperparameterName"] for each in ranges] == ["target", "learning_rate"]
