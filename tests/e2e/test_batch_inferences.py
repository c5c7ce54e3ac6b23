"""Batch inferences in the panel: made through the form, watched to their results, copied, stopped and deleted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import pytest
from playwright.sync_api import Page, expect
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

from tests.e2e.conftest import Lab, execute
from tests.waiting import wait_for

pytestmark = pytest.mark.e2e
_END = 90_000
"""Milliseconds a batch inference may take, on a machine that does other things as well."""


class Slow:
    """Loaded, it is a model that takes a minute for whatever it is given."""

    def __reduce__(self) -> tuple[Any, ...]:
        code = "__import__('types').SimpleNamespace(predict=lambda rows: __import__('time').sleep(60))"
        return eval, (code,)


def shown(page: Page) -> Any:
    return page.locator(".em-Page:visible")


def all_of(lab: Lab) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = lab.backend.get("batch-inferences")["batchInferenceList"]
    return found


@pytest.fixture
def nas(lab: Lab) -> Iterator[Path]:
    """Rows of irises, one of them wrong, and a model of them; batch inferences and the model are gone afterwards."""
    nas = lab.backend.data_dir / "nas/local"
    features, target = load_iris(return_X_y=True)
    for directory in (nas / "models/scorer", nas / "flowers"):
        directory.mkdir(parents=True, exist_ok=True)
    joblib.dump(LogisticRegression(max_iter=500).fit(features, target), nas / "models/scorer/model.joblib")
    rows = [json.dumps(list(row)) for row in features]
    (nas / "flowers/may.jsonl").write_text("\n".join([*rows[:100], '["not", "a", "flower"]']) + "\n")
    (nas / "flowers/june.jsonl").write_text("\n".join(rows[100:]) + "\n")
    (nas / "flowers/notes.txt").write_text("no rows")
    body = {
        "modelName": "scorer",
        "modelFormatCode": "SKLEARN",
        "frameworkVersion": "1",
        "modelUploadUri": "nas://local:/models/scorer",
    }
    model = lab.backend.post("models", body)["model"]["modelId"]
    yield nas
    for each in all_of(lab):
        lab.backend.request("PUT", f"batch-inferences/{each['batchInferenceId']}/stop")
    wait_for(lambda: all(not each["batchInferenceStatusCode"].endswith("PROGRESS") for each in all_of(lab)), 60)
    for each in all_of(lab):
        lab.backend.request("DELETE", f"batch-inferences/{each['batchInferenceId']}")
    lab.backend.request("DELETE", f"models/{model}")


def test_rows_are_scored_from_the_form_to_the_results(page: Page, lab: Lab, nas: Path) -> None:
    execute(page, "easymaker:show-panel")
    execute(page, "easymaker:open-batch-inferences")
    shown(page).get_by_role("button", name="New batch inference").first.click()
    form = shown(page).locator(".em-Form")
    form.get_by_role("textbox", name="Name", exact=False).first.fill("flowers")
    form.get_by_role("textbox", name="Data path").fill("nas://local:/flowers")
    form.get_by_role("textbox", name="Output path").fill("nas://local:/flowers")
    form.get_by_role("button", name="Create batch inference").click()
    expect(form.locator(".em-FormField", has_text="Model").get_by_role("alert").first).to_have_text("is needed")
    form.get_by_label("Model", exact=False).first.select_option(label="scorer")
    form.get_by_label("Instance type").select_option("c2m2")
    form.get_by_label("Pods").fill("2")
    expect(form.get_by_text("with its share of the instances: 1 vCPU, 1 GiB")).to_be_visible()
    form.get_by_label("Include").fill("*.jsonl")
    form.locator("summary", has_text="Additional settings").click()
    form.get_by_label("Log management").check()
    form.get_by_role("button", name="Create batch inference").click()
    expect(form.get_by_role("alert").first).to_contain_text("must differ from Data path")
    form.get_by_role("textbox", name="Output path").fill("nas://local:/scored")
    form.get_by_role("button", name="Create batch inference").click()

    detail = shown(page)
    expect(detail.get_by_role("heading", name="flowers")).to_be_visible()
    expect(detail.locator(".em-Detail-name [data-status=COMPLETE]")).to_be_visible(timeout=_END)
    for name, count in (("Files", "2"), ("Rows", "151"), ("2xx", "150"), ("4xx", "1"), ("5xx", "0")):
        expect(detail.locator(f"[data-count='{name}'] dd")).to_have_text(count)
    expect(detail.get_by_text(re.compile("nas://local:/scored/.+")).first).to_be_visible()
    page.screenshot(path="test-results/batch-inference.png")
    detail.get_by_role("tab", name="Log").click()
    expect(detail.get_by_label("Node")).to_have_text(re.compile("Pod 0.*Pod 1"))

    execute(page, "easymaker:search-logs")
    line = shown(page).locator(".em-LogTable tbody tr").first
    expect(line).to_be_visible(timeout=_END)
    line.locator(".em-LogTable-training button").click()
    expect(shown(page).get_by_role("heading", name="flowers")).to_be_visible()

    detail.get_by_role("button", name="Copy").click()
    copied = shown(page).locator(".em-Form")
    expect(copied.get_by_role("textbox", name="Data path")).to_have_value("nas://local:/flowers")
    expect(copied.get_by_label("Pods")).to_have_value("2")
    execute(page, "easymaker:open-page", page="batch-inference", id=all_of(lab)[0]["batchInferenceId"])
    detail.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    execute(page, "easymaker:open-batch-inferences")
    expect(shown(page).get_by_role("heading", name="No batch inferences yet")).to_be_visible()


def test_running_batch_inference_is_stopped(page: Page, lab: Lab, nas: Path) -> None:
    code = nas / "models/slow"
    code.mkdir(parents=True, exist_ok=True)
    joblib.dump(Slow(), code / "model.joblib")
    body = {"modelName": "slow", "modelFormatCode": "SKLEARN", "frameworkVersion": "1"}
    slow = lab.backend.post("models", {**body, "modelUploadUri": "nas://local:/models/slow"})["model"]["modelId"]
    settings = {
        "batchInferenceName": "takes-long",
        "flavorId": "c1m1",
        "modelId": slow,
        "inputDataUri": "nas://local:/flowers",
        "includeGlobPattern": "*.jsonl",
        "outputUploadUri": "nas://local:/scored",
    }
    made = lab.backend.post("batch-inferences", settings)["batchInference"]["batchInferenceId"]
    execute(page, "easymaker:open-page", page="batch-inference", id=made)
    detail = shown(page)
    expect(detail.locator(".em-Detail-name [data-status=RUNNING]")).to_be_visible(timeout=_END)
    execute(page, "easymaker:open-page", page="model", id=slow)
    shown(page).get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    refusal = page.locator(".jp-Dialog", has_text="stop the batch inferences that need it first")
    refusal.get_by_role("button", name="Batch inference takes-long").click()
    expect(detail.get_by_role("heading", name="takes-long")).to_be_visible()
    detail.get_by_role("tab", name="Monitoring").click()
    expect(detail.get_by_role("figure", name="CPU").locator("canvas")).to_be_visible()
    detail.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Stop").click()
    expect(detail.locator(".em-Detail-name [data-status=STOPPED]")).to_be_visible(timeout=_END)
