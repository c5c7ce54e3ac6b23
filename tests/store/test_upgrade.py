"""A store of the version before is brought to this one with all it holds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import text

from jupyter_easymaker.resources.training_template import TrainingTemplateCreate
from jupyter_easymaker.store import database as module
from jupyter_easymaker.store import (
    endpoint_tables,  # noqa: F401 - so that its tables are known
    experiments,
    training_templates,
    usage,
)
from jupyter_easymaker.store.database import Database
from jupyter_easymaker.store.tables import Base

FIRST = (
    "INSERT INTO experiments (id, appkey, name, live_name, description, status, status_reason, version, tags,"
    " created_by, created_at) VALUES ('x', 'p', 'kept', 'p/kept', '', 'ACTIVE', '', 1, '[]', 'me', CURRENT_TIMESTAMP)"
)


def test_first_stores_keep_their_rows_and_gain_templates(url: str) -> None:
    database = Database(url)
    config = Config()
    config.set_main_option("script_location", str(Path(module.__file__).parent / "migrations"))
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text(FIRST))
        connection.commit()
    database.migrate()
    with database.session() as session:
        assert experiments.by_name(session, "p", "kept") is not None
        spec = TrainingTemplateCreate(trainingTemplateName="t", content={"instanceCount": 2})
        assert training_templates.insert(session, appkey="p", spec=spec, created_by="me").content == {
            "instanceCount": 2
        }
    database.close()


RAN = (
    "INSERT INTO trainings (id, appkey, name, description, status, status_reason, version, tags, created_by,"
    " created_at, experiment_id, started_at, ended_at, spec, flavor, image, report) VALUES ("
    "'r', 'p', 'ran', '', 'COMPLETE', '', 1,"
    " '[]', 'me', '2026-01-01 00:00:00', 'x', '2026-01-01 00:00:00', '2026-01-01 02:00:00',"
    """ '{\"instanceCount\": 3}', '{\"vcpus\": 2, \"ram\": 1024}', '{}', '{}')"""
)


def test_what_ran_before_use_was_counted_counts(url: str) -> None:
    database = Database(url)
    config = Config()
    config.set_main_option("script_location", str(Path(module.__file__).parent / "migrations"))
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0007")
        connection.execute(text(FIRST))
        connection.exec_driver_sql(RAN)
        connection.commit()
    database.migrate()
    with database.reading() as session:
        used = usage.total(session, datetime(2026, 1, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
    assert used["p", "me"].cpu_hours == 6.0
    database.close()


HELD = (
    "INSERT INTO notebooks (id, appkey, name, description, status, status_reason, version, tags, created_by,"
    " created_at, owner, server_name, spec, flavor, image, action_id, phase, incarnation, attempts, at_hub, observed)"
    " VALUES ('n', 'p', 'held', '', 'STOPPED', '', 1, '[]', 'me', '2026-01-01 00:00:00', 'me', 'nb-n',"
    """ '{\"bootStorageSize\": 10, \"dataStorageSize\": 30}', '{}', '{}', '', '', '', 0, true, '{}')"""
)


def test_storage_of_notebooks_that_were_there_counts(url: str) -> None:
    database = Database(url)
    config = Config()
    config.set_main_option("script_location", str(Path(module.__file__).parent / "migrations"))
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0008")
        connection.exec_driver_sql(HELD)
        connection.commit()
    database.migrate()
    with database.reading() as session:
        used = usage.total(session, datetime(2026, 1, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 3, tzinfo=UTC))
    assert (used["p", "me"].storage_gb_hours, used["p", "me"].storage_gb) == (80.0, 40)
    database.close()


def test_migrations_make_the_tables_that_the_code_speaks_of(database: Database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
