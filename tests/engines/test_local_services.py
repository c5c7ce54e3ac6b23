"""Services of the local engine: the contract, and what only one machine can do wrong."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from jupyter_easymaker.engines import local_services, service_files, service_keeper
from jupyter_easymaker.engines.base import Capacity, EngineError, JobState, Resources
from jupyter_easymaker.engines.local import LocalEngine
from jupyter_easymaker.engines.process_tree import with_environment
from jupyter_easymaker.engines.service import ReplicaState
from tests.engines.contract import ended, job, says
from tests.engines.service_contract import SERVER, ServiceContract, seen, service, settled, wait_for_replica
from tests.waiting import wait_for

CAPACITY = Capacity(vcpus=2, memory_mib=2048)
Another = Callable[..., LocalEngine]
SLEEP = "import time; print('up', flush=True); time.sleep(600)"


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


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def replica_file(tmp_path: Path, replica: str, file: str) -> Path:
    return tmp_path / "engine/services/s/replicas" / replica / file


def pids(engine: LocalEngine, tmp_path: Path) -> tuple[int, int]:
    """Return the pids of the service's only replica: of its supervisor and of its node."""
    (replica,) = settled(engine)
    supervisor = json.loads(replica_file(tmp_path, replica.name, "supervisor.json").read_text())["pid"]
    return supervisor, engine.observe(replica.name).nodes[0].pid  # type: ignore[union-attr,return-value]


@pytest.fixture
def another(tmp_path: Path) -> Iterator[Another]:
    """A way to start engines on one root; whatever happens nothing of theirs is left at the end."""
    started: list[LocalEngine] = []

    def start(**settings: Any) -> LocalEngine:
        made = LocalEngine(tmp_path / "engine", **{"capacity": CAPACITY, **settings})
        started.append(made)
        made.start()
        return made

    yield start
    for each in started:
        each.close()
    last = start()
    clear(last)
    last.close()


def test_training_gets_all_cpus_beside_a_service(engine: LocalEngine) -> None:
    engine.serve(service(replicas=2))
    settled(engine)
    assert (engine.load().used.vcpus, engine.load().running, engine.load().queued) == (0, 0, 0)
    engine.submit(job("a", "print('ran')", nodes=2))
    assert ended(engine, "a").state is JobState.SUCCEEDED
    assert seen(engine).settled


def test_memory_is_set_aside_for_replicas_and_jobs_alike(engine: LocalEngine) -> None:
    engine.serve(service(memory_mib=1200))
    settled(engine)
    engine.submit(job("a", SLEEP, memory_mib=1000))
    wait_for(lambda: "MiB of memory: 848 of 2048 free" in engine.observe("a").reason)  # type: ignore[union-attr]
    engine.serve(service(replicas=0))
    wait_for(lambda: says(engine, "a", "up"))
    engine.serve(service(memory_mib=1200))
    queued = wait_for_replica(engine, lambda each: "1048 of 2048 free" in each.reason)
    assert queued.state is ReplicaState.QUEUED
    engine.stop("a")
    settled(engine)


def test_change_there_is_no_room_for_leaves_what_serves_and_says_for_what_it_waits(engine: LocalEngine) -> None:
    engine.serve(service(memory_mib=1200))
    (first,) = settled(engine)
    engine.serve(service(memory_mib=1201))
    wait_for_replica(engine, lambda each: each.current and "Waiting for 1201 MiB" in each.reason)
    assert seen(engine).ready == (first,) or seen(engine).ready[0].name == first.name


def test_replicas_share_the_cpus_used_least_and_know_how_many_threads_to_run(engine: LocalEngine) -> None:
    told = "import os; print(sorted(os.sched_getaffinity(0)), os.environ['OMP_NUM_THREADS'], flush=True)\n"
    engine.serve(service(code=told + SERVER, replicas=2))
    first, second = (engine.logs(replica.name).data.splitlines()[0] for replica in settled(engine))
    if len(os.sched_getaffinity(0)) > 1:
        assert first != second
    assert first.endswith(b"] 1")
    assert second.endswith(b"] 1")


def test_gpus_are_each_replicas_own(another: Another) -> None:
    made = another(capacity=Capacity(vcpus=2, memory_mib=2048, gpus=2))
    told = "import os; print('GPU', os.environ['CUDA_VISIBLE_DEVICES'], flush=True)\n"
    resources = Resources(vcpus=1, memory_mib=128, gpus=1)
    made.serve(replace(service(code=told + SERVER, replicas=3), resources=resources))
    waiting = wait_for_replica(made, lambda each: "Waiting for 1 GPUs: 0 of 2 free" in each.reason)
    assert waiting.state is ReplicaState.QUEUED
    wait_for(lambda: len(seen(made).ready) == 2)
    lines = {made.logs(replica.name).data.splitlines()[0] for replica in seen(made).ready}
    assert lines == {b"GPU 0", b"GPU 1"}


def test_replica_that_takes_too_much_memory_is_killed_and_says_so(engine: LocalEngine) -> None:
    engine.serve(service(code="x = [bytearray(10**7) for _ in range(100)]\n" + SERVER))
    failed = wait_for_replica(engine, lambda each: each.state is ReplicaState.FAILED)
    assert "out of memory" in failed.reason
    assert "128 MiB" in failed.reason


def test_replica_outlives_its_engine_and_is_kept_by_the_next(another: Another) -> None:
    first = another()
    first.serve(service())
    (replica,) = settled(first)
    first.close()
    assert ServiceContract().call(replica.address, "/version") == " of the plan"
    second = another()
    assert settled(second) == (replica,)
    ServiceContract().make_exit(replica)
    wait_for(lambda: seen(second).replicas[0].previous == replica.name)
    settled(second)


def test_replica_that_ended_while_nobody_looked_is_started_by_the_next_engine(another: Another, tmp_path: Path) -> None:
    first = another()
    first.serve(service())
    (replica,) = settled(first)
    supervisor, node = pids(first, tmp_path)
    first.close()
    ServiceContract().make_exit(replica)
    wait_for(lambda: gone(supervisor) and gone(node))
    second = another()
    wait_for(lambda: seen(second).replicas[0].previous == replica.name)
    assert settled(second)[0].reason.endswith("exit code 3.")


def test_restart_of_the_machine_starts_replicas_again(another: Another, tmp_path: Path) -> None:
    first = another()
    first.serve(service())
    (replica,) = settled(first)
    supervisor, node = pids(first, tmp_path)
    first.close()
    os.kill(supervisor, signal.SIGKILL)
    wait_for(lambda: gone(supervisor) and gone(node))
    path = replica_file(tmp_path, replica.name, "supervisor.json")
    # What has the old pid after the start is another process.
    path.write_text(json.dumps({**json.loads(path.read_text()), "pid": os.getpid(), "bootId": "before"}))
    second = another()
    wait_for(lambda: seen(second).replicas[0].previous == replica.name)
    assert "The machine was restarted" in settled(second)[0].reason


def test_killed_supervisor_takes_its_replica_with_it_and_another_is_started(
    engine: LocalEngine, tmp_path: Path
) -> None:
    engine.serve(service())
    (replica,) = settled(engine)
    supervisor, node = pids(engine, tmp_path)
    os.kill(supervisor, signal.SIGKILL)
    wait_for(lambda: gone(node))
    wait_for(lambda: seen(engine).replicas[0].previous == replica.name)
    assert "killed" in settled(engine)[0].reason


def test_end_of_a_replica_is_noticed_at_once_whoever_started_it(
    another: Another, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_keeper, "_IDLE_SECONDS", 600.0)
    monkeypatch.setattr(service_keeper, "_READY_INTERVAL", 600.0)
    first = another()
    first.serve(service())
    (replica,) = settled(first)
    first.close()
    second = another()
    wait_for(lambda: second._services._keeper._watched)
    ServiceContract().make_exit(replica)
    wait_for(lambda: seen(second).replicas[0].previous == replica.name)
    settled(second)


def test_two_engines_on_one_root_keep_each_replica_once(another: Another) -> None:
    told: tuple[list[str], list[str]] = ([], [])
    engines = [another(on_change=each.append) for each in told]
    for name, each in zip(("a", "b", "c", "d"), engines * 2, strict=True):
        each.serve(service(name, replicas=2, memory_mib=64))
    for name in ("a", "b", "c", "d"):
        replicas = settled(engines[0], name)
        assert engines[1].observe_service(name) == engines[0].observe_service(name)
        assert [engines[1].logs(replica.name).data for replica in replicas] == [b"up\n"] * 2
    for each in told:
        wait_for(lambda: set(each) == {"a", "b", "c", "d"})  # noqa: B023
    keeper, other = engines if engines[0]._services._keeper._lock is not None else reversed(engines)
    keeper.close()
    other.serve(service("a", replicas=1, memory_mib=64))
    settled(other, "a")


def test_changes_of_a_service_are_told(another: Another) -> None:
    told: list[str] = []
    made = another(on_change=told.append)
    made.serve(service())
    settled(made)
    wait_for(lambda: len(told) >= 2)
    before = len(told)
    made.serve(service(replicas=0))
    wait_for(lambda: len(told) > before)
    made.remove_service("s")
    wait_for(lambda: made.observe_service("s") is None)
    made.close()
    assert set(told) == {"s"}


def test_replica_does_not_see_the_backends_secrets(another: Another, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("EASYMAKER_TOKEN", "EASYMAKER_DATABASE_URL", "EM_TOKEN", "JUPYTERHUB_API_TOKEN", "PGPASSWORD", "SWIFT_KEY")
    for name in names:
        monkeypatch.setenv(name, "a secret")
    monkeypatch.setenv("HARMLESS", "not a secret")
    made = another(private_environment=["SWIFT_KEY"])
    told = "import os; print([k for k, v in os.environ.items() if v.endswith('a secret')], flush=True)\n"
    made.serve(service(code=told + SERVER))
    (replica,) = settled(made)
    assert made.logs(replica.name).data.splitlines()[0] == b"['HARMLESS']"


def test_log_of_a_replica_does_not_grow_without_end(
    engine: LocalEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_services, "LOG_BYTES", 1 << 18)
    talk = "for n in range(80_000): print('line', n)\nprint('said all', flush=True)\n"
    engine.serve(service(code=talk + SERVER))
    (replica,) = settled(engine)
    log = replica_file(tmp_path, replica.name, "node-0.log")
    wait_for(lambda: log.stat().st_blocks * 512 <= 1 << 19)
    assert log.stat().st_size > 1 << 19
    first = engine.logs(replica.name)
    assert first.data.startswith(b"line ")
    assert first.data.endswith(b"said all\nup\n")
    assert engine.logs(replica.name, offset=-3).data == b"up\n"
    wait_for(lambda: engine.log_times(replica.name)[0][0] > log.stat().st_size - (1 << 19))


def test_full_disk_refuses_and_changes_nothing(engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> str:
        raise OSError(28, "No space left on device")

    engine.serve(service())
    before = settled(engine)
    with monkeypatch.context() as patch:
        patch.setattr("jupyter_easymaker.engines.local_services.tempfile.mkdtemp", full)
        for name in ("s", "t"):
            with pytest.raises(EngineError, match="No space left"):
                engine.serve(service(name, environment={"VERSION": "2"}))
    assert engine.observe_service("t") is None
    assert seen(engine).replicas == before


def test_one_service_that_cannot_be_started_holds_up_no_other_and_is_tried_again(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, tried = service_files.make_replica, []

    def full(directory: Path, *rest: Any) -> Path:
        if directory.name == "a":
            tried.append(directory)
            raise OSError(28, "No space left on device")
        return make(directory, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(service_files, "make_replica", full)
        engine.serve(service("a"))
        wait_for(lambda: tried)
        engine.serve(service("b"))
        (replica,) = settled(engine, "b")
        ServiceContract().make_exit(replica)
        wait_for(lambda: seen(engine, "b").replicas[0].previous == replica.name)
    settled(engine, "a")
    settled(engine, "b")


def test_what_an_interrupted_engine_left_half_made_is_cleaned_up(another: Another, tmp_path: Path) -> None:
    first = another()
    first.serve(service())
    settled(first)
    first.close()
    leftovers = [tmp_path / "engine/services" / path for path in (".new-a", "s/.new-a", "s/replicas/.new-a")]
    for leftover in leftovers:
        leftover.mkdir()
    another()
    wait_for(lambda: not any(leftover.exists() for leftover in leftovers))


DRIVER = """
import pathlib, random, sys, time
sys.path.insert(0, sys.argv[2])
from jupyter_easymaker.engines.base import Capacity
from jupyter_easymaker.engines.local import LocalEngine
from tests.engines.service_contract import service
engine = LocalEngine(pathlib.Path(sys.argv[1]), capacity=Capacity(vcpus=2, memory_mib=2048))
engine.start()
print("up", flush=True)
while True:
    engine.serve(service(replicas=random.randint(0, 3), environment={"VERSION": random.choice("ab")}))
    time.sleep(random.random() / 2)
"""


def test_engine_killed_at_any_moment_leaves_what_the_next_one_brings_in_order(
    another: Another, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MARK_OF_TEST", str(tmp_path))
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", DRIVER, str(tmp_path / "engine"), str(root)]

    def processes() -> list[int]:
        return with_environment("MARK_OF_TEST", str(tmp_path))

    for _ in range(10):
        driver = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root)
        try:
            assert driver.stdout is not None
            assert driver.stdout.readline() == b"up\n"
            with contextlib.suppress(subprocess.TimeoutExpired):
                driver.wait(random.random() * 1.5)  # any moment
            for _ in range(random.randint(0, 2)):
                if left := processes():  # it, its launcher, a supervisor, a replica; or the first took all along
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(random.choice(left), signal.SIGKILL)
        finally:
            driver.kill()
            driver.communicate()
    last = another()
    last.serve(service(replicas=2, environment={"VERSION": "end"}))
    replicas = settled(last, timeout=60)
    assert {ServiceContract().call(each.address, "/version") for each in replicas} == {"end of the plan"}

    wait_for(lambda: len(processes()) == 1 + 2 * 2)  # the launcher; a supervisor and a node for each
    clear(last)
    last.close()
    wait_for(lambda: not processes())
