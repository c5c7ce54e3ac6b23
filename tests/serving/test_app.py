"""The protocols over HTTP: what every path answers, and how bad requests are refused."""

from __future__ import annotations

import json
from typing import Any

import httpx
import numpy as np
import pytest

from .conftest import IRIS_ROWS, Server

PREDICT_PATHS = ("/v1/models/test:predict", "/v1/models/test/predict", "/inference")


@pytest.mark.parametrize("path", PREDICT_PATHS)
def test_rows_are_predicted(iris: Server, path: str) -> None:
    answer = iris.predict(IRIS_ROWS, path)
    assert answer.status_code == 200
    assert answer.json() == {"predictions": [1, 0]}
    assert answer.headers["x-request-id"]


def test_v1_lists_the_model(iris: Server) -> None:
    assert iris.client.get("/v1/models").json() == {"models": ["test"]}
    assert iris.client.get("/v1/models/test").json() == {"name": "test", "ready": True}


def test_v2_tells_of_server_and_model(iris: Server) -> None:
    assert iris.client.get("/v2").json()["name"] == "jupyter-easymaker"
    assert iris.client.get("/v2/health/live").json() == {"live": True}
    assert iris.client.get("/v2/health/ready").json() == {"ready": True}
    assert iris.client.get("/v2/models/test/ready").json() == {"name": "test", "ready": True}
    about = iris.client.get("/v2/models/test").json()
    assert about["platform"] == "sklearn_joblib"
    assert about["inputs"] == [{"name": "input-0", "datatype": "FP64", "shape": [-1, 4]}]
    assert about["outputs"][0] == {"name": "predict", "datatype": "INT64", "shape": [-1]}


def v2(data: Any, **changes: Any) -> dict[str, Any]:
    tensor = {"name": "input-0", "shape": [2, 4], "datatype": "FP32", "data": data, **changes}
    return {"id": "mine", "inputs": [tensor]}


@pytest.mark.parametrize("data", [IRIS_ROWS, [value for row in IRIS_ROWS for value in row]], ids=["nested", "flat"])
def test_v2_infers(iris: Server, data: Any) -> None:
    answer = iris.client.post("/v2/models/test/infer", json=v2(data))
    assert answer.json() == {
        "model_name": "test",
        "model_version": "1",
        "id": "mine",
        "outputs": [{"name": "predict", "shape": [2], "datatype": "INT64", "data": [1, 0]}],
    }


def test_v2_answers_the_outputs_asked_for(iris: Server) -> None:
    body = {**v2(IRIS_ROWS), "outputs": [{"name": "predict_proba"}, {"name": "predict"}]}
    outputs = iris.client.post("/v2/models/test/infer", json=body).json()["outputs"]
    assert [(output["name"], output["shape"]) for output in outputs] == [("predict_proba", [2, 3]), ("predict", [2])]
    assert sum(outputs[0]["data"][:3]) == pytest.approx(1)


def test_v2_takes_tensors_as_bytes(iris: Server) -> None:
    raw = np.array(IRIS_ROWS, "<f4").tobytes()

    def ask(tensor: dict[str, Any], behind: bytes) -> httpx.Response:
        head = json.dumps({"inputs": [{"name": "input-0", "shape": [2, 4], "datatype": "FP32", **tensor}]}).encode()
        headers = {"inference-header-content-length": str(len(head))}
        return iris.client.post("/v2/models/test/infer", content=head + behind, headers=headers)

    answer = ask({"parameters": {"binary_data_size": len(raw)}}, raw)
    assert answer.json()["outputs"][0]["data"] == [1, 0]
    for tensor, behind, reason in (
        ({"parameters": {"binary_data_size": len(raw)}}, raw[:-1], "has to be the bytes of this tensor"),
        ({"parameters": {"binary_data_size": len(raw) - 4}}, raw, "the shape needs 32"),
        ({"parameters": {"binary_data_size": -1}}, raw, "has to be the bytes of this tensor"),
        ({"data": [0] * 8}, raw, "32 bytes stand behind the last tensor"),
    ):
        refused = ask(tensor, behind)
        assert refused.status_code == 400
        assert reason in refused.json()["error"]


def test_the_schema_tells_what_a_form_needs(iris: Server) -> None:
    schema = iris.client.get("/schema").json()
    assert schema["framework"] == "SKLEARN"
    assert schema["paths"]["v1"] == list(PREDICT_PATHS)
    items = schema["request"]["properties"]["instances"]["items"]
    assert items == {"type": "array", "minItems": 4, "maxItems": 4}
    assert iris.client.post("/inference", json=schema["example"]).status_code == 200
    assert schema["details"]["classes"] == [0, 1, 2]


def test_a_request_keeps_the_name_its_caller_gave_it(iris: Server) -> None:
    good = iris.predict(IRIS_ROWS, headers={"x-request-id": "a-1"})
    assert good.headers["x-request-id"] == "a-1"
    bad = iris.predict([[1]], headers={"x-request-id": "a-2"})
    assert bad.json()["requestId"] == bad.headers["x-request-id"] == "a-2"
    forged = iris.predict([[1]], headers={"x-request-id": "a b\tc"})
    assert forged.headers["x-request-id"] != "a b\tc"


V1_REFUSALS = {
    "not json": (b'{"instances": [[1,', "The body is not JSON"),
    "empty": (b"", "The body is not JSON"),
    "not utf-8": (b'{"instances": "\xff"}', "The body is not JSON"),
    "no object": (b"[[1, 2, 3, 4]]", "has to be an object"),
    "nothing to predict": (b"{}", 'needs either "instances"'),
    "unknown field": (b'{"instances": [[1, 2, 3, 4]], "instance": 1}', "unknown field 'instance'"),
    "no list": (b'{"instances": 1}', "has to be a list"),
    "no rows": (b'{"instances": []}', "at least one row"),
    "too short": (b'{"instances": [[1, 2, 3, 4], [1, 2, 3]]}', "instances[1] has 3 values; it takes 4 values"),
    "too long": (b'{"instances": [[1, 2, 3, 4, 5]]}', "instances[0] has 5 values"),
    "too deep": (b'{"instances": [[[1], 2, 3, 4]]}', "instances[0][0] has to be a number or text"),
    "no row": (b'{"instances": [1, 2]}', "instances[0] has to be a list of 4 values"),
    "objects": (b'{"instances": [{"a": 1}]}', "instances[0] has to be a list of 4 values"),
    "text": (b'{"instances": [["a", 2, 3, 4]]}', "could not convert string to float"),
    "null": (b'{"instances": [[null, 2, 3, 4]]}', "NaN"),
    "columns": (b'{"inputs": [[1, 2, 3, 4]]}', "takes rows"),
    "nested too deeply": (b"[" * 100_000, "The body is not JSON"),
    "signature": (b'{"instances": [[1, 2, 3, 4]], "signature_name": "x"}', "signature_name has to be one of"),
}


@pytest.mark.parametrize("case", V1_REFUSALS)
def test_v1_says_what_is_wrong(iris: Server, case: str) -> None:
    body, expected = V1_REFUSALS[case]
    answer = iris.client.post("/inference", content=body)
    assert answer.status_code == 400, answer.text
    assert expected in answer.json()["error"]
    assert "Traceback" not in answer.text


V2_REFUSALS = {
    "no inputs": ({}, '"inputs" has to be a list'),
    "unknown field": ({**v2(IRIS_ROWS), "input": 1}, "unknown field 'input'"),
    "too few values": (v2([1, 2, 3]), "data has 3 values, but the shape [2, 4] needs 8"),
    "negative shape": (v2(IRIS_ROWS, shape=[-1, 4]), "shape has to be a list of sizes"),
    "wrong width": (v2(IRIS_ROWS, shape=[4, 2]), "has the shape [4, 2]; the model takes [-1, 4]"),
    "unknown datatype": (v2(IRIS_ROWS, datatype="FLOAT"), "datatype has to be one of"),
    "text": (v2(["a"] * 8), "values that are no FP32"),
    "fractions": (v2([0.5] * 8, datatype="INT64"), "values that are no INT64"),
    "out of range": (v2([300] * 8, datatype="UINT8"), "outside the range of UINT8"),
    "ragged": (v2([[1, 2], [3]]), "ragged"),
    "no name": (v2(IRIS_ROWS, name=""), "needs a name"),
    "parameters": (v2(IRIS_ROWS, parameters={"content_type": "np"}), "'content_type' is not supported"),
    "another model": ({**v2(IRIS_ROWS), "model_name": "x"}, "model_name is 'x', but this is 'test'"),
    "unknown output": ({**v2(IRIS_ROWS), "outputs": [{"name": "x"}]}, "no output 'x'"),
    "twice": ({"inputs": v2(IRIS_ROWS)["inputs"] * 2}, "as another input has"),
}


@pytest.mark.parametrize("case", V2_REFUSALS)
def test_v2_says_what_is_wrong(iris: Server, case: str) -> None:
    body, expected = V2_REFUSALS[case]
    answer = iris.client.post("/v2/models/test/infer", json=body)
    assert answer.status_code == 400, answer.text
    assert expected in answer.json()["error"]


def test_unknown_paths_models_and_methods_are_refused(iris: Server) -> None:
    for method, path, status in (
        ("GET", "/nothing", 404),
        ("POST", "/inference/more", 404),
        ("POST", "/v1/models/other:predict", 404),
        ("POST", "/v1/models/other/predict", 404),
        ("POST", "/v2/models/other/infer", 404),
        ("GET", "/v2/models/other", 404),
        ("GET", "/v1/models/other", 404),
        ("GET", "/v2/models/other/ready", 404),
        ("GET", "/inference", 405),
        ("GET", "/v2/models/test/infer", 405),
        ("DELETE", "/v1/models/test", 405),
        ("POST", "/health", 405),
    ):
        answer = iris.client.request(method, path)
        assert answer.status_code == status, (method, path, answer.text)
        assert answer.json()["error"]
        assert answer.json()["requestId"]


def test_requests_are_counted_by_path_and_kind(iris: Server) -> None:
    def counts() -> dict[str, float]:
        lines = iris.client.get("/metrics").text.splitlines()
        return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if not line.startswith("#")}

    before = counts()
    iris.predict(IRIS_ROWS)
    iris.predict([[1]])
    after = counts()
    for kind in ("2xx", "4xx"):
        key = f'easymaker_model_requests_total{{path="/inference",code="{kind}"}}'
        assert after[key] == before.get(key, 0) + 1
    count = 'easymaker_model_request_seconds_count{path="/inference"}'
    assert after[count] == before.get(count, 0) + 2
    assert after["easymaker_model_ready"] == 1


def test_named_methods_are_asked_for_as_signatures(iris: Server) -> None:
    body = {"instances": IRIS_ROWS, "signature_name": "predict_proba"}
    predictions = iris.client.post("/inference", content=json.dumps(body)).json()["predictions"]
    assert [len(row) for row in predictions] == [3, 3]
