"""The administrators' page of the hub, in a real browser: what it shows and does, and who may not open it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.hub.conftest import ADMIN_PASSWORD, USER_PASSWORD, HubUser, RunningHub

pytestmark = pytest.mark.hub
_STARTED = 90_000
"""Milliseconds the start or stop of a notebook may take, on a machine that does other things as well."""
_SETTINGS = """
c.JupyterHub.services[0]["command"] += [
    "--ServiceConfig.cluster_version=2", "--ServiceConfig.cluster_versions=1=2020-01-31T08:00:00Z"
]
"""


@pytest.fixture(scope="module")
def running_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    running = RunningHub(tmp_path_factory.mktemp("hub"), _SETTINGS)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def zoe(running_hub: RunningHub) -> HubUser:
    """A member with a notebook that runs."""
    signed_in = running_hub.sign_in("zoe")
    notebook_id = signed_in.create_notebook("zoes")
    made = signed_in.ask("POST", "experiments", json={"experimentName": "of-zoe"})
    assert made.status_code == 200, made.text
    signed_in.wait_for_notebook(notebook_id, "ACTIVE")
    return signed_in


@pytest.fixture
def sign_in(running_hub: RunningHub, browser: Browser, request: Any) -> Iterator[Any]:
    contexts: list[BrowserContext] = []

    def do(name: str, password: str, **settings: Any) -> Page:
        settings = {"viewport": {"width": 1400, "height": 900}, "locale": "en-US", **settings}
        context = browser.new_context(base_url=running_hub.url, **settings)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.goto("/hub/login?next=/hub/home")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/hub/home")
        return page

    yield do
    results = Path("test-results")
    results.mkdir(exist_ok=True)
    for number, context in enumerate(contexts):
        for page in context.pages:
            page.screenshot(path=results / f"{request.node.name}-{number}.png")
        context.close()


def confirm(page: Page, action: str) -> None:
    page.locator(".jp-Dialog").get_by_role("button", name=action).click()


def test_administrator_stops_a_notebook_and_sees_use_and_who_did_it(sign_in: Any, zoe: HubUser) -> None:
    page = sign_in("admin", ADMIN_PASSWORD)
    page.get_by_role("link", name="EasyMaker").click()
    expect(page.get_by_role("link", name="Token")).to_be_visible()  # the hub's own navigation is there
    expect(page.get_by_role("heading", name="Administration")).to_be_visible()
    page.get_by_label("Search by name").fill("nothing like it")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    page.get_by_label("Search by name").fill("zoes")
    row = page.get_by_role("table", name="Notebooks of all users").locator("tbody tr")
    expect(row).to_have_count(1)
    row.get_by_role("checkbox").check()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator(".jp-Dialog")).to_contain_text("zoes (zoe)")
    confirm(page, "Stop")
    expect(row.locator("[data-status=STOPPED]")).to_be_visible(timeout=_STARTED)

    page.get_by_role("tab", name="Use").click()
    used = page.get_by_role("table", name="Use").locator("tbody tr", has_text="zoe")
    expect(used.locator(".em-col-storageGb")).to_have_text("20")
    page.get_by_label("Summed up").select_option(label="By project")
    expect(page.get_by_role("table", name="Use").locator("tbody tr .em-col-project").first).to_have_text("default")
    expect(page.get_by_role("table", name="Use").locator("thead")).not_to_contain_text("User")
    page.get_by_role("tab", name="Cluster versions").click()
    versions = page.get_by_role("table", name="Cluster versions").locator("tbody tr")
    expect(versions.nth(0)).to_contain_text("Current")
    expect(versions.nth(1)).to_contain_text("(over)")
    page.get_by_role("tab", name="Audit log").click()
    page.get_by_label("Action, such as stop_notebook").fill("stop_notebook")
    expect(page.get_by_role("table", name="Audit log").locator("tbody tr", has_text="zoes").first).to_contain_text(
        "admin"
    )


def test_administrator_deletes_resources_of_any_kind_and_sets_a_quota(sign_in: Any, zoe: HubUser) -> None:
    page = sign_in("admin", ADMIN_PASSWORD)
    page.goto("/hub/easymaker")
    page.get_by_role("tab", name="Resources").click()
    table = page.get_by_role("table", name="Resources of all projects")
    expect(table.locator("tbody tr", has_text="zoes")).to_contain_text("Notebook")
    row = table.locator("tbody tr", has_text="of-zoe")
    expect(row).to_contain_text("Experiment")
    page.get_by_label("Choose of-zoe").check()
    page.get_by_role("button", name="Delete", exact=True).click()
    confirm(page, "Delete")
    expect(row).to_have_count(0)
    assert zoe.ask("GET", "experiments").json()["experimentList"] == []

    page.get_by_role("tab", name="Quotas").click()
    page.get_by_role("button", name="Edit the quota of default").click()
    page.locator("dialog").get_by_label("Notebooks", exact=False).first.fill("1")
    page.locator("dialog").get_by_role("button", name="Save").click()
    expect(page.locator("tr[data-id=default]")).to_contain_text("of 1")
    page.get_by_role("tab", name="Instance types and images").click()
    expect(page.get_by_role("table", name="Instance types")).to_contain_text("c1m2")


def test_member_sees_no_link_and_is_refused(sign_in: Any, running_hub: RunningHub, zoe: HubUser) -> None:
    page = sign_in("zoe", USER_PASSWORD)
    expect(page.get_by_role("link", name="Token")).to_be_visible()
    expect(page.get_by_role("link", name="EasyMaker")).to_have_count(0)
    answer = page.goto("/hub/easymaker")
    assert answer is not None
    assert answer.status == 403
    xsrf = page.evaluate("window.jhdata.xsrf_token")
    for method, path in (
        ("GET", "context"),
        ("GET", "api/v1.0/projects"),
        ("GET", "api/v1.0/admin/resources"),
        ("GET", "api/v1.0/appkeys/default/configuration"),
        ("PUT", "api/v1.0/admin/quotas/default"),
        ("DELETE", "api/v1.0/appkeys/default/experiments/x"),
    ):
        asked = "([path, method, token]) => fetch(path, {method, headers: {'X-XSRFToken': token}}).then(r => r.status)"
        assert page.evaluate(asked, [f"/hub/easymaker/{path}", method, xsrf]) == 403, path


def test_page_follows_the_language_and_the_theme(sign_in: Any, zoe: HubUser) -> None:
    page = sign_in("admin", ADMIN_PASSWORD, locale="ko-KR", color_scheme="dark", viewport={"width": 420, "height": 800})
    page.goto("/hub/easymaker")
    expect(page.get_by_role("tab", name="노트북")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    background = page.locator(".em-View").evaluate("each => getComputedStyle(each).backgroundColor")
    assert background == page.locator("body").evaluate("each => getComputedStyle(each).backgroundColor")
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) <= 0, "the page does not scroll sideways"
