"""Notebooks through the backend's API, on a real hub: their life, and that the hub's own page shows the same."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil
import pytest

from tests.hub.conftest import HubUser, RunningHub
from tests.waiting import wait_for

pytestmark = pytest.mark.hub


def server_of(user: HubUser, notebook_id: str) -> dict[str, object]:
    return user.server(user.directory_of(notebook_id).name)


def processes_in(directory: Path) -> list[psutil.Process]:
    """Return the notebook servers of a directory."""
    found = []
    for process in psutil.process_iter():
        try:
            ours = process.environ().get("EASYMAKER_NOTEBOOK_DIRECTORY") == str(directory)
            if ours and "jupyterhub.singleuser" in " ".join(process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found


def test_notebook_lives_from_creation_to_deletion(hub: RunningHub) -> None:
    ada = hub.sign_in("nora")
    notebook_id = ada.create_notebook("My  lab", tagList=[{"tagKey": "team", "tagValue": "vision"}])
    made = ada.wait_for_notebook(notebook_id, "ACTIVE")
    assert (made["notebookHealthCode"], made["openable"], made["owner"]) == ("HEALTHY", True, "nora")
    name = ada.directory_of(notebook_id).name
    assert made["notebookAccessUri"] == f"/user/nora/{name}/lab"
    assert ada.server(name)["display_name"] == "My lab"
    assert ada.in_notebook("api/status", name).status_code == 200
    directory = ada.directory_of(notebook_id)
    (directory / "easymaker/kept").write_text("1")
    (directory / "boot/lost").write_text("1")
    (server,) = processes_in(directory)
    assert len(server.cpu_affinity()) == 1, "the instance type has one CPU"
    url = f"notebooks/{notebook_id}/monitoring"
    shown = wait_for(lambda: (found := ada.ask("GET", url).json()["monitoring"])["available"] and found, 30)
    metrics = {each["metric"] for each in shown["instanceList"][0]["seriesList"]}
    assert {"cpu", "memory", "disk_used"} <= metrics

    ada.act(notebook_id, "reboot")
    first = made["startedDatetime"]
    wait_for(lambda: ada.notebook(notebook_id)["startedDatetime"] not in (None, first), 90)
    ada.wait_for_notebook(notebook_id, "ACTIVE")
    assert (directory / "easymaker/kept").exists()
    assert not (directory / "boot/lost").exists()

    ada.act(notebook_id, "stop")
    stopped = ada.wait_for_notebook(notebook_id, "STOPPED")
    assert stopped["notebookStatusReason"] == "Stopped on request."
    assert ada.ask("GET", url).json()["monitoring"]["available"] is False
    assert stopped["notebookAccessUri"] == ""
    changed = ada.ask("PUT", f"notebooks/{notebook_id}/flavor", json={"flavorId": "c2m4"})
    assert changed.json()["notebook"]["flavor"]["id"] == "c2m4"
    ada.ask("PUT", f"notebooks/{notebook_id}", json={"notebookName": "Renamed"})
    wait_for(lambda: ada.server(name)["display_name"] == "Renamed")
    ada.act(notebook_id, "start")
    ada.wait_for_notebook(notebook_id, "ACTIVE")
    (server,) = processes_in(directory)
    assert server.environ()["MEM_LIMIT"] == str(4 * 1024**3)

    answer = ada.ask("DELETE", f"notebooks/{notebook_id}")
    assert answer.json()["notebook"]["notebookStatusCode"] == "DELETE_IN_PROGRESS"
    wait_for(lambda: ada.ask("GET", f"notebooks/{notebook_id}").status_code == 404, 60)
    assert ada.server(name) == {}
    assert not directory.exists()


def test_server_of_the_hubs_own_page_is_a_notebook_too(hub: RunningHub) -> None:
    ben = hub.sign_in("ben")
    ben.start("from-hub")
    (notebook,) = ben.ask("GET", "notebooks", params={"ownerList": "ben"}).json()["notebookList"]
    notebook_id = notebook["notebookId"]
    assert notebook["notebookName"] == "from-hub"
    ben.wait_for_notebook(notebook_id, "ACTIVE")
    ben.stop("from-hub")
    stopped = ben.wait_for_notebook(notebook_id, "STOPPED")
    assert stopped["notebookStatusReason"] == "Stopped at the hub."
    ben.start("from-hub")
    ben.wait_for_notebook(notebook_id, "ACTIVE")
    ben.stop("from-hub", remove=True)
    wait_for(lambda: ben.ask("GET", f"notebooks/{notebook_id}").status_code == 404, 60)


def test_server_killed_behind_our_back_is_shown_as_stopped_and_starts_again(hub: RunningHub) -> None:
    cleo = hub.sign_in("cleo")
    notebook_id = cleo.create_notebook("killed")
    cleo.wait_for_notebook(notebook_id, "ACTIVE")
    (server,) = processes_in(cleo.directory_of(notebook_id))
    server.kill()
    stopped = cleo.wait_for_notebook(notebook_id, "STOPPED")
    assert "exit status -9" in stopped["notebookStatusReason"]
    cleo.act(notebook_id, "start")
    cleo.wait_for_notebook(notebook_id, "ACTIVE")
    cleo.ask("DELETE", f"notebooks/{notebook_id}")


def test_server_that_does_not_answer_is_unhealthy_until_it_does(hub: RunningHub) -> None:
    dana = hub.sign_in("dana")
    notebook_id = dana.create_notebook("frozen")
    dana.wait_for_notebook(notebook_id, "ACTIVE")
    (server,) = processes_in(dana.directory_of(notebook_id))
    os.kill(server.pid, signal.SIGSTOP)
    try:
        wait_for(lambda: dana.notebook(notebook_id)["notebookHealthCode"] == "UNHEALTHY", 60)
        assert "does not answer" in dana.notebook(notebook_id)["notebookStatusReason"]
    finally:
        os.kill(server.pid, signal.SIGCONT)
    wait_for(lambda: dana.notebook(notebook_id)["notebookHealthCode"] == "HEALTHY", 60)
    assert dana.notebook(notebook_id)["notebookStatusReason"] == ""
    dana.ask("DELETE", f"notebooks/{notebook_id}")


def test_nas_and_start_up_scripts_are_there_and_shown(hub: RunningHub) -> None:
    eli = hub.sign_in("eli")
    nas = hub.directory / "backend/nas/local/shared/pictures"
    nas.mkdir(parents=True, exist_ok=True)
    (nas / "cat.txt").write_text("meow")
    refused = eli.ask(
        "POST",
        "notebooks",
        json={
            "notebookName": "n",
            "imageId": "local-cpu-python-notebook",
            "flavorId": "c1m2",
            "nasList": [{"mountDirectoryName": "p", "nasUri": "nas://local:/nowhere"}],
        },
    )
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "nasList.0.nasUri")
    mount = {"mountDirectoryName": "pictures", "nasUri": "nas://local:/shared/pictures"}
    notebook_id = eli.create_notebook("mounted", nasList=[mount])
    eli.wait_for_notebook(notebook_id, "ACTIVE")
    directory = eli.directory_of(notebook_id)
    (directory / "boot/pictures/dog.txt").write_text("woof")
    scripts = directory / "easymaker/cont-init.d"
    for name, text in {
        "10-see": "cat $HOME/pictures/cat.txt > $EASYMAKER_NOTEBOOK_HOME/seen",
        "20-fail": "exit 3",
    }.items():
        (scripts / name).write_text(f"#!/bin/sh\n{text}\n")
        (scripts / name).chmod(0o755)
    eli.act(notebook_id, "reboot")
    wait_for(lambda: (directory / "easymaker/seen").exists(), 60)
    eli.wait_for_notebook(notebook_id, "ACTIVE")
    assert (directory / "easymaker/seen").read_text() == "meow"
    inside = eli.ask("GET", f"notebooks/{notebook_id}/inside").json()["inside"]
    found = [(script["name"], script["state"], script["exitCode"]) for script in inside["scriptList"]]
    assert found == [("10-see", "SUCCEEDED", 0), ("20-fail", "FAILED", 3)]
    assert hub.sign_in("fay2").ask("GET", f"notebooks/{notebook_id}/inside").status_code == 403
    eli.ask("DELETE", f"notebooks/{notebook_id}")
    wait_for(lambda: not directory.exists(), 60)
    assert (nas / "dog.txt").read_text() == "woof", "a NAS stays"
