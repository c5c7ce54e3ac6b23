"""What shows the whole project: the dashboard, the search over everything, the search over logs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Lab, execute

pytestmark = pytest.mark.e2e
_LINES = """
for number in range(250):
    print(f"batch {number} done")
print("ERROR: out of memory near the pelican")
"""


@pytest.fixture
def busy(lab: Lab) -> Iterator[str]:
    made = lab.backend.train("burns-cpu", "while True: sum(range(10000))")
    lab.backend.wait_for_status(made, "RUNNING")
    yield made
    lab.backend.request("PUT", f"trainings/{made}/stop")
    lab.backend.wait_for_status(made, "STOPPED")


def test_dashboard_counts_and_names_what_uses_the_most(page: Page, busy: str) -> None:
    execute(page, "easymaker:open-dashboard")
    dashboard = page.locator(".em-Dashboard")
    expect(dashboard.get_by_role("button", name="Trainings")).to_contain_text("on their way")
    expect(dashboard.get_by_text("vCPUs")).to_be_visible()
    bar = dashboard.get_by_role("button", name="burns-cpu")
    expect(bar).to_have_attribute("title", "burns-cpu", timeout=30_000)  # once it was measured
    bar.click()
    expect(page.locator(".em-Page:visible").get_by_role("heading", name="burns-cpu")).to_be_visible()


def test_everything_is_found_and_opened_with_the_keyboard(page: Page, lab: Lab) -> None:
    tags = [{"tagKey": "bird", "tagValue": "cormorant"}]
    lab.backend.train("found-by-its-tag", "print(1)", tagList=tags)
    execute(page, "easymaker:search")
    field = page.get_by_label("Search everything")
    expect(field).to_be_focused()
    page.keyboard.type("cormorant")
    expect(page.get_by_role("option", name="found-by-its-tag")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".em-Page:visible").get_by_role("heading", name="found-by-its-tag")).to_be_visible()
    field.focus()
    page.keyboard.press("Escape")
    expect(page.locator(".em-Tree")).to_be_visible()


def test_logs_are_searched_with_levels_times_and_older_lines(page: Page, lab: Lab) -> None:
    made = lab.backend.train("writes-a-log", _LINES, useLog=True)
    lab.backend.wait_for_status(made, "COMPLETE")
    execute(page, "easymaker:search-logs")
    search = page.locator(".em-LogSearch")
    query = search.get_by_label("Query")
    query.fill("body:pelican AND logLevel:ERROR")
    query.press("Enter")
    expect(search.get_by_role("row")).to_have_count(2)
    expect(search.locator("[data-level=ERROR]")).to_be_visible()
    query.fill("trainingName:writes-a-log AND batch")
    query.press("Enter")
    expect(search.get_by_text("batch 249 done")).to_be_visible()
    expect(search.get_by_text("batch 0 done")).to_have_count(0)
    search.get_by_role("button", name="Load older lines").click()
    expect(search.get_by_text("batch 0 done")).to_be_visible()
    search.get_by_role("button", name="writes-a-log").first.click()
    expect(page.locator(".em-Page:visible").get_by_role("heading", name="writes-a-log")).to_be_visible()


def test_mistake_in_a_log_query_is_explained_below_it(page: Page) -> None:
    execute(page, "easymaker:search-logs")
    search = page.locator(".em-LogSearch")
    search.get_by_label("Query").fill("logLevel:(ERROR OR")
    search.get_by_role("button", name="Search", exact=True).click()
    expect(search.get_by_role("alert")).to_contain_text("close every quote and parenthesis")
