"""Endpoints in the panel: made from a model, called and watched, with stages that take over from one another."""

from __future__ import annotations

import re
from functools import partial

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import START, Lab, MakeModel, endpoints_of, execute, is_active, shown
from tests.waiting import wait_for

pytestmark = pytest.mark.e2e


def test_model_is_served_called_and_watched(page: Page, lab: Lab, make_model: MakeModel) -> None:
    execute(page, "easymaker:show-panel")
    execute(page, "easymaker:open-page", page="model", id=make_model("irises"))
    shown(page).get_by_role("button", name="Create endpoint").click()
    form = shown(page).locator(".em-Form")
    expect(form.get_by_label("Path")).to_have_value("/inference")
    form.get_by_role("textbox", name="Name", exact=False).first.fill("Not an address")
    form.get_by_role("button", name="Create endpoint").click()
    expect(form.locator(".em-FormField", has_text="Part of the address").get_by_role("alert")).to_be_visible()
    form.get_by_role("textbox", name="Name", exact=False).first.fill("greenhouse")
    form.get_by_role("button", name="Create endpoint").click()

    endpoint = shown(page)
    expect(endpoint.get_by_role("heading", name="greenhouse")).to_be_visible()
    stage = endpoint.locator(".em-Stage")
    expect(stage.locator(".em-Stage-head [data-status=ACTIVE]")).to_be_visible(timeout=START)
    expect(stage).to_contain_text("1 of 1 pods healthy")
    expect(page.locator(".em-Tree").get_by_text("greenhouse")).to_be_visible()
    page.screenshot(path="test-results/endpoint.png")

    stage.get_by_role("button", name="default", exact=True).click()
    detail = shown(page)
    expect(detail.get_by_role("heading", name="greenhouse / default")).to_be_visible()
    expect(detail.locator(".em-Pod [data-status=READY]")).to_be_visible()
    detail.get_by_role("tab", name="Try it").click()
    body = detail.get_by_label("JSON of the request")
    expect(body).to_have_value(re.compile("instances"))
    body.fill("{")
    expect(detail.get_by_role("button", name="Send")).to_be_disabled()
    body.fill('{"instances": [[5.1, 3.5, 1.4, 0.2]]}')
    detail.get_by_role("button", name="Send").click()
    expect(detail.locator("[data-status='200']")).to_be_visible()
    expect(detail.get_by_label("Answer", exact=True)).to_have_text('{"predictions": [0]}')
    body.fill('{"instances": [[1, 2]]}')
    detail.get_by_role("button", name="Send").click()
    expect(detail.locator("[data-status='400']")).to_be_visible()
    expect(detail.get_by_label("Code", exact=True)).to_contain_text("/stages/default/greenhouse/default/inference")
    page.screenshot(path="test-results/endpoint-try.png")

    detail.get_by_role("tab", name="API statistics").click()
    expect(detail.locator(".em-Score-count", has_text="Calls")).to_contain_text("2", timeout=30_000)
    expect(detail.get_by_role("figure", name="Latency").locator("canvas")).to_be_visible()
    expect(detail.get_by_role("table", name="By path")).to_contain_text("/inference")
    page.screenshot(path="test-results/endpoint-statistics.png")
    detail.get_by_role("tab", name="Log").click()
    expect(detail.locator(".em-LogPanel")).to_contain_text(re.compile(r"\w"), timeout=30_000)
    detail.get_by_role("button", name="Gateway settings").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Gateway settings", exact=True)).to_contain_text("greenhouse")
    dialog.get_by_role("button", name="Close").click()

    execute(page, "easymaker:open-dashboard")
    busiest = shown(page).get_by_role("table", name="greenhouse")
    expect(busiest.get_by_role("row", name=re.compile("default"))).to_contain_text("1", timeout=30_000)


def test_new_stage_takes_calls_and_then_over(page: Page, lab: Lab, make_model: MakeModel) -> None:
    settings = {"flavorId": "c1m1", "endpointModelResourceList": [{"modelId": make_model("first")}]}
    made = lab.backend.post("endpoints", {"endpointName": "taken-over", **settings})["endpoint"]
    make_model("second")
    wait_for(partial(is_active, lab, made["endpointId"]), START / 1000)
    execute(page, "easymaker:open-page", page="endpoint", id=made["endpointId"])
    endpoint = shown(page)
    expect(endpoint.get_by_role("button", name="Change default stage")).to_be_disabled()
    endpoint.get_by_role("button", name="New stage").first.click()
    form = shown(page).locator(".em-Form")
    form.get_by_label("Stage name").fill("candidate")
    form.get_by_label("Model").first.select_option(label="second")
    form.get_by_role("button", name="Create stage").click()
    expect(shown(page).get_by_role("heading", name="taken-over / candidate")).to_be_visible()
    expect(shown(page).locator(".em-Detail-name [data-status=ACTIVE]")).to_be_visible(timeout=START)

    execute(page, "easymaker:open-page", page="endpoint", id=made["endpointId"])
    endpoint = shown(page)
    endpoint.get_by_role("tab", name="Traffic").click()
    endpoint.get_by_label("candidate").fill("25")
    expect(endpoint.locator(".em-Share", has_text="default").first).to_contain_text("75 %")
    endpoint.get_by_role("button", name="Apply").click()
    expect(endpoint.get_by_role("button", name="All to the default stage")).to_be_enabled()
    weights = {each["endpointStageId"]: each["weight"] for each in endpoints_of(lab)[0]["trafficList"]}
    assert sorted(weights.values()) == [25, 75]
    page.screenshot(path="test-results/endpoint-traffic.png")

    endpoint.get_by_role("button", name="Delete", exact=True).first.click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    refusal = page.locator(".jp-Dialog", has_text="Delete its other stages first")
    expect(refusal.get_by_role("button", name="candidate")).to_be_visible()
    refusal.get_by_role("button", name="Close").click()

    endpoint.get_by_role("button", name="Change default stage").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Afterwards the resources of default are removed")
    dialog.get_by_role("button", name="Change default stage").click()
    endpoint.get_by_role("tab", name="Stages").click()
    default = endpoint.locator(".em-Stage", has_text="Default stage")
    expect(default).to_contain_text("candidate")
    expect(endpoint.locator(".em-Stage-resources li")).to_have_count(1, timeout=60_000)


def test_keys_are_shown_once_and_calls_need_one(page: Page, lab: Lab, make_model: MakeModel) -> None:
    settings = {"flavorId": "c1m1", "endpointModelResourceList": [{"modelId": make_model("kept")}]}
    made = lab.backend.post("endpoints", {"endpointName": "locked", **settings})["endpoint"]
    execute(page, "easymaker:open-page", page="endpoint", id=made["endpointId"])
    endpoint = shown(page)
    endpoint.get_by_role("tab", name="API keys").click()
    endpoint.get_by_label("Require an API key").check()
    endpoint.get_by_label("Name of the new key").fill("greenhouse")
    endpoint.get_by_role("button", name="Create a key").click()
    secret = endpoint.locator(".em-Keys-made code")
    expect(secret).to_have_text(re.compile(r"\S{20,}"))
    expect(endpoint.get_by_text("Calls need a key of this endpoint")).to_be_visible()
    endpoint.get_by_role("button", name="Delete greenhouse").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(endpoint.locator(".em-Keys-list li")).to_have_count(0)
    assert lab.backend.get(f"endpoints/{made['endpointId']}")["endpoint"]["useApiKey"] is True
