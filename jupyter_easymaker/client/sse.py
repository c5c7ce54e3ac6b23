"""Reading server-sent events from the lines of an answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ServerEvent:
    """One server-sent event of the backend, whose data is always a JSON object."""

    event: str
    data: dict[str, Any]


def parse_events(lines: Iterable[str]) -> Iterator[ServerEvent]:
    """Yield the events in a stream of lines (without their ends).

    Comments, which serve as heartbeats, are left out, and so is an event that the stream broke off in.
    """
    event = "message"
    data: list[str] = []
    for line in lines:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                yield ServerEvent(event, json.loads("\n".join(data)))
            event, data = "message", []
        elif name == "event":
            event = value
        elif name == "data":
            data.append(value)
