"""A real scikit-learn model called directly and through the gateway: calls a second at 16 connections, latency at one.

And how many calls fail when one of two replicas is killed. The gateway's side speaks TLS, as clients do; the direct
side does not.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import joblib
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

from jupyter_easymaker.gateway.base import Deployment, EndpointRoute, Gateway, ModelRoute, StageRoute
from jupyter_easymaker.gateway.settings import GatewaySettings
from jupyter_easymaker.gateway.traefik import TraefikGateway
from tests.benchmarks.measure import RUNS, Result
from tests.conftest import RunningBackend
from tests.ports import free_port
from tests.waiting import wait_for

_CONNECTIONS = 16
_SECONDS = 2.0
_BODY = b'{"instances": [[5.1, 3.5, 1.4, 0.2]]}'
_RATE_TARGET = 0.7
_LATENCY_TARGET = 0.0005
_FAILED_TARGET = 0.001
_AFTER_SECONDS = 10.0
_PATH = "/endpoints/app/flowers/inference"


def run(_backend: RunningBackend, work: Path) -> list[Result]:
    return [*_against_direct(work), _killed_replica(work)]


def _against_direct(work: Path) -> list[Result]:
    with _model(work) as (address, _), _gateway(work, address) as gateway:
        context = ssl.create_default_context(cafile=gateway.certificate_authority)
        direct = _Side(address, "/inference", None)
        through = _Side(gateway.address, _PATH, context)
        rates, delays = [], []
        for attempt in range(RUNS + 1):
            pair = (through.rate(), direct.rate())
            alone = (through.latency(), direct.latency())
            if attempt:  # the first warms both up
                rates.append(pair)
                delays.append(alone)
    through_rate, rate = (statistics.median(rate) for rate in zip(*rates, strict=True))
    ratios = sorted(mine / theirs for mine, theirs in rates)
    added = sorted(mine - theirs for mine, theirs in delays)
    ratio, delay = statistics.median(ratios), statistics.median(added)
    return [
        Result(
            what=f"calls through the gateway at {_CONNECTIONS} connections / direct",
            value=f"{ratio:.2f}",
            target=f">= {_RATE_TARGET}",
            met=ratio >= _RATE_TARGET,
            detail=f"{through_rate:.0f} / {rate:.0f} a second, ratios {ratios[0]:.2f}-{ratios[-1]:.2f} of {RUNS}",
        ),
        Result(
            what="latency the gateway adds at one connection",
            value=f"{1000 * delay:.2f} ms",
            target=f"<= {1000 * _LATENCY_TARGET} ms",
            met=delay <= _LATENCY_TARGET,
            detail=f"medians of calls, {1000 * added[0]:.2f}-{1000 * added[-1]:.2f} ms of {RUNS}",
        ),
    ]


def _killed_replica(work: Path) -> Result:
    with _model(work) as (first, _), _model(work) as (second, process), _gateway(work, first, second) as gateway:
        context = ssl.create_default_context(cafile=gateway.certificate_authority)
        statuses = asyncio.run(_while_one_dies(_Side(gateway.address, _PATH, context), process))
    failed = sum(calls for status, calls in statuses.items() if status != 200)
    share = failed / statuses.total()
    return Result(
        what="calls that fail in 10 s after one of two replicas is killed",
        value=f"{100 * share:.3f} %",
        target=f"< {100 * _FAILED_TARGET} %",
        met=share < _FAILED_TARGET,
        detail=f"{failed} of {statuses.total()} at {_CONNECTIONS} connections: those the replica was working on",
    )


async def _while_one_dies(side: _Side, process: subprocess.Popen[bytes]) -> Counter[int]:
    """Call from several connections; return what was answered from the moment a replica was killed on."""
    statuses: Counter[int] = Counter()
    warm = asyncio.gather(*(side.calls(_SECONDS) for _ in range(_CONNECTIONS)))
    await warm
    going_on = [asyncio.create_task(side.calls(_AFTER_SECONDS, statuses)) for _ in range(_CONNECTIONS)]
    await asyncio.sleep(0.1)
    process.kill()
    await asyncio.gather(*going_on)
    return statuses


@dataclass(frozen=True)
class _Side:
    """One way to the model."""

    address: str
    path: str
    tls: ssl.SSLContext | None

    def rate(self) -> float:
        """Return calls a second over several connections."""
        return asyncio.run(self._rate())

    def latency(self) -> float:
        """Return the median seconds of a call over one connection."""
        return statistics.median(asyncio.run(self.calls(_SECONDS)))

    async def _rate(self) -> float:
        begin = time.perf_counter()
        answered = await asyncio.gather(*(self.calls(_SECONDS) for _ in range(_CONNECTIONS)))
        return sum(map(len, answered)) / (time.perf_counter() - begin)

    async def calls(self, seconds: float, statuses: Counter[int] | None = None) -> list[float]:
        """Call over one connection, one call after the other; return what each took.

        Args:
            seconds: for how long.
            statuses: what to count statuses in; None: all have to be 200.
        """
        host, port = self.address.rsplit(":", 1)
        reader, writer = await asyncio.open_connection(host, int(port), ssl=self.tls)
        head = f"POST {self.path} HTTP/1.1\r\nHost: {self.address}\r\nContent-Type: application/json\r\n"
        message = f"{head}Content-Length: {len(_BODY)}\r\n\r\n".encode() + _BODY
        taken = []
        until = time.perf_counter() + seconds
        begin = time.perf_counter()
        while begin < until:
            writer.write(message)
            answer = await reader.readuntil(b"\r\n\r\n")
            status = int(answer.split(b" ", 2)[1])
            if statuses is not None:
                statuses[status] += 1
            elif status != 200:
                raise RuntimeError(answer.decode())
            length = next(line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.split(b":")[1]))
            taken.append(time.perf_counter() - begin)
            begin = time.perf_counter()
        writer.close()
        return taken


@contextlib.contextmanager
def _model(work: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    artifact = work / "model"
    if not artifact.exists():
        artifact.mkdir()
        joblib.dump(LogisticRegression(max_iter=500).fit(*load_iris(return_X_y=True)), artifact / "model.joblib")
    port = free_port()
    command = [sys.executable, "-m", "jupyter_easymaker.serving", "--model-name=iris", f"--model-dir={artifact}"]
    process = subprocess.Popen([*command, "--path=/inference", f"--port={port}"])
    try:
        wait_for(lambda: _answers(port), 60)
        yield f"127.0.0.1:{port}", process
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(f"http://127.0.0.1:{port}/ready").is_success
    return False


@contextlib.contextmanager
def _gateway(work: Path, *addresses: str) -> Iterator[Gateway]:
    gateway = TraefikGateway(GatewaySettings(work / "gateway"))
    gateway.start()
    try:
        model = ModelRoute("m1", "iris", "/inference", addresses)
        gateway.apply([EndpointRoute("e1", "app", "flowers", (StageRoute("s1", "one", (model,)),), "s1")])
        wait_for(lambda: gateway.deployment("s1").state is Deployment.DEPLOYED)
        yield gateway
    finally:
        gateway.stop()
