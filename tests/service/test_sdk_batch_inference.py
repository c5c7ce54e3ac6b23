"""Batch inferences through the vendor's SDKs, both unmodified, against a whole backend."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import RunningBackend
from tests.scoring import linear_model, rows_to_score
from tests.service.test_sdk_1 import run_sdk

_SDK_2 = """
import easymaker
from easymaker import BatchInference
BatchInference.wait.__defaults__ = ("create", 1)  # tests are in a hurry
settings = dict(
    model_id="{model}", instance_type_name="c1m1", output_upload_uri="nas://local:/scores",
    input_data_uri="{rows}", input_data_type="JSONL", batch_size=2, inference_timeout_seconds=30, data_storage_size=300,
    include_glob_pattern="*.jsonl", timeout_hours=1)
one = BatchInference().run(batch_inference_name="of-sdk-2", description="by 2.1.5", use_log=True, **settings)
assert one.status == "COMPLETE", one.status
assert (one.input_file_count, one.input_data_count, one.process_count) == (1, 3, 3)
assert (one.success2xx_count, one.fail4xx_count, one.fail5xx_count) == (3, 0, 0)
assert one.model.model_id == "{model}" and one.instance_type.name == "c1m1"
assert one.data_storage_list[0].storage_size == 300
assert one.id in [each.id for each in BatchInference.get_list()]
assert [each.name for each in BatchInference.get_instance_type_list()]
again = BatchInference().run(batch_inference_name="stopped", wait=False, **{{**settings, "model_id": "{slow}"}})
again.stop()
try:
    again.wait()
except easymaker.common.exceptions.EasyMakerError as error:
    print(error)
assert BatchInference(again.id).status.startswith("STOP")
while BatchInference(again.id).status != "STOPPED": pass
again.delete()
BatchInference(one.id).delete()
print("DONE")
"""
_SDK_1 = """
batch_inference = easymaker.BatchInference()
key = batch_inference.run(
    batch_inference_name="of-sdk-1", instance_name="c1m1", model_name="of-sdk-1", input_data_uri="{rows}",
    input_data_type="JSONL", output_upload_uri="nas://local:/scores", timeout_hours=1,
    tag_list=[{{"tagKey": "k", "tagValue": "v"}}])
found = easymaker.easymaker_config.api_sender.get_batch_inference_by_id(key)["batchInference"]
assert found["processCount"] == 3, found
batch_inference.delete(key)
print("DONE")
"""


def test_sdk_2_scores_lists_stops_and_deletes_unmodified(backend: RunningBackend) -> None:
    model = linear_model(backend, "of-sdk-2")
    code = _SDK_2.format(model=model, slow=model, rows=rows_to_score(backend, "of-sdk-2"))
    environment = {
        **os.environ,
        "EM_API_URL": backend.url,
        "EM_APPKEY": "default",
        "EM_REGION": "local",
        "EM_TOKEN": backend.token,
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert "DONE" in done.stdout


@pytest.mark.alone
def test_sdk_1_scores_and_deletes_unmodified(running: RunningBackend, old_sdk: Path) -> None:
    linear_model(running, "of-sdk-1")
    run_sdk(running, old_sdk, _SDK_1.format(rows=rows_to_score(running, "of-sdk-1")))
    assert running.get("batch-inferences")["batchInferenceList"] == []
