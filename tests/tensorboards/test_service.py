"""When TensorBoard processes start and end, and that none outlives what it is for."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from jupyter_easymaker.tensorboards.service import TensorboardFailed, TensorboardService
from tests.conftest import RunningBackend
from tests.waiting import wait_for


@pytest.fixture
def short_tmp(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory for temporary files of our own; a socket's path must be short."""
    tmp_path_factory.getbasetemp()  # where pytest's own go is settled before
    with tempfile.TemporaryDirectory() as made:
        monkeypatch.setattr(tempfile, "tempdir", made)
        yield Path(made)


@pytest.fixture
def make(short_tmp: Path) -> Iterator[Callable[..., TensorboardService]]:
    made: list[TensorboardService] = []

    def service(**settings: float) -> TensorboardService:
        made.append(TensorboardService(flags=["--load_fast=false"], **settings))  # type: ignore[arg-type]
        return made[-1]

    yield service
    for each in made:
        each.close()


def tensorboards(parent: int | None = None) -> list[psutil.Process]:
    """Return those that run below a process: not those of other backends that it started."""
    found = []
    for each in psutil.Process(parent).children():
        with contextlib.suppress(psutil.NoSuchProcess):  # it ended at this moment
            if "jupyter_easymaker.tensorboards" in each.cmdline():
                found.append(each)
    return found


def environment(service: TensorboardService, key: str) -> int:
    with service.using(key) as socket, httpx.Client(transport=httpx.HTTPTransport(uds=socket)) as client:
        return client.get("http://tensorboard/data/environment", timeout=30).status_code


def test_idle_process_is_ended_but_not_while_it_answers(make: Callable[..., TensorboardService]) -> None:
    service = make(idle_seconds=1)
    service.ensure("a", {})
    with service.using("a"):
        service.ensure("b", {})
        wait_for(lambda: "b" not in service)
        assert "a" in service
    wait_for(lambda: "a" not in service)
    wait_for(lambda: not tensorboards())
    with pytest.raises(TensorboardFailed, match="try again"), service.using("a"):
        pass


def test_least_recently_used_makes_room(make: Callable[..., TensorboardService]) -> None:
    service = make(at_most=2)
    for key in ("a", "b", "a", "c"):
        service.ensure(key, {})
    assert ("a" in service, "b" in service, "c" in service) == (True, False, True)
    assert len(tensorboards()) == 2


def test_requests_wait_until_it_has_come_up_and_then_it_is_ready(make: Callable[..., TensorboardService]) -> None:
    service = make()
    assert not service.ensure("a", {})
    assert environment(service, "a") == 200
    assert service.ensure("a", {})


def test_process_that_cannot_start_says_why(make: Callable[..., TensorboardService], tmp_path: Path) -> None:
    service = TensorboardService(flags=["--no_such_flag"])
    try:
        service.ensure("a", {})
        wait_for(lambda: "no_such_flag" in service.last_words("a"), 20)
    finally:
        service.close()


def test_close_ends_all_and_leaves_no_file(make: Callable[..., TensorboardService], short_tmp: Path) -> None:
    service = make()
    service.ensure("a", {"run": Path("/nowhere")})
    service.ensure("b", {})
    service.close()
    assert not tensorboards()
    assert not list(short_tmp.iterdir())


def test_none_outlives_a_backend_that_is_killed_and_the_next_removes_its_files(
    own_backend: Callable[..., RunningBackend], short_tmp: Path
) -> None:
    backend = own_backend(environment={"TMPDIR": str(short_tmp)})
    started = backend.post(f"experiments/{backend.experiment()}/tensorboard", {})["tensorboard"]
    assert started["uri"] == f"{backend.base}/{started['path']}"
    assert backend.request("GET", started["path"]).status_code == 200
    assert backend.process is not None
    (process,) = tensorboards(backend.process.pid)
    backend.kill()
    process.wait(10)
    (left,) = short_tmp.glob("easymaker-tensorboard-*")
    backend.start()
    assert backend.request("GET", started["path"]).status_code == 200  # a bookmark still opens
    assert not left.exists()
    (process,) = tensorboards(backend.process.pid)
    assert backend.stop() == 0
    assert not process.is_running()
