"""Services of the local engine: the contract, and what only one machine can do wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_easymaker.engines.base import Capacity
from jupyter_easymaker.engines.local import LocalEngine
from tests.engines.service_contract import ServiceContract
from tests.waiting import wait_for

CAPACITY = Capacity(vcpus=2, memory_mib=2048)


def clear(engine: LocalEngine) -> None:
    """End all that runs."""
    for name in engine.service_names():
        engine.remove_service(name)
    for name in engine.names():
        engine.stop(name)
    wait_for(lambda: not engine.service_names(), 20)
    wait_for(lambda: all(engine.observe(name).state.ended for name in engine.names()), 20)  # type: ignore[union-attr]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[LocalEngine]:
    made = LocalEngine(tmp_path / "engine", capacity=CAPACITY)
    made.start()
    yield made
    clear(made)
    made.close()


class TestLocalServices(ServiceContract):
    pass
