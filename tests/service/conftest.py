"""What the service's tests share: PostgreSQL for a whole backend, and the older SDK with the one port it knows."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import RunningBackend
from tests.store.conftest import postgresql
from tests.waiting import wait_for

__all__ = ["postgresql"]

_PORT = 10090


def _port_is_free() -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", _PORT))
        except OSError:
            return False
    return True


@pytest.fixture(scope="session")
def old_sdk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the old SDK is installed, beside the new one that the product depends on."""
    target = tmp_path_factory.mktemp("sdk-1.1.6")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(target)]
    subprocess.run([*command, "easymaker==1.1.6"], check=True)
    return target


@pytest.fixture
def running(own_backend: Callable[..., RunningBackend]) -> RunningBackend:
    """A backend on the only port the older SDK knows. Another one may be about to leave it."""
    wait_for(_port_is_free, 60, interval=0.5)
    return own_backend(port=_PORT)
