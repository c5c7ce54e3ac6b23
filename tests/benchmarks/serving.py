"""The model server against others with the same model: requests a second, CPU, memory, time to a first answer."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import joblib
import numpy as np
import orjson
import psutil
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

from tests.benchmarks import peer_servers
from tests.benchmarks.load import cpu_seconds, rate, resident_mib
from tests.benchmarks.measure import Pair, Result, interleaved
from tests.benchmarks.peer_servers import Peer
from tests.conftest import RunningBackend
from tests.ports import free_port
from tests.serving.conftest import start_server

_ROWS = [[6.8, 2.8, 4.8, 1.4], [6.0, 3.4, 4.5, 1.6]]
_V1 = json.dumps({"instances": _ROWS}).encode()
_TENSOR = {"name": "input-0", "shape": [2, 4], "datatype": "FP64", "data": [value for row in _ROWS for value in row]}
_V2 = json.dumps({"inputs": [_TENSOR]}).encode()
_REQUESTS = 600
_RUNS = 5
_ALONE = "--max-batch-size=1"

_NET = """
import torch

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.ReLU(), torch.nn.Linear(16, 3))

    def forward(self, x):
        return self.layers(x)
"""

_HANDLER = """
import torch
from ts.torch_handler.base_handler import BaseHandler

class Handler(BaseHandler):
    def preprocess(self, data):
        rows = data
        if isinstance(data[0], dict):
            rows = data[0]["body"]["instances"]
        self.whole = rows is not data
        return torch.tensor(rows)

    def postprocess(self, data):
        return [{"predictions": data.tolist()}] if self.whole else data.tolist()
"""


def run(_: RunningBackend, work: Path) -> list[Result]:
    """Measure everything."""
    model = work / "model" / "model.joblib"
    model.parent.mkdir()
    features, target = load_iris(return_X_y=True)
    joblib.dump(LogisticRegression(max_iter=500).fit(features, target), model)
    results = []
    for name, start, v2, factor in (
        ("kserve", peer_servers.kserve, False, 1.5),
        ("mlserver", peer_servers.mlserver, True, 2.5),
        ("litserve", peer_servers.litserve, False, 3.0),
        ("bentoml", peer_servers.bentoml, False, 5.0),
    ):
        results += _rates(name, start, model, v2, factor, work / name)
    results += _cpu(model, work)
    results.append(_cold_start(model, work))
    return [*results, *_torchserve(work)]


@contextmanager
def _ours(model: Path, work: Path, path: str, *arguments: str) -> Iterator[Peer]:
    server = start_server(work, model, *arguments)
    try:
        server.wait_ready()
        yield Peer(server.process, server.port, path)
    finally:
        server.close()


def _against(ours: Peer, other: Peer, body: bytes) -> tuple[Pair, str]:
    """Return seconds per request of the other and of ours, and both in words with the CPU they took."""
    rounds = _RUNS + 1

    def timed(server: Peer) -> Callable[[], float]:
        return lambda: 1 / rate(server.port, server.path, body, _REQUESTS)

    servers = (ours, other)
    before = [cpu_seconds(server.process.pid) for server in servers]
    pair = interleaved(timed(other), timed(ours), _RUNS)
    used = [cpu_seconds(server.process.pid) - start for server, start in zip(servers, before, strict=True)]
    cpu = [seconds / rounds / _REQUESTS * 1e6 for seconds in used]
    rates = f"{1 / pair.reference:,.0f} against {1 / pair.measured:,.0f} a second"
    return pair, f"{rates}, {pair.spread}; CPU of a request {cpu[0]:,.0f} against {cpu[1]:,.0f} us"


def _rates(
    name: str,
    start: Callable[[Path, Path, bytes], AbstractContextManager[Peer]],
    model: Path,
    v2: bool,
    factor: float,
    work: Path,
) -> list[Result]:
    work.mkdir()
    path, body = ("/v2/models/test/infer", _V2) if v2 else ("/v1/models/test:predict", _V1)
    results = []
    with start(model, work, body) as other:
        for how, arguments in (("", ()), (", requests one by one", (_ALONE,))):
            with _ours(model.parent, work / f"ours{len(arguments)}", path, *arguments) as ours:
                pair, detail = _against(ours, other, body)
            what = f"{'V2' if v2 else 'V1'} requests per second against {name}{how}"
            met = pair.ratio >= factor
            results.append(Result(what, f"{pair.ratio:.1f}x", f"at least {factor:g}x", met, detail))
    return results


def _cpu(model: Path, work: Path) -> list[Result]:
    estimator = joblib.load(model)

    def bare() -> float:
        begin = time.process_time()
        for _ in range(_REQUESTS):
            rows = np.asarray(orjson.loads(_V1)["instances"])
            orjson.dumps({"predictions": estimator.predict(rows).tolist()})
        return (time.process_time() - begin) / _REQUESTS

    results = []
    for how, arguments in (("", ()), (", requests one by one", (_ALONE,))):
        with _ours(model.parent, work / f"cpu{len(arguments)}", "/v1/models/test:predict", *arguments) as server:

            def served(server: Peer = server) -> float:
                begin = cpu_seconds(server.process.pid)
                rate(server.port, server.path, _V1, _REQUESTS)
                return (cpu_seconds(server.process.pid) - begin) / _REQUESTS

            pair = interleaved(served, bare, _RUNS)
        detail = f"{pair.measured * 1e6:.0f} against {pair.reference * 1e6:.0f} us, {pair.spread}"
        what = f"CPU of a V1 request against JSON and predict in-process{how}"
        results.append(Result(what, f"{pair.ratio:.1f}x", "at most 2.2x", pair.ratio <= 2.2, detail))
    return results


def _cold_start(model: Path, work: Path) -> Result:
    directory = work / "cold"
    directory.mkdir()

    def ours() -> float:
        port = free_port()
        command = [sys.executable, "-m", "jupyter_easymaker.serving", "--model-name=test", f"--port={port}"]
        return _first_answer([*command, f"--model-dir={model.parent}"], port, directory)

    def kserve() -> float:
        port = free_port()
        return _first_answer(peer_servers.kserve_command(model, port, directory), port, directory)

    pair = interleaved(ours, kserve, 3)
    detail = f"{pair.measured:.2f} against {pair.reference:.2f} s, {pair.spread}"
    what = "Start of a scikit-learn replica to its first answer against kserve"
    return Result(what, f"{pair.ratio:.2f}x", "at most 0.7x", pair.ratio <= 0.7, detail)


def _first_answer(command: list[str], port: int, work: Path) -> float:
    request = (
        b"POST /v1/models/test:predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nConnection: close\r\n"
    )
    request += b"Content-Length: %d\r\n\r\n%s" % (len(_V1), _V1)
    begin = time.perf_counter()
    process = subprocess.Popen(command, cwd=work, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while time.perf_counter() - begin < 120:
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                    connection.sendall(request)
                    if connection.recv(64).startswith(b"HTTP/1.1 200"):
                        return time.perf_counter() - begin
            except OSError:
                pass  # nobody listens yet
            time.sleep(0.005)
        raise TimeoutError(f"{command} does not answer")
    finally:
        for each in [*psutil.Process(process.pid).children(recursive=True), process]:
            each.kill()
        process.wait()


def _torchserve(work: Path) -> list[Result]:
    archive = _archive(work / "net")
    other_work = work / "torchserve"
    other_work.mkdir()
    with (
        peer_servers.torchserve(archive, other_work, _V1) as other,
        _ours(archive.parent, work / "ours-net", "/v1/models/test:predict", "--format=PYTORCH") as ours,
    ):
        pair, detail = _against(ours, other, _V1)
        memory, theirs = resident_mib(ours.process.pid), resident_mib(other.process.pid)
    share = memory / theirs
    return [
        Result(
            ".mar, requests per second against TorchServe", f"{pair.ratio:.1f}x", "at least 5x", pair.ratio >= 5, detail
        ),
        Result(
            ".mar, memory against TorchServe",
            f"{share:.2f}x",
            "under 0.5x",
            share < 0.5,
            f"{memory:.0f} against {theirs:.0f} MiB",
        ),
    ]


def _archive(work: Path) -> Path:
    """Return a .mar of a small network, made by TorchServe's own archiver and PyTorch."""
    environment = peer_servers.peer("torchserve")
    (work / "store").mkdir(parents=True)
    (work / "model.py").write_text(_NET)
    (work / "handler.py").write_text(_HANDLER)
    save = "import torch; from model import Net; torch.save(Net().state_dict(), 'model.pth')"
    subprocess.run([environment / "bin/python", "-c", save], cwd=work, check=True)
    arguments = ["--model-name=net", "--version=1.0", "--model-file=model.py", "--serialized-file=model.pth"]
    command = [environment / "bin/torch-model-archiver", *arguments, "--handler=handler.py", "--export-path=store"]
    subprocess.run(command, cwd=work, check=True)
    return work / "store" / "net.mar"
