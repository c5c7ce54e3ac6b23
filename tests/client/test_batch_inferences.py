"""Batch inferences through the client, against a real backend: made, waited for, copied, deleted."""

from __future__ import annotations

import pytest

from jupyter_easymaker.client import ClientError, EasyMakerClient
from tests.client.test_client import client
from tests.conftest import RunningBackend
from tests.scoring import scoring_body

__all__ = ["client"]


def test_batch_inference_is_made_waited_for_copied_and_deleted(
    client: EasyMakerClient, backend: RunningBackend
) -> None:
    one = client.create_batch_inference(scoring_body(backend, "of-client"))
    key = one["batchInferenceId"]
    found = client.wait_for_batch_inference(key, timeout=60)
    assert (found["batchInferenceStatusCode"], found["success2xxCount"]) == ("COMPLETE", 3)
    messages = list(client.stream_log(key, of="batch-inferences"))
    assert messages[-1].data == {"statusCode": "COMPLETE"}
    assert client.batch_inference_monitoring(key)["intervalSeconds"] > 0
    again = client.copy_batch_inference(key, batchInferenceName="again")
    assert client.wait_for_batch_inference(again["batchInferenceId"], timeout=60)["processCount"] == 3
    changed = client.update_batch_inference(key, description="changed")
    assert changed["description"] == "changed"
    names = [each["batchInferenceName"] for each in client.batch_inferences(search="again")]
    assert names == ["again"]
    with pytest.raises(ClientError, match="nothing to stop"):
        client.stop_batch_inference(key)
    client.delete_batch_inference(key)
    with pytest.raises(ClientError, match="no batch inference"):
        client.batch_inference(key)
