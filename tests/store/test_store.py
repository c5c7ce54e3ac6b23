"""The store's promises: guarded changes, ordered events, total paging, projects apart."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from jupyter_easymaker.resources.experiment import ExperimentStatus
from jupyter_easymaker.resources.training import TrainingStatus
from jupyter_easymaker.store import events, experiments, trainings, users
from jupyter_easymaker.store.database import Database
from jupyter_easymaker.store.tables import Base, ExperimentRow, TrainingRow, UserRow
from tests.store.rows import add_experiment, add_training, insert_training


def test_migrations_make_exactly_the_tables_the_code_knows(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_change_is_refused_when_somebody_was_faster(database: Database) -> None:
    experiment = add_experiment(database)
    with database.reading() as session:
        stale = session.get_one(ExperimentRow, experiment.id)
    with database.session() as session:
        assert experiments.transition(session, experiment, ExperimentStatus.CREATE_IN_PROGRESS)
    with database.session() as session:
        assert not experiments.transition(session, stale, ExperimentStatus.CREATE_FAILED, reason="late")
    with database.reading() as session:
        assert session.get_one(ExperimentRow, experiment.id).status == "CREATE_IN_PROGRESS"


def test_of_many_at_once_exactly_one_change_is_written(database: Database) -> None:
    training = add_training(database, add_experiment(database))
    barrier = threading.Barrier(6)

    def attempt(_number: int) -> bool:
        with database.reading() as session:
            row = session.get_one(TrainingRow, training.id)
        barrier.wait()
        with database.session() as session:
            return trainings.transition(session, row, TrainingStatus.CREATE_IN_PROGRESS)

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(attempt, range(6))) == 1


def test_status_that_cannot_follow_is_an_error(database: Database) -> None:
    training = add_training(database, add_experiment(database))
    with pytest.raises(ValueError, match="cannot become COMPLETE"), database.session() as session:
        trainings.transition(session, training, TrainingStatus.COMPLETE)


def test_failed_transaction_leaves_neither_change_nor_event(database: Database) -> None:
    experiment = add_experiment(database)
    experiment_id = experiment.id
    told: list[int] = []
    database.on_change(lambda: told.append(1))

    def fail_in_the_middle() -> None:
        with database.session() as session:
            experiments.transition(session, experiment, ExperimentStatus.CREATE_IN_PROGRESS)
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        fail_in_the_middle()
    with database.reading() as session:
        assert session.get_one(ExperimentRow, experiment_id).status == "CREATE_REQUESTED"
        assert len(events.since(session, "p", 0)) == 1
    assert told == []


def test_events_come_in_order_and_only_the_projects_own(database: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: add_experiment(database, f"e{number}"), range(20)))
    add_experiment(database, appkey="other")
    with database.reading() as session:
        mine = events.since(session, "p", 0)
        assert len(mine) == 20
        assert [event.event_id for event in mine] == sorted(event.event_id for event in mine)
        assert events.since(session, "p", mine[9].event_id)[0].event_id == mine[10].event_id


def test_experiment_name_is_free_again_after_its_deletion(database: Database) -> None:
    experiment = add_experiment(database)
    with pytest.raises(IntegrityError):
        add_experiment(database)
    add_experiment(database, appkey="other")
    with database.session() as session:
        assert experiments.mark_deleted(session, experiment)
    add_experiment(database)


def test_deleted_training_is_hidden_until_it_is_purged(database: Database) -> None:
    experiment = add_experiment(database)
    training = add_training(database, experiment)
    with database.session() as session:
        assert trainings.mark_deleted(session, training)
    with database.session() as session:
        assert trainings.get(session, "p", training.id) is None
        assert trainings.page(session, "p") == ([], 0)
        (row,) = trainings.deleted(session)
        experiments.purge(session, experiment)  # still has a training: stays
        trainings.purge(session, row)
    with database.reading() as session:
        assert session.get(TrainingRow, training.id) is None
        assert session.get(ExperimentRow, experiment.id) is not None


def test_token_is_kept_as_a_hash_and_replaced_by_a_new_one(database: Database) -> None:
    with database.session() as session:
        old = users.create_user(session, "ann", is_admin=False)
        new = users.create_user(session, "ann", is_admin=False)
    with database.reading() as session:
        assert users.by_token(session, old) is None
        ann = users.by_token(session, new)
        assert ann is not None
        assert new not in session.get_one(UserRow, "ann").token_hash
        assert not users.is_member(session, "p", ann)
    with database.session() as session:
        users.ensure_project(session, "p", "P")
        users.ensure_member(session, "p", "ann")
    with database.reading() as session:
        assert users.is_member(session, "p", users.get(session, "ann"))
        assert [project.appkey for project in users.projects_of(session, users.get(session, "ann"))] == ["p"]


@pytest.mark.parametrize("first", ["deletion", "addition"])
def test_what_belongs_to_a_resource_is_never_added_while_it_is_deleted(database: Database, first: str) -> None:
    """Whoever comes second waits, and then sees what the first one did."""
    experiment = add_experiment(database)
    looked, done = threading.Event(), threading.Event()

    def second() -> tuple[bool, int]:
        looked.wait()
        with database.session() as session:
            row = experiments.get(session, "p", experiment.id, lock=True)
            seen = row is not None, experiments.training_counts(session, [experiment.id]).get(experiment.id, 0)
            assert done.is_set()
            return seen

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(second)
        with database.session() as session:
            row = experiments.get(session, "p", experiment.id, lock=True)
            assert row is not None
            looked.set()
            if first == "deletion":
                assert experiments.mark_deleted(session, row)
            else:
                insert_training(session, row)
            assert not waiting.done()
            done.set()
        assert waiting.result(10) == ((False, 0) if first == "deletion" else (True, 1))


def test_only_what_is_derived_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    normal, full = 1, 2
    database = Database(f"sqlite:///{tmp_path}/store.db")
    with closing(database):
        for derived, expected in ((False, full), (True, normal), (False, full)):  # on one connection of the pool
            with database.session(derived=derived) as session:
                assert session.scalar(text("PRAGMA synchronous")) == expected


def test_reading_waits_for_no_writer(database: Database) -> None:
    experiment = add_experiment(database)
    with database.session() as session:
        assert experiments.transition(session, experiment, ExperimentStatus.CREATE_IN_PROGRESS)
        with database.reading() as other:
            assert other.get_one(ExperimentRow, experiment.id).status == "CREATE_REQUESTED"


def test_events_are_pruned_but_the_newest_are_kept(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_KEPT", 5)
    monkeypatch.setattr(events, "_PRUNE_EVERY", 10)
    for number in range(20):
        add_experiment(database, f"e{number}")
    with database.reading() as session:
        last = events.last_id(session)
        kept = events.since(session, "p", 0)
        assert events.first_id(session) == kept[0].event_id
    assert kept[-1].event_id == last
    assert 5 <= len(kept) < 20
    assert [event.event_id for event in kept] == list(range(kept[0].event_id, last + 1))
