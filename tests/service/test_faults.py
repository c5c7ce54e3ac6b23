"""Backends killed at random moments, again and again, while trainings of every outcome pass through them."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable, Iterable, Iterator
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


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MiB."""
    mount = tmp_path / "small"
    (mount / "container").mkdir(parents=True)
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(mount)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        pytest.skip(f"only root may mount a small disk: {made.stderr}")
    (mount / "container").mkdir()
    yield mount
    subprocess.run(["umount", str(mount)], check=True)


def test_full_disk_fails_the_training_with_that_reason_and_it_runs_again_with_room(
    own_backend: Make, small_disk: Path
) -> None:
    running = own_backend(f"--ServiceConfig.obs={{'store.local': '{small_disk}'}}")
    code = "import os; open(os.environ['EM_MODEL_DIR'] + '/model.bin', 'wb').write(bytes(8 * 1024 ** 2)); print('made')"
    output = {"modelUploadUri": "obs://store.local/container/out"}
    failed = running.wait_for_status(running.train("full", code, **output), "COMPLETE", "FAIL_TRAIN")
    assert failed["trainingStatusCode"] == "FAIL_TRAIN"
    assert "no space" in failed["trainingStatusReason"].lower() or "full" in failed["trainingStatusReason"].lower()
    assert "obs://store.local/container/out" in failed["trainingStatusReason"]
    assert "made" in running.log(failed["trainingId"])
    assert not [each for each in small_disk.rglob("*") if each.is_file()], "half a file was left"
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    again = running.wait_for_status(running.train("room", code, **output), "COMPLETE", "FAIL_TRAIN")
    assert again["trainingStatusCode"] == "COMPLETE", again["trainingStatusReason"]
    assert (small_disk / "container/out" / again["trainingId"] / "model.bin").stat().st_size == 8 * 1024**2


def test_requirement_that_cannot_be_installed_is_the_reason_and_the_mended_one_runs(own_backend: Make) -> None:
    running = own_backend()
    source = running.script("needs", "print('ran')", **{"requirements.txt": "no-such-package-of-easymaker==1.0\n"})
    first = running.post("trainings", {**body(running, 0, source), "trainingName": "broken"})["training"]["trainingId"]
    failed = running.wait_for_status(first, *_ENDS, timeout=120)
    assert failed["trainingStatusCode"] == "CREATE_FAILED"
    assert "no-such-package-of-easymaker" in failed["trainingStatusReason"]
    running.script("needs", "print('ran')", **{"requirements.txt": "\n"})
    second = running.post("trainings", {**body(running, 0, source), "trainingName": "mended"})["training"]["trainingId"]
    assert running.wait_for_status(second, *_ENDS)["trainingStatusCode"] == "COMPLETE"
    assert running.log(second).endswith("ran\n")


def test_source_that_vanished_between_creation_and_start_is_the_reason(own_backend: Make) -> None:
    running = own_backend("--ServiceConfig.vcpus=1")
    blocker = running.train("blocker", "import time; print('up', flush=True); time.sleep(600)")
    running.wait_for_status(blocker, "RUNNING")
    waiting = running.train("waiting", "print('never')")
    (running.data_dir / "nas/local/code/waiting/train.py").unlink()
    running.request("PUT", f"trainings/{blocker}/stop")
    failed = running.wait_for_status(waiting, "COMPLETE", "FAIL_TRAIN", "CREATE_FAILED")
    assert failed["trainingStatusCode"] in ("FAIL_TRAIN", "CREATE_FAILED")
    assert "train.py" in failed["trainingStatusReason"]
