"""KServe's own Python client, in an environment of its own, speaks V1 and V2 with the model server."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from tests.peers import peer

from .conftest import Server

_SCRIPT = """
import asyncio, json, sys
import numpy as np
from kserve import InferInput, InferRequest, InferenceRESTClient, RESTConfig

URL, ROWS = sys.argv[1], [[6.8, 2.8, 4.8, 1.4], [5.1, 3.5, 1.4, 0.2]]

def request(binary, rows=ROWS):
    data = np.array(rows, dtype=np.float32)
    tensor = InferInput("input-0", list(data.shape), "FP32")
    tensor.set_data_from_numpy(data, binary_data=binary)
    return InferRequest(model_name="test", infer_inputs=[tensor], request_id="r-1")

def plain(response):
    (output,) = response.outputs
    return [response.id, response.model_name, output.name, output.as_numpy().tolist()]

async def main():
    found = {}
    v1 = InferenceRESTClient(RESTConfig(protocol="v1"))
    found["v1 live"] = await v1.is_server_live(URL)
    found["v1 ready"] = await v1.is_model_ready(URL, "test")
    found["v1"] = await v1.infer(URL, {"instances": ROWS}, model_name="test")
    v2 = InferenceRESTClient(RESTConfig(protocol="v2"))
    found["v2 live"] = await v2.is_server_live(URL)
    found["v2 server ready"] = await v2.is_server_ready(URL)
    found["v2 ready"] = await v2.is_model_ready(URL, "test")
    found["v2 other ready"] = await v2.is_model_ready(URL, "other")
    found["v2"] = plain(await v2.infer(URL, request(False), model_name="test"))
    found["v2 binary"] = plain(await v2.infer(URL, request(True), model_name="test"))
    try:
        await v2.infer(URL, request(True, [[1.0]]), model_name="test")
    except Exception as error:
        found["v2 refused"] = str(error)
    print(json.dumps(found))

asyncio.run(main())
"""


@pytest.mark.formats
@pytest.mark.timeout(600)
def test_kserve_s_client_is_understood(iris: Server) -> None:
    python = peer("kserve") / "bin/python"
    url = f"http://127.0.0.1:{iris.port}"
    run = subprocess.run([python, "-c", _SCRIPT, url], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout)
    refused = found.pop("v2 refused")
    assert found == {
        "v1 live": True,
        "v1 ready": True,
        "v1": {"predictions": [1, 0]},
        "v2 live": True,
        "v2 server ready": True,
        "v2 ready": True,
        "v2 other ready": False,
        "v2": ["r-1", "test", "predict", [1, 0]],
        "v2 binary": ["r-1", "test", "predict", [1, 0]],
    }
    assert "the model takes [-1, 4]" in refused
    assert "400" in refused
