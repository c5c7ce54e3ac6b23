"""Reading server-sent events from lines."""

from __future__ import annotations

from jupyter_easymaker.client.sse import ServerEvent, parse_events


def test_events_are_read_and_heartbeats_left_out() -> None:
    lines = [": ping", "", "event: change", "id: 7", 'data: {"a":', "data:1}", "", 'data: {"b": 2}', ""]
    assert list(parse_events(lines)) == [ServerEvent("change", {"a": 1}), ServerEvent("message", {"b": 2})]


def test_event_that_the_stream_broke_off_in_is_left_out() -> None:
    assert list(parse_events(["event: change", 'data: {"a": 1}'])) == []
