"""The vendor's SDKs, both unmodified, deploy and call models: over https, as they insist on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import RunningBackend
from tests.endpoints import Endpoints

_SDK_2 = """
import easymaker
from easymaker.common import constants
from easymaker.endpoint.components import EndpointModelResource, ResourceOptionDetail
from easymaker.endpoint.endpoint import Endpoint, EndpointModel, EndpointStage
from easymaker.endpoint.endpoint import get_endpoint_list, get_endpoint_model_list
body = {"instances": [[5.1, 3.5, 1.4, 0.2]]}
quick = {"wait_interval_seconds": 1}
endpoint = Endpoint().create(
    endpoint_name="by-sdk-2", instance_type_name="c1m2", wait=False, description="made by it",
    endpoint_model_resource_list=[
        EndpointModelResource(
            model_id="MODEL", resource_option_detail=ResourceOptionDetail(cpu="500m", memory="512Mi", gpu="0"))])
endpoint.wait(**quick)
assert endpoint.status == "ACTIVE", endpoint.status
endpoint = Endpoint(endpoint.endpoint_id)
answered = endpoint.predict(model_id="MODEL", json=body)
assert answered == {"predictions": [1]}, answered
inputs = [{"name": "x", "shape": [1, 4], "datatype": "FP64", "data": [[5.1, 3.5, 1.4, 0.2]]}]
assert endpoint.predict(model_id="MODEL", json={"inputs": inputs})["outputs"][0]["data"] == [1]
stage = EndpointStage().create(
    stage_name="next", endpoint_id=endpoint.endpoint_id, instance_type_name="c1m1", wait=False,
    endpoint_model_resource_list=[EndpointModelResource(model_id="OTHER")])
stage.wait(**quick)
assert stage.predict(model_id="OTHER", json=body) == {"predictions": [2]}
stages = endpoint.get_stage_list()
assert {(each.apigw_stage_name, each.is_default_stage) for each in stages} == {("default", True), ("next", False)}
assert "by-sdk-2" in [each.endpoint_name for each in get_endpoint_list()]
(resource,) = get_endpoint_model_list(stage.endpoint_stage_id)
assert (resource.endpoint_model_status_code, resource.running_pod_count) == ("ACTIVE", 1)
assert EndpointModel(resource.endpoint_model_id).model.model_name == "sdk-two"
EndpointModel(resource.endpoint_model_id).delete()
stage.delete()
print("DONE", endpoint.endpoint_id)
"""
_SDK_1 = """
import easymaker
from easymaker.common import constants
constants.EASYMAKER_API_WAIT_INTERVAL_SECONDS = 1  # tests are in a hurry
body = {"instances": [[5.1, 3.5, 1.4, 0.2]]}
endpoint = easymaker.Endpoint()
endpoint_id = endpoint.create(
    endpoint_name="by-sdk-1", endpoint_instance_name="c1m1", endpoint_description="made by it", use_log=True,
    tag_list=[{"tagKey": "k", "tagValue": "v"}],
    endpoint_model_resource_list=[
        {"modelId": "MODEL", "apigwResourceUri": "/inference", "podCount": 1, "description": "d"}])
stage = endpoint.get_default_endpoint_stage()
assert endpoint.predict(stage, model_id="MODEL", json=body) == {"predictions": [1]}
stage_id = endpoint.create_stage(
    stage_name="next", endpoint_instance_name="c1m1",
    endpoint_model_resource_list=[{"modelId": "OTHER", "apigwResourceUri": "/inference", "podCount": 1}])
info = endpoint.get_endpoint_stage_by_id(stage_id)
assert endpoint.predict(info, model_id="OTHER", json=body) == {"predictions": [2]}
assert {each["apigwStageName"] for each in endpoint.get_endpoint_stage_list()} == {"default", "next"}
assert [each["name"] for each in endpoint.get_endpoint_list() if each["id"] == endpoint_id] == ["by-sdk-1"]
(resource,) = endpoint.get_endpoint_model_list(stage_id)["endpointModelList"]
assert endpoint.get_endpoint_model_by_id(resource["endpointModelId"])["endpointModelStatusCode"] == "ACTIVE"
endpoint.delete_endpoint_stage(stage_id)
print("DONE", endpoint_id)
"""


def run_sdk(running: RunningBackend, script: str, **environment: str) -> str:
    """Run a script as a notebook would; return the endpoint it made."""
    endpoints = Endpoints(running)
    script = script.replace("MODEL", endpoints.model("sdk-one", 1)).replace("OTHER", endpoints.model("sdk-two", 2))
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={
            **{key: value for key, value in os.environ.items() if not key.startswith("EM_")},
            "REQUESTS_CA_BUNDLE": endpoints.authority,
            "EM_APPKEY": "default",
            "EM_REGION": "local",
            "EM_TOKEN": running.token,
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    word, endpoint_id = done.stdout.split()[-2:]
    assert word == "DONE"
    return endpoint_id


def test_sdk_2_deploys_predicts_and_deletes_unmodified(own_backend: Callable[..., RunningBackend]) -> None:
    running = own_backend()
    endpoint_id = run_sdk(running, _SDK_2, EM_API_URL=running.url)
    finish(running, endpoint_id)


@pytest.mark.alone
def test_sdk_1_deploys_predicts_and_deletes_unmodified(running: RunningBackend, old_sdk: Path) -> None:
    endpoint_id = run_sdk(running, _SDK_1, EM_PROFILE="local", PYTHONPATH=str(old_sdk))
    finish(running, endpoint_id)


def finish(running: RunningBackend, endpoint_id: str) -> None:
    """Delete what the SDK made, once the stage it deleted is gone."""
    endpoints = Endpoints(running)
    for stage in endpoints.get(endpoint_id)["endpointStageList"]:
        if not stage["isDefaultStage"]:
            endpoints.gone(f"endpoint-stages/{stage['endpointStageId']}")
    assert running.request("DELETE", f"endpoints/{endpoint_id}").status_code == 200
    endpoints.gone(f"endpoints/{endpoint_id}")
