"""One line of a log: when it was printed, how bad it is, what it says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from ..request_marks import split

LEVELS = {
    "FATAL": "CRITICAL|FATAL",
    "ERROR": "ERROR|Traceback|Error|Exception",
    "WARNING": "WARN",
    "INFO": "",
    "DEBUG": "DEBUG",
    "TRACE": "TRACE",
}
"""Each level with what a line of it holds, as a regular expression; INFO is what names no level."""
_NAMED = re.compile(rb"\b(CRITICAL|FATAL|ERROR|WARN(?:ING)?|INFO|DEBUG|TRACE)\b")
_EXCEPTION = re.compile(rb"(?:Traceback \(most recent call last\)|[\w.]*(?:Error|Exception)(?::|$))")
_OTHER_NAMES = {"CRITICAL": "FATAL", "WARN": "WARNING"}
_LOOKED_AT = 200


@dataclass(frozen=True)
class Line:
    """A line without its end."""

    time: float
    """Seconds since 1970, to a quarter of a second: programs do not say when they print."""
    offset: int
    """Where it begins in its node's log, in bytes."""
    data: bytes

    @cached_property
    def _parts(self) -> tuple[tuple[str, ...], bytes]:
        return split(self.data)

    @property
    def inference_ids(self) -> tuple[str, ...]:
        """The requests to an endpoint that the line belongs to, as the model server says before it."""
        return self._parts[0]

    @property
    def inference_id(self) -> str:
        """They as a field of the line: of several the names are separated by commas."""
        return ",".join(self.inference_ids)

    @property
    def body(self) -> bytes:
        """The line as it was printed."""
        return self._parts[1]

    @cached_property
    def level(self) -> str:
        """The level the line names at its beginning, ERROR for an exception, else INFO."""
        head = self.body[:_LOOKED_AT]
        named = _NAMED.search(head)
        if named:
            name = named[1].decode()
            return _OTHER_NAMES.get(name, name)
        return "ERROR" if _EXCEPTION.match(head) else "INFO"

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace").rstrip("\r")
