"""The contract, with Traefik."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jupyter_easymaker.gateway.base import Gateway
from jupyter_easymaker.gateway.settings import GatewaySettings
from jupyter_easymaker.gateway.traefik import TraefikGateway
from tests.gateway.contract import GatewayContract


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    gateway = TraefikGateway(GatewaySettings(tmp_path_factory.mktemp("gateway")))
    gateway.start()
    yield gateway
    gateway.stop()


class TestTraefik(GatewayContract):
    """Inherits the tests."""
