"""The look at all notebooks: what it costs does not grow with those there is nothing to do for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from jupyter_easymaker.engines.hub import HubServer, HubUser
from jupyter_easymaker.reconcilers.notebook_loop import NotebookLoop
from jupyter_easymaker.resources.flavor import Flavor
from jupyter_easymaker.resources.image import Image
from jupyter_easymaker.resources.notebook import NotebookCreate, NotebookStatus
from jupyter_easymaker.store import notebooks
from jupyter_easymaker.store.database import Database
from tests.playing_hub import PlayingHub
from tests.waiting import wait_for


class Watched:
    """A hub with stopped servers, their notebooks, and the loop that looks at them."""

    def __init__(self, place: Path, number: int) -> None:
        self.database = Database(f"sqlite:///{place}/{number}.db")
        self.database.migrate()
        self.hub = PlayingHub()
        for name in (f"s{index}" for index in range(number)):
            self.hub.servers["ada", name] = HubServer("ada", name, display_name=name, path=f"/user/ada/{name}/")
        self.loop = NotebookLoop(self.database, self.hub, self._adopt, every_seconds=0)
        wait_for(self._settled)

    def _adopt(self, user: HubUser, server: HubServer) -> None:
        with self.database.session() as session:
            notebooks.insert(
                session,
                appkey="p",
                spec=NotebookCreate(notebook_name=server.name, image_id="i", flavor_id="f"),
                owner=user.name,
                flavor=Flavor(id="f", name="f", vcpus=1, ram=1024),
                image=Image(image_id="i", image_name="i"),
                server_name=server.name,
                status=NotebookStatus.STOPPED,
                phase="",
            )

    def _settled(self) -> bool:
        self.loop.look()
        with self.database.reading() as session:
            rows = notebooks.all_live(session)
        return len(rows) == len(self.hub.servers) and all("accessPath" in row.observed for row in rows)

    @contextmanager
    def counted(self) -> Iterator[list[str]]:
        """Yield a list that the statements sent to the database go into."""
        sent: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            sent.append(statement)

        event.listen(self.database.engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(self.database.engine, "before_cursor_execute", note)

    def status(self, name: str) -> str:
        with self.database.reading() as session:
            row = notebooks.by_server(session, "ada", name)
        assert row is not None
        return str(row.status)

    def close(self) -> None:
        self.loop.close()
        self.database.close()


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    made = Watched(tmp_path, 30)
    yield made
    made.close()


def test_look_at_many_notebooks_reads_once_and_writes_nothing_when_nothing_changed(watched: Watched) -> None:
    wait_for(lambda: not watched.loop._held)
    watched.loop.look()
    with watched.counted() as sent:
        watched.loop.look()
        assert not watched.loop._held
    assert len([each for each in sent if each.startswith(("SELECT", "UPDATE", "INSERT"))]) == 1, sent


def test_look_sees_what_changed_at_the_hub_and_in_the_store(watched: Watched) -> None:
    server = watched.hub.servers["ada", "s3"]
    started = replace(server, ready=True, started="2026-01-01T00:00:00+00:00")
    watched.hub.servers["ada", "s3"] = started
    wait_for(lambda: watched.loop.look() >= 0 and watched.status("s3") == "ACTIVE")
    with watched.database.session() as session:  # as another backend does
        row = notebooks.by_server(session, "ada", "s4")
        assert row is not None
        starting = NotebookStatus.START_IN_PROGRESS
        assert notebooks.transition(session, row, starting, phase=notebooks.STARTING, action_id="a")
    wait_for(lambda: watched.loop.look() >= 0 and watched.hub.done == [("start", "s4")])
    watched.hub.go_on()
    wait_for(lambda: watched.loop.look() >= 0 and watched.status("s4") == "ACTIVE")
    assert watched.hub.done == [("start", "s4")]


def test_server_deleted_at_the_hub_is_forgotten_by_the_next_looks(watched: Watched) -> None:
    watched.hub.created = watched.hub.created.replace(year=2000)
    del watched.hub.servers["ada", "s5"]

    def forgotten() -> bool:
        watched.loop.look()
        with watched.database.reading() as session:
            return notebooks.by_server(session, "ada", "s5") is None

    wait_for(forgotten)
    with watched.database.reading() as session:
        assert len(notebooks.all_live(session)) == 29
