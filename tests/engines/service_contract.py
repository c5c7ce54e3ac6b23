"""What every engine must do for services. An engine's tests inherit from this and give the fixture ``engine``."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from jupyter_easymaker.engines.base import Capacity, JobState, Resources
from jupyter_easymaker.engines.service import (
    FullEngine,
    Replica,
    ReplicaState,
    Service,
    ServiceEngine,
    ServiceObservation,
)
from tests.waiting import wait_for

SERVER = """
import os, signal, socket, sys
signal.signal(signal.SIGTERM, lambda *_: (print("told to end", flush=True), sys.exit(0)))
host, port = os.environ["EM_NODE_ADDRESSES"].rsplit(":", 1)
if os.environ.get("BROKEN"): sys.exit("broken from the start")
server = socket.create_server((host, int(port)))
print("up", flush=True)
ready = not os.environ.get("UNREADY")
while True:
    connection, _ = server.accept()
    words = connection.recv(4096).split()
    path = words[1].decode() if len(words) > 1 else ""
    status, body = "200 OK", ""
    if path == "/ready" and not ready: status = "503 Not Ready"
    elif path == "/unready": ready = False
    elif path == "/readyagain": ready = True
    elif path == "/exit": os._exit(3)
    elif path == "/pid": body = str(os.getpid())
    elif path == "/version": body = os.environ.get("VERSION", "") + open(os.environ["EM_JOB_DIR"] + "/plan").read()
    head = f"HTTP/1.1 {status}\\r\\nContent-Length: {len(body)}\\r\\nConnection: close\\r\\n\\r\\n"
    connection.sendall((head + body).encode())
    connection.close()
"""


def service(name: str = "s", *, code: str = SERVER, memory_mib: int = 128, **settings: Any) -> Service:
    """Return a service that runs Python code on half a vCPU, quick to drain."""
    given: dict[str, Any] = {"drain_seconds": 0.0, "files": {"plan": b" of the plan"}, **settings}
    return Service(
        name=name,
        command=[sys.executable, "-S", "-c", code],
        resources=Resources(vcpus=0.5, memory_mib=memory_mib),
        **given,
    )


def seen(engine: ServiceEngine, name: str = "s") -> ServiceObservation:
    observation = engine.observe_service(name)
    assert observation is not None
    return observation


def settled(engine: ServiceEngine, name: str = "s", timeout: float = 20) -> tuple[Replica, ...]:
    """Wait until a service is as it is wanted, and return its replicas."""
    wait_for(lambda: seen(engine, name).settled, timeout)
    return seen(engine, name).replicas


def wait_for_replica(
    engine: ServiceEngine, condition: Callable[[Replica], bool], name: str = "s", timeout: float = 20
) -> Replica:
    """Wait until there is a replica of a kind, and return it."""

    def look() -> Replica | None:
        return next((replica for replica in seen(engine, name).replicas if condition(replica)), None)

    return wait_for(look, timeout)  # type: ignore[return-value]


class ServiceContract:
    """The tests."""

    def call(self, address: str, path: str) -> str:
        """Call a replica; engines elsewhere know other ways to it."""
        with urllib.request.urlopen(f"http://{address}{path}", timeout=5) as answer:
            return answer.read().decode()

    def make_exit(self, replica: Replica) -> None:
        """Have a replica end by itself."""
        with pytest.raises((OSError, urllib.error.URLError)):
            self.call(replica.address, "/exit")

    def test_service_is_ready_and_answers_with_its_files_and_environment(self, engine: FullEngine) -> None:
        engine.serve(service(replicas=2, environment={"VERSION": "first"}))
        replicas = settled(engine)
        assert [replica.state for replica in replicas] == [ReplicaState.READY] * 2
        assert seen(engine).ready == replicas
        assert len({replica.address for replica in replicas}) == 2
        assert [self.call(replica.address, "/version") for replica in replicas] == ["first of the plan"] * 2
        assert all(replica.started_at is not None and not replica.reason for replica in replicas)
        assert engine.service_names() == ["s"]

    def test_replica_is_read_as_a_job_is_but_not_listed_as_one(self, engine: FullEngine) -> None:
        engine.serve(service())
        (replica,) = settled(engine)
        assert engine.names() == []
        assert engine.logs(replica.name).data == b"up\n"
        assert engine.observe(replica.name).state is JobState.RUNNING  # type: ignore[union-attr]
        assert engine.read_file(replica.name, "missing") is None
        wait_for(lambda: engine.samples(replica.name))

    def test_load_tells_services_from_jobs(self, engine: FullEngine) -> None:
        engine.serve(service(replicas=2))
        settled(engine)
        load = engine.load()
        assert (load.used, load.running, load.queued) == (Capacity(0, 0), 0, 0)
        assert (load.services, load.replicas) == (Capacity(0, 256), 2)

    def test_unknown_service_is_not_observed(self, engine: FullEngine) -> None:
        assert engine.observe_service("nobody") is None
        engine.remove_service("nobody")
        assert engine.service_names() == []

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": "../s"},
            {"name": ""},
            {"name": "s" * 51},
            {"replicas": -1},
            {"ready_path": "ready"},
            {"ready_path": "/r HTTP/1.1\r\nX: y"},
            {"drain_seconds": -1.0},
            {"resources": Resources(vcpus=0, memory_mib=128)},
            {"command": []},
        ],
    )
    def test_what_cannot_be_a_service_is_refused(self, engine: FullEngine, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match=r"."):
            engine.serve(replace(service(), **wrong))
        assert engine.service_names() == []

    def test_serving_the_same_again_changes_nothing(self, engine: FullEngine) -> None:
        engine.serve(service())
        before = settled(engine)
        engine.serve(service())
        assert seen(engine).settled
        assert seen(engine).replicas == before

    def test_number_of_replicas_changes_up_and_down_and_to_none(self, engine: FullEngine) -> None:
        engine.serve(service())
        (first,) = settled(engine)
        engine.serve(service(replicas=3))
        assert first in settled(engine)
        engine.serve(service(replicas=1))
        assert settled(engine) == (first,)
        engine.serve(service(replicas=0))
        assert settled(engine) == ()
        assert engine.service_names() == ["s"]

    def test_change_is_rolled_out_with_as_many_ready_throughout(self, engine: FullEngine) -> None:
        engine.serve(service(replicas=2, environment={"VERSION": "1"}))
        before = {replica.name for replica in settled(engine)}
        engine.serve(service(replicas=2, environment={"VERSION": "2"}))
        ready: set[int] = set()

        def look() -> bool:
            observation = seen(engine)
            ready.add(len(observation.ready))
            return observation.settled

        wait_for(look, 30, interval=0.002)
        assert min(ready) >= 2
        assert max(ready) <= 3
        after = settled(engine)
        assert not before & {replica.name for replica in after}
        assert {self.call(replica.address, "/version") for replica in after} == {"2 of the plan"}

    def test_change_that_never_becomes_ready_leaves_what_serves_and_is_seen(self, engine: FullEngine) -> None:
        engine.serve(service(environment={"VERSION": "1"}))
        (first,) = settled(engine)
        engine.serve(service(environment={"VERSION": "2", "BROKEN": "1"}))
        failing = wait_for_replica(engine, lambda each: each.current and each.restarts >= 1 and bool(each.reason))
        assert "exit code 1" in failing.reason
        assert failing.previous
        assert b"broken from the start" in engine.logs(failing.previous).data
        assert [each.name for each in seen(engine).ready] == [first.name]
        assert not seen(engine).ready[0].current
        assert self.call(first.address, "/version") == "1 of the plan"
        engine.serve(service(environment={"VERSION": "1"}))  # and back
        assert settled(engine)[0].name == first.name

    def test_replica_of_before_is_started_again_while_a_change_fails(self, engine: FullEngine) -> None:
        engine.serve(service(environment={"VERSION": "1"}))
        (first,) = settled(engine)
        engine.serve(service(environment={"UNREADY": "1"}))
        wait_for_replica(engine, lambda each: each.current and each.state is ReplicaState.STARTING)
        self.make_exit(first)
        again = wait_for_replica(engine, lambda each: each.state is ReplicaState.READY and each.name != first.name)
        assert (again.current, again.previous) == (False, first.name)
        assert self.call(again.address, "/version") == "1 of the plan"

    def test_service_that_never_served_makes_way_at_once(self, engine: FullEngine) -> None:
        engine.serve(service(environment={"UNREADY": "1"}))
        wait_for_replica(engine, lambda each: each.state is ReplicaState.STARTING)
        engine.serve(service())
        assert settled(engine)[0].state is ReplicaState.READY

    def test_replica_that_ends_by_itself_is_started_again_and_its_log_kept(self, engine: FullEngine) -> None:
        engine.serve(service())
        (first,) = settled(engine)
        self.make_exit(first)
        wait_for(lambda: seen(engine).replicas != (first,))
        (second,) = settled(engine)
        assert (second.name != first.name, second.restarts, second.previous) == (True, 1, first.name)
        assert "exit code 3" in second.reason
        assert engine.logs(first.name).data == b"up\n"
        self.make_exit(second)
        wait_for(lambda: seen(engine).replicas[0].restarts == 2)
        (third,) = settled(engine)
        assert third.previous == second.name

        def first_is_forgotten() -> bool:
            return engine.observe(first.name) is None

        wait_for(first_is_forgotten)

    def test_failed_replica_does_not_come_back_when_the_one_in_its_place_is_drained(self, engine: FullEngine) -> None:
        engine.serve(service(drain_seconds=0.5))
        (first,) = settled(engine)
        self.make_exit(first)
        wait_for(lambda: seen(engine).replicas[0].previous == first.name)
        settled(engine)
        engine.serve(service(drain_seconds=0.5, replicas=0))
        wait_for_replica(engine, lambda each: each.state is ReplicaState.DRAINING)
        engine.serve(service(drain_seconds=0.5, environment={"UNREADY": "1"}))
        wait_for(lambda: [each.current for each in seen(engine).replicas] == [True])
        assert engine.logs(first.name).data == b"up\n"

    def test_pauses_grow_while_it_does_not_become_ready(self, engine: FullEngine) -> None:
        engine.serve(service(environment={"BROKEN": "1"}))
        failed = wait_for_replica(engine, lambda each: each.restarts == 1 and each.state is ReplicaState.FAILED)
        assert "exit code 1" in failed.reason
        third = wait_for_replica(engine, lambda each: each.restarts == 2)
        assert failed.started_at is not None
        started = wait_for_replica(engine, lambda each: each.name == third.name and each.started_at is not None)
        assert started.started_at is not None
        assert (started.started_at - failed.started_at).total_seconds() >= 1.0

    def test_replica_that_is_not_ready_any_more_gets_no_calls_until_it_is_again(self, engine: FullEngine) -> None:
        engine.serve(service())
        (replica,) = settled(engine)
        self.call(replica.address, "/unready")
        wait_for(lambda: seen(engine).replicas[0].state is ReplicaState.STARTING)
        assert seen(engine).ready == ()
        self.call(replica.address, "/readyagain")
        assert settled(engine)[0].name == replica.name

    def test_replica_not_ready_in_time_has_failed(self, engine: FullEngine) -> None:
        engine.serve(service(environment={"UNREADY": "1"}, ready_timeout_seconds=0.3))
        failed = wait_for_replica(engine, lambda each: each.state is ReplicaState.FAILED)
        assert failed.reason == "It was not ready within 0.3 s."
        assert b"told to end" in engine.logs(failed.name).data
        wait_for_replica(engine, lambda each: each.restarts == 1)

    def test_replica_drains_before_it_is_told_to_end(self, engine: FullEngine) -> None:
        engine.serve(service(drain_seconds=1.0))
        (replica,) = settled(engine)
        engine.serve(service(drain_seconds=1.0, replicas=0))
        draining = wait_for_replica(engine, lambda each: each.state is ReplicaState.DRAINING)
        assert seen(engine).ready == ()
        assert self.call(draining.address, "/version")
        assert b"told" not in engine.logs(replica.name).data
        wait_for(lambda: seen(engine).replicas == ())

    def test_replica_that_does_not_heed_is_killed_after_its_grace(self, engine: FullEngine) -> None:
        stubborn = SERVER.replace("lambda *_: (", "lambda *_: None and (")
        engine.serve(service(code=stubborn, stop_grace_seconds=0.5))
        settled(engine)
        engine.remove_service("s")
        wait_for(lambda: engine.observe_service("s") is None)

    def test_removed_service_is_gone_and_can_be_served_anew(self, engine: FullEngine) -> None:
        engine.serve(service(replicas=2))
        replicas = settled(engine)
        engine.remove_service("s")
        assert seen(engine).desired == 0
        wait_for(lambda: engine.observe_service("s") is None)
        assert engine.service_names() == []
        for replica in replicas:
            with pytest.raises(KeyError):
                engine.logs(replica.name)
        engine.serve(service())
        settled(engine)

    def test_replica_that_ended_is_held_until_its_log_was_read(self, engine: FullEngine) -> None:
        engine.serve(service(hold_ended=True))
        (first,) = settled(engine)
        self.make_exit(first)
        wait_for(lambda: [each.name for each in seen(engine).ended] == [first.name])
        settled(engine)
        engine.serve(service(hold_ended=True, environment={"VERSION": "2"}))
        wait_for(lambda: len(seen(engine).ended) == 2 and seen(engine).settled, 20)
        (last,) = settled(engine)
        second = next(each for each in seen(engine).ended if each.name != first.name)
        assert second.started_at is not None
        assert second.ended_at >= second.started_at
        assert engine.logs(second.name).data == b"up\ntold to end\n"
        engine.release_replica(second.name)
        wait_for(lambda: engine.observe(second.name) is None)
        assert engine.logs(first.name).data == b"up\n"
        assert [each.name for each in seen(engine).replicas] == [last.name]
        engine.remove_service("s")
        wait_for(lambda: {each.name for each in seen(engine).ended} == {first.name, last.name})
        assert seen(engine).replicas == ()
        for name in (first.name, last.name, last.name, "nobody", "s-1-99"):
            engine.release_replica(name)
        wait_for(lambda: engine.observe_service("s") is None)

    def test_service_whose_logs_nobody_wants_any_more_is_removed_with_them(self, engine: FullEngine) -> None:
        engine.serve(service(hold_ended=True))
        settled(engine)
        engine.remove_service("s")
        wait_for(lambda: seen(engine).ended != ())
        engine.remove_service("s", release=True)
        wait_for(lambda: engine.observe_service("s") is None)

    def test_service_served_again_while_it_is_removed_stays(self, engine: FullEngine) -> None:
        engine.serve(service(drain_seconds=0.5))
        (first,) = settled(engine)
        engine.remove_service("s")
        wait_for_replica(engine, lambda each: each.state is ReplicaState.DRAINING)
        engine.serve(service(drain_seconds=0.5))
        (second,) = settled(engine)
        assert second.name != first.name

    def test_replica_larger_than_everything_waits_and_says_so(self, engine: FullEngine) -> None:
        engine.serve(service(memory_mib=1 << 30))
        queued = wait_for_replica(engine, lambda each: "more than" in each.reason)
        assert queued.state is ReplicaState.QUEUED
        assert not queued.address
        engine.serve(service())
        settled(engine)

    def test_services_do_not_mix_though_one_is_named_as_another_begins(self, engine: FullEngine) -> None:
        engine.serve(service("a", environment={"VERSION": "a"}))
        engine.serve(service("a-1", environment={"VERSION": "a-1"}))
        for name in ("a", "a-1"):
            (replica,) = settled(engine, name)
            assert self.call(replica.address, "/version") == f"{name} of the plan"
        assert engine.service_names() == ["a", "a-1"]
        engine.remove_service("a")
        wait_for(lambda: engine.observe_service("a") is None)
        assert seen(engine, "a-1").settled
