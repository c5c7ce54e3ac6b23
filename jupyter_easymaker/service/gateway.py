"""The gateway of the operator's settings."""

from __future__ import annotations

from pathlib import Path

from ..gateway.base import Gateway, GatewayError
from ..gateway.proxy_gateway import ProxyGateway
from ..gateway.settings import GatewaySettings
from ..gateway.traefik import TraefikGateway
from .config import ServiceConfig


def make_gateway(config: ServiceConfig, data_dir: Path) -> Gateway | None:
    """Return the gateway, not started yet; None if there is to be none.

    Args:
        config: the operator's settings.
        data_dir: where its directory lies; backends that share one share the gateway.

    Raises:
        GatewayError: the settings contradict each other.
    """
    if config.gateway == "none":
        return None
    if bool(config.gateway_certificate) != bool(config.gateway_certificate_key):
        raise GatewayError("ServiceConfig.gateway_certificate and gateway_certificate_key are given together.")
    settings = GatewaySettings(
        directory=data_dir / "gateway",
        ip=config.gateway_ip,
        port=config.gateway_port,
        public=config.gateway_public,
        names=tuple(config.gateway_names),
        binary=config.traefik,
        certificate=config.gateway_certificate,
        certificate_key=config.gateway_certificate_key,
        client_seconds=config.gateway_client_seconds,
    )
    return TraefikGateway(settings) if config.gateway == "traefik" else ProxyGateway(settings)
