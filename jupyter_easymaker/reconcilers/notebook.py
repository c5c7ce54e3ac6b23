"""Carry notebooks through their states: one look at the hub, one guarded write, one call that can be repeated."""

from __future__ import annotations

import logging

from ..engines.hub import Hub, HubError, HubRefused, HubServer, HubUnavailable
from ..resources.base import now
from ..resources.notebook import NotebookHealth, NotebookStatus
from ..store import notebooks
from ..store.database import Database
from ..store.hub_tables import NotebookRow
from .notebook_state import Call, Step, failed, next_step

_LOG = logging.getLogger(__name__)
_ACTIVITY_SECONDS = 60


def reconcile_notebook(database: Database, hub: Hub, notebook_id: str, server: HubServer | None) -> None:
    """Do one step for a notebook.

    Args:
        server: as the hub saw it after the last write to the notebook that we know of.
    """
    with database.reading() as session:
        row = session.get(NotebookRow, notebook_id)
    if row is None or row.deleted_at is not None:
        return
    if server is None and NotebookStatus(row.status).terminal and row.at_hub:
        server = _look_again(hub, row)  # a list may have been made before it was
    step = next_step(row, server, now())
    if step.forget:
        if _may_forget(hub, row):
            with database.session() as session:
                notebooks.forget(session, row)
        return
    if not _write(database, row, _with_observed(row, server, step)):
        return  # somebody else was faster; the next look knows more
    if step.call is not None:
        _call(database, hub, row, step.call)


def is_settled(row: NotebookRow, server: HubServer | None) -> bool:
    """Return whether there is nothing to write and nothing to ask of the hub, as of most notebooks most of the time.

    Both may be older than what is there now; the next look sees what this one did not.
    """
    if not NotebookStatus(row.status).terminal or (server is None and row.at_hub):
        return False
    step = next_step(row, server, now())
    return not (step.forget or step.call or _with_observed(row, server, step).writes or _new_name(row, server))


def keep_health(database: Database, row: NotebookRow, problem: str) -> None:
    """Write down what a health probe of an ACTIVE notebook found; empty: it is well."""
    health = NotebookHealth.UNHEALTHY if problem else NotebookHealth.HEALTHY
    reason = f"Not usable just now: {problem}. Reboot it if this stays so." if problem else ""
    if row.status == NotebookStatus.ACTIVE and (row.health, row.status_reason) != (health.value, reason):
        with database.session() as session:
            notebooks.transition(session, row, None, reason=reason, health=health.value)


def _look_again(hub: Hub, row: NotebookRow) -> HubServer | None:
    user = hub.user(row.owner)
    return user.servers.get(row.server_name) if user is not None else None


def _may_forget(hub: Hub, row: NotebookRow) -> bool:
    """Return whether the server was deleted, rather than the hub having lost its memory."""
    if row.status == NotebookStatus.DELETE_IN_PROGRESS:
        return True
    user = hub.user(row.owner)
    return user is not None and user.created is not None and user.created < row.created_at


def _with_observed(row: NotebookRow, server: HubServer | None, step: Step) -> Step:
    """Add what else there is to remember of a server."""
    if server is None:
        return step
    columns = dict(step.columns)
    if not row.at_hub:
        columns["at_hub"] = True
    if server.path != row.observed.get("accessPath"):
        columns["observed"] = {**row.observed, "accessPath": server.path}
    last, kept = server.last_activity, row.last_activity_at
    # Not every second of it: each write is an event that panels look at.
    if last is not None and (kept is None or (last - kept).total_seconds() > _ACTIVITY_SECONDS):
        columns["last_activity_at"] = last
    return Step(step.status, step.reason, columns, step.call)


def _write(database: Database, row: NotebookRow, step: Step) -> bool:
    if not step.writes:
        return True
    with database.session() as session:
        return notebooks.transition(session, row, step.status, reason=step.reason, **step.columns)


def _call(database: Database, hub: Hub, row: NotebookRow, call: Call) -> None:
    try:
        _ask(database, hub, row, call)
    except HubUnavailable as error:
        note = f"Waiting for the hub: {error}."
        columns = {"attempts": max(0, row.attempts - 1)}  # it may have heard; this was no refusal
        if row.status_reason != note or row.attempts:
            _write(database, row, Step(reason=note, columns=columns))
    except HubRefused as error:
        _LOG.warning("the hub refused to %s the server of notebook %s: %s", call, row.id, error)
        if error.status == 404:
            _write(database, row, failed(row, f"The hub does not know {row.owner}: {error}"))
        else:
            _write(database, row, Step(reason=f"The hub says: {error}"))


def _ask(database: Database, hub: Hub, row: NotebookRow, call: Call) -> None:
    if call is Call.START:
        options = {"easymaker": {"notebookId": row.id, "action": row.action_id}}
        hub.start(row.owner, row.server_name, display_name=display_name(row.name), options=options)
    elif call is Call.STOP:
        hub.stop(row.owner, row.server_name)
    elif call is Call.REMOVE:
        hub.remove(row.owner, row.server_name)
    else:
        said = hub.progress(row.owner, row.server_name)
        if said and said != row.status_reason:
            _write(database, row, Step(reason=said))


def rename_at_hub(hub: Hub, row: NotebookRow, server: HubServer | None) -> None:
    """Have the hub's page show a notebook's name; it takes a new one only while the server is stopped."""
    wanted = _new_name(row, server)
    if wanted:
        try:
            hub.rename(row.owner, row.server_name, wanted)
        except HubError as error:
            _LOG.warning("the server of notebook %s keeps its old name at the hub: %s", row.id, error)


def _new_name(row: NotebookRow, server: HubServer | None) -> str:
    if server is None or not server.name or not server.stopped or not NotebookStatus(row.status).terminal:
        return ""
    wanted = display_name(row.name)
    return wanted if server.display_name != wanted else ""


def display_name(name: str) -> str:
    """Return a name as the hub takes it: printable, with single spaces."""
    return " ".join("".join(each if each.isprintable() else " " for each in name).split()) or "notebook"
