"""uvicorn's HTTP/1.1 with a limit on how long a client may take to send its headers."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .answering import problem

_MAX_HEADER_BYTES = 64 << 10


def timed_protocol(seconds: float) -> type[HttpToolsProtocol]:
    """Return a protocol that closes connections whose headers are not there ``seconds`` after their first byte.

    The same holds for a connection that sends nothing at all; between requests uvicorn's own limit applies.
    """

    class TimedProtocol(HttpToolsProtocol):
        _headers_timer: asyncio.TimerHandle | None = None
        _header_bytes = 0

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._headers_timer = self.loop.call_later(seconds, self._end)

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self._headers_timer is not None and not self.transport.is_closing():
                self._header_bytes += len(data)
                if self._header_bytes > _MAX_HEADER_BYTES:
                    self._refuse(b"431 Request Header Fields Too Large", "The headers are too large.")

        def on_message_begin(self) -> None:
            if self._headers_timer is None:
                self._headers_timer = self.loop.call_later(seconds, self._end)
            super().on_message_begin()

        def on_headers_complete(self) -> None:
            self._stop_timer()
            self._header_bytes = 0
            super().on_headers_complete()

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop_timer()
            super().connection_lost(exc)

        def send_400_response(self, msg: str) -> None:
            self._refuse(b"400 Bad Request", "The request is no HTTP.")

        def _refuse(self, status: bytes, message: str) -> None:
            body = problem(message, "")
            head = b"HTTP/1.1 %s\r\ncontent-type: application/json\r\nconnection: close\r\n" % status
            self.transport.write(b"%scontent-length: %d\r\n\r\n%s" % (head, len(body), body))
            self.transport.close()

        def _stop_timer(self) -> None:
            if self._headers_timer is not None:
                self._headers_timer.cancel()
                self._headers_timer = None

        def _end(self) -> None:
            self._headers_timer = None
            self.transport.close()

    return TimedProtocol


def server_settings(seconds: float) -> dict[str, Any]:
    """Return uvicorn's settings that belong to how connections are treated."""
    return {
        "http": timed_protocol(seconds),
        "ws": "none",
        "lifespan": "off",
        "access_log": False,
        "log_config": None,
        "server_header": False,
        "date_header": False,
        # Longer than gateways keep idle connections (Traefik: 90 s), so that none sends into one that just closed.
        "timeout_keep_alive": 120,
        "backlog": 2048,
    }
