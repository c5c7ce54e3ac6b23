"""Backends killed at random moments, again and again, while trainings of every outcome pass through them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil
import pytest
from sqlalchemy import text

from jupyter_easymaker.store.database import Database
from tests.conftest import RunningBackend
from tests.waiting import wait_for

Make = Callable[..., RunningBackend]

_TRAININGS = 100
_KILLS = 30
_PIECES = 5
_CODE = """
import os, pathlib, time
out = pathlib.Path(os.environ["EM_MODEL_DIR"])
(out / f"ran-{os.getpid()}").write_text("")
for piece in range(5):
    (out / f"piece-{piece}").write_bytes(bytes([piece]) * 10_000)
    print("piece", piece, flush=True)
    time.sleep(0.05)
outcome = os.environ["EM_HP_OUTCOME"]
if outcome == "killed":
    os.kill(os.getpid(), 9)
raise SystemExit(0 if outcome == "good" else 3)
"""
_OUTCOMES = {"good": "COMPLETE", "bad": "FAIL_TRAIN", "killed": "FAIL_TRAIN"}
_ENDS = (*_OUTCOMES.values(), "CREATE_FAILED", "STOPPED")


def body(running: RunningBackend, index: int, source: str) -> dict[str, object]:
    outcome = list(_OUTCOMES)[index % len(_OUTCOMES)]
    return {
        "trainingName": f"fault-{index}",
        "experimentId": running.experiment(),
        "imageId": "local-cpu-python-training",
        "flavorId": "c1m1",
        "sourceDirUri": source,
        "entryPoint": "train.py",
        "modelUploadUri": "nas://local:/outputs",
        "hyperparameterList": [{"parameterName": "outcome", "parameterValue": outcome}],
    }


def statuses(running: RunningBackend) -> dict[str, str]:
    """Return the status of every training, by id."""
    found = running.get("trainings", params={"limit": 200})["trainingList"]
    return {each["trainingId"]: each["trainingStatusCode"] for each in found}


def ended(running: RunningBackend) -> int:
    return sum(status in _ENDS for status in statuses(running).values())


def processes_of_jobs(engine: Path) -> list[psutil.Process]:
    """Return what still runs for the jobs of an engine: each holds a lock or a log in its directory open."""
    found = []
    for process in psutil.process_iter():
        try:
            files = [file.path for file in process.open_files()]
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        if any(file.startswith(f"{engine}/jobs/") for file in files):
            found.append(process)
    return found


def assert_each_ended_right_and_once(running: RunningBackend, shared: Path, trainings: Iterable[str]) -> None:
    for training_id in trainings:
        training = running.training(training_id)
        outcome = training["hyperparameterList"][0]["parameterValue"]
        assert training["trainingStatusCode"] == _OUTCOMES[outcome], training["trainingStatusReason"]
        outputs = shared / "nas/local/outputs" / training_id
        assert len(list(outputs.glob("ran-*"))) == 1, f"{training_id} ran more than once"
        for piece in range(_PIECES):
            assert (outputs / f"piece-{piece}").read_bytes() == bytes([piece]) * 10_000
        assert running.log(training_id).splitlines().count("piece 4") == 1
    wait_for(lambda: not processes_of_jobs(shared / "engine"))


@pytest.mark.timeout(420)
def test_trainings_end_right_once_over_thirty_kills_of_the_backend(own_backend: Make) -> None:
    running = own_backend()
    chance = random.Random(3)
    source = running.script("faults", _CODE)
    made = [
        running.post("trainings", body(running, index, source))["training"]["trainingId"] for index in range(_TRAININGS)
    ]
    for kill in range(_KILLS):
        # Spread over the run: one kill for every few trainings that ended, at a random moment after that.
        wait_for(lambda kill=kill: ended(running) >= kill * _TRAININGS * 0.9 / _KILLS, 120)  # type: ignore[misc]
        for _ in range(chance.randrange(6)):
            running.get("trainings", params={"limit": 1})
        running.kill()
        running.start()
    wait_for(lambda: ended(running) == _TRAININGS, 180, interval=0.5)
    assert set(statuses(running)) == set(made)
    assert_each_ended_right_and_once(running, running.data_dir, made)


@pytest.mark.postgresql
@pytest.mark.timeout(420)
def test_two_backends_on_one_postgresql_killed_in_turn_lose_nothing(
    own_backend: Make, postgresql: str, tmp_path: Path
) -> None:
    admin = Database(f"{postgresql}postgres")
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE two_backends"))
    admin.close()
    shared = tmp_path / "shared"
    settings = ("--database-url", f"{postgresql}two_backends", f"--ServiceConfig.shared_dir={shared}")
    pair = [own_backend(*settings), own_backend(*settings)]
    source = pair[0].script("faults", _CODE)
    (shared / "nas/local/code").parent.mkdir(parents=True, exist_ok=True)
    (pair[0].data_dir / "nas/local/code").rename(shared / "nas/local/code")
    made = [
        pair[index % 2].post("trainings", body(pair[index % 2], index, source))["training"]["trainingId"]
        for index in range(40)
    ]
    for kill in range(10):
        wait_for(lambda kill=kill: ended(pair[kill % 2]) >= kill * 3, 120)  # type: ignore[misc]
        pair[kill % 2].kill()
        wait_for(lambda kill=kill: ended(pair[1 - kill % 2]) >= kill * 3 + 1, 120)  # type: ignore[misc]
        pair[kill % 2].start()
    for running in pair:
        wait_for(lambda running=running: ended(running) == len(made), 180, interval=0.5)  # type: ignore[misc]
        assert_each_ended_right_and_once(running, shared, made)
