"""The contract, with the proxy in Python."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from jupyter_easymaker.gateway.base import Deployment, Gateway, GatewayError
from jupyter_easymaker.gateway.proxy_gateway import ProxyGateway
from jupyter_easymaker.gateway.settings import GatewaySettings
from jupyter_easymaker.gateway.traefik import TraefikGateway
from tests.gateway.calling import client, endpoint, model, put_in_force, stage
from tests.gateway.contract import GatewayContract
from tests.gateway.upstream import Upstream
from tests.processes import with_words
from tests.waiting import wait_for


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    gateway = ProxyGateway(GatewaySettings(tmp_path_factory.mktemp("gateway")))
    gateway.start()
    yield gateway
    gateway.stop()


class TestProxy(GatewayContract):
    """Inherits the tests."""


def test_proxy_comes_back_when_it_is_killed_and_gives_way_to_traefik(tmp_path: Path) -> None:
    settings = GatewaySettings(tmp_path / "gateway")
    proxy = ProxyGateway(settings)
    with Upstream() as replica, contextlib.ExitStack() as closing:
        closing.callback(proxy.stop)
        proxy.start()
        flowers = endpoint(stage("one", model("m1", replica.address)))
        put_in_force(proxy, flowers)
        epoch = proxy.calls()[0]
        os.kill(_pid(proxy), signal.SIGKILL)

        def is_back() -> bool:
            with contextlib.suppress(GatewayError):
                return proxy.calls()[0] != epoch
            return False

        wait_for(is_back, 20)
        assert proxy.deployment("stage-one").state is Deployment.DEPLOYED
        with client(proxy) as call:
            assert call.post(f"{flowers.prefix}/inference").json()["by"] == "replica"
        proxy.close()
        traefik = TraefikGateway(settings)
        closing.callback(traefik.stop)
        traefik.start()
        assert traefik.address == proxy.address
        put_in_force(traefik, flowers)
        with client(traefik) as call:
            assert call.post(f"{flowers.prefix}/inference").json()["by"] == "replica"


def _pid(gateway: ProxyGateway) -> int:
    port = int(gateway.private_address.rsplit(":", 1)[1])
    for process in with_words("jupyter_easymaker.gateway.proxy"):
        with contextlib.suppress(psutil.NoSuchProcess):
            if any(connection.laddr.port == port for connection in process.net_connections("tcp")):
                return process.pid
    raise AssertionError("the proxy does not run")
