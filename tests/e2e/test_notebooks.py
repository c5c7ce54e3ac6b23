"""Notebooks, private images, registry accounts and the administrators' page in the panel; notebooks on a real hub."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Lab, execute
from tests.hub.conftest import ADMIN_PASSWORD, HubUser, RunningHub
from tests.waiting import wait_for

_STARTED = 90_000
"""Milliseconds the start of a notebook may take, on a machine that does other things as well."""
_BROKEN = "#!/bin/sh\necho no such data set\nexit 3\n"


@pytest.fixture(scope="module")
def running_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    running = RunningHub(tmp_path_factory.mktemp("hub"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def admin(running_hub: RunningHub) -> HubUser:
    """The administrator, with their own notebook running."""
    signed_in = running_hub.sign_in("admin", ADMIN_PASSWORD)
    signed_in.start()
    return signed_in


@pytest.fixture
def in_hub(running_hub: RunningHub, admin: HubUser, browser: Browser, request: Any) -> Iterator[Page]:
    """The panel in the administrator's notebook."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, base_url=running_hub.url)
    made = context.new_page()
    made.set_default_timeout(30_000)
    made.goto("/hub/login")
    made.get_by_label("Username").fill("admin")
    made.get_by_label("Password").fill(ADMIN_PASSWORD)
    made.get_by_role("button", name="Sign in").click()
    made.goto("/user/admin/lab?reset")
    made.locator(".jp-LauncherCard", has_text="EasyMaker").first.click()
    made.wait_for_selector(".em-Tree")
    yield made
    results = Path("test-results")
    results.mkdir(exist_ok=True)
    made.screenshot(path=results / f"{request.node.name}.png")
    context.close()


def shown(page: Page) -> Any:
    return page.locator(".em-Page:visible")


def confirm(page: Page, action: str) -> None:
    page.locator(".jp-Dialog").get_by_role("button", name=action).click()


def section(page: Page, name: str) -> Any:
    return page.locator(".em-Tree-section", has_text=name)


@pytest.mark.hub
def test_notebook_is_made_rebooted_and_deleted_in_the_panel(in_hub: Page, admin: HubUser) -> None:
    page = in_hub
    section(page, "Notebooks").get_by_text("Notebooks").click()
    shown(page).get_by_role("button", name="New notebook").first.click()
    form = shown(page).locator(".em-Form")
    form.get_by_role("textbox", name="Name", exact=False).first.fill("vision")
    form.get_by_label("Data storage (GB)").fill("15")
    form.get_by_role("button", name="Create notebook").click()
    expect(form.get_by_role("alert").first).to_contain_text("must be a multiple of 10")
    form.get_by_label("Data storage (GB)").fill("10")
    form.get_by_role("button", name="Create notebook").click()

    detail = shown(page)
    expect(detail.get_by_role("heading", name="vision")).to_be_visible()
    expect(detail.get_by_role("tab", name="Monitoring")).to_be_disabled()
    chip = detail.locator(".em-Detail-name [data-status]")
    expect(chip).to_have_text("Active (healthy)", timeout=_STARTED)
    expect(detail.get_by_role("button", name="Change instance type")).to_be_disabled()
    with page.context.expect_page() as opened:
        detail.get_by_role("button", name="Open notebook").click()
    expect(opened.value).to_have_url(re.compile("/user/admin/nb-[^/]+/lab"))
    opened.value.close()

    found = admin.ask("GET", "notebooks", params={"notebookNameList": "vision"}).json()["notebookList"]
    scripts = admin.directory_of(found[0]["notebookId"]) / "easymaker/cont-init.d"
    scripts.mkdir(exist_ok=True)
    (scripts / "10-data").write_text(_BROKEN)
    (scripts / "10-data").chmod(0o755)
    detail.get_by_role("button", name="Reboot").click()
    expect(page.locator(".jp-Dialog")).to_contain_text("cannot be cancelled")
    confirm(page, "Reboot")
    expect(chip).to_have_attribute("data-status", "REBOOT_IN_PROGRESS")
    expect(chip).to_have_text("Active (healthy)", timeout=_STARTED)
    detail.get_by_role("tab", name="Start-up scripts").click()
    script = detail.locator("[data-script='10-data']")
    expect(script.locator("[data-state=FAILED]")).to_be_visible()
    expect(script).to_contain_text("exit code 3")
    expect(script.locator("pre")).to_have_text("no such data set")

    detail.get_by_role("button", name="Stop", exact=True).click()
    confirm(page, "Stop")
    expect(chip).to_have_attribute("data-status", "STOPPED", timeout=_STARTED)
    detail.get_by_role("button", name="Change instance type").click()
    dialog = page.locator("dialog")
    dialog.get_by_label("Instance type").select_option("c2m4")
    dialog.get_by_role("button", name="Change").click()
    expect(detail.locator(".em-Detail-facts")).to_contain_text("c2m4")
    detail.get_by_role("button", name="Delete").click()
    confirm(page, "Delete")
    wait_for(lambda: not scripts.exists(), 60)


@pytest.mark.hub
def test_administrator_stops_somebodys_notebook_and_sets_a_quota(in_hub: Page, running_hub: RunningHub) -> None:
    page = in_hub
    zoe = running_hub.sign_in("zoe")
    notebook_id = zoe.create_notebook("zoes")
    zoe.wait_for_notebook(notebook_id, "ACTIVE")
    page.get_by_role("button", name="Administration").click()
    administration = shown(page)
    administration.get_by_label("Search by name").fill("zoes")
    row = administration.locator(f"tr[data-id='{notebook_id}']")
    row.get_by_role("checkbox").check()
    administration.get_by_role("button", name="Stop", exact=True).click()
    confirm(page, "Stop")
    expect(row.locator("[data-status=STOPPED]")).to_be_visible(timeout=_STARTED)

    administration.get_by_role("tab", name="Quotas").click()
    administration.get_by_role("button", name="Edit the quota of default").click()
    page.locator("dialog").get_by_label("Notebooks", exact=False).first.fill("1")
    page.locator("dialog").get_by_role("button", name="Save").click()
    expect(administration.locator("tr[data-id=default]")).to_contain_text("of 1")
    body = {"notebookName": "one-more", "imageId": "local-cpu-python-notebook", "flavorId": "c1m2"}
    refused = zoe.ask("POST", "notebooks", json={**body, "bootStorageSize": 10, "dataStorageSize": 10})
    assert "may hold 1 notebooks" in refused.json()["header"]["resultMessage"]

    administration.get_by_role("tab", name="Instance types and images").click()
    expect(administration.get_by_role("table", name="Instance types")).to_contain_text("c1m2")
    expect(administration.get_by_role("table", name="Provided images")).to_contain_text("local-cpu-python-notebook")
    administration.get_by_role("tab", name="Use").click()
    expect(administration.locator("tbody tr", has_text="zoe")).to_be_visible()
    administration.get_by_role("tab", name="Audit log").click()
    administration.get_by_label("Action, such as stop_notebook").fill("stop_notebook")
    expect(administration.locator("tbody tr", has_text="zoes").first).to_contain_text("admin")


@pytest.mark.e2e
def test_private_image_is_made_with_a_new_account_and_both_are_deleted(page: Page, lab: Lab) -> None:
    execute(page, "easymaker:show-panel")
    expect(page.locator(".em-Tree")).to_be_visible()
    execute(page, "easymaker:open-private-images")
    shown(page).get_by_role("button", name="New private image").first.click()
    form = page.locator("dialog .em-Form")
    form.get_by_role("textbox", name="Name", exact=False).first.fill("ours")
    form.get_by_label("Address").fill("somewhere")
    form.get_by_label("Type").first.select_option(label="Training")
    form.get_by_label("Made from").select_option(index=1)
    form.get_by_label("Name of the account").fill("robot")
    form.get_by_label("ID", exact=False).first.fill("robot-id")
    form.get_by_label("Password").fill("not-to-be-shown")
    form.get_by_role("button", name="Create private image").click()
    expect(form.get_by_role("alert").first).to_contain_text("must be {registry}/{path}:{tag}")
    form.get_by_label("Address").fill("quay.io/team/ours:1")
    form.get_by_role("button", name="Create private image").click()

    detail = shown(page)
    expect(detail.get_by_role("heading", name="ours")).to_be_visible()
    detail.locator("dd").get_by_role("button", name="robot").click()
    expect(shown(page).get_by_role("heading", name="robot")).to_be_visible()
    account = shown(page)
    expect(account).to_contain_text("robot-id")
    assert "not-to-be-shown" not in page.content()
    account.get_by_label("Registry, or address of an image").fill("127.0.0.1:1")
    account.get_by_role("button", name="Check credentials").click()
    expect(account.get_by_role("alert")).to_contain_text("names a registry the operator does not allow")
    account.get_by_role("button", name="Change ID and password").click()
    page.locator("dialog").get_by_label("ID").fill("other-id")
    page.locator("dialog").get_by_label("New password").fill("another")
    page.locator("dialog").get_by_role("button", name="Save").click()
    expect(account).to_contain_text("other-id")
    account.get_by_role("button", name="Delete").click()
    confirm(page, "Delete")
    expect(page.locator(".jp-Dialog")).to_contain_text("is that of the images ours; delete them first")
    confirm(page, "Close")
    account.get_by_role("button", name="ours").click()
    shown(page).get_by_role("button", name="Delete").click()
    confirm(page, "Delete")
    execute(page, "easymaker:open-registry-accounts")
    shown(page).get_by_role("button", name="Delete robot").click()
    confirm(page, "Delete")
    expect(shown(page).get_by_role("heading", name="No registry accounts yet")).to_be_visible()
    assert lab.backend.get("images", params={"imageTypeCodeList": "PRIVATE"})["imageList"] == []


@pytest.mark.e2e
def test_without_a_hub_it_is_said_and_nothing_offered(page: Page) -> None:
    execute(page, "easymaker:show-panel")
    expect(section(page, "Private images")).to_be_visible()
    expect(section(page, "Notebooks")).to_have_count(0)
    for command in ("easymaker:open-notebooks", "easymaker:new-notebook"):
        execute(page, command)
        expect(shown(page).get_by_role("heading", name="Notebooks need a JupyterHub")).to_be_visible()


@pytest.mark.e2e
def test_administrator_deletes_several_resources_at_once(page: Page, lab: Lab) -> None:
    names = ["bulk-a", "bulk-b", "other"]
    ids = [lab.backend.post("experiments", {"experimentName": n})["experiment"]["experimentId"] for n in names]
    execute(page, "easymaker:show-panel")
    page.get_by_role("button", name="Administration").click()
    administration = shown(page)
    expect(administration.get_by_role("tab", name="Notebooks")).to_have_count(0)
    administration.get_by_label("Kind").select_option(label="Experiment")
    administration.get_by_label("Search by name").fill("bulk")
    expect(administration.locator("tbody tr")).to_have_count(2)
    for name in names[:2]:
        administration.get_by_label(f"Choose {name}").check()
    administration.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator(".jp-Dialog")).to_contain_text("Delete 2 resources?")
    confirm(page, "Delete")
    expect(administration.get_by_role("heading", name="Nothing found")).to_be_visible()
    left = {each["experimentId"] for each in lab.backend.get("experiments")["experimentList"]}
    assert left & set(ids) == {ids[2]}
    lab.backend.request("DELETE", f"experiments/{ids[2]}")
