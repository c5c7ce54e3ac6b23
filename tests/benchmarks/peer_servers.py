"""Other people's model servers with the same model, as their own documentation starts them: one worker, logs off."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from tests.peers import peer
from tests.ports import free_port
from tests.waiting import wait_for

_KSERVE = """
import logging, sys
import joblib, numpy as np
from kserve import Model, ModelServer

class Sklearn(Model):
    def load(self):
        self.model = joblib.load(sys.argv[1])
        self.ready = True
        return True

    def predict(self, payload, headers=None, response_headers=None):
        return {"predictions": self.model.predict(np.asarray(payload["instances"])).tolist()}

logging.disable(logging.CRITICAL)
model = Sklearn("test")
model.load()
ModelServer(http_port=int(sys.argv[2]), workers=1, enable_grpc=False, enable_latency_logging=False).start([model])
"""

_LITSERVE = """
import sys
import joblib, litserve, numpy as np

class Sklearn(litserve.LitAPI):
    def setup(self, device):
        self.model = joblib.load(sys.argv[1])

    def decode_request(self, request):
        return request["instances"]

    def predict(self, rows):
        return self.model.predict(np.asarray(rows)).tolist()

    def encode_response(self, predictions):
        return {"predictions": predictions}

if __name__ == "__main__":
    server = litserve.LitServer(Sklearn(), accelerator="cpu", workers_per_device=1)
    server.run(host="127.0.0.1", port=int(sys.argv[2]), log_level="error", generate_client_file=False)
"""

_BENTOML = """
import os
import bentoml, joblib, numpy as np

@bentoml.service(workers=1)
class Sklearn:
    def __init__(self):
        self.model = joblib.load(os.environ["MODEL_FILE"])

    @bentoml.api
    def predict(self, instances: list) -> dict:
        return {"predictions": self.model.predict(np.asarray(instances)).tolist()}
"""


@dataclass
class Peer:
    """A running server."""

    process: subprocess.Popen[bytes]
    port: int
    path: str


@contextmanager
def running(command: list[str], port: int, path: str, work: Path, body: bytes, **environment: str) -> Iterator[Peer]:
    """Start a program; wait until it answers a prediction; end all it started."""
    with (work / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=work, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, **environment}
        )
    try:
        wait_for(lambda: _answers(process, port, path, body, work), 120, interval=0.1)
        yield Peer(process, port, path)
    finally:
        for each in [*psutil.Process(process.pid).children(recursive=True), process]:
            if each.pid and psutil.pid_exists(each.pid):
                each.kill()
        process.wait()


def _answers(process: subprocess.Popen[bytes], port: int, path: str, body: bytes, work: Path) -> bool:
    if process.poll() is not None:
        raise RuntimeError((work / "log").read_text()[-3000:])
    try:
        headers = {"content-type": "application/json"}
        return httpx.post(f"http://127.0.0.1:{port}{path}", content=body, headers=headers).status_code == 200
    except httpx.TransportError:
        return False


def kserve_command(model: Path, port: int, work: Path) -> list[str]:
    (work / "server.py").write_text(_KSERVE)
    return [str(peer("kserve") / "bin/python"), "server.py", str(model), str(port)]


def kserve(model: Path, work: Path, body: bytes) -> AbstractContextManager[Peer]:
    port = free_port()
    return running(kserve_command(model, port, work), port, "/v1/models/test:predict", work, body)


def litserve(model: Path, work: Path, body: bytes) -> AbstractContextManager[Peer]:
    port = free_port()
    (work / "server.py").write_text(_LITSERVE)
    command = [str(peer("litserve") / "bin/python"), "server.py", str(model), str(port)]
    return running(command, port, "/predict", work, body)


def bentoml(model: Path, work: Path, body: bytes) -> AbstractContextManager[Peer]:
    port = free_port()
    (work / "service.py").write_text(_BENTOML)
    command = [str(peer("bentoml") / "bin/bentoml"), "serve", "service:Sklearn", "--port", str(port), "-q"]
    environment = {"MODEL_FILE": str(model), "BENTOML_DO_NOT_TRACK": "True", "BENTOML_HOME": str(work / "home")}
    return running(command, port, "/predict", work, body, **environment)


def mlserver(model: Path, work: Path, body: bytes) -> AbstractContextManager[Peer]:
    port = free_port()
    settings = {
        "host": "127.0.0.1",
        "http_port": port,
        "grpc_port": free_port(),
        "metrics_port": free_port(),
        "parallel_workers": 0,
    }
    (work / "settings.json").write_text(json.dumps(settings))
    about = {
        "name": "test",
        "implementation": "mlserver_sklearn.SKLearnModel",
        "parameters": {"uri": str(model), "version": "1"},
    }
    (work / "model-settings.json").write_text(json.dumps(about))
    command = [str(peer("mlserver") / "bin/mlserver"), "start", str(work)]
    return running(command, port, "/v2/models/test/infer", work, body, MLSERVER_LOGGING_SETTINGS="")


def torchserve(archive: Path, work: Path, body: bytes) -> AbstractContextManager[Peer]:
    port, management, metrics = free_port(), free_port(), free_port()
    (work / "config.properties").write_text(
        f"inference_address=http://127.0.0.1:{port}\nmanagement_address=http://127.0.0.1:{management}\n"
        f"metrics_address=http://127.0.0.1:{metrics}\ndefault_workers_per_model=1\ndisable_system_metrics=true\n"
    )
    environment = peer("torchserve")
    command = [
        str(environment / "bin/torchserve"),
        "--start",
        "--foreground",
        "--ncs",
        "--disable-token-auth",
        f"--model-store={archive.parent}",
        f"--models=net={archive.name}",
        "--ts-config=config.properties",
    ]
    path = f"{environment / 'bin'}:{os.environ['PATH']}"
    return running(command, port, "/predictions/net", work, body, PATH=path, TEMP=str(work))
