"""Traefik's process: it outlives backends, there is one a directory, and it comes back when it dies."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from jupyter_easymaker.gateway.base import Deployment, GatewayError
from jupyter_easymaker.gateway.binary import traefik_binary
from jupyter_easymaker.gateway.settings import GatewaySettings
from jupyter_easymaker.gateway.traefik import TraefikGateway
from tests.connections import SLACK, as_many_files_as_can_be, open_files, opened, resident_mib, until_closed
from tests.gateway.calling import client, endpoint, model, put_in_force, stage
from tests.gateway.load import load
from tests.gateway.upstream import Upstream
from tests.ports import free_port
from tests.processes import with_words
from tests.waiting import wait_for

_START_AND_DIE = """
import os, sys
from pathlib import Path
from jupyter_easymaker.gateway.settings import GatewaySettings
from jupyter_easymaker.gateway.traefik import TraefikGateway

TraefikGateway(GatewaySettings(Path(sys.argv[1]))).start()
os._exit(9)
"""

_HALTED_SECONDS = 25
"""Longer than it takes to open ten thousand connections on a busy machine."""
_ENCRYPTED = 1500
_KIB_PER_CONNECTION = 64


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "gateway"
    TraefikGateway(GatewaySettings(tmp_path / "gateway")).stop()


def started(directory: Path, **more: object) -> TraefikGateway:
    gateway = TraefikGateway(GatewaySettings(directory, **more))  # type: ignore[arg-type]
    gateway.start()
    return gateway


def processes(directory: Path) -> list[psutil.Process]:
    """Return the Traefiks of a directory."""
    return with_words(str(directory))


def reaches(gateway: TraefikGateway, path: str) -> bool:
    with client(gateway) as call:
        try:
            return call.post(path).status_code == 200
        except httpx.TransportError:
            return False


def test_killed_gateway_comes_back_with_its_address_and_routes(directory: Path) -> None:
    with Upstream() as replica, contextlib.closing(started(directory)) as gateway:
        flowers = endpoint(stage("one", model("m1", replica.address)))
        put_in_force(gateway, flowers)
        address, epoch = gateway.address, gateway.calls()[0]
        processes(directory)[0].kill()
        wait_for(lambda: reaches(gateway, f"{flowers.prefix}/inference"))
        assert gateway.address == address
        assert gateway.calls()[0] != epoch, "its counts begin anew"
        assert gateway.deployment("stage-one").state is Deployment.DEPLOYED


def test_gateway_serves_on_without_a_backend_and_is_found_again(directory: Path) -> None:
    with Upstream() as replica:
        first = started(directory)
        flowers = endpoint(
            stage("one", model("m1", replica.address), model("m2", name="b", path="/b")), api_keys=("k",)
        )
        put_in_force(first, flowers)
        running = processes(directory)[0].pid
        first.close()
        with client(first, headers={"X-Api-Key": "k"}) as call:
            assert call.post(f"{flowers.prefix}/inference").status_code == 200
            # Refusals keep their status without a backend that explains them.
            assert call.post(f"{flowers.prefix}/inference", headers={"X-Api-Key": "no"}).status_code == 401
            assert call.post(f"{flowers.prefix}/b").status_code == 503
            assert call.post("/nowhere").status_code == 404
        with contextlib.closing(started(directory)) as second:
            assert [process.pid for process in processes(directory)] == [running]
            assert second.address == first.address
            assert second.deployment("stage-one").state is Deployment.DEPLOYED


def test_gateway_of_a_backend_that_was_killed_is_found(directory: Path) -> None:
    subprocess.run([sys.executable, "-c", _START_AND_DIE, str(directory)], check=False, timeout=60)
    running = [process.pid for process in processes(directory)]
    assert len(running) == 1
    with contextlib.closing(started(directory)):
        assert [process.pid for process in processes(directory)] == running


def test_two_backends_share_one_gateway_and_bring_back_one(directory: Path) -> None:
    gateways = [TraefikGateway(GatewaySettings(directory)) for _ in range(2)]
    threads = [threading.Thread(target=gateway.start) for gateway in gateways]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with contextlib.closing(gateways[0]), contextlib.closing(gateways[1]), Upstream() as replica:
        assert len(processes(directory)) == 1
        assert gateways[0].address == gateways[1].address
        flowers = endpoint(stage("one", model("m1", replica.address)))
        put_in_force(gateways[0], flowers)
        assert gateways[1].deployment("stage-one").state is Deployment.DEPLOYED
        killed = processes(directory)[0]
        killed.kill()
        wait_for(lambda: all(reaches(gateway, f"{flowers.prefix}/inference") for gateway in gateways))
        assert gateways[0].calls()[0] == gateways[1].calls()[0]
        assert len(processes(directory)) == 1


def test_another_binary_takes_over_while_calls_go_on(directory: Path, tmp_path: Path) -> None:
    with Upstream() as replica, contextlib.closing(started(directory)) as old:
        flowers = endpoint(stage("one", model("m1", replica.address)))
        put_in_force(old, flowers)
        before = processes(directory)[0].pid
        newer = tmp_path / "traefik"
        shutil.copy(traefik_binary(), newer)
        with (
            load(old, f"{flowers.prefix}/inference", clients=4) as running,
            contextlib.closing(started(directory, binary=str(newer))) as new,
        ):
            after = [process.pid for process in processes(directory)]
            assert len(after) == 1
            assert after != [before]
            count = running.answered
            wait_for(lambda: running.answered > count + 20)
            assert old.calls()[0] == new.calls()[0]
        # The old one closes idle connections when it ends; a call sent at that moment has to be sent again.
        assert len(running.failures) <= 8, running.failures


def test_configuration_changed_behind_our_back_is_told_and_written_again(directory: Path) -> None:
    with contextlib.closing(started(directory)) as gateway:
        flowers = endpoint(stage("one", model("m1", "127.0.0.1:9")))
        put_in_force(gateway, flowers)
        written = directory / "routes" / "routes.yml"
        written.write_text("nonsense: [")
        assert gateway.deployment("stage-one").state is Deployment.UNKNOWN
        put_in_force(gateway, flowers)


def test_route_traefik_refuses_is_refused_with_its_reason(directory: Path) -> None:
    with contextlib.closing(started(directory)) as gateway:
        flowers = endpoint(stage("one", model("m1", "not an address")))
        gateway.apply([flowers])
        state = wait_for(lambda: (found := gateway.deployment("stage-one")).state is Deployment.REFUSED and found)
        assert "not an address" in state.reason  # type: ignore[union-attr]
        put_in_force(gateway, endpoint(stage("one", model("m1", "127.0.0.1:9"))))


def test_gateway_that_does_not_answer_is_silent(directory: Path) -> None:
    with contextlib.closing(started(directory)) as gateway:
        put_in_force(gateway, endpoint(stage("one", model("m1", "127.0.0.1:9"))))
        process = processes(directory)[0]
        process.send_signal(signal.SIGSTOP)
        try:
            found = gateway.deployment("stage-one")
            assert (found.state, bool(found.reason)) == (Deployment.SILENT, True)
            with pytest.raises(GatewayError, match="does not answer"):
                gateway.calls()
        finally:
            process.send_signal(signal.SIGCONT)


def test_taken_port_is_named(directory: Path) -> None:
    with Upstream() as stranger:
        port = int(stranger.address.rsplit(":", 1)[1])
        gateway = TraefikGateway(GatewaySettings(directory, port=port))
        with contextlib.closing(gateway), pytest.raises(GatewayError, match=rf"127.0.0.1:{port}.*gateway_port"):
            gateway.start()
        assert processes(directory) == []


def test_configured_port_and_name_make_the_address(directory: Path) -> None:
    port = free_port()
    with contextlib.closing(started(directory, port=port, public="localhost")) as gateway:
        assert gateway.address == f"localhost:{port}"
        with client(gateway) as call:
            assert call.get("/").status_code == 404


def test_missing_binary_is_named(directory: Path) -> None:
    gateway = TraefikGateway(GatewaySettings(directory, binary="/nowhere/traefik"))
    with contextlib.closing(gateway), pytest.raises(GatewayError, match=r"/nowhere/traefik.*ServiceConfig\.traefik"):
        gateway.start()


def test_full_disk_leaves_the_old_configuration_in_force(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Upstream() as replica, contextlib.closing(started(directory)) as gateway:
        flowers = endpoint(stage("one", model("m1", replica.address)))
        put_in_force(gateway, flowers)

        def full(_descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", full)
            with pytest.raises(GatewayError, match="No space left"):
                gateway.apply([])
        assert gateway.deployment("stage-one").state is Deployment.DEPLOYED
        assert reaches(gateway, f"{flowers.prefix}/inference")
        assert list((directory / "routes").iterdir()) == [directory / "routes" / "routes.yml"]


def test_keys_and_secrets_are_for_the_owner_only(directory: Path) -> None:
    with contextlib.closing(started(directory)) as gateway:
        flowers = endpoint(stage("one", model("m1", "127.0.0.1:9")), api_keys=("my-api-key",))
        put_in_force(gateway, flowers)
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        for path in directory.rglob("*"):
            if path.is_file() and (b"my-api-key" in (data := path.read_bytes()) or b"PRIVATE KEY" in data):
                assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        process = processes(directory)[0]
        told = " ".join([*process.cmdline(), *process.environ().values()])
        assert "my-api-key" not in told
        # Whoever else is on this machine can reach the private port, but not what it tells.
        private = gateway.private_address
        for path in ("/api/rawdata", "/metrics", "/api/http/routers"):
            assert httpx.get(f"http://{private}{path}").status_code == 404


def test_backends_variables_do_not_reach_the_process(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASYMAKER_TOKEN", "backend-token")
    monkeypatch.setenv("TRAEFIK_API_INSECURE", "true")
    with contextlib.closing(started(directory)):
        environment = processes(directory)[0].environ()
        assert not any(name.startswith(("EASYMAKER", "TRAEFIK")) for name in environment)


def test_ten_thousand_open_connections_hurt_nobody_and_are_let_go(directory: Path) -> None:
    """Most stop before they are encrypted; of the others a third says nothing, one stops in its headers, one in its
    body.
    """
    with (
        as_many_files_as_can_be() as count,
        Upstream() as replica,
        contextlib.closing(started(directory, client_seconds=_HALTED_SECONDS)) as gateway,
        client(gateway) as call,
    ):
        flowers = endpoint(stage("one", model("m1", replica.address)))
        put_in_force(gateway, flowers)
        path = f"{flowers.prefix}/inference"
        call.post(path)
        host, port = gateway.address.rsplit(":", 1)
        context = ssl.create_default_context(cafile=gateway.certificate_authority)
        pid = processes(directory)[0].pid
        memory, files = resident_mib(pid), open_files(pid)

        def connect() -> socket.socket:
            return socket.create_connection((host, int(port)), 10)

        with opened(connect, count - _ENCRYPTED, pid) as plain:
            for connection in plain[::2]:
                connection.sendall(b"\x16\x03\x01\x02\x00\x01")  # the beginning of a handshake
            with opened(lambda: context.wrap_socket(connect(), server_hostname=host), _ENCRYPTED, pid) as encrypted:
                silent, in_headers, in_body = (encrypted[part::3] for part in range(3))
                head = f"POST {path} HTTP/1.1\r\nHost: x\r\n"
                for connection in in_headers:
                    connection.sendall(head.encode())
                for connection in in_body:
                    connection.sendall(f"{head}Content-Length: 9\r\n\r\n123".encode())
                for _ in range(50):
                    assert call.post(path, timeout=5).json()["by"] == "replica"
                assert gateway.deployment("stage-one").state is Deployment.DEPLOYED
                assert open_files(pid) >= files + count - SLACK, "they were let go too early"
                assert resident_mib(pid) - memory < count * _KIB_PER_CONNECTION / 1024
                assert replica.in_flight == 0, "what is not there is not passed on"
                deadline = time.monotonic() + 2 * _HALTED_SECONDS
                assert {until_closed(each, deadline) for each in (*plain, *silent, *in_headers)} == {b""}
                answers = {until_closed(each, deadline).partition(b"\r\n")[0] for each in in_body}
                assert answers == {b"HTTP/1.1 500 Internal Server Error"}, "Traefik's own; it knows no 408"
        assert call.post(path).status_code == 200
        wait_for(lambda: open_files(pid) < files + 10)
