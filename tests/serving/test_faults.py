"""Clients that send too much, too slowly, too often or nonsense: refused, and nobody else notices."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.connections import SLACK, as_many_files_as_can_be, open_files, opened, resident_mib, until_closed
from tests.waiting import wait_for

from .conftest import IRIS_ROWS, Server, StartServer, start_server, write_predictor
from .test_lifecycle import PREDICTOR

LIMIT = 100_000
CLIENT_TIMEOUT = 1.0
HALTED_SECONDS = 20
"""Longer than it takes to open ten thousand connections on a busy machine."""
KIB_PER_CONNECTION = 48


@pytest.fixture(scope="module")
def strict(iris_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with small limits."""
    arguments = (f"--max-body-bytes={LIMIT}", f"--client-timeout={CLIENT_TIMEOUT}")
    server = start_server(tmp_path_factory.mktemp("strict"), iris_model, *arguments)
    try:
        yield server.wait_ready()
    finally:
        server.close()


def connect(server: Server) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    connection.settimeout(20)
    return connection


def everything(connection: socket.socket) -> bytes:
    """Return what comes until the server closes."""
    parts = []
    while part := connection.recv(1 << 16):
        parts.append(part)
    return b"".join(parts)


def next_status(connection: socket.socket) -> bytes:
    """Return the status of the next answer."""
    return connection.recv(1 << 16).split()[1]


def test_a_body_that_says_it_is_too_large_is_refused(strict: Server) -> None:
    answer = strict.client.post("/inference", content=b"x" * (100 << 20))
    assert answer.status_code == 413
    assert f"larger than {LIMIT:,} bytes" in answer.json()["error"]
    assert strict.predict(IRIS_ROWS).status_code == 200


def test_a_body_of_unknown_length_is_cut_off_at_the_limit(strict: Server) -> None:
    answer = strict.client.post("/inference", content=(b"x" * 65536 for _ in range(100)))
    assert answer.status_code == 413
    # The last part is the one too much.
    answer = strict.client.post("/inference", content=(b"x" * 60_000 for _ in range(2)), timeout=5)
    assert answer.status_code == 413


def test_who_waits_to_be_told_to_go_on_is_refused_before_sending(strict: Server) -> None:
    with connect(strict) as connection:
        head = f"POST /inference HTTP/1.1\r\nHost: a\r\nContent-Length: {100 << 20}\r\nExpect: 100-continue\r\n\r\n"
        connection.sendall(head.encode())
        assert everything(connection).startswith(b"HTTP/1.1 413 ")


def test_large_bodies_at_once_are_bounded_together(serve: StartServer, iris_model: Path) -> None:
    """Eight times the largest body is held while bodies arrive; what goes beyond is told to come back."""
    server = serve(iris_model, f"--max-body-bytes={LIMIT}").wait_ready()
    head = f"POST /inference HTTP/1.1\r\nHost: a\r\nContent-Length: {LIMIT}\r\n\r\n".encode()
    with ExitStack() as stack:
        connections = [stack.enter_context(connect(server)) for _ in range(12)]
        for connection in connections:
            connection.sendall(head + b"x" * (LIMIT - 1))
        assert server.predict(IRIS_ROWS).status_code == 200
        for connection in connections:
            with suppress(OSError):  # those that were refused are closed
                connection.sendall(b"x")
        statuses = [next_status(connection) for connection in connections]
    assert set(statuses) == {b"400", b"503"}
    assert statuses.count(b"400") >= 7


def test_a_compressed_body_is_refused(strict: Server) -> None:
    answer = strict.client.post("/inference", content=b"\x1f\x8b", headers={"content-encoding": "gzip"})
    assert answer.status_code == 415


def test_a_body_at_the_limit_is_taken(strict: Server) -> None:
    body = json.dumps({"instances": IRIS_ROWS}).encode()
    assert strict.client.post("/inference", content=body.ljust(LIMIT)).status_code == 200
    assert strict.client.post("/inference", content=body.ljust(LIMIT + 1)).status_code == 413


def test_slow_clients_are_let_go(strict: Server) -> None:
    with ExitStack() as stack:
        silent, half_headers, half_body = (stack.enter_context(connect(strict)) for _ in range(3))
        half_headers.sendall(b"POST /inference HTTP/1.1\r\nHost: a\r\n")
        half_body.sendall(b'POST /inference HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{"instances"')
        assert strict.predict(IRIS_ROWS).status_code == 200
        assert everything(silent) == b""
        assert everything(half_headers) == b""
        assert everything(half_body).startswith(b"HTTP/1.1 408 ")


def test_slow_headers_after_a_first_request_are_let_go_too(strict: Server) -> None:
    with connect(strict) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\nGET /health HTTP/1.1\r\nHost: ")
        assert everything(connection).count(b"HTTP/1.1 200 OK") == 1


def test_endless_headers_are_cut_off(strict: Server) -> None:
    with connect(strict) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 100_000)
        assert everything(connection).startswith(b"HTTP/1.1 431 ")


def test_what_is_no_http_is_refused(strict: Server) -> None:
    for nonsense in (b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n"):
        with connect(strict) as connection:
            connection.sendall(nonsense)
            assert everything(connection).startswith(b"HTTP/1.1 400 ")


def test_a_client_that_leaves_in_its_body_is_forgotten(strict: Server) -> None:
    with connect(strict) as connection:
        connection.sendall(b"POST /inference HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{")
    key = 'easymaker_model_requests_total{path="/inference",code="4xx"}'
    wait_for(lambda: key in strict.client.get("/metrics").text)
    assert "Traceback" not in strict.log


def test_ten_thousand_open_connections_hurt_nobody_and_are_let_go(serve: StartServer, iris_model: Path) -> None:
    """A third says nothing, a third stops in its headers, a third in its body."""
    head = b"POST /inference HTTP/1.1\r\nHost: a\r\n"
    with as_many_files_as_can_be() as count:
        server = serve(iris_model, f"--client-timeout={HALTED_SECONDS}").wait_ready()
        server.predict(IRIS_ROWS)
        memory, files = resident_mib(server.process.pid), open_files(server.process.pid)
        with opened(lambda: connect(server), count, server.process.pid) as connections:
            silent, in_headers, in_body = (connections[part::3] for part in range(3))
            for connection in in_headers:
                connection.sendall(head)
            for connection in in_body:
                connection.sendall(head + b'Content-Length: 100\r\n\r\n{"instances"')
            for _ in range(50):
                assert server.predict(IRIS_ROWS, timeout=5).json() == {"predictions": [1, 0]}
                assert server.client.get("/health", timeout=5).status_code == 200
                assert server.client.get("/ready", timeout=5).status_code == 200
            assert open_files(server.process.pid) >= files + count - SLACK, "they were let go too early"
            assert resident_mib(server.process.pid) - memory < count * KIB_PER_CONNECTION / 1024
            deadline = time.monotonic() + 2 * HALTED_SECONDS
            assert {until_closed(each, deadline) for each in (*silent, *in_headers)} == {b""}
            answers = [until_closed(each, deadline).partition(b"\r\n")[0] for each in in_body]
            assert set(answers) == {b"HTTP/1.1 408 Request Timeout"}
        wait_for(lambda: open_files(server.process.pid) < files + 10)
        assert server.predict(IRIS_ROWS).status_code == 200
        assert "Traceback" not in server.log


def test_more_than_may_wait_is_told_to_come_back(serve: StartServer, tmp_path: Path) -> None:
    model = write_predictor(tmp_path / "model", PREDICTOR)
    server = serve(model, "--max-queue=1").wait_ready()
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(server.predict, ["wait:1"])
        wait_for((model / "began-1").exists)
        answers = [pool.submit(server.predict, [f"{index}"]) for index in range(7)]
        wait_for(lambda: sum(answer.done() for answer in answers) == 5)
        (model / "go-1").touch()
        statuses = [answer.result().status_code for answer in answers]
        assert first.result().status_code == 200
    # One lies with the model already, one waits.
    assert sorted(statuses) == [200] * 2 + [503] * 5
    assert all(answer.result().headers["retry-after"] for answer in answers if answer.result().status_code == 503)
