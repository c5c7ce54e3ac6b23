"""Replicas for gateways to route to: real HTTP servers that tell who answered what."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.waiting import wait_for


class Upstream:
    """A replica: answers every path with its name and what it was asked, and GET /health."""

    def __init__(self, name: str = "replica") -> None:
        self.status = 200
        """What it answers calls with."""
        self.blocked = threading.Event()
        """Set while calls are to be held until ``release``."""
        self.release = threading.Event()
        self.healthy = True
        self.name = name
        self.in_flight = 0
        self._lock = threading.Lock()
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # one packet an answer
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                if self.path == "/health":
                    self._answer(200 if upstream.healthy else 503, {})
                else:
                    self.do_POST()

            def do_POST(self) -> None:
                with upstream._lock:
                    upstream.in_flight += 1
                try:
                    self._work()
                finally:
                    with upstream._lock:
                        upstream.in_flight -= 1

            def _work(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if upstream.blocked.is_set():
                    upstream.release.wait(30)
                headers = {key.lower(): value for key, value in self.headers.items()}
                asked = {"by": name, "path": self.path, "headers": headers, "body": body.decode()}
                self._answer(upstream.status, asked)

            def _answer(self, status: int, answer: dict[str, Any]) -> None:
                text = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_arguments: object) -> None:
                """Gateways close idle connections."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def drain(self) -> None:
        """Wait until all calls it was given are answered."""
        wait_for(lambda: self.in_flight == 0)

    def close(self) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
