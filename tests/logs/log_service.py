"""A log service for tests: a real HTTP server that keeps what it is sent, and fails as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, bytes]
OK: Answer = (200, b'{"header": {"isSuccessful": true, "resultCode": 0, "resultMessage": "Success"}}')


class LogService:
    """Keeps the JSON of what it took in ``taken``; ``answer`` may be replaced to refuse."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.asked = 0
        self.headers: dict[str, str] = {}
        self.answer: Callable[[Any], Answer] = lambda _body: OK
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                service.asked += 1
                service.headers = dict(self.headers)
                status, content = service.answer(body)
                if status == 200:
                    service.taken.append(body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v2/log"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def bodies(self) -> list[str]:
        """Return the lines taken, in Log & Crash Search's format."""
        return [line["body"] for batch in self.taken for line in batch]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
