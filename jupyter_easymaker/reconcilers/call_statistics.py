"""Count calls: what the gateway's counters grew by since somebody looked last, added to the store exactly once.

What was seen last is in the store and replaced in the transaction that adds the difference, so that neither a crash
nor a second backend counts a call twice.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from ..gateway.statistics import CallDelta, CallSnapshot, call_deltas
from ..resources.base import now
from ..store import endpoint_calls, endpoints
from ..store.endpoint_calls import Calls
from ..store.endpoint_tables import EndpointModelRow, GatewayStateRow
from .endpoint_context import EndpointContext

_STATE = "calls"
_THINNED = "thinned"
_THIN_OUT_SECONDS = 3600.0


def collect(context: EndpointContext) -> list[CallDelta]:
    """Add what was called since the last look, by whichever backend, and return it.

    Raises:
        GatewayError: the gateway does not answer; nothing was counted, and nothing is lost.
    """
    with context.database.reading() as session:
        version, seen = endpoint_calls.read_state(session, _STATE)
        _, _, models = endpoints.everything(session)
    epoch, counts = context.gateway.calls()
    snapshot = CallSnapshot(epoch, tuple(counts))
    before = CallSnapshot.from_json(seen) if seen else None
    if before == snapshot:
        return []
    deltas = call_deltas(before, snapshot)
    with context.database.session() as session:
        if not endpoint_calls.write_state(session, _STATE, version, snapshot.as_json()):
            return []  # another backend was faster
        endpoint_calls.add(session, counted(deltas, models), time.time())
    return deltas


def counted(deltas: Sequence[CallDelta], models: Sequence[EndpointModelRow]) -> list[Calls]:
    """Return calls as the store counts them; those of resources that are gone are left out."""
    by_id = {row.id: row for row in models}
    return [
        Calls(
            by_id[each.model_id].stage_id,
            each.model_id,
            each.path,
            each.by_default_address,
            by_id[each.model_id].model["modelName"],
            **_classes(each.by_status),
            seconds=each.seconds,
            buckets={repr(float(bound)): calls for bound, calls in each.latency_buckets if calls},
        )
        for each in deltas
        if each.model_id in by_id
    ]


def _classes(by_status: Mapping[int, int]) -> dict[str, int]:
    classes = {"success2xx": 0, "fail4xx": 0, "fail5xx": 0, "other": 0}
    for status, number in by_status.items():
        # 499: the client left before there was an answer, which is nobody's failure.
        name = {2: "success2xx", 4: "fail4xx", 5: "fail5xx"}.get(status // 100, "other")
        classes["other" if status == 499 else name] += number
    return classes


def thin_out(context: EndpointContext) -> None:
    """Thin out old counts, at most once an hour, by whichever backend comes first."""
    with context.database.reading() as session:
        row = session.get(GatewayStateRow, _THINNED)
    if row is not None and (now() - row.changed_at).total_seconds() < _THIN_OUT_SECONDS:
        return
    with context.database.session() as session:
        version, _ = endpoint_calls.read_state(session, _THINNED)
        if not endpoint_calls.write_state(session, _THINNED, version, {}):
            return
    left = True
    while left:
        with context.database.session() as session:
            left = endpoint_calls.thin_out(session, time.time())
