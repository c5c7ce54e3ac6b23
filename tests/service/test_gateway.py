"""The gateway of the operator's settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from traitlets import TraitError

from jupyter_easymaker.gateway.base import GatewayError
from jupyter_easymaker.gateway.proxy_gateway import ProxyGateway
from jupyter_easymaker.gateway.traefik import TraefikGateway
from jupyter_easymaker.service.config import ServiceConfig
from jupyter_easymaker.service.gateway import make_gateway


@pytest.mark.parametrize(("kind", "made"), [("traefik", TraefikGateway), ("proxy", ProxyGateway), ("none", type(None))])
def test_gateway_is_the_one_that_is_asked_for(tmp_path: Path, kind: str, made: type) -> None:
    assert isinstance(make_gateway(ServiceConfig(gateway=kind), tmp_path), made)


def test_address_is_the_public_one(tmp_path: Path) -> None:
    for settings, address in (
        ({"gateway_port": 8443}, "127.0.0.1:8443"),
        ({"gateway_port": 8443, "gateway_ip": "::1"}, "[::1]:8443"),
        ({"gateway_port": 8443, "gateway_public": "models.example"}, "models.example:8443"),
        ({"gateway_port": 8443, "gateway_public": "models.example:443"}, "models.example:443"),
        ({"gateway_port": 8443, "gateway_public": "[fd00::1]:443"}, "[fd00::1]:443"),
    ):
        gateway = make_gateway(ServiceConfig(**settings), tmp_path)
        assert gateway is not None
        assert gateway.address == address


def test_free_port_is_chosen_once(tmp_path: Path) -> None:
    first, second = (make_gateway(ServiceConfig(), tmp_path) for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.address == second.address


def test_listening_address_that_is_none_is_refused() -> None:
    with pytest.raises(TraitError, match="gateway_ip is an IP address"):
        ServiceConfig(gateway_ip="everywhere")


def test_certificate_without_its_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GatewayError, match="given together"):
        make_gateway(ServiceConfig(gateway_certificate="a.pem"), tmp_path)
