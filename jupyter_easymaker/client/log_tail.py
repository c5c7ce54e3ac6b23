"""The last lines of a log, followed in a thread beside whatever shows them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from .client import EasyMakerClient
from .errors import ClientError

_LINES = 200


class LogTail(threading.Thread):
    """Follows a log until what prints it ends or it is told to leave.

    Args:
        of: see ``EasyMakerClient.stream_log``.
        on_change: called, from the thread, after lines came.
    """

    def __init__(
        self,
        client: EasyMakerClient,
        resource_id: str,
        on_change: Callable[[], None] = lambda: None,
        *,
        of: str = "trainings",
    ) -> None:
        super().__init__(name=f"log of {resource_id}", daemon=True)
        self._client = client
        self._resource_id = resource_id
        self._of = of
        self._on_change = on_change
        self._lines: deque[str] = deque([""], maxlen=_LINES)
        self._lock = threading.Lock()
        self.left = False
        """Set it to have the thread end with the next thing it hears."""

    def run(self) -> None:
        try:
            for message in self._client.stream_log(self._resource_id, of=self._of):
                if self.left:
                    return
                if message.event == "log":
                    self._add(message.data["text"])
        except ClientError as error:
            self._add(f"\n[the log cannot be followed: {error}]\n")

    def _add(self, text: str) -> None:
        with self._lock:
            first, *others = text.replace("\r\n", "\n").split("\n")
            self._lines[-1] += first
            self._lines.extend(others)
        self._on_change()

    def text(self) -> str:
        """Return the last 200 lines."""
        with self._lock:
            return "\n".join(self._lines).rstrip()
