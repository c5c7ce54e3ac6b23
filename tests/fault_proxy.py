"""A real HTTP proxy before a real server; at a test's word it answers 503 or hangs up, and it can speak TLS."""

from __future__ import annotations

import http.client
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PASS = "pass"
UNAVAILABLE = "503"
CUT = "cut"
"""The answer ends in the middle of its body."""
REFUSE = "refuse"
"""The connection is closed without an answer."""

Rule = Callable[[str, str], str]
"""From method and path to what happens."""

_HOP = {"connection", "transfer-encoding", "keep-alive", "host"}
_CHUNK = 64 * 1024


class FaultProxy(ThreadingHTTPServer):
    """A proxy to a port of this machine.

    Args:
        port: where the server listens.
        tls: speak TLS to those who ask.
    """

    daemon_threads = True

    def __init__(self, port: int, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = port
        self.rule: Rule = lambda _method, _path: PASS
        self.seen: list[tuple[str, str]] = []
        self.connections = 0
        self.scheme = "http"
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
            self.scheme = "https"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}"

    def handle_error(self, *_: object) -> None:
        """Clients that leave are nothing to tell of."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FaultProxy

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def _forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append((self.command, self.path))
        what = self.server.rule(self.command, self.path)
        if what == REFUSE:
            self.close_connection = True
            return
        if what == UNAVAILABLE:
            self.send_response(503)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        upstream = http.client.HTTPConnection("127.0.0.1", self.server.upstream, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
        headers["Host"] = self.headers["Host"]
        upstream.request(self.command, self.path, body, headers)
        answer = upstream.getresponse()
        length = int(answer.headers.get("Content-Length") or 0)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in _HOP and name.lower() not in ("date", "server"):
                self.send_header(name, value)
        self.end_headers()
        left = length // 2 if what == CUT else length
        while self.command != "HEAD" and left and (data := answer.read(min(_CHUNK, left))):
            self.wfile.write(data)
            left -= len(data)
        upstream.close()
        if what == CUT:
            self.close_connection = True

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_COPY = _forward  # noqa: N815

    def log_message(self, *_: object) -> None:
        """What was asked is in ``seen``."""


@contextmanager
def fault_proxy(port: int, tls: ssl.SSLContext | None = None) -> Iterator[FaultProxy]:
    """Run a proxy."""
    proxy = FaultProxy(port, tls)
    thread = threading.Thread(target=proxy.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()
