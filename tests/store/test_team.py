"""What a team shares, on both stores: notebooks, who did what, who used how much, quotas."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from jupyter_easymaker.resources.base import now
from jupyter_easymaker.resources.flavor import Flavor
from jupyter_easymaker.resources.image import Image
from jupyter_easymaker.resources.notebook import NotebookCreate, NotebookStatus
from jupyter_easymaker.resources.quota import Held, Quota
from jupyter_easymaker.store import audit, notebooks, quotas, usage, users
from jupyter_easymaker.store.actor import ACTOR, Actor
from jupyter_easymaker.store.database import Database
from jupyter_easymaker.store.hub_tables import NotebookRow


def add(database: Database, name: str = "n", owner: str = "ada", **settings: str) -> NotebookRow:
    with database.session() as session:
        return notebooks.insert(
            session,
            appkey="p",
            spec=NotebookCreate(notebook_name=name, image_id="i", flavor_id="f"),
            owner=owner,
            flavor=Flavor(id="f", name="f", vcpus=2, ram=2048),
            image=Image(image_id="i", image_name="i"),
            **settings,
        )


def test_server_is_one_notebook_until_it_is_forgotten(database: Database) -> None:
    row = add(database, server_name="s")
    with pytest.raises(IntegrityError):
        add(database, server_name="s")
    add(database, owner="bo", server_name="s")
    with database.session() as session:
        found = notebooks.by_server(session, "ada", "s", lock=True)
        assert found is not None
        assert notebooks.forget(session, found)
    with database.reading() as session:
        assert session.get(NotebookRow, row.id) is None
    add(database, server_name="s")


def test_change_of_what_somebody_else_changed_is_refused(database: Database) -> None:
    row = add(database)
    with database.session() as session:
        current = session.get_one(NotebookRow, row.id)
        assert notebooks.transition(session, current, NotebookStatus.CREATE_IN_PROGRESS)
    with database.session() as session:
        assert not notebooks.transition(session, row, NotebookStatus.CREATE_FAILED)


def test_use_of_a_notebook_is_what_its_starts_held(database: Database) -> None:
    row = add(database)
    begin = now() - timedelta(hours=10)
    with database.session() as session:
        current = session.get_one(NotebookRow, row.id)
        notebooks.transition(session, current, NotebookStatus.CREATE_IN_PROGRESS)
        notebooks.transition(session, current, NotebookStatus.ACTIVE, started_at=begin)
        notebooks.transition(session, current, None, started_at=begin)  # said twice
    with database.reading() as session:
        used = usage.total(session, begin, begin + timedelta(hours=4))["p", "ada"]
    assert (used.cpu_hours, used.memory_gib_hours, used.gpu_hours) == (8.0, 8.0, 0.0)
    with database.session() as session:
        assert notebooks.forget(session, session.get_one(NotebookRow, row.id))
    with database.reading() as session:
        later = now() + timedelta(hours=100)
        assert usage.total(session, begin, later)["p", "ada"].cpu_hours == pytest.approx(20, abs=0.1)
        assert usage.total(session, later, later + timedelta(hours=1)) == {}


def break_off(database: Database) -> None:
    with database.session() as session:
        audit.record(session, appkey="p", resource_id="lost")
        raise RuntimeError


def test_entry_is_there_only_with_what_it_is_about(database: Database) -> None:
    token = ACTOR.set(Actor("ada", "create_notebook"))
    try:
        with pytest.raises(RuntimeError):
            break_off(database)
        ACTOR.set(Actor("ada", "create_notebook"))
        row = add(database)
    finally:
        ACTOR.reset(token)
    add(database, owner="bo")  # nobody asked
    with database.reading() as session:
        entries, total = audit.page(session, number=1, size=10)
    assert total == 1
    assert (entries[0].user_id, entries[0].resource_id, entries[0].detail["action"]) == ("ada", row.id, "CREATED")


def test_quota_is_kept_and_what_is_held_counted(database: Database) -> None:
    with database.session() as session:
        users.ensure_project(session, "p", "p")
    add(database)
    with database.session() as session:
        quotas.put(session, "p", Quota.model_validate({"vcpus": 4}))
        quotas.put(session, "p", Quota.model_validate({"vcpus": 5, "gpus": 0}))
    with database.session() as session:
        assert quotas.get(session, "p", lock=True).model_dump(exclude_none=True) == {"vcpus": 5, "gpus": 0}
        assert quotas.get(session, "q", lock=True) == Quota.model_validate({})
        assert quotas.held(session, "p") == Held(2, 2048, 0, 1, 100)
