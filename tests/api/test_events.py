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


def hello(backend: RunningBackend, last_event_id: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = []
    stop = threading.Event()
    headers = {"Last-Event-ID": last_event_id}
    threading.Thread(target=follow, args=(backend, found, stop), kwargs=headers, daemon=True).start()
    wait_for(lambda: found)
    stop.set()
    backend.experiment(f"wake-{last_event_id[:20]}")  # lets the thread end
    return found[0]


def test_listener_is_told_when_what_it_missed_is_not_known(backend: RunningBackend) -> None:
    """As after the store was made anew: its ids would else be waited for, perhaps for ever."""
    backend.experiment("some-event")
    assert hello(backend, "1")["complete"] is True
    for beyond in ("999999999", "9" * 20):
        told = hello(backend, beyond)
        assert told["complete"] is False
        assert told["lastEventId"] < 999_999_999
