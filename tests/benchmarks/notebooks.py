"""Notebooks of a hub with 200 named servers, against one with 5: what people see, and a look at all servers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from jupyter_easymaker.engines.hub import JupyterHubClient
from jupyter_easymaker.service.backend import Backend
from tests.api.notebooks import backend_of_a_hub, client_of
from tests.benchmarks.measure import Result, interleaved, timed
from tests.conftest import RunningBackend
from tests.hub.conftest import ADMIN_PASSWORD, HubUser, RunningHub
from tests.waiting import wait_for

_TARGET = 2.0
_REPEATS = 10
_FEW, _MANY = 5, 200
_BODY = {"imageId": "nb", "flavorId": "small"}


def run(_backend: RunningBackend, work: Path) -> list[Result]:
    work.mkdir(parents=True, exist_ok=True)
    return [*_lists(work), *_hubs(work)]


def _lists(work: Path) -> list[Result]:
    with backend_of_a_hub(work / "few") as few, backend_of_a_hub(work / "many") as many:
        for backend, number in ((few, _FEW), (many, _MANY)):
            ada = client_of(backend, "ada")
            for index in range(number):
                ada.post("notebooks", json={**_BODY, "notebookName": f"n{index}"}).raise_for_status()
        return [
            _compare(what, lambda path=path: _pages(many, path), lambda path=path: _pages(few, path))  # type: ignore[misc]
            for what, path in (
                ("first page of notebooks", "/v1.0/appkeys/default/notebooks"),
                ("first page of all notebooks, for administrators", "/v1.0/admin/notebooks"),
                ("first page of all resources, for administrators", "/v1.0/admin/resources"),
            )
        ]


def _pages(backend: Backend, path: str) -> float:
    client = client_of(backend, "token-of-the-owner")
    client.base_url = client.base_url.copy_with(path="/")
    return timed(
        lambda: [client.get(path, params={"page": 1, "limit": 20}).raise_for_status() for _ in range(_REPEATS)]
    )


def _hubs(work: Path) -> list[Result]:
    hubs = {number: RunningHub(work / f"hub-{number}") for number in (_FEW, _MANY)}
    clients: dict[int, JupyterHubClient] = {}
    try:
        for number, hub in hubs.items():
            hub.start()
            admin = hub.sign_in("admin", ADMIN_PASSWORD)
            for index in range(number):
                answer = admin.api("PUT", f"users/admin/servers/s{index}")
                assert answer.status_code == 201, answer.text
            token = admin.api("POST", "users/admin/tokens", json={}).json()["token"]
            clients[number] = JupyterHubClient(f"{hub.url}/hub/api", str(token), hub.url)
            assert len(clients[number].users()["admin"].servers) >= number
            wait_for(lambda admin=admin, number=number: _known(admin) == number, 120)  # type: ignore[misc]
        look = _compare(
            "a look at all servers of a hub",
            lambda: timed(lambda: clients[_MANY].users()),
            lambda: timed(lambda: clients[_FEW].users()),
        )
        return [look, _administration(hubs)]
    finally:
        for hub in hubs.values():
            hub.stop()


def _known(admin: HubUser) -> int:
    """Return how many of the hub's servers the backend has as notebooks."""
    return int(admin.ask("GET", "notebooks", params={"page": 1, "limit": 1}).json()["paging"]["totalCount"])


def _administration(hubs: dict[int, RunningHub]) -> Result:
    """The hub's administrators' page in a browser that knows it, until the notebooks are seen."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        pages = {number: _signed_in(browser, hub) for number, hub in hubs.items()}
        found = _compare(
            "the administrators' page of the hub",
            lambda: timed(lambda: _opened(pages[_MANY], 20)),
            lambda: timed(lambda: _opened(pages[_FEW], _FEW)),
        )
        browser.close()
    return found


def _signed_in(browser: Browser, hub: RunningHub) -> Page:
    page = browser.new_page(base_url=hub.url, locale="en-US")
    page.goto("/hub/login?next=/hub/home")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(ADMIN_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/hub/home")
    return page


def _opened(page: Page, rows: int) -> None:
    page.goto("/hub/easymaker", wait_until="commit")
    page.wait_for_selector(f".em-Table tbody tr:nth-child({rows})")


def _compare(what: str, many: Any, few: Any) -> Result:
    pair = interleaved(many, few)
    detail = f"{1000 * pair.measured:.1f} ms against {1000 * pair.reference:.1f} ms, {pair.spread}"
    return Result(
        f"{what}: {_MANY} against {_FEW}", f"{pair.ratio:.2f}x", f"at most {_TARGET}x", pair.ratio <= _TARGET, detail
    )
