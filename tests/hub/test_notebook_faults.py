"""What goes wrong with notebooks: hub, backend or server die at any moment; nothing is lost and nothing done twice."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psutil
import pytest

from tests.hub.conftest import ADMIN_PASSWORD, HURRIED, HubUser, RunningHub
from tests.hub.test_notebooks import processes_in
from tests.processes import with_words
from tests.waiting import wait_for

pytestmark = pytest.mark.hub


def backend_of(hub: RunningHub) -> psutil.Process:
    """Return the backend the hub has started."""
    return with_words("jupyter_easymaker.service.cli", str(hub.directory / "backend"))[0]


def kill_backend(hub: RunningHub) -> None:
    """Kill it; the hub, which looks every 30 seconds, starts it again."""
    killed = backend_of(hub)
    killed.kill()
    wait_for(lambda: is_dead(killed), 30)


def is_dead(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE  # until its parent looks
    except psutil.NoSuchProcess:
        return True


def answers(hub: RunningHub) -> bool:
    try:
        return httpx.get(f"{hub.backend_url}/health", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def start_up_script(user: HubUser, notebook_id: str, text: str) -> None:
    directory = user.directory_of(notebook_id) / "easymaker/cont-init.d"
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "script").write_text(f"#!/bin/sh\n{text}\n")
    (directory / "script").chmod(0o755)


def stopped_notebook(user: HubUser, name: str) -> str:
    notebook_id = user.create_notebook(name)
    user.wait_for_notebook(notebook_id, "ACTIVE")
    user.act(notebook_id, "stop")
    user.wait_for_notebook(notebook_id, "STOPPED")
    return notebook_id


def test_start_and_stop_survive_the_death_of_the_backend(hub: RunningHub) -> None:
    ida = hub.sign_in("ida")
    notebook_id = ida.create_notebook("crash")
    kill_backend(hub)
    wait_for(lambda: answers(hub), 90)
    ida.wait_for_notebook(notebook_id, "ACTIVE")
    assert len(processes_in(ida.directory_of(notebook_id))) == 1
    ida.act(notebook_id, "stop")
    kill_backend(hub)
    wait_for(lambda: answers(hub), 90)
    ida.wait_for_notebook(notebook_id, "STOPPED")
    assert not processes_in(ida.directory_of(notebook_id))
    ida.ask("DELETE", f"notebooks/{notebook_id}")


def test_start_is_done_once_when_the_hub_dies_in_the_middle(hub: RunningHub) -> None:
    joe = hub.sign_in("joe")
    notebook_id = stopped_notebook(joe, "half")
    directory = joe.directory_of(notebook_id)
    start_up_script(joe, notebook_id, 'while [ ! -e "$EASYMAKER_NOTEBOOK_HOME/go" ]; do sleep 0.1; done')
    joe.act(notebook_id, "start")
    running = "Running the start-up script script"
    wait_for(lambda: running in joe.notebook(notebook_id)["notebookStatusReason"], 60)
    hub.kill()
    try:
        waiting = "Waiting for the hub"
        # Nobody can be recognised without the hub but who was a moment ago.
        wait_for(lambda: waiting in joe.ask("GET", f"notebooks/{notebook_id}").text, 15)
    finally:
        hub.start()
    (directory / "easymaker/go").touch()
    joe = hub.sign_in("joe")
    joe.wait_for_notebook(notebook_id, "ACTIVE", 120)
    assert len(processes_in(directory)) == 1
    joe.ask("DELETE", f"notebooks/{notebook_id}")


def test_stop_waits_for_a_hub_that_hangs(hub: RunningHub) -> None:
    kay = hub.sign_in("kay")
    notebook_id = kay.create_notebook("patient")
    kay.wait_for_notebook(notebook_id, "ACTIVE")
    assert hub.process is not None
    hub.process.send_signal(signal.SIGSTOP)
    try:
        kay.act(notebook_id, "stop")
        wait_for(lambda: "Waiting for the hub" in kay.ask("GET", f"notebooks/{notebook_id}").text, 40, 0.5)
    finally:
        hub.process.send_signal(signal.SIGCONT)
    stopped = kay.wait_for_notebook(notebook_id, "STOPPED")
    assert stopped["notebookStatusReason"] == "Stopped on request."
    kay.ask("DELETE", f"notebooks/{notebook_id}")


@contextmanager
def slowed(hub: RunningHub) -> Iterator[None]:
    """Let the hub run a third of the time: everything it is asked takes seconds."""
    assert hub.process is not None
    process, over = hub.process, threading.Event()

    def slow() -> None:
        while not over.is_set():
            process.send_signal(signal.SIGSTOP)
            over.wait(1.0)
            process.send_signal(signal.SIGCONT)
            over.wait(0.5)

    slowing = threading.Thread(target=slow)
    slowing.start()
    try:
        yield
    finally:
        over.set()
        slowing.join()


def test_hub_that_is_slow_loses_no_action_and_does_none_twice(hub: RunningHub) -> None:
    nia = hub.sign_in("nia")
    notebook_id = nia.create_notebook("slow")
    with slowed(hub):
        nia.wait_for_notebook(notebook_id, "ACTIVE", 240)
        nia.act(notebook_id, "stop")
        nia.wait_for_notebook(notebook_id, "STOPPED", 240)
        nia.act(notebook_id, "start")
        nia.wait_for_notebook(notebook_id, "ACTIVE", 240)
    assert len(processes_in(nia.directory_of(notebook_id))) == 1
    assert len(re.findall(r"User nia:\S+ took \S+ seconds to start", hub.log())) == 2, "the hub tells of each start"
    nia.ask("DELETE", f"notebooks/{notebook_id}")


def test_hanging_start_up_script_is_ended_after_the_configured_time(hub: RunningHub) -> None:
    hank = hub.sign_in(HURRIED)
    notebook_id = stopped_notebook(hank, "hanging")
    start_up_script(hank, notebook_id, "echo begun; sleep 600")
    hank.act(notebook_id, "start")
    hank.wait_for_notebook(notebook_id, "ACTIVE")
    (script,) = hank.ask("GET", f"notebooks/{notebook_id}/inside").json()["inside"]["scriptList"]
    assert (script["name"], script["state"], script["exitCode"]) == ("script", "TIMED_OUT", 124)
    hank.ask("DELETE", f"notebooks/{notebook_id}")


def test_deletion_survives_the_death_of_the_backend(hub: RunningHub) -> None:
    ora = hub.sign_in("ora")
    notebook_id = ora.create_notebook("goes")
    ora.wait_for_notebook(notebook_id, "ACTIVE")
    directory = ora.directory_of(notebook_id)
    assert ora.ask("DELETE", f"notebooks/{notebook_id}").status_code == 200
    kill_backend(hub)
    wait_for(lambda: answers(hub), 90)
    wait_for(lambda: ora.ask("GET", f"notebooks/{notebook_id}").status_code == 404, 60)
    wait_for(lambda: not directory.exists())
    assert not processes_in(directory)


def test_start_that_fails_says_why_and_can_be_asked_again(hub: RunningHub) -> None:
    lea = hub.sign_in("lea")
    notebook_id = stopped_notebook(lea, "broken")
    directory = lea.directory_of(notebook_id)
    # Where the home is to be made lies something that cannot be taken away.
    start_up_script(lea, notebook_id, 'kill -9 "$PPID"')
    lea.act(notebook_id, "start")
    failed = lea.wait_for_notebook(notebook_id, "START_FAILED")
    assert "ended with exit status -9" in failed["notebookStatusReason"]
    (directory / "easymaker/cont-init.d/script").unlink()
    lea.act(notebook_id, "start")
    lea.wait_for_notebook(notebook_id, "ACTIVE")
    lea.ask("DELETE", f"notebooks/{notebook_id}")


def test_notebook_belongs_to_its_owner(hub: RunningHub) -> None:
    max_ = hub.sign_in("max")
    notebook_id = max_.create_notebook("mine")
    max_.wait_for_notebook(notebook_id, "ACTIVE")
    ned = hub.sign_in("ned")
    seen = ned.notebook(notebook_id)
    assert (seen["openable"], seen["notebookAccessUri"]) == (False, "")
    for method, path in (("PUT", "stop"), ("PUT", "reboot"), ("DELETE", "")):
        assert ned.ask(method, f"notebooks/{notebook_id}/{path}".rstrip("/")).status_code == 403
    assert ned.ask("PUT", f"notebooks/{notebook_id}", json={"notebookName": "ours"}).status_code == 403
    assert ned.ask("GET", f"notebooks/{notebook_id}", appkey="vision").status_code == 404
    assert ned.browser.get(f"{max_.notebook(notebook_id)['notebookAccessUri']}").status_code in (403, 404)
    again = max_.ask("PUT", f"notebooks/{notebook_id}/start")
    assert (again.status_code, "runs already" in again.text) == (409, True)
    running = max_.ask("PUT", f"notebooks/{notebook_id}/flavor", json={"flavorId": "c1m1"})
    assert (running.status_code, "stop it before" in running.text) == (409, True)
    admin = hub.sign_in("admin", ADMIN_PASSWORD)
    assert admin.notebook(notebook_id)["openable"] is True
    assert admin.ask("DELETE", f"notebooks/{notebook_id}").status_code == 200
    wait_for(lambda: max_.ask("GET", f"notebooks/{notebook_id}").status_code == 404, 60)
