"""Count calls: what the gateway's counters grew by since somebody looked last, added to the store exactly once.

What was seen last is in the store and replaced in the transaction that adds the difference, so that neither a crash
nor a second backend counts a call twice. A gateway that was started anew begins at nothing, which its epoch tells.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..gateway.base import CallCounts
from ..resources.base import now
from ..store import endpoint_calls, endpoints
from ..store.endpoint_calls import Calls
from ..store.endpoint_tables import EndpointModelRow, GatewayStateRow
from .endpoint_context import EndpointContext

_STATE = "calls"
_THIN_OUT_SECONDS = 3600.0


@dataclass(frozen=True)
class Grown:
    """What one stage resource's counters grew by."""

    calls: Calls
    key: str
    """Its counter's."""
    content: dict[str, Any]
    """The counter, as it is kept."""


def collect(context: EndpointContext) -> None:
    """Add what was called since the last look, by whichever backend.

    Raises:
        GatewayError: the gateway does not answer; nothing was counted, and nothing is lost.
    """
    with context.database.reading() as session:
        version, seen = endpoint_calls.read_state(session, _STATE)
        _, _, models = endpoints.everything(session)
    epoch, counts = context.gateway.calls()
    before = seen.get("counters", {}) if seen.get("epoch") == epoch else {}
    grown = differences(before, counts, models)
    kept = {each.key: each.content for each in grown}
    if seen.get("epoch") == epoch and kept == before:
        return
    at = time.time()
    with context.database.session() as session:
        if endpoint_calls.write_state(session, _STATE, version, {"epoch": epoch, "counters": kept}):
            endpoint_calls.add(session, [each.calls for each in grown if _any(each.calls)], at)


def thin_out(context: EndpointContext) -> None:
    """Thin out old counts, at most once an hour, by whichever backend comes first."""
    with context.database.reading() as session:
        row = session.get(GatewayStateRow, "thinned")
    if row is not None and (now() - row.changed_at).total_seconds() < _THIN_OUT_SECONDS:
        return
    with context.database.session() as session:
        version, _ = endpoint_calls.read_state(session, "thinned")
        if not endpoint_calls.write_state(session, "thinned", version, {}):
            return
    left = True
    while left:
        with context.database.session() as session:
            left = endpoint_calls.thin_out(session, time.time())


def differences(
    before: Mapping[str, Mapping[str, Any]], counts: Sequence[CallCounts], models: Sequence[EndpointModelRow]
) -> list[Grown]:
    """Return what each counter grew by since it was kept; counters of resources that are gone are left out."""
    by_id = {row.id: row for row in models}
    found = []
    for each in counts:
        row = by_id.get(each.model_id)
        if row is None:
            continue
        key = f"{each.model_id} {int(each.by_default_address)} {each.path}"
        content: dict[str, Any] = {
            "status": {str(status): number for status, number in each.by_status.items()},
            "buckets": _apart(each.latency_buckets),
            "seconds": each.seconds,
        }
        last = before.get(key, {})
        grown = {status: number - last.get("status", {}).get(status, 0) for status, number in content["status"].items()}
        classes = _classes(grown)
        calls = Calls(
            row.stage_id,
            row.id,
            each.path,
            each.by_default_address,
            row.model["modelName"],
            **classes,
            seconds=max(0.0, each.seconds - last.get("seconds", 0.0)),
            buckets=_growth(content["buckets"], last.get("buckets", {})),
        )
        found.append(Grown(calls, key, content))
    return found


def _any(calls: Calls) -> bool:
    return bool(calls.success2xx or calls.fail4xx or calls.fail5xx or calls.other)


def _classes(by_status: Mapping[str, int]) -> dict[str, int]:
    classes = {"success2xx": 0, "fail4xx": 0, "fail5xx": 0, "other": 0}
    for status, number in by_status.items():
        # 499: the client left before there was an answer, which is nobody's failure.
        name = {"2": "success2xx", "4": "fail4xx", "5": "fail5xx"}.get(status[0], "other")
        classes["other" if status == "499" else name] += max(0, number)
    return classes


def _apart(cumulative: Sequence[tuple[float, int]]) -> dict[str, int]:
    """Return a cumulative histogram as how many there are in each bucket alone."""
    found, below = {}, 0
    for bound, number in cumulative:
        if number > below:
            found[repr(float(bound))] = number - below
        below = number
    return found


def _growth(now_: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
    grown = {bound: number - before.get(bound, 0) for bound, number in now_.items()}
    return {bound: number for bound, number in grown.items() if number > 0}
