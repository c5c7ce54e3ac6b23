"""One step of a batch inference's reconciler, where it differs from a training's, against a real store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from jupyter_easymaker.batch.plan import PLAN_FILE, BatchPlan
from jupyter_easymaker.engines.base import Capacity, Engine, JobObservation, JobState, NodeObservation
from jupyter_easymaker.logs.archive import LogArchive
from jupyter_easymaker.reconcilers.batch_inference import batch_inference_job, reconcile_batch_inference
from jupyter_easymaker.reconcilers.context import ReconcilerContext
from jupyter_easymaker.reconcilers.log_keeper import LogKeeper
from jupyter_easymaker.resources.batch_inference import BatchInferenceCreate
from jupyter_easymaker.service.catalogue import machine_catalogue
from jupyter_easymaker.storage.config import StorageConfig
from jupyter_easymaker.store import batch_inferences
from jupyter_easymaker.store.database import Database
from jupyter_easymaker.store.tables import BatchInferenceRow

CAPACITY = Capacity(vcpus=4, memory_mib=8192)
MODEL = {"modelName": "m", "modelUploadUri": "nas://local:/m", "frameworkCode": None}


@pytest.fixture
def context(tmp_path: Path) -> Iterator[ReconcilerContext]:
    database = Database(f"sqlite:///{tmp_path}/store.db")
    database.migrate()
    engine = Mock(spec=Engine)  # says what no real job can be made to say at the right moment
    catalogue = machine_catalogue(CAPACITY, [], [])
    storage = StorageConfig(nas={"local": str(tmp_path / "nas")})
    logs = LogKeeper(database, engine, LogArchive(tmp_path / "logs"))
    yield ReconcilerContext(database, engine, catalogue, lambda _appkey: storage, tmp_path, "local", logs)
    database.close()


def inserted(context: ReconcilerContext, **settings: Any) -> str:
    flavor = context.catalogue.flavor("c2m4")
    assert flavor is not None
    body = {
        "batchInferenceName": "b",
        "flavorId": flavor.id,
        "modelId": "m",
        "inputDataUri": "nas://local:/in",
        "outputUploadUri": "nas://local:/out/",
        **settings,
    }
    with context.database.session() as session:
        return batch_inferences.insert(
            session,
            appkey="p",
            spec=BatchInferenceCreate.model_validate(body),
            created_by="me",
            flavor=flavor,
            image=context.catalogue.images[0],
            model=MODEL,
        ).id


def row(context: ReconcilerContext, key: str) -> BatchInferenceRow:
    with context.database.reading() as session:
        return session.get_one(BatchInferenceRow, key)


def test_job_divides_the_instances_and_may_be_started_again(context: ReconcilerContext) -> None:
    key = inserted(context, podCount=4, instanceCount=2, dataStorageSize=7, includeGlobPattern="*.jsonl")
    job = batch_inference_job(context, row(context, key))
    assert (job.nodes, job.resources.vcpus, job.resources.memory_mib) == (4, 1, 2048)
    assert job.restarts > 0
    plan = BatchPlan.from_json(job.files[PLAN_FILE])
    assert plan.output_uri == f"nas://local:/out/{key}"
    assert (plan.model_format, plan.include, plan.max_input_bytes) == ("auto", "*.jsonl", 7 * 10**9)


def test_pod_that_fails_early_after_a_restart_ends_what_had_begun(context: ReconcilerContext) -> None:
    key = inserted(context)
    reconcile_batch_inference(context, key)
    began = NodeObservation(0, 1, report={"phase": "RUNNING", "startedAt": 1_700_000_000.0})
    running = JobObservation("b", JobState.RUNNING, (began,))
    context.engine.observe.return_value = running  # type: ignore[attr-defined]
    reconcile_batch_inference(context, key)
    assert row(context, key).status == "RUNNING"
    failed = NodeObservation(0, 2, exit_code=1, report={"phase": "DONE", "reason": "The input data is gone."})
    observation = replace(running, state=JobState.FAILED, nodes=(failed,))
    context.engine.observe.return_value = observation  # type: ignore[attr-defined]
    reconcile_batch_inference(context, key)
    found = row(context, key)
    assert (found.status, found.status_reason) == ("FAIL_BATCH_INFERENCE", "The input data is gone.")
    assert found.ended_at is not None
