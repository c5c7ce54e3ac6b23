"""Trainings chosen in the list, side by side."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Lab, execute

pytestmark = pytest.mark.e2e
_CODE = """
import sys
rate = float(sys.argv[sys.argv.index("--rate") + 1])
for step in range(5):
    print(f"loss = {rate / (step + 1):.3f}")
"""


def test_chosen_trainings_are_compared_with_their_differences_and_curves(page: Page, lab: Lab) -> None:
    for name, rate in (("compared-a", "0.1"), ("compared-b", "0.5")):
        hyperparameters = [{"parameterName": "rate", "parameterValue": rate}]
        made = lab.backend.train(name, _CODE, hyperparameterList=hyperparameters, metricNameList=["loss"])
        lab.backend.wait_for_status(made, "COMPLETE")
    execute(page, "easymaker:open-trainings")
    listing = page.locator(".em-Page").last
    listing.get_by_label("Choose compared-a").check()
    compare = listing.get_by_role("button", name="Compare (")
    expect(compare).to_be_disabled()
    listing.get_by_label("Choose compared-b").check()
    compare.click()
    comparison = page.locator(".em-Comparison")
    row = comparison.get_by_role("row", name="rate")
    expect(row).to_contain_text("0.1")
    expect(row).to_contain_text("0.5")
    expect(comparison.get_by_role("row", name="Instance type")).to_be_visible()
    expect(comparison.locator(".em-Chart", has_text="loss").locator("canvas")).to_be_visible()
    comparison.get_by_label("Only what differs").check()
    expect(row).to_be_visible()
    expect(comparison.get_by_role("row", name="Instance type")).to_have_count(0)
