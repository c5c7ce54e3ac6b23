"""The same backend on PostgreSQL: killed, started again, and nothing lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from jupyter_easymaker.store.database import Database
from tests.conftest import RunningBackend


@pytest.mark.postgresql
def test_trainings_survive_a_kill_on_postgresql(own_backend: Callable[..., RunningBackend], postgresql: str) -> None:
    admin = Database(f"{postgresql}postgres")
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE whole_backend"))
    admin.close()
    running = own_backend("--database-url", f"{postgresql}whole_backend")
    code = "import os, time; time.sleep(1); open(os.environ['EM_MODEL_DIR'] + '/m', 'w').write('1')"
    training = running.train("on-postgresql", code)
    running.kill()
    running.start()
    done = running.wait_for_status(training, "COMPLETE", "FAIL_TRAIN", "CREATE_FAILED")
    assert done["trainingStatusCode"] == "COMPLETE", done["trainingStatusReason"]
    assert running.request("DELETE", f"trainings/{training}").status_code == 200
    assert not (running.data_dir / "easymaker.db").exists()
