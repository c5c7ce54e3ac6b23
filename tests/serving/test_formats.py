"""Models of other libraries, saved by those libraries here and asked by rows, columns and tensors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import onnx
import pandas as pd
import pytest
import xgboost
from onnx import TensorProto, helper
from sklearn.datasets import load_iris

from jupyter_easymaker.serving.errors import InputError, ModelError
from jupyter_easymaker.serving.loading import load_model

from .conftest import IRIS_ROWS, StartServer

FEATURES, TARGET = load_iris(return_X_y=True)
NAMES = ["sepal length", "sepal width", "petal length", "petal width"]


def booster(names: list[str] | None) -> xgboost.Booster:
    data = xgboost.DMatrix(FEATURES, TARGET, feature_names=names)
    return xgboost.train({"objective": "multi:softprob", "num_class": 3}, data, 5)


@pytest.mark.parametrize("file", ["model.ubj", "model.json"])
def test_xgboost(tmp_path: Path, file: str) -> None:
    trained = booster(None)
    trained.save_model(tmp_path / file)
    model = load_model(tmp_path, "auto", "iris")
    assert model.metadata.framework == "XGBOOST"
    expected = trained.inplace_predict(np.array(IRIS_ROWS))
    assert np.allclose(model.predict(IRIS_ROWS), expected)
    assert np.allclose(model.infer({"x": np.array(IRIS_ROWS)})["predict"], expected)
    assert len(model.predict([[None, 1, 2, 3]])) == 1
    for rows, reason in (([[1, 2]], "has 2 values; it takes 4"), ([["a", "b", "c", "d"]], "numbers, not text")):
        with pytest.raises(InputError, match=reason):
            model.predict(rows)


def test_xgboost_with_names(tmp_path: Path) -> None:
    booster(NAMES).save_model(tmp_path / "model.ubj")
    model = load_model(tmp_path, "XGBOOST", "iris")
    rows = [dict(zip(NAMES, row, strict=True)) for row in IRIS_ROWS]
    assert model.predict(rows) == model.predict(IRIS_ROWS)
    assert model.metadata.example == dict.fromkeys(NAMES, 0)


def test_lightgbm(tmp_path: Path) -> None:
    data = lightgbm.Dataset(FEATURES, TARGET)
    trained = lightgbm.train({"objective": "multiclass", "num_class": 3, "verbose": -1}, data, 5)
    trained.save_model(tmp_path / "model.txt")
    model = load_model(tmp_path, "auto", "iris")
    assert model.metadata.framework == "LIGHTGBM"
    assert np.allclose(model.predict(IRIS_ROWS), trained.predict(IRIS_ROWS))
    with pytest.raises(InputError, match="has 1 values; it takes 4"):
        model.predict([[1]])


def test_lightgbm_on_categories_is_refused_with_the_way_out(tmp_path: Path) -> None:
    table = pd.DataFrame({"a": pd.Categorical(["x", "y"] * 50), "b": range(100)})
    trained = lightgbm.train({"objective": "regression", "verbose": -1}, lightgbm.Dataset(table, np.arange(100)), 2)
    trained.save_model(tmp_path / "model.txt")
    with pytest.raises(ModelError, match="joblib"):
        load_model(tmp_path, "auto", "categories")


def write_onnx(path: Path, *, two: bool = False) -> None:
    """Write a model of ``y = x + x``, or of ``sum = x + y, product = x * y``."""

    def value(name: str) -> Any:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", 2])

    if two:
        nodes = [helper.make_node("Add", ["x", "y"], ["sum"]), helper.make_node("Mul", ["x", "y"], ["product"])]
        graph = helper.make_graph(nodes, "two", [value("x"), value("y")], [value("sum"), value("product")])
    else:
        graph = helper.make_graph([helper.make_node("Add", ["x", "x"], ["y"])], "one", [value("x")], [value("y")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(path))


def test_onnx(tmp_path: Path) -> None:
    write_onnx(tmp_path / "model.onnx")
    model = load_model(tmp_path, "auto", "double")
    assert model.predict([[1, 2], [3, 4.5]]) == [[2, 4], [6, 9]]
    assert model.predict([{"x": [1, 2]}]) == [[2, 4]]
    assert model.predict_columns([[1, 2]]).tolist() == [[2, 4]]
    assert model.infer({"x": np.array([[1, 2]], np.int8)})["y"].tolist() == [[2, 4]]
    assert model.metadata.instance_schema["maxItems"] == 2
    assert model.predict([model.metadata.example]) == [[0, 0]]
    for rows, reason in (
        ([[1, 2, 3]], r"have the shape \[1, 3\]; the model takes \[-1, 2\]"),
        ([[1, 2], [3]], "ragged"),
        ([["a", "b"]], "no FP32"),
        ([{"z": [1, 2]}], "lacks 'x'"),
    ):
        with pytest.raises(InputError, match=reason):
            model.predict(rows)
    with pytest.raises(InputError, match="datatype FP32"):
        model.infer({"x": np.array([[1, 2]], np.int64)})


def test_onnx_with_two_inputs_and_outputs(tmp_path: Path) -> None:
    write_onnx(tmp_path / "model.onnx", two=True)
    model = load_model(tmp_path, "ONNX", "two")
    assert model.predict([{"x": [1, 2], "y": [3, 4]}]) == [{"sum": [4, 6], "product": [3, 8]}]
    columns = model.predict_columns({"x": [[1, 2]], "y": [[3, 4]]})
    assert columns["product"].tolist() == [[3, 8]]
    tensors = {"x": np.ones((1, 2), np.float32), "y": np.ones((1, 2), np.float32)}
    assert list(model.infer(tensors, ["product"])) == ["product"]
    with pytest.raises(InputError, match="has to be an object with x, y"):
        model.predict([[1, 2]])


def test_columns_over_http(serve: StartServer, tmp_path: Path) -> None:
    write_onnx(tmp_path / "model.onnx", two=True)
    server = serve(tmp_path, "--format=ONNX").wait_ready()
    answer = server.client.post("/inference", json={"inputs": {"x": [[1, 2]], "y": [[3, 4]]}})
    assert answer.json() == {"outputs": {"sum": [[4, 6]], "product": [[3, 8]]}}


@pytest.mark.formats
@pytest.mark.timeout(300)
def test_tensorflow(tmp_path: Path) -> None:
    import tensorflow as tf

    class Model(tf.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.factor = tf.Variable(2.0)

        @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, name="x")])
        def scale(self, x: Any) -> Any:
            return {"y": x * self.factor}

        @tf.function(
            input_signature=[tf.TensorSpec([None], tf.string, name="text"), tf.TensorSpec([None], tf.int64, name="n")]
        )
        def lengths(self, text: Any, n: Any) -> Any:
            return {"length": tf.strings.length(text), "n": n}

    made = Model()
    signatures = {"serving_default": made.scale, "lengths": made.lengths}
    tf.saved_model.save(made, str(tmp_path / "1"), signatures=signatures)
    assert (tmp_path / "1" / "variables").is_dir()
    model = load_model(tmp_path, "auto", "scale")
    assert model.metadata.framework == "TENSORFLOW"
    assert model.answer({"instances": [[1, 2], [3, 4]]}) == {"predictions": [[2, 4], [6, 8]]}
    assert model.answer({"instances": [{"x": [1, 2]}]}) == {"predictions": [[2, 4]]}
    assert model.answer({"inputs": {"x": [[1, 2]]}})["outputs"].tolist() == [[2, 4]]
    assert model.infer({"x": np.array([[1, 2]], np.float32)})["y"].tolist() == [[2, 4]]
    rows = [{"text": "abc", "n": 1}, {"text": {"b64": "YQ=="}, "n": 2}]
    named = model.answer({"signature_name": "lengths", "instances": rows})
    assert named == {"predictions": [{"length": 3, "n": 1}, {"length": 1, "n": 2}]}
    assert set(model.metadata.details["signatures"]) == {"serving_default", "lengths"}
    for body, reason in (
        ({"instances": [[1, 2, 3]]}, r"the model takes \[-1, 2\]"),
        ({"instances": [[1, 2]], "signature_name": "other"}, "signature_name has to be one of"),
        ({"instances": [{"text": {"b64": "?"}, "n": 1}], "signature_name": "lengths"}, "base64"),
    ):
        with pytest.raises(InputError, match=reason):
            model.answer(body)
