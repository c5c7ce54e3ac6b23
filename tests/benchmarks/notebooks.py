"""Notebooks of a hub with 200 named servers, against one with 5: what people see, and a look at all servers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from jupyter_easymaker.engines.hub import HubServer, JupyterHubClient
from jupyter_easymaker.engines.hub import HubUser as UserOfTheHub
from jupyter_easymaker.reconcilers.notebook_loop import NotebookLoop
from jupyter_easymaker.resources.flavor import Flavor
from jupyter_easymaker.resources.image import Image
from jupyter_easymaker.resources.notebook import NotebookCreate, NotebookStatus
from jupyter_easymaker.service.backend import Backend
from jupyter_easymaker.store import notebooks
from jupyter_easymaker.store.database import Database
from tests.api.notebooks import backend_of_a_hub, client_of
from tests.benchmarks.measure import Result, interleaved, timed
from tests.conftest import RunningBackend
from tests.hub.conftest import ADMIN_PASSWORD, HubUser, RunningHub
from tests.waiting import wait_for

_TARGET = 2.0
_REPEATS = 10
_LOOKS = 12
"""One of them is at the stopped servers too."""
_FEW, _MANY = 5, 200
_BODY = {"imageId": "nb", "flavorId": "small"}
_BODY_FIELDS = {"image_id": "nb", "flavor_id": "small"}


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
    """A look of the reconciler at all servers of a real hub and their notebooks, and the hub's administrators' page."""
    hubs = {number: RunningHub(work / f"hub-{number}") for number in (_FEW, _MANY)}
    loops: dict[int, NotebookLoop] = {}
    try:
        for number, hub in hubs.items():
            hub.start()
            admin = hub.sign_in("admin", ADMIN_PASSWORD)
            for index in range(number):
                answer = admin.api("PUT", f"users/admin/servers/s{index}")
                assert answer.status_code == 201, answer.text
            token = admin.api("POST", "users/admin/tokens", json={}).json()["token"]
            database = Database(f"sqlite:///{work}/looked-at-{number}.db")
            database.migrate()
            client = JupyterHubClient(f"{hub.url}/hub/api", str(token), hub.url)
            loops[number] = NotebookLoop(database, client, _adopting(database), every_seconds=0)
            wait_for(lambda: _settled(database, loops[number], number), 60)  # noqa: B023 - used at once
            wait_for(lambda admin=admin, number=number: _known(admin) == number, 120)  # type: ignore[misc]
        look = _compare(
            "a look at all servers of a hub and their notebooks",
            lambda: timed(lambda: [loops[_MANY].look() for _ in range(_LOOKS)]),
            lambda: timed(lambda: [loops[_FEW].look() for _ in range(_LOOKS)]),
        )
        return [look, _administration(hubs)]
    finally:
        for loop in loops.values():
            loop.close()
        for hub in hubs.values():
            if hub.process is not None:
                hub.stop()


def _adopting(database: Database) -> Callable[[UserOfTheHub, HubServer], None]:
    def adopt(user: UserOfTheHub, server: HubServer) -> None:
        with database.session() as session:
            notebooks.insert(
                session,
                appkey="default",
                spec=NotebookCreate(notebook_name=server.name, **_BODY_FIELDS),
                owner=user.name,
                flavor=Flavor(id="small", name="small", vcpus=1, ram=512),
                image=Image(image_id="nb", image_name="Notebook"),
                server_name=server.name,
                status=NotebookStatus.STOPPED,
                phase="",
            )

    return adopt


def _settled(database: Database, loop: NotebookLoop, number: int) -> bool:
    """Look, and return whether all servers are notebooks of which everything is known."""
    loop.look()
    with database.reading() as session:
        return sum("accessPath" in row.observed for row in notebooks.all_live(session)) >= number


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
