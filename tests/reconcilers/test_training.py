"""One step of a training's reconciler, against a real store and a real engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jupyter_easymaker.engines.base import Capacity, EngineError, Job
from jupyter_easymaker.engines.local import LocalEngine
from jupyter_easymaker.logs.archive import LogArchive
from jupyter_easymaker.reconcilers.context import ReconcilerContext
from jupyter_easymaker.reconcilers.log_keeper import LogKeeper
from jupyter_easymaker.reconcilers.loop import ReconcilerLoop
from jupyter_easymaker.reconcilers.training import job_name, reconcile_training
from jupyter_easymaker.resources.experiment import ExperimentCreate
from jupyter_easymaker.resources.training import TrainingCreate, TrainingStatus
from jupyter_easymaker.service.catalogue import machine_catalogue
from jupyter_easymaker.storage.config import StorageConfig
from jupyter_easymaker.store import experiments, trainings
from jupyter_easymaker.store.database import Database
from jupyter_easymaker.store.tables import TrainingRow
from tests.waiting import wait_for

CAPACITY = Capacity(vcpus=2, memory_mib=4096)


@pytest.fixture
def context(tmp_path: Path) -> Iterator[ReconcilerContext]:
    database = Database(f"sqlite:///{tmp_path}/store.db")
    database.migrate()
    engine = LocalEngine(tmp_path / "engine", capacity=CAPACITY)
    engine.start()
    code = tmp_path / "nas" / "code"
    code.mkdir(parents=True)
    (code / "train.py").write_text("print('ran')")
    storage = StorageConfig(nas={"local": str(tmp_path / "nas")})
    catalogue = machine_catalogue(CAPACITY, [], [])
    logs = LogKeeper(database, engine, LogArchive(tmp_path / "logs"))
    yield ReconcilerContext(database, engine, catalogue, lambda _appkey: storage, tmp_path, "local", logs)
    for name in engine.names():
        engine.stop(name)
    engine.close()
    database.close()


@pytest.fixture
def training(context: ReconcilerContext) -> str:
    with context.database.session() as session:
        experiment = experiments.insert(
            session, appkey="p", spec=ExperimentCreate(experiment_name="e"), created_by="me"
        )
        spec = TrainingCreate(
            training_name="t",
            experiment_id=experiment.id,
            image_id=context.catalogue.images[0].image_id,
            flavor_id="c1m1",
            source_dir_uri="nas://local:/code",
            entry_point="train.py",
            model_upload_uri="nas://local:/out",
        )
        return trainings.insert(
            session,
            appkey="p",
            spec=spec,
            experiment_id=experiment.id,
            created_by="me",
            flavor=context.catalogue.flavors[0],
            image=context.catalogue.images[0],
            algorithm=None,
        ).id


def row(context: ReconcilerContext, training: str) -> TrainingRow:
    with context.database.reading() as session:
        return session.get_one(TrainingRow, training)


def change(context: ReconcilerContext, training: str, status: TrainingStatus) -> None:
    with context.database.session() as session:
        assert trainings.transition(session, session.get_one(TrainingRow, training), status)


def until(context: ReconcilerContext, training: str, status: TrainingStatus) -> TrainingRow:
    def step() -> bool:
        reconcile_training(context, training)
        return row(context, training).status == status

    wait_for(step, 20)
    return row(context, training)


def test_requested_training_is_submitted_once_and_followed_to_complete(
    context: ReconcilerContext, training: str
) -> None:
    for _ in range(3):
        reconcile_training(context, training)
    assert context.engine.names() == [job_name(training)]
    done = until(context, training, TrainingStatus.COMPLETE)
    assert done.exit_code == 0
    assert done.started_at is not None
    assert done.ended_at is not None
    assert done.ended_at >= done.started_at


def test_crash_between_submit_and_write_runs_nothing_twice(
    context: ReconcilerContext, training: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainings, "transition", lambda *_, **__: (_ for _ in ()).throw(RuntimeError("killed here")))
    with pytest.raises(RuntimeError, match="killed here"):
        reconcile_training(context, training)
    monkeypatch.undo()
    assert row(context, training).status == "CREATE_REQUESTED"
    until(context, training, TrainingStatus.COMPLETE)
    assert context.engine.logs(job_name(training)).data == b"ran\n"


def test_full_disk_keeps_the_training_waiting_with_its_reason_until_there_is_room(
    context: ReconcilerContext, training: str
) -> None:
    class Full(LocalEngine):
        def submit(self, job: Job) -> None:
            raise EngineError("the job could not be recorded: No space left on device")

    full = replace(context, engine=Full(context.data_dir / "engine", capacity=CAPACITY))
    reconcile_training(full, training)
    waiting = row(context, training)
    assert (waiting.status, "No space left" in waiting.status_reason) == ("CREATE_REQUESTED", True)
    assert until(context, training, TrainingStatus.COMPLETE).status_reason == ""


def test_training_stopped_before_it_began_never_runs(context: ReconcilerContext, training: str) -> None:
    change(context, training, TrainingStatus.STOP_IN_PROGRESS)
    reconcile_training(context, training)
    assert row(context, training).status == "STOPPED"
    assert context.engine.names() == []


def test_image_that_is_no_longer_offered_fails_the_creation(context: ReconcilerContext, training: str) -> None:
    poorer = replace(context, catalogue=replace(context.catalogue, images=()))
    reconcile_training(poorer, training)
    failed = row(context, training)
    assert (failed.status, "no longer offered" in failed.status_reason) == ("CREATE_FAILED", True)


def test_vanished_job_fails_the_training_instead_of_leaving_it_for_ever(
    context: ReconcilerContext, training: str
) -> None:
    change(context, training, TrainingStatus.CREATE_IN_PROGRESS)
    reconcile_training(context, training)
    failed = row(context, training)
    assert (failed.status, "Its job is gone" in failed.status_reason) == ("CREATE_FAILED", True)


def test_deleted_training_is_removed_with_its_job_and_logs(context: ReconcilerContext, training: str) -> None:
    done = until(context, training, TrainingStatus.COMPLETE)
    logs = context.tensorboard_dir("p", done.experiment_id) / training
    assert logs.is_dir()
    with context.database.session() as session:
        assert trainings.mark_deleted(session, session.get_one(TrainingRow, training))
    reconcile_training(context, training)
    assert context.engine.names() == []
    assert not logs.exists()
    with context.database.reading() as session:
        assert session.get(TrainingRow, training) is None


def test_job_without_a_training_is_ended_and_removed_by_the_sweep(context: ReconcilerContext, training: str) -> None:
    import sys

    from jupyter_easymaker.engines.base import Resources

    orphan = job_name("nobody")
    command: list[Any] = [sys.executable, "-c", "import time; time.sleep(600)"]
    context.engine.submit(Job(name=orphan, command=command, resources=Resources(1, 256)))
    loop = ReconcilerLoop(context)

    def swept() -> bool:
        loop.sweep()
        return context.engine.names() == []

    wait_for(swept, 10)
