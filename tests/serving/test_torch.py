"""PyTorch models: handlers written for TorchServe, archives, files as they lie, and TorchScript."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from .conftest import Server, StartServer, start_server

pytestmark = pytest.mark.torch

MODEL = """
import torch

class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(2, 2)

    def forward(self, x):
        return self.linear(x)

class Net(Block):
    pass
"""

# As the vendor's examples: data is the list of instances.
HANDLER = """
import json, os, torch
from ts.torch_handler.base_handler import BaseHandler
from ts.utils.util import PredictionException

class Handler(BaseHandler):
    def initialize(self, context):
        super().initialize(context)
        with open(os.path.join(context.system_properties["model_dir"], "labels.json")) as file:
            self.labels = json.load(file)

    def preprocess(self, data):
        if data == ["refuse"]:
            raise PredictionException("Only numbers are taken", 422)
        if data == ["refuse by status"]:
            self.context.set_response_status(code=429, phrase="Too many")
            return torch.zeros((1, 2))
        if data == ["fail"]:
            raise KeyError("secret")
        self.body = isinstance(data[0], dict)
        return torch.tensor([row["body"]["rows"][0] if self.body else row for row in data], dtype=torch.float32)

    def postprocess(self, data):
        return [self.labels[index] for index in data.argmax(dim=1).tolist()]
"""


def write_model(directory: Path) -> None:
    """Write model.py, handler.py, weights that answer the larger number, requirements-free, and extra/."""
    import torch

    directory.mkdir(parents=True)
    (directory / "model.py").write_text(MODEL)
    (directory / "handler.py").write_text(HANDLER)
    weights = {"linear.weight": torch.eye(2), "linear.bias": torch.zeros(2)}
    torch.save(weights, directory / "model.pth")
    (directory / "extra").mkdir()
    (directory / "extra" / "labels.json").write_text(json.dumps(["first", "second"]))


def archive(directory: Path, target: Path, **changes: str) -> None:
    """Write what torch-model-archiver makes of it."""
    about = {"modelName": "net", "serializedFile": "model.pth", "handler": "handler.py", "modelFile": "model.py"}
    manifest = {"createdOn": "01/01/2026", "runtime": "python", "model": about | changes, "archiverVersion": "0.12.0"}
    with zipfile.ZipFile(target, "w") as opened:
        for path in [*directory.glob("*.p*"), *(directory / "extra").iterdir()]:
            opened.write(path, path.name)
        opened.writestr("MAR-INF/MANIFEST.json", json.dumps(manifest))


@pytest.fixture(scope="module", params=["mar", "files"])
def net(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    work = tmp_path_factory.mktemp(f"net-{request.param}")
    write_model(work / "files")
    (work / "mar").mkdir()
    archive(work / "files", work / "mar" / "net.mar")
    server = start_server(work / "server", work / request.param, "--format=PYTORCH")
    try:
        yield server.wait_ready()
    finally:
        server.close()


def test_a_handler_gets_the_instances(net: Server) -> None:
    answer = net.predict([[1, 2], [4, 3]])
    assert answer.json() == {"predictions": ["second", "first"]}


def test_a_body_without_instances_reaches_the_handler_whole(net: Server) -> None:
    assert net.client.post("/inference", json={"rows": [[1, 2]]}).json() == "second"


def test_a_handler_refuses_with_its_own_status(net: Server) -> None:
    refused = net.predict(["refuse"])
    assert (refused.status_code, refused.json()["error"]) == (422, "Only numbers are taken")
    busy = net.predict(["refuse by status"])
    assert (busy.status_code, busy.json()["error"]) == (429, "Too many")


def test_a_handler_s_error_is_500_and_stays_in_the_log(net: Server) -> None:
    answer = net.predict(["fail"])
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json()["requestId"] in net.log
    assert "KeyError: 'secret'" in net.log


def test_a_handler_answers_tensors(net: Server) -> None:
    tensor = {"name": "x", "shape": [2, 2], "datatype": "FP32", "data": [1, 2, 4, 3]}
    answer = net.client.post("/v2/models/test/infer", json={"inputs": [tensor]}).json()
    assert answer["outputs"] == [
        {"name": "predictions", "shape": [2], "datatype": "BYTES", "data": ["second", "first"]}
    ]


def test_the_default_image_classifier(serve: StartServer, tmp_path: Path) -> None:
    import torch
    from PIL import Image

    class Mean(torch.nn.Module):
        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return images.mean(dim=(2, 3))

    model = tmp_path / "model"
    model.mkdir()
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.trace(Mean(), torch.zeros(1, 3, 4, 4)), buffer)  # type: ignore[no-untyped-call]
    manifest = {"model": {"modelName": "mean", "serializedFile": "mean.pt", "handler": "image_classifier"}}
    with zipfile.ZipFile(model / "mean.mar", "w") as opened:
        opened.writestr("mean.pt", buffer.getvalue())
        opened.writestr("index_to_name.json", json.dumps({"0": "red", "1": "green", "2": "blue"}))
        opened.writestr("MAR-INF/MANIFEST.json", json.dumps(manifest))
    image = io.BytesIO()
    Image.new("RGB", (300, 260), (0, 0, 255)).save(image, "PNG")
    encoded = base64.b64encode(image.getvalue()).decode()
    server = serve(model).wait_ready()
    (scores,) = server.predict([{"data": encoded}]).json()["predictions"]
    # Normalized with ImageNet's means and deviations, the image's channels are these numbers.
    channels = (np.array([0, 0, 1]) - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    expected = np.exp(channels) / np.exp(channels).sum()
    assert [scores[name] for name in ("red", "green", "blue")] == pytest.approx(expected.tolist(), abs=1e-5)


def test_torchscript(serve: StartServer, tmp_path: Path) -> None:
    import torch

    class Two(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = torch.nn.Linear(2, 1, bias=False)
            self.linear.weight.data[:] = torch.tensor([[1.0, 10.0]])

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.linear(x)  # type: ignore[no-any-return]

    model = tmp_path / "model"
    model.mkdir()
    torch.jit.script(Two()).save(str(model / "model.pt"))  # type: ignore[no-untyped-call]
    server = serve(model, "--max-batch-size=8").wait_ready()
    assert server.predict([[1, 2], [3, 4]]).json() == {"predictions": [[21], [43]]}
    refused = server.predict([[1, 2, 3]])
    assert refused.status_code == 400
    assert "mat1 and mat2 shapes cannot be multiplied" in refused.json()["error"]
    tensor = {"name": "anything", "shape": [1, 2], "datatype": "FP32", "data": [1, 2]}
    outputs = server.client.post("/v2/models/test/infer", json={"inputs": [tensor]}).json()["outputs"]
    assert outputs == [{"name": "output-0", "shape": [1, 1], "datatype": "FP32", "data": [21]}]


def test_an_exported_program(serve: StartServer, tmp_path: Path) -> None:
    import torch

    class Sum(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.sum(dim=1, keepdim=True)

    model = tmp_path / "model"
    model.mkdir()
    shapes = {"x": {0: torch.export.Dim("rows")}}
    torch.export.save(torch.export.export(Sum(), (torch.zeros(2, 3),), dynamic_shapes=shapes), model / "model.pt2")
    server = serve(model).wait_ready()
    assert server.predict([[1, 2, 3], [4, 5, 6.5]]).json() == {"predictions": [[6], [15.5]]}
    refused = server.predict([[1, 2]])
    assert (refused.status_code, refused.json()["error"].partition(";")[0]) == (
        400,
        "instances (x) have the shape [1, 2]",
    )
    schema = server.client.get("/schema").json()
    assert schema["inputs"] == [{"name": "x", "datatype": "FP32", "shape": [-1, 3]}]
    assert schema["example"] == {"instances": [[0, 0, 0]]}


def broken(work: Path, case: str) -> Path:
    write_model(work / "files")
    model = work / "model"
    if case == "weights alone":
        model.mkdir()
        (work / "files" / "model.pth").rename(model / "model.pth")
    elif case == "no weights":
        (work / "files" / "model.pth").unlink()
        return work / "files"
    elif case == "no handler class":
        (work / "files" / "handler.py").write_text("X = 1")
        return work / "files"
    else:
        model.mkdir()
        archive(
            work / "files",
            model / "net.mar",
            **{"no such file": {"modelFile": "x.py"}, "no such handler": {"handler": "x"}}[case],
        )
    return model


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("weights alone", "is no TorchScript. Weights alone need model.py and handler.py"),
        ("no weights", "Beside handler.py there are no weights"),
        ("no handler class", "handler.py has to have one class with a method handle; it has 0"),
        ("no such file", "names x.py, which is not in the archive"),
        ("no such handler", "The handler x is neither in the model nor one of TorchServe's own"),
    ],
)
def test_a_wrong_model_is_refused_with_the_reason(serve: StartServer, tmp_path: Path, case: str, reason: str) -> None:
    server = serve(broken(tmp_path / "work", case), "--format=PYTORCH")
    assert server.process.wait(60) == 3
    assert reason in server.report["reason"]
