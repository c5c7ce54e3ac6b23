"""Lists: whole, in order, and as fast with many rows as with few."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, insert, text

from jupyter_easymaker.resources.base import new_id, now
from jupyter_easymaker.store import resource_queries, trainings
from jupyter_easymaker.store.database import Database
from jupyter_easymaker.store.tables import TrainingRow
from tests.store.rows import add_experiment, add_training


def test_pages_neither_overlap_nor_skip(database: Database) -> None:
    experiment = add_experiment(database)
    made = {add_training(database, experiment, f"t{number % 3}").id for number in range(25)}
    seen: list[str] = []
    for number in range(1, 5):
        with database.reading() as session:
            rows, total = trainings.page(session, "p", sort="trainingName", number=number, size=7)
        assert total == 25
        seen += [row.id for row in rows]
    assert len(seen) == len(set(seen)) == 25
    assert set(seen) == made


def test_search_takes_wildcards_literally_and_ignores_case(database: Database) -> None:
    experiment = add_experiment(database)
    add_training(database, experiment, "100%_Done")
    add_training(database, experiment, "1000 done")
    with database.reading() as session:
        rows, total = trainings.page(session, "p", search="0%_d")
    assert (total, rows[0].name) == (1, "100%_Done")


@pytest.mark.parametrize("order", ["createdDatetime", "trainingName", "trainingStatusCode", "elapsedTimeSeconds"])
def test_every_order_has_its_reverse(database: Database, order: str) -> None:
    experiment = add_experiment(database)
    begin = now() - timedelta(hours=1)
    for number, (seconds, status) in enumerate([(50, "COMPLETE"), (7, "STOPPED"), (1000, "CREATE_FAILED")]):
        row = add_training(database, experiment, f"t{seconds}")
        with database.session() as session:
            written = session.get_one(TrainingRow, row.id)
            written.status = status
            written.created_at = begin + timedelta(seconds=number)
            written.started_at, written.ended_at = begin, begin + timedelta(seconds=seconds)
    with database.reading() as session:
        up = [row.name for row in trainings.page(session, "p", sort=order)[0]]
        down = [row.name for row in trainings.page(session, "p", sort=f"-{order}")[0]]
    assert up == list(reversed(down))
    assert (
        up
        == {
            "createdDatetime": ["t50", "t7", "t1000"],
            "trainingName": ["t1000", "t50", "t7"],
            "trainingStatusCode": ["t50", "t1000", "t7"],
            "elapsedTimeSeconds": ["t7", "t50", "t1000"],
        }[order]
    )


def test_running_training_has_run_until_now_and_a_waiting_one_not_at_all(database: Database) -> None:
    experiment = add_experiment(database)
    begin = now() - timedelta(hours=1)
    times = {
        "waiting": {},
        "running": {"started_at": now() - timedelta(seconds=600)},
        "short": {"started_at": begin, "ended_at": begin + timedelta(seconds=5)},
        "long": {"started_at": begin, "ended_at": begin + timedelta(seconds=3000)},
    }
    for name, columns in times.items():
        row = add_training(database, experiment, name)
        with database.session() as session:
            assert trainings.transition(session, row, None, **columns)
    with database.reading() as session:
        rows, _ = trainings.page(session, "p", sort="elapsedTimeSeconds")
    assert [row.name for row in rows] == ["waiting", "short", "running", "long"]


def fill(database: Database, appkey: str, number: int) -> None:
    experiment = add_experiment(database, f"of {appkey}", appkey)
    begin = now()
    common = {
        "appkey": appkey,
        "experiment_id": experiment.id,
        "spec": {"sourceDirUri": "x" * 1500},
        "flavor": {},
        "image": {},
    }
    with database.session() as session:
        session.execute(
            insert(TrainingRow),
            [
                {
                    **common,
                    "id": new_id(),
                    "name": f"t{index:05}",
                    "status": "COMPLETE" if index % 3 else "STOPPED",
                    "created_at": begin + timedelta(seconds=index),
                }
                for index in range(number)
            ],
        )


@pytest.mark.parametrize("order", ["-createdDatetime", "trainingName", "-trainingStatusCode"])
def test_first_page_of_many_reads_no_more_rows_than_it_shows(database: Database, order: str) -> None:
    """Said by the database's own plan: an index in the list's order and nothing to sort."""
    fill(database, "p", 3000)
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE trainings"))
    asked: list[tuple[str, object]] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    with database.reading() as session:
        rows, total = trainings.page(session, "p", sort=order, size=20)
        resource_queries.count_by_status(session, TrainingRow, "p")
    assert (len(rows), total) == (20, 3000)
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    plans: list[str] = []
    with database.engine.connect() as connection:
        for statement, parameters in list(asked):
            found = connection.exec_driver_sql(explain + statement, parameters)  # type: ignore[arg-type]
            plans.append("\n".join(str(line[-1]) for line in found))
    count, page, by_status = plans
    assert "ix_trainings" in page
    assert "TEMP B-TREE" not in page
    assert "Sort" not in page
    for counting in (count, by_status):
        assert "COVERING INDEX" in counting or "Index Only Scan" in counting, counting
