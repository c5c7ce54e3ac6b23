"""The proxy: a gateway in Python, for machines that no traefik runs on.

``python -m jupyter_easymaker.gateway.proxy FILE``, the file being what ``proxy_gateway`` has written. It does what the
product asks of a gateway and nothing else: it is slower than Traefik, and does not limit how long a client may take to
send the head of a request.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import random
import signal
import socket
import ssl
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import uvicorn

from .proxy_counts import ProxyCounts
from .proxy_table import BadPath, ProxyTable, may_call
from .refusals import refusal
from .statistics import CallSnapshot
from .table import Route, RouteName, Target

_TRIES = 4
_CONNECT_SECONDS = 2.0
"""So long a client may take for the next piece of a body."""
_IDLE_SECONDS = 4.0
"""Shorter than a replica keeps an idle connection, so that none is used just as it is closed."""
_CHECK_SECONDS = 1.0
_HEALTH_SECONDS = 5.0
_DRAIN_SECONDS = 10
_OF_THE_CONNECTION = {
    *(b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection", b"te"),
    *(b"trailer", b"transfer-encoding", b"upgrade"),
}
_KEY_HEADER = b"x-api-key"
_FORWARDED = (b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-prefix", b"x-forwarded-proto", b"x-real-ip")


class Proxy:
    """Routes calls by a table that it reads again when its file is replaced."""

    def __init__(self, table_file: Path, tls: ssl.SSLContext, client_seconds: float) -> None:
        self._file = table_file
        self._client_seconds = client_seconds
        self._tls = tls
        self._seen: tuple[int, int] = (0, 0)
        self._unhealthy: set[str] = set()
        self._turn = itertools.count()
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(None, connect=_CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=256, keepalive_expiry=_IDLE_SECONDS),
            trust_env=False,
        )
        self.counts = ProxyCounts()
        self.load()

    def load(self) -> None:
        """Take over the table if it is another."""
        found = self._file.stat()
        if (found.st_mtime_ns, found.st_ino) != self._seen:
            table = ProxyTable(json.loads(self._file.read_text()))
            self._tls.load_cert_chain(*table.certificate)
            self.table = table
            self._seen = (found.st_mtime_ns, found.st_ino)

    async def keep_looking(self) -> None:
        """Ask replicas for their health and look for a new table, for ever."""
        while True:
            try:
                self.load()
            except (OSError, ValueError, KeyError, TypeError) as error:  # somebody wrote it who should not have
                print(f"{self._file} cannot be used, what was before is in force: {error!r}", flush=True)  # noqa: T201
            addresses = sorted(self.table.addresses)
            healthy = await asyncio.gather(*map(self._is_healthy, addresses))
            self._unhealthy = {address for address, good in zip(addresses, healthy, strict=True) if not good}
            await asyncio.sleep(_CHECK_SECONDS)

    async def close(self) -> None:
        await self._client.aclose()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        begin = time.perf_counter()
        try:
            found = self.table.find(scope["raw_path"])
        except BadPath:
            await _refuse(send, 400)
            return
        if found is None:
            await _refuse(send, 404)
            return
        route, rest = found
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        key = next((value for name, value in headers if name == _KEY_HEADER), b"")
        ready = route.ready
        target = _drawn(ready or route.targets)
        if not may_call(route, key):
            part, status = "keyless", await _refuse(send, 401)
        elif not ready:
            part, status = "unready", await _refuse(send, 503)
        else:
            part, status = "calls", await self._forward(route, rest, target, scope, receive, send)
        name = RouteName(target.stage_id, target.model_id, route.by_default_address, route.path, part)
        self.counts.add(name, status, time.perf_counter() - begin)

    async def _forward(
        self, route: Route, rest: str, target: Target, scope: dict[str, Any], receive: Any, send: Any
    ) -> int:
        """Have a replica answer; return the status the client saw."""
        query = f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""
        path = quote(rest, safe="/:@!$&'()*+,;=~-._") + query
        body = _Body(receive, self._client_seconds)
        for address in self._in_turn(target)[:_TRIES]:
            request = self._client.build_request(
                scope["method"],
                f"http://{address}{path}",
                headers=_passed_on(scope, route),
                content=body.pieces() if _has_body(scope) else None,
            )
            try:
                answer = await self._client.send(request, stream=True)
            except httpx.TransportError:
                if body.begun:  # it may have been worked on
                    break
                continue
            except TimeoutError:
                return await _refuse(send, 408)
            try:
                return await _pass_back(answer, send)
            finally:
                await answer.aclose()
        return await _refuse(send, 502)

    def _in_turn(self, target: Target) -> list[str]:
        """Return a target's replicas, each call another one first and those that are not healthy last."""
        first = next(self._turn) % len(target.addresses)
        addresses = [*target.addresses[first:], *target.addresses[:first]]
        return sorted(addresses, key=self._unhealthy.__contains__)

    async def _is_healthy(self, address: str) -> bool:
        try:
            answer = await self._client.get(f"http://{address}/health", timeout=_HEALTH_SECONDS)
        except (httpx.TransportError, httpx.InvalidURL):
            return False
        return answer.is_success


class _Body:
    """A request's body as it comes."""

    def __init__(self, receive: Any, seconds: float) -> None:
        self._receive = receive
        self._until = asyncio.get_running_loop().time() + seconds
        self.begun = False

    async def pieces(self) -> AsyncIterator[bytes]:
        more = True
        while more:
            self.begun = True
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
            if message["type"] == "http.disconnect":
                raise httpx.ReadError("the client has left")
            yield message.get("body", b"")
            more = message.get("more_body", False)


def _has_body(scope: dict[str, Any]) -> bool:
    return any(name in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"])


def _passed_on(scope: dict[str, Any], route: Route) -> list[tuple[bytes, bytes]]:
    """Return a call's headers as a replica gets them."""
    dropped = {*_OF_THE_CONNECTION, *_FORWARDED, *([_KEY_HEADER] if route.api_keys is not None else [])}
    host = next((value for name, value in scope["headers"] if name == b"host"), b"")
    client = scope["client"][0].encode() if scope["client"] else b""
    return [
        *((name, value) for name, value in scope["headers"] if name not in dropped),
        (b"x-forwarded-for", client),
        (b"x-forwarded-host", host),
        (b"x-forwarded-prefix", route.prefix.encode()),
        (b"x-forwarded-proto", b"https"),
    ]


async def _pass_back(answer: httpx.Response, send: Any) -> int:
    headers = [(name.lower(), value) for name, value in answer.headers.raw if name.lower() not in _OF_THE_CONNECTION]
    await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
    async for piece in answer.aiter_raw():
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
    return answer.status_code


def _drawn(targets: tuple[Target, ...]) -> Target:
    if len(targets) == 1:
        return targets[0]
    return random.choices(targets, [target.weight for target in targets])[0]  # noqa: S311 - a share, no secret


async def _refuse(send: Any, status: int) -> int:
    await _answer(send, status, refusal(status))
    return status


async def _answer(send: Any, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class _Private:
    """What the backends ask: the table in force, and the counts."""

    def __init__(self, proxy: Proxy, secret: str, epoch: str) -> None:
        self._proxy = proxy
        self._expected = f"Bearer {secret}".encode()
        self._epoch = epoch

    async def __call__(self, scope: dict[str, Any], _receive: Any, send: Any) -> None:
        if dict(scope["headers"]).get(b"authorization") != self._expected:
            await _refuse(send, 404)
        elif scope["path"] == "/state":
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):  # ``keep_looking`` tells of it
                self._proxy.load()
            await _answer(send, 200, json.dumps({"revision": self._proxy.table.revision}).encode())
        elif scope["path"] == "/calls":
            snapshot = CallSnapshot(self._epoch, self._proxy.counts.counts())
            await _answer(send, 200, json.dumps(snapshot.as_json()).encode())
        else:
            await _refuse(send, 404)


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to ``_serve``: there are two servers in this process."""
        yield


def _bound(address: str, *, shared: bool) -> socket.socket:
    host, port = address.rsplit(":", 1)
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:  # a new one takes over before the old one stops
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        bound.bind((host, int(port)))
        bound.listen(1024)
    except OSError as error:
        sys.exit(f"{address}: {os.strerror(error.errno or 0)}")
    return bound


def _config(app: Any, **more: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
        **more,
    )


async def _serve(settings: dict[str, Any]) -> None:
    sockets = _bound(settings["address"], shared=True), _bound(settings["private"], shared=False)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.minimum_version = ssl.TLSVersion.TLSv1_2
    proxy = Proxy(Path(settings["table"]), tls, settings["clientSeconds"])
    config = _config(proxy, timeout_keep_alive=180, h11_max_incomplete_event_size=64 * 1024)
    config.load()
    config.ssl = tls  # one whose certificate can be replaced while it serves
    servers = [_Server(config), _Server(_config(_Private(proxy, settings["secret"], settings["epoch"])))]

    def end() -> None:
        for server in servers:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    looking = asyncio.create_task(proxy.keep_looking())
    try:
        await asyncio.gather(*(server.serve(sockets=[bound]) for server, bound in zip(servers, sockets, strict=True)))
    finally:
        looking.cancel()
        await proxy.close()


def main(arguments: list[str]) -> None:
    """Serve until told to end."""
    asyncio.run(_serve(json.loads(Path(arguments[0]).read_text())))


if __name__ == "__main__":
    main(sys.argv[1:])
