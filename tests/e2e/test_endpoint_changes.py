"""An endpoint that serves is changed in the panel: resources, pods, autoscaler, stages, shares of calls and keys."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import START, Lab, MakeModel, endpoints_of, execute, is_active, shown
from tests.endpoints import Endpoints
from tests.waiting import wait_for

pytestmark = pytest.mark.e2e


def serving(path: str, model: str) -> dict[str, Any]:
    return {"flavorId": "c1m1", "endpointModelResourceList": [{"modelId": model, "apigwResourceUri": path}]}


def dialog_of(page: Page) -> Locator:
    return page.get_by_role("dialog")


def edit(page: Page, description: str, tag: tuple[str, str]) -> None:
    """Change description and tags in the dialog that is open; the name is part of the address and stays."""
    dialog = dialog_of(page)
    expect(dialog.get_by_label("Name", exact=True)).to_be_disabled()
    dialog.get_by_label("Description").fill(description)
    dialog.get_by_role("button", name="Add", exact=True).click()
    dialog.get_by_label("Key 1").fill(tag[0])
    dialog.get_by_label("Value 1").fill(tag[1])
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)


def test_serving_stage_is_changed(page: Page, lab: Lab, make_model: MakeModel) -> None:
    body = {"endpointName": "orchard", **serving("/apples", make_model("apples"))}
    made = lab.backend.post("endpoints", body)["endpoint"]
    make_model("pears")
    stage_id = made["endpointStageList"][0]["endpointStageId"]
    execute(page, "easymaker:open-page", page="endpoint-stage", id=stage_id)
    stage = shown(page)
    apples = stage.locator(".em-Stage", has_text="/apples")
    expect(apples).to_contain_text("1 of 1 pods healthy", timeout=START)

    # A resource more: refused where it cannot be, in the words of the form.
    stage.get_by_role("button", name="Add resource").click()
    dialog = dialog_of(page)
    dialog.get_by_label("Model").select_option(label="pears")
    dialog.get_by_label("Path").fill("/apples")
    dialog.get_by_role("button", name="Add resource").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Path")
    expect(dialog.get_by_role("alert")).not_to_contain_text("apigwResourceUri")
    dialog.get_by_label("Path").fill("/pears")
    dialog.get_by_label("Description").fill("Conference, mostly")
    dialog.get_by_role("button", name="Add resource").click()
    pears = stage.locator(".em-Stage", has_text="/pears")
    expect(pears).to_contain_text("Conference, mostly")
    expect(pears.locator(".em-Stage-head [data-status=ACTIVE]")).to_be_visible(timeout=START)

    more = apples.get_by_role("button", name="One pod more for /apples")
    less = apples.get_by_role("button", name="One pod less for /apples")
    expect(less).to_be_disabled()
    more.click()
    expect(apples).to_contain_text("2 of 2 pods healthy", timeout=START)
    less.click()
    expect(apples).to_contain_text("1 of 1 pods healthy", timeout=START)
    page.screenshot(path="test-results/stage-resources.png")

    pears.get_by_role("button", name="Delete /pears").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(pears).to_have_count(0, timeout=60_000)

    stage.get_by_role("button", name="Scale").click()
    dialog.get_by_label("Autoscaler").check()
    dialog.get_by_label("Minimum instances").fill("3")
    dialog.get_by_label("Maximum instances").fill("2")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_have_text("Minimum instances: must not exceed Maximum instances")
    dialog.get_by_label("Minimum instances").fill("1")
    dialog.get_by_label("Scale down").check()
    dialog.get_by_label("Use threshold (%)").fill("40")
    page.screenshot(path="test-results/stage-scale.png")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    stage.get_by_role("tab", name="Settings").click()
    expect(stage.get_by_text("1 – 2")).to_be_visible()
    expect(stage.get_by_text(re.compile("Below 40 % for"))).to_be_visible()

    stage.get_by_role("button", name="Edit").click()
    edit(page, "Of the lower field", ("season", "autumn"))
    expect(stage.get_by_text("Of the lower field")).to_be_visible()
    expect(stage.get_by_text("autumn")).to_be_visible()
    execute(page, "easymaker:open-page", page="endpoint", id=made["endpointId"])
    shown(page).get_by_role("button", name="Edit").click()
    edit(page, "Fruit of all kinds", ("owner", "garden"))
    expect(shown(page).get_by_text("Fruit of all kinds")).to_be_visible()


def test_stage_and_keys_come_and_go(page: Page, lab: Lab, make_model: MakeModel) -> None:
    body = {"endpointName": "larder", **serving("/plums", make_model("plums"))}
    made = lab.backend.post("endpoints", body)["endpoint"]
    wait_for(partial(is_active, lab, made["endpointId"]), START / 1000)
    execute(page, "easymaker:open-page", page="endpoint", id=made["endpointId"])
    endpoint = shown(page)

    # Keys are changed without a gap: the new one is made and used before the old one goes.
    endpoint.get_by_role("tab", name="API keys").click()
    endpoint.get_by_label("Require an API key").check()
    keys = {}
    for name in ("old", "new"):
        endpoint.get_by_label("Name of the new key").fill(name)
        endpoint.get_by_role("button", name="Create a key").click()
        expect(endpoint.locator(".em-Keys-made")).to_contain_text(f"The key of {name}.")
        keys[name] = endpoint.locator(".em-Keys-made code").inner_text()
    address = lab.backend.get(f"endpoints/{made['endpointId']}")["endpoint"]["defaultStageUrl"] + "/plums"
    caller = Endpoints(lab.backend)

    def answers(key: str) -> int:
        return caller.call(address, headers={"X-Api-Key": key} if key else {}).status_code

    wait_for(lambda: [answers(keys["old"]), answers(keys["new"]), answers("")] == [200, 200, 401], 30)
    endpoint.get_by_role("button", name="Delete old").click()
    dialog_of(page).get_by_role("button", name="Delete").click()
    expect(endpoint.locator(".em-Keys-list li")).to_have_count(1)
    wait_for(lambda: [answers(keys["old"]), answers(keys["new"])] == [401, 200], 30)

    # A stage beside it, tried with the keyboard on the slider, taken back, and deleted.
    endpoint.get_by_role("button", name="New stage").click()
    form = shown(page).locator(".em-Form")
    form.get_by_label("Stage name").fill("trial")
    form.get_by_label("Model").first.select_option(label="plums")
    form.get_by_role("button", name="Create stage").click()
    expect(shown(page).locator(".em-Detail-name [data-status=ACTIVE]")).to_be_visible(timeout=START)
    execute(page, "easymaker:open-page", page="endpoint", id=made["endpointId"])
    endpoint.get_by_role("tab", name="Traffic").click()
    slider = endpoint.get_by_label("trial")
    slider.focus()
    for _ in range(3):
        slider.press("ArrowRight")
    expect(endpoint.locator(".em-Share", has_text="trial").locator("output")).to_have_text("3 %")
    endpoint.get_by_role("button", name="Undo").click()
    expect(endpoint.locator(".em-Share", has_text="trial").locator("output")).to_have_text("0 %")
    slider.fill("40")
    endpoint.get_by_role("button", name="Apply").click()
    wait_for(lambda: sorted(each["weight"] for each in endpoints_of(lab)[0]["trafficList"]) == [40, 60])
    endpoint.get_by_role("button", name="All to the default stage").click()
    wait_for(lambda: not endpoints_of(lab)[0]["trafficList"])
    expect(endpoint.locator(".em-Share", has_text="default").locator("output").first).to_have_text("100 %")
    endpoint.get_by_role("tab", name="Stages").click()
    endpoint.get_by_role("button", name="Delete trial").click()
    dialog_of(page).get_by_role("button", name="Delete").click()
    expect(endpoint.locator(".em-Stage")).to_have_count(1, timeout=60_000)
