"""Statistics that survive whatever happens to the gateway."""

from __future__ import annotations

import json
import math

import pytest

from jupyter_easymaker.gateway.base import CallCounts
from jupyter_easymaker.gateway.statistics import CallDelta, CallSnapshot, added, call_deltas, percentile


def counts(statuses: dict[int, int], *, series: str = "calls", fast: int = 0, slow: int = 0) -> CallCounts:
    """Return counts with ``fast`` calls of at most 10 ms and ``slow`` ones of more than a minute."""
    return CallCounts(
        series=series,
        model_id="m1",
        path="/inference",
        by_default_address=True,
        by_status=statuses,
        latency_buckets=((0.005, 0), (0.01, fast), (60.0, fast), (math.inf, fast + slow)),
        seconds=0.01 * fast + 61.0 * slow,
    )


def look(*found: CallCounts, epoch: str = "first") -> CallSnapshot:
    return CallSnapshot(epoch, found)


def test_first_look_tells_of_all_calls() -> None:
    (delta,) = call_deltas(None, look(counts({200: 3}, fast=3)))
    assert delta == CallDelta(
        "m1",
        "/inference",
        True,
        by_status={200: 3},
        latency_buckets=((0.01, 3),),
        seconds=pytest.approx(0.03),  # type: ignore[arg-type]
    )


def test_second_look_tells_of_calls_since_the_first() -> None:
    before = look(counts({200: 3, 422: 1}, fast=4))
    (delta,) = call_deltas(before, look(counts({200: 5, 422: 1, 500: 2}, fast=6, slow=2)))
    assert delta.by_status == {200: 2, 500: 2}
    assert delta.latency_buckets == ((0.01, 2), (math.inf, 2))
    assert delta.seconds == pytest.approx(122.02)
    assert delta.calls == 4


def test_nothing_new_is_no_delta() -> None:
    before = look(counts({200: 3}, fast=3))
    assert call_deltas(before, before) == []


def test_restarted_gateway_counts_from_nothing() -> None:
    before = look(counts({200: 100}, fast=100))
    # More calls than before the restart: only the epoch tells.
    (delta,) = call_deltas(before, look(counts({200: 120}, fast=120), epoch="second"))
    assert delta.by_status == {200: 120}


def test_route_that_was_gone_for_a_time_counts_from_nothing() -> None:
    before = look(counts({200: 100, 500: 1}, fast=101))
    (delta,) = call_deltas(before, look(counts({200: 7}, fast=7)))
    assert delta.by_status == {200: 7}
    assert delta.latency_buckets == ((0.01, 7),)


def test_series_that_vanishes_takes_nothing_from_the_others() -> None:
    before = look(counts({200: 100}, fast=100), counts({200: 10}, series="share", fast=10))
    (delta,) = call_deltas(before, look(counts({200: 12}, series="share", fast=12)))
    assert delta.by_status == {200: 2}


def test_series_of_one_model_and_path_are_added_up() -> None:
    before = look(counts({200: 1}, fast=1), counts({401: 2}, series="keyless"))
    (delta,) = call_deltas(before, look(counts({200: 2}, fast=2), counts({401: 5}, series="keyless")))
    assert delta.by_status == {200: 1, 401: 3}


def test_look_kept_as_json_is_the_same_look() -> None:
    seen = look(counts({200: 3, 500: 1}, fast=3, slow=1))
    assert CallSnapshot.from_json(json.loads(json.dumps(seen.as_json(), allow_nan=False))) == seen


def test_deltas_are_added_over_time() -> None:
    first = call_deltas(None, look(counts({200: 3}, fast=3)))
    second = call_deltas(None, look(counts({200: 1, 500: 1}, fast=1, slow=1)))
    assert added([*first, *second]) == ({200: 4, 500: 1}, ((0.01, 4), (math.inf, 1)), pytest.approx(61.04))


def test_percentile_lies_on_a_line_within_its_bucket() -> None:
    buckets = ((0.01, 50), (0.1, 50))
    assert percentile(buckets, 50) == pytest.approx(0.01)
    assert percentile(buckets, 25) == pytest.approx(0.0075)
    # The bucket before 0.1 ends at 0.05, though it holds nothing.
    assert percentile(buckets, 75) == pytest.approx(0.075)
    assert percentile(buckets, 100) == pytest.approx(0.1)


def test_percentile_above_the_last_bound_is_that_bound() -> None:
    assert percentile(((0.01, 1), (math.inf, 9)), 99) == 60.0


def test_percentile_of_no_calls_is_none() -> None:
    assert percentile((), 50) is None
