"""The hub on one machine: sign in, start a notebook, what stays and what does not, who sees what."""

from __future__ import annotations

import httpx
import pytest

from tests.hub.conftest import ADMIN_PASSWORD, HubUser, RunningHub
from tests.waiting import wait_for

pytestmark = pytest.mark.hub


def ask(hub: RunningHub, path: str, token: str) -> httpx.Response:
    return httpx.get(f"{hub.backend_url}/v1.0/{path}", headers={"Authorization": f"token {token}"}, timeout=30)


def run_in_terminal_of(user: HubUser, notebook: str, script: str) -> None:
    """Have a start-up script do something inside the notebook, as its user would."""
    home = user.hub.directory / "notebooks" / user.name / (notebook or "~default") / "easymaker"
    (home / "cont-init.d").mkdir(parents=True, exist_ok=True)
    path = home / "cont-init.d" / "script"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_notebook_starts_with_the_panel_on_the_teams_backend(hub: RunningHub) -> None:
    ada = hub.sign_in("ada")
    ada.start()
    try:
        told = wait_for(
            lambda: (found := ada.in_notebook("easymaker/context").json())["status"] == "ready" and found, 60
        )
        assert (told["user"], told["appKey"]) == ("ada", "default")
        kernels = ada.in_notebook("api/kernelspecs").json()["kernelspecs"]
        assert "python3" in kernels
        experiments = ada.in_notebook("easymaker/api/v1.0/appkeys/default/experiments")
        assert experiments.json()["header"]["isSuccessful"] is True
        # TensorBoard is the backend's, and reached through the notebook's own address.
        made = ada.ask("POST", "experiments", json={"experimentName": "watched"}).json()["experiment"]["experimentId"]
        path = ada.ask("POST", f"experiments/{made}/tensorboard").json()["tensorboard"]["path"]
        address = f"/user/ada/easymaker/api/v1.0/appkeys/default/{path}"
        page = ada.browser.get(address, headers={"Accept": "text/html", "Sec-Fetch-Site": "none"})
        assert "<title>TensorBoard</title>" in page.text
        assert ada.browser.get(f"{address}data/runs", headers={"Referer": f"{hub.url}{address}"}).json() == []
        stranger = httpx.get(f"{hub.url}{address}", headers={"Accept": "text/html"})
        assert stranger.status_code == 302
        assert "TensorBoard" not in stranger.text
    finally:
        ada.stop()


def test_data_storage_stays_and_boot_storage_does_not(hub: RunningHub) -> None:
    bo = hub.sign_in("bo")
    run_in_terminal_of(bo, "mine", 'touch "$HOME/boot-file" "$EASYMAKER_NOTEBOOK_HOME/data-file"')
    place = hub.directory / "notebooks/bo/mine"
    bo.start("mine")
    assert (place / "boot/boot-file").exists()
    assert (place / "easymaker/data-file").exists()
    assert (place / "boot/easymaker").resolve() == place / "easymaker"
    assert bo.in_notebook("easymaker/notebook", "mine").json()["scripts"][0]["state"] == "SUCCEEDED"
    bo.stop("mine")
    (place / "easymaker/cont-init.d/script").unlink()
    bo.start("mine")
    assert not (place / "boot/boot-file").exists()
    assert (place / "easymaker/data-file").exists()
    bo.stop("mine", remove=True)
    wait_for(lambda: not place.exists())


def test_failing_start_up_script_does_not_keep_a_notebook_from_starting(hub: RunningHub) -> None:
    cy = hub.sign_in("cy")
    run_in_terminal_of(cy, "", "echo broken >&2; exit 9")
    cy.start()
    try:
        (script,) = cy.in_notebook("easymaker/notebook").json()["scripts"]
        assert (script["state"], script["exitCode"], script["output"]) == ("FAILED", 9, "broken\n")
    finally:
        cy.stop()


def test_nobody_enters_anothers_notebook(hub: RunningHub) -> None:
    dee = hub.sign_in("dee")
    dee.start()
    try:
        eve = hub.sign_in("eve")
        assert eve.browser.get("/user/dee/easymaker/context").status_code in (403, 404)
        assert httpx.get(f"{hub.url}/user/dee/easymaker/context").status_code in (302, 403)
    finally:
        dee.stop()


def test_groups_are_projects_and_tokens_the_hubs(hub: RunningHub) -> None:
    fay = hub.sign_in("fay", "vision-password-only-tests-know").token()
    gus = hub.sign_in("gus").token()
    me = ask(hub, "users/me", fay).json()["user"]
    assert me["userId"] == "fay"
    assert sorted(each["appKey"] for each in me["projectList"]) == ["default", "vision"]
    assert ask(hub, "appkeys/vision/experiments", fay).status_code == 200
    assert ask(hub, "appkeys/vision/experiments", gus).status_code == 404
    assert ask(hub, "users", gus).status_code == 403
    admin = hub.sign_in("admin", ADMIN_PASSWORD).token()
    assert ask(hub, "appkeys/vision/experiments", admin).status_code == 200
    assert {each["userId"] for each in ask(hub, "users", admin).json()["userList"]} >= {"fay", "gus"}
    assert ask(hub, "users/me", "guessed").status_code == 401


def test_notebooks_token_ends_with_the_notebook(hub: RunningHub) -> None:
    hal = hub.sign_in("hal")
    run_in_terminal_of(hal, "", 'printf %s "$EASYMAKER_TOKEN" > "$EASYMAKER_NOTEBOOK_HOME/token"')
    hal.start()
    token = (hub.directory / "notebooks/hal/~default/easymaker/token").read_text()
    assert ask(hub, "users/me", token).json()["user"]["userId"] == "hal"
    hal.stop()
    wait_for(lambda: ask(hub, "users/me", token).status_code == 401, 60)


def test_notebooks_and_backend_survive_the_hub(hub: RunningHub) -> None:
    ivy = hub.sign_in("ivy")
    ivy.start()
    started = ivy.server()["started"]
    hub.kill()
    hub.start()
    ivy = hub.sign_in("ivy")
    try:
        assert ivy.server()["ready"]
        assert ivy.server()["started"] == started
        assert ivy.in_notebook("api/status").status_code == 200
        assert ask(hub, "users/me", ivy.token()).json()["user"]["userId"] == "ivy"
    finally:
        ivy.stop()
