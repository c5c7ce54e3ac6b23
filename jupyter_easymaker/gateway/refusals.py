"""What people read when the gateway refuses a call: a server on this machine that the gateway asks for a body.

The status is the gateway's own and right without this server, so it may be a backend's and go with it.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import socketserver
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MESSAGES = {
    400: "The path of this call can be read in more than one way. Write it without encoded slashes and backslashes.",
    401: "This endpoint asks for one of its API keys in the header X-Api-Key.",
    404: "No endpoint, stage or model answers at this address. Compare it with the address its stage shows.",
    408: "The body of this call did not come in time. Send it without pauses.",
    502: "No replica of this model could be reached, or it ended while it worked. Try again; its stage shows more.",
    503: "No replica of this model is ready. Its stage shows what they are doing; try again in a moment.",
}
_SLOW_SECONDS = 5.0
_LOOK_SECONDS = 1.0


def refusal(status: int) -> bytes:
    """Return the body of a refused call: the envelope of the rest of the product."""
    header = {"isSuccessful": False, "resultCode": status * 1000, "resultMessage": MESSAGES[status]}
    return json.dumps({"header": header}).encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _SLOW_SECONDS

    def do_GET(self) -> None:
        try:
            body = refusal(int(self.path.strip("/")))
        except (ValueError, KeyError):
            body = refusal(404)
        self.send_response(200)  # the gateway puts its own in its place
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_arguments: object) -> None:
        """Leave calls of strangers out of the backend's log."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def server_bind(self) -> None:
        """Bind without asking the network what this machine is called."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]


class RefusalServer:
    """Serves on a port of this machine: the wanted one if it is free or another backend of this gateway serves there.

    Args:
        port: the wanted one; 0: any.
    """

    def __init__(self, port: int) -> None:
        self._server: _Server | None = None
        self.port = port
        if port and _refuses(port):
            return
        try:
            self._server = _Server(("127.0.0.1", port), _Handler)
        except OSError:  # a stranger listens there
            self._server = _Server(("127.0.0.1", 0), _Handler)
        self.port = self._server.server_address[1]
        self._closing = False
        self._thread = threading.Thread(target=self._serve, args=(self._server,), name="gateway-refusals", daemon=True)
        self._thread.start()

    def close(self) -> None:
        if self._server is not None:
            self._closing = True
            with contextlib.suppress(OSError):  # wakes it
                socket.create_connection(("127.0.0.1", self.port), _LOOK_SECONDS).close()
            self._thread.join()
            self._server.server_close()

    def _serve(self, server: _Server) -> None:
        """Serve without looking twice a second whether to end, as ``serve_forever`` does."""
        while not self._closing:
            server.handle_request()


def _refuses(port: int) -> bool:
    """Return whether a server like this one answers at a port."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/404", timeout=_LOOK_SECONDS) as answer:
            return bool(answer.read() == refusal(404))
    except (OSError, http.client.HTTPException):
        return False


def free_port(ip: str = "127.0.0.1") -> int:
    """Return a port nobody listens on just now."""
    with socket.socket(socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((ip, 0))
        return int(probe.getsockname()[1])
