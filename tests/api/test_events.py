"""Events as listeners see them, over HTTP from a real backend."""

from __future__ import annotations

import json
import threading
from typing import Any

import httpx

from tests.conftest import RunningBackend
from tests.waiting import wait_for


def follow(backend: RunningBackend, found: list[dict[str, Any]], stop: threading.Event, **headers: str) -> None:
    headers = {"X-EasyMaker-Token": backend.token, **headers}
    with httpx.stream("GET", f"{backend.base}/events", headers=headers, timeout=30) as answer:
        name = ""
        for line in answer.iter_lines():
            if stop.is_set():
                return
            if line.startswith("event:"):
                name = line[6:].strip()
            elif line.startswith("data:"):
                found.append({"event": name, **json.loads(line[5:])})


def test_changes_are_told_at_once_and_again_to_one_that_was_away(backend: RunningBackend) -> None:
    first: list[dict[str, Any]] = []
    stop = threading.Event()
    listener = threading.Thread(target=follow, args=(backend, first, stop), daemon=True)
    listener.start()
    wait_for(lambda: first and first[0]["event"] == "hello")
    backend.experiment("told")
    wait_for(lambda: [each for each in first if each.get("resourceName") == "told" and each["statusCode"] == "ACTIVE"])
    stop.set()
    backend.experiment("told-later")
    second: list[dict[str, Any]] = []
    stop_second = threading.Event()
    since = str(first[0]["lastEventId"])
    again = threading.Thread(
        target=follow, args=(backend, second, stop_second), kwargs={"Last-Event-ID": since}, daemon=True
    )
    again.start()
    wait_for(lambda: any(each.get("resourceName") == "told-later" for each in second))
    stop_second.set()
    names = [each["resourceName"] for each in second if each["event"] == "change"]
    assert names.index("told") < names.index("told-later")
    ids = [each["eventId"] for each in second if each["event"] == "change"]
    assert ids == sorted(set(ids))
    backend.experiment("wake-listeners")  # lets both threads end
