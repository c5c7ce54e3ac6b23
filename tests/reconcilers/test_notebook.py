"""Notebooks step by step, over a real store and a hub that fails when it is told to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jupyter_easymaker.engines.hub import HubError, HubRefused, HubUnavailable, Outcome
from jupyter_easymaker.reconcilers.notebook import reconcile_notebook
from jupyter_easymaker.reconcilers.notebook_state import next_step
from jupyter_easymaker.resources.base import new_id
from jupyter_easymaker.resources.flavor import Flavor
from jupyter_easymaker.resources.image import Image
from jupyter_easymaker.resources.notebook import NotebookCreate, NotebookStatus
from jupyter_easymaker.store import notebooks
from jupyter_easymaker.store.database import Database
from jupyter_easymaker.store.hub_tables import NotebookRow
from tests.playing_hub import PlayingHub


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path}/store.db")
    made.migrate()
    yield made
    made.close()


class Notebook:
    """A notebook, its hub, and the steps in between."""

    def __init__(self, database: Database, idle_minutes: int = 0) -> None:
        self.database = database
        self.hub = PlayingHub()
        with database.session() as session:
            row = notebooks.insert(
                session,
                appkey="p",
                spec=NotebookCreate(notebook_name="n", image_id="i", flavor_id="f"),
                owner="ada",
                flavor=Flavor(id="f", name="f", vcpus=1, ram=1024, idle_minutes=idle_minutes),
                image=Image(image_id="i", image_name="i"),
            )
        self.id, self.name = row.id, row.server_name

    @property
    def row(self) -> NotebookRow:
        with self.database.reading() as session:
            return session.get_one(NotebookRow, self.id)

    @property
    def there(self) -> bool:
        with self.database.reading() as session:
            return session.get(NotebookRow, self.id) is not None

    def step(self) -> None:
        """One look of the loop: what fails is tried again by the next."""
        try:
            server = self.hub.users()["ada"].servers.get(self.name)
            reconcile_notebook(self.database, self.hub, self.id, server)
        except HubError:
            return

    def until(self, status: NotebookStatus, steps: int = 30) -> NotebookRow:
        for _ in range(steps):
            if self.there and self.row.status == status:
                return self.row
            self.step()
            self.hub.go_on()
        raise AssertionError(f"{self.row.status} ({self.row.status_reason}), not {status}")

    def ask(self, status: NotebookStatus) -> None:
        phase = notebooks.STARTING if status is NotebookStatus.START_IN_PROGRESS else notebooks.STOPPING
        columns = {"phase": phase, "attempts": 0, "action_id": new_id()}
        if phase == notebooks.STOPPING:
            columns["incarnation"] = ""
        with self.database.session() as session:
            row = session.get_one(NotebookRow, self.id)
            assert notebooks.transition(session, row, status, reason="", **columns)


@pytest.fixture
def notebook(database: Database) -> Notebook:
    return Notebook(database)


class PowerCut(BaseException):
    """The process is gone: nothing after this line happens."""


def cut(call: str, times: int = 1) -> Callable[[str], None]:
    """Return what dies at the first calls of a kind."""
    left = [times]

    def fail(made: str) -> None:
        if made == call and left[0] > 0:
            left[0] -= 1
            raise PowerCut

    return fail


@pytest.mark.parametrize("moment", ["before", "after"])
def test_power_cut_around_a_call_does_nothing_twice(notebook: Notebook, moment: str) -> None:
    whole_life = [
        (NotebookStatus.CREATE_REQUESTED, "start", NotebookStatus.ACTIVE),
        (NotebookStatus.REBOOT_IN_PROGRESS, "stop", NotebookStatus.ACTIVE),
        (NotebookStatus.STOP_IN_PROGRESS, "stop", NotebookStatus.STOPPED),
        (NotebookStatus.START_IN_PROGRESS, "start", NotebookStatus.ACTIVE),
    ]
    for asked, call, ends in whole_life:
        if asked is not NotebookStatus.CREATE_REQUESTED:
            notebook.ask(asked)
        setattr(notebook.hub, moment, cut(call))
        with pytest.raises(PowerCut):
            notebook.until(ends)
        notebook.until(ends)
    assert [what for what, _ in notebook.hub.done] == ["start", "stop", "start", "stop", "start"]
    notebook.ask(NotebookStatus.DELETE_IN_PROGRESS)
    setattr(notebook.hub, moment, cut("remove"))
    for _ in range(10):
        try:
            notebook.step()
        except PowerCut:
            continue
    assert not notebook.there
    assert not notebook.hub.servers


def test_hub_that_is_down_is_waited_for_and_said_so(notebook: Notebook) -> None:
    def down(call: str) -> None:
        if call == "start":
            raise HubUnavailable("it does not answer")

    notebook.hub.before = down
    for _ in range(20):  # longer than it may refuse
        notebook.step()
    assert notebook.row.status == NotebookStatus.CREATE_IN_PROGRESS
    assert notebook.row.status_reason == "Waiting for the hub: it does not answer."
    notebook.hub.before = lambda _call: None
    assert notebook.until(NotebookStatus.ACTIVE).status_reason == ""
    assert notebook.hub.done == [("start", notebook.name)]


@pytest.mark.parametrize(
    ("asked", "call", "failed"),
    [
        (None, "start", NotebookStatus.CREATE_FAILED),
        (NotebookStatus.STOP_IN_PROGRESS, "stop", NotebookStatus.STOP_FAILED),
        (NotebookStatus.REBOOT_IN_PROGRESS, "stop", NotebookStatus.REBOOT_FAILED),
        (NotebookStatus.DELETE_IN_PROGRESS, "remove", NotebookStatus.DELETE_FAILED),
    ],
)
def test_hub_that_refuses_makes_the_action_fail_with_its_words(
    notebook: Notebook, asked: NotebookStatus | None, call: str, failed: NotebookStatus
) -> None:
    if asked is not None:
        notebook.until(NotebookStatus.ACTIVE)
        notebook.ask(asked)

    def refuse(made: str) -> None:
        if made == call:
            raise HubRefused(500, "no room")

    notebook.hub.before = refuse
    row = notebook.until(failed)
    assert "no room" in row.status_reason
    notebook.step()
    assert notebook.row.status == failed, "it stays until somebody asks again"


def test_start_that_failed_is_not_tried_again_by_itself(notebook: Notebook) -> None:
    notebook.hub.error = "The image cannot be pulled."
    row = notebook.until(NotebookStatus.CREATE_FAILED)
    assert row.status_reason == "The image cannot be pulled."
    assert len(notebook.hub.done) == 1
    notebook.hub.error = ""
    notebook.ask(NotebookStatus.START_IN_PROGRESS)
    notebook.until(NotebookStatus.ACTIVE)


def test_reboot_seen_late_by_another_backend_stops_nothing_twice(notebook: Notebook) -> None:
    notebook.until(NotebookStatus.ACTIVE)
    notebook.ask(NotebookStatus.REBOOT_IN_PROGRESS)
    old = notebook.hub.users()["ada"].servers[notebook.name]
    while notebook.row.phase != notebooks.STARTING:
        notebook.step()
        notebook.hub.go_on()
    reconcile_notebook(notebook.database, notebook.hub, notebook.id, old)
    assert notebook.row.status == NotebookStatus.REBOOT_IN_PROGRESS, "the old server is not the new one"
    notebook.until(NotebookStatus.ACTIVE)
    assert [what for what, _ in notebook.hub.done] == ["start", "stop", "start"]


def test_notebook_nobody_uses_is_stopped_after_the_time_of_its_instance_type(database: Database) -> None:
    notebook = Notebook(database, idle_minutes=30)
    notebook.until(NotebookStatus.ACTIVE)
    now = datetime.now(UTC)
    server = notebook.hub.users()["ada"].servers[notebook.name]
    used = replace(server, last_activity=now - timedelta(minutes=29))
    assert next_step(notebook.row, used, now).status is None
    idle = next_step(notebook.row, replace(server, last_activity=now - timedelta(minutes=31)), now)
    assert idle.status is NotebookStatus.STOP_IN_PROGRESS
    assert "30 minutes" in (idle.reason or "")
    notebook.hub.servers["ada", notebook.name] = replace(server, last_activity=now - timedelta(minutes=31))
    assert "Nobody used it for 30 minutes" in notebook.until(NotebookStatus.STOPPED).status_reason


def test_server_that_ended_by_itself_is_shown_as_stopped_with_its_exit_status(notebook: Notebook) -> None:
    notebook.until(NotebookStatus.ACTIVE)
    key = ("ada", notebook.name)
    ended = replace(notebook.hub.servers[key], ready=False, started="", outcome=Outcome("x", exit_status=-9))
    notebook.hub.servers[key] = ended
    assert "exit status -9" in notebook.until(NotebookStatus.STOPPED).status_reason


def test_server_deleted_at_the_hub_is_forgotten_but_not_when_the_hub_forgot_everything(notebook: Notebook) -> None:
    notebook.until(NotebookStatus.ACTIVE)
    notebook.hub.servers.clear()
    notebook.hub.created = datetime.now(UTC) + timedelta(seconds=5)  # its database is younger than the notebook
    notebook.step()
    assert notebook.there
    notebook.hub.created -= timedelta(days=1)
    notebook.step()
    assert not notebook.there
