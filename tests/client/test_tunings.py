"""Tunings through the client, against a real backend: made, watched to their end, looked into, copied, deleted."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_easymaker.client import ClientError, EasyMakerClient
from jupyter_easymaker.client.tuning_progress import TuningProgress
from jupyter_easymaker.client.watching import ENDED
from jupyter_easymaker.resources.batch_inference import BatchInferenceStatus
from jupyter_easymaker.resources.hyperparameter_tuning import HyperparameterTuningStatus
from jupyter_easymaker.resources.training import TrainingStatus
from tests.client.test_client import client
from tests.conftest import RunningBackend

__all__ = ["client"]


@pytest.fixture
def body(backend: RunningBackend) -> dict[str, Any]:
    code = "import os\nfor step in range(2): print('loss =', float(os.environ['EM_HP_X']) + step)"
    return tuning_body(backend, "of-client", code)


def tuning_body(backend: RunningBackend, name: str, code: str) -> dict[str, Any]:
    """Return the create body of a grid of three."""
    return {
        "hyperparameterTuningName": name,
        "experimentId": backend.experiment(),
        "imageId": "local-cpu-python-training",
        "flavorId": "c1m1",
        "sourceDirUri": backend.script(name, code),
        "entryPoint": "train.py",
        "modelUploadUri": "nas://local:/outputs",
        "hyperparameterSpecList": [
            {"hyperparameterName": "x", "hyperparameterTypeCode": "discrete", "hyperparameterSpecifiedValues": "3,1,2"}
        ],
        "tuningStrategyName": "GRID",
        "objectiveMetric": {"name": "loss"},
    }


def test_tuning_is_made_waited_for_looked_into_and_deleted(client: EasyMakerClient, body: dict[str, Any]) -> None:
    tuning_id = client.create_tuning(body)["hyperparameterTuningId"]
    done = client.wait_for_tuning(tuning_id, timeout=60)
    assert done["hyperparameterTuningStatusReason"] == "SuggestionEndReached"
    by_objective = [each["objectiveValue"] for each in client.trials(tuning_id, sort="-objectiveValue", page_size=2)]
    assert by_objective == [3.0, 2.0, 1.0]
    assert [each["bestSoFar"] for each in client.tuning_charts(tuning_id)["historyList"]][-1] == 1.0
    assert [len(each["pointList"]) for each in client.trial_curves(tuning_id)] == [2, 2, 2]
    assert client.update_tuning(tuning_id, description="changed")["description"] == "changed"
    assert tuning_id in [each["hyperparameterTuningId"] for each in client.tunings(search="of-client")]
    client.delete_tuning(tuning_id)
    with pytest.raises(ClientError, match=tuning_id):
        client.tuning(tuning_id)


def test_copy_is_stopped_before_its_end(client: EasyMakerClient, body: dict[str, Any], backend: RunningBackend) -> None:
    body = {**body, "sourceDirUri": backend.script("endless", "import time; time.sleep(600)")}
    first = client.create_tuning(body)["hyperparameterTuningId"]
    second = client.copy_tuning(first, hyperparameterTuningName="second", objectiveTypeCode="MAXIMIZE")
    assert (second["hyperparameterTuningName"], second["objectiveTypeCode"]) == ("second", "MAXIMIZE")
    with pytest.raises(TimeoutError, match="of-client is still"):
        client.wait_for_tuning(first, timeout=0)
    for tuning_id in (first, second["hyperparameterTuningId"]):
        client.stop_tuning(tuning_id)
        assert client.wait_for_tuning(tuning_id, timeout=60)["hyperparameterTuningStatusCode"] == "STOPPED"
        client.delete_tuning(tuning_id)


def test_progress_holds_the_newest_trials_and_the_whole_history(client: EasyMakerClient, body: dict[str, Any]) -> None:
    progress = TuningProgress(client, client.create_tuning(body))
    tuning_id = progress.tuning["hyperparameterTuningId"]
    client.wait_for_tuning(tuning_id, timeout=60)
    assert not progress.ended
    progress.look()
    assert progress.ended
    assert [each["trialNumber"] for each in progress.trials] == [2, 1, 0]
    assert [each["trialNumber"] for each in progress.history] == [0, 1, 2]
    client.delete_tuning(tuning_id)


def test_ended_are_the_statuses_that_nothing_comes_after() -> None:
    kinds = (TrainingStatus, HyperparameterTuningStatus, BatchInferenceStatus)
    assert set(ENDED) == {status for kind in kinds for status in kind.terminal_statuses()}
