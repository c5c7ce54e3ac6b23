"""What an observed server means for its notebook: a pure function, so that every case can be tested by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from ..engines.hub import HubServer, Outcome
from ..resources.notebook import NotebookHealth, NotebookStatus
from ..store.hub_tables import NotebookRow
from ..store.notebooks import FOREIGN, STARTING, STOPPING

ATTEMPTS = 5
"""How often the hub may refuse before an action has failed. (That it does not answer does not count.)"""

_LOOKS = 3


class Call(StrEnum):
    """What to ask of the hub."""

    START = "START"
    STOP = "STOP"
    REMOVE = "REMOVE"
    PROGRESS = "PROGRESS"
    """How far a start is."""


@dataclass(frozen=True)
class Step:
    """What is to be done now: a change to write, then something to ask of the hub."""

    status: NotebookStatus | None = None
    reason: str | None = None
    columns: dict[str, Any] = field(default_factory=dict)
    call: Call | None = None
    forget: bool = False
    """It is gone, and all that belonged to it."""

    @property
    def writes(self) -> bool:
        return self.status is not None or self.reason is not None or bool(self.columns)


_NOTHING = Step()
_FAILED = {
    NotebookStatus.CREATE_REQUESTED: NotebookStatus.CREATE_FAILED,
    NotebookStatus.CREATE_IN_PROGRESS: NotebookStatus.CREATE_FAILED,
    NotebookStatus.START_IN_PROGRESS: NotebookStatus.START_FAILED,
    NotebookStatus.REBOOT_IN_PROGRESS: NotebookStatus.REBOOT_FAILED,
    NotebookStatus.STOP_IN_PROGRESS: NotebookStatus.STOP_FAILED,
    NotebookStatus.DELETE_IN_PROGRESS: NotebookStatus.DELETE_FAILED,
}


def next_step(row: NotebookRow, server: HubServer | None, now: datetime) -> Step:
    """Return what a notebook needs.

    Args:
        row: as it is in the store.
        server: as the hub sees it; None: it has none of this name.
    """
    status = NotebookStatus(row.status)
    if status is NotebookStatus.CREATE_REQUESTED:
        return Step(NotebookStatus.CREATE_IN_PROGRESS, columns={"phase": STARTING})
    if status in (NotebookStatus.STOP_IN_PROGRESS, NotebookStatus.DELETE_IN_PROGRESS) or row.phase == STOPPING:
        return _ending(row, status, server)
    if not status.terminal:
        return _starting(row, status, server)
    return _resting(row, status, server, now)


def failed(row: NotebookRow, why: str) -> Step:
    """Return the step that ends an action that cannot be done."""
    return Step(_FAILED[NotebookStatus(row.status)], reason=why, columns={"phase": "", "attempts": 0})


def _starting(row: NotebookRow, status: NotebookStatus, server: HubServer | None) -> Step:
    if server is not None and server.ready:
        # The one that was stopped before: this was seen earlier than what the row says.
        return _NOTHING if server.started == row.incarnation else _active(server)
    if server is not None and not server.stopped:
        return Step(call=Call.PROGRESS if server.pending == "spawn" else None)
    outcome = server.outcome if server is not None else Outcome()
    if outcome.action == row.action_id:  # it was started once: not again without being asked
        if outcome.error:
            return failed(row, outcome.error)
        return Step(NotebookStatus.STOPPED, reason=_why_stopped(outcome), columns=_stopped_columns())
    if row.phase == FOREIGN:
        if row.attempts < _LOOKS:  # the spawner has just told us; what we know of the hub may be older
            return Step(columns={"attempts": row.attempts + 1})
        return Step(NotebookStatus.STOPPED, reason="It did not start at the hub.", columns=_stopped_columns())
    if row.attempts >= ATTEMPTS:
        return failed(row, f"{row.status_reason} Tried {ATTEMPTS} times.")
    return Step(columns={"attempts": row.attempts + 1}, call=Call.START)


def _ending(row: NotebookRow, status: NotebookStatus, server: HubServer | None) -> Step:
    # Whoever asks for it clears the incarnation; what runs when we look first is what is to be stopped.
    deleting = status is NotebookStatus.DELETE_IN_PROGRESS
    if server is None:
        return Step(forget=True) if deleting else _ended(row, status)
    if server.pending == "stop":
        return _NOTHING
    over = server.stopped or (bool(row.incarnation) and bool(server.started) and server.started != row.incarnation)
    if over and not deleting:
        if status is NotebookStatus.STOP_IN_PROGRESS and server.ready:
            return _active(server, "It was started again at the hub.")
        return _ended(row, status)
    if row.attempts >= ATTEMPTS:
        return failed(row, f"{row.status_reason} Tried {ATTEMPTS} times.")
    # Written before it is asked: after a crash in between, a server started since then is another one.
    columns = {"incarnation": row.incarnation or server.started, "attempts": row.attempts + 1}
    return Step(columns=columns, call=Call.REMOVE if deleting else Call.STOP)


def _ended(row: NotebookRow, status: NotebookStatus) -> Step:
    if status is NotebookStatus.REBOOT_IN_PROGRESS:
        return Step(reason="Starting again.", columns={"phase": STARTING, "attempts": 0, "health": None})
    idle = _why_idle(row)
    reason = idle if row.status_reason == idle else "Stopped on request."
    return Step(NotebookStatus.STOPPED, reason=reason, columns=_stopped_columns())


def _resting(row: NotebookRow, status: NotebookStatus, server: HubServer | None, now: datetime) -> Step:
    if server is None:
        return Step(forget=row.at_hub)  # deleted at the hub's own page; or it never came so far
    if server.pending == "spawn":
        return Step(NotebookStatus.START_IN_PROGRESS, reason="Started at the hub.", columns={"phase": FOREIGN})
    if server.ready:
        if status is not NotebookStatus.ACTIVE:  # started at the hub, or still the one that could not be stopped
            return _NOTHING if server.started == row.incarnation else _active(server)
        if server.started != row.incarnation:  # it was stopped and started between two looks
            return Step(columns=_active(server).columns)
        return _idle(row, server, now)
    if server.stopped and status in (NotebookStatus.ACTIVE, NotebookStatus.STOP_FAILED):
        return Step(NotebookStatus.STOPPED, reason=_why_stopped(server.outcome), columns=_stopped_columns())
    return _NOTHING


def _active(server: HubServer, reason: str = "") -> Step:
    return Step(
        NotebookStatus.ACTIVE,
        reason=reason,
        columns={
            "phase": "",
            "attempts": 0,
            "health": NotebookHealth.HEALTHY.value,  # the hub has just seen it answer
            "started_at": datetime.fromisoformat(server.started) if server.started else None,
            "incarnation": server.started,
        },
    )


def _idle(row: NotebookRow, server: HubServer, now: datetime) -> Step:
    minutes = row.flavor.get("idleMinutes", 0)
    last = server.last_activity
    if not minutes or last is None or now - last < timedelta(minutes=minutes):
        return _NOTHING
    return Step(
        NotebookStatus.STOP_IN_PROGRESS,
        reason=_why_idle(row),
        columns={"phase": STOPPING, "attempts": 0, "incarnation": server.started},
    )


def _why_idle(row: NotebookRow) -> str:
    return f"Nobody used it for {row.flavor.get('idleMinutes', 0)} minutes, the most its instance type allows."


def _stopped_columns() -> dict[str, Any]:
    return {"phase": "", "attempts": 0, "health": None, "started_at": None}


def _why_stopped(outcome: Outcome) -> str:
    if outcome.stopped:
        return "Stopped at the hub."
    if outcome.exit_status is not None:
        return f"Its server ended by itself with exit status {outcome.exit_status}; start it again."
    return "Its server is no longer there; start it again."
