"""Migrations: run at every start, by backends that may start at once."""

from __future__ import annotations

import subprocess
import sys

import pytest

from jupyter_easymaker.store.database import Database, NewerStore
from tests.store.rows import add_experiment

MIGRATE = """
import sys
from jupyter_easymaker.store.database import Database
database = Database(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
database.migrate()
"""


def test_backends_that_start_at_once_take_turns(url: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", MIGRATE, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    ended = [process.communicate("go\n", timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, ended
    database = Database(url)
    assert add_experiment(database).id
    database.close()


def test_migrating_again_keeps_what_is_there(database: Database) -> None:
    experiment = add_experiment(database)
    database.migrate()
    with database.reading() as session:
        assert session.get(type(experiment), experiment.id) is not None


def test_store_of_a_newer_version_is_refused_and_left_alone(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'from the future'")
    with pytest.raises(NewerStore, match="newer version"):
        database.migrate()
    with database.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    assert found == "from the future"
