"""Calls without a pause, as busy clients make them, and what became of each."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from jupyter_easymaker.gateway.base import Gateway

_CLIENTS = 4


@dataclass
class Load:
    """What has happened so far."""

    answered: int = 0
    failures: list[str] = field(default_factory=list)
    last_by: str = ""
    """The replica that answered last."""


@contextmanager
def load(gateway: Gateway, path: str, clients: int = _CLIENTS) -> Iterator[Load]:
    """Call a path from several clients, until the block ends; each keeps its connection."""
    result = Load()
    over = threading.Event()
    lock = threading.Lock()
    context = ssl.create_default_context(cafile=gateway.certificate_authority)
    host, port = gateway.address.rsplit(":", 1)

    def calls() -> None:
        connection = http.client.HTTPSConnection(host, int(port), context=context, timeout=20)
        while not over.is_set():
            try:
                connection.request("POST", path, body=b'{"instances": []}')
                answer = connection.getresponse()
                body = answer.read()
                with lock:
                    if answer.status == 200:
                        result.answered += 1
                        result.last_by = json.loads(body)["by"]
                    else:
                        result.failures.append(f"{answer.status} {body[:200]!r}")
            except (OSError, http.client.HTTPException) as error:
                with lock:
                    result.failures.append(repr(error))
                connection.close()
        connection.close()

    threads = [threading.Thread(target=calls, daemon=True) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield result
    finally:
        over.set()
        for thread in threads:
            thread.join(30)
