"""Notebooks over REST. They are servers of the hub: a backend without one says so."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from sqlalchemy.orm import Session

from ..resources.base import new_id
from ..resources.errors import EasyMakerError, ResultCode, field_error
from ..resources.flavor import Flavor
from ..resources.notebook import Notebook, NotebookCreate, NotebookFlavorChange, NotebookStatus, NotebookUpdate
from ..store import notebooks, users
from ..store.hub_tables import NotebookRow
from ..store.quotas import RESTING, of_flavor, of_storage
from .auth import Caller, Member
from .context import ApiContext, Context
from .envelope import Paging, envelope, success
from .experiments import require
from .listing import Listing, values, whole
from .notebook_checks import check_flavor, check_notebook
from .notebook_views import notebook_views
from .quota_checks import check_quota
from .updates import changed_columns

router = APIRouter(tags=["notebooks"])
Answer = envelope("NotebookAnswer", notebook=Notebook)
ListAnswer = envelope("NotebookList", notebook_list=list[Notebook], paging=Paging)


@router.post("/notebooks", response_model=Answer)
def create_notebook(appkey: str, context: Context, caller: Member, body: Annotated[NotebookCreate, Body()]) -> Any:
    """Create a notebook of one's own; it starts at once."""
    require_hub(context)
    chosen = check_notebook(context, appkey, body)
    with context.database.session() as session:
        if not users.is_of_hub(session, caller.user_id):
            raise EasyMakerError(
                ResultCode.FORBIDDEN,
                f"A notebook belongs to somebody who signs in to the hub, and {caller.user_id} does not; "
                "use a token of the hub's.",
            )
        more = of_storage(body.model_dump(by_alias=True)) + of_flavor(chosen.flavor)
        check_quota(session, appkey, more)
        row = notebooks.insert(
            session, appkey=appkey, spec=body, owner=caller.user_id, flavor=chosen.flavor, image=chosen.image
        )
        (notebook,) = notebook_views(context, caller, [row])
    context.wake_notebooks()
    return success(notebook=notebook)


@router.get("/notebooks", response_model=ListAnswer)
def list_notebooks(
    appkey: str,
    context: Context,
    caller: Member,
    listing: Listing,
    ids: Annotated[list[str] | None, Query(alias="notebookIdList")] = None,
    names: Annotated[list[str] | None, Query(alias="notebookNameList")] = None,
    statuses: Annotated[list[str] | None, Query(alias="notebookStatusCodeList")] = None,
    owners: Annotated[list[str] | None, Query(alias="ownerList")] = None,
) -> Any:
    """List the project's notebooks."""
    with context.database.reading() as session:
        rows, total = notebooks.page(
            session,
            appkey,
            ids=values(ids),
            names=whole(names),
            statuses=values(statuses),
            owners=values(owners),
            **listing.arguments(notebooks.SORT),
        )
    found = notebook_views(context, caller, rows)
    return success(notebook_list=found, paging=listing.paging(len(found), total))


@router.get("/notebooks/{notebook_id}", response_model=Answer)
def get_notebook(appkey: str, notebook_id: str, context: Context, caller: Member) -> Any:
    """Return a notebook."""
    with context.database.reading() as session:
        row = find_notebook(session, appkey, notebook_id)
    (notebook,) = notebook_views(context, caller, [row])
    return success(notebook=notebook)


@router.put("/notebooks/{notebook_id}", response_model=Answer)
def update_notebook(
    appkey: str, notebook_id: str, context: Context, caller: Member, body: Annotated[NotebookUpdate, Body()]
) -> Any:
    """Change a notebook's name, description or tags; what is absent stays."""
    columns = changed_columns(body.notebook_name, body.description, body.tag_list)
    with context.database.session() as session:
        row = _find_to_change(session, appkey, notebook_id, caller)
        if columns:
            require(notebooks.transition(session, row, None, **columns), "notebook", row.name)
        (notebook,) = notebook_views(context, caller, [row])
    context.wake_notebooks()
    return success(notebook=notebook)


@router.put("/notebooks/{notebook_id}/flavor", response_model=Answer)
def change_flavor(
    appkey: str, notebook_id: str, context: Context, caller: Member, body: Annotated[NotebookFlavorChange, Body()]
) -> Any:
    """Change the instance type of a stopped notebook to another of the same core type."""
    with context.database.session() as session:
        row = _find_to_change(session, appkey, notebook_id, caller)
        if row.status not in (NotebookStatus.STOPPED, NotebookStatus.START_FAILED):
            raise EasyMakerError(
                ResultCode.WRONG_STATUS,
                f"The notebook {row.name} is {row.status}; stop it before you change its instance type.",
            )
        flavor = check_flavor(context, body.flavor_id)
        before = Flavor.model_validate(row.flavor)
        if flavor.core_type_code != before.core_type_code:
            fitting = [each.id for each in context.catalogue.flavors if each.core_type_code == before.core_type_code]
            raise field_error(
                "flavorId",
                f"is a {flavor.core_type_code} instance type, and the notebook has a {before.core_type_code} one; "
                f"choose one of {', '.join(fitting)}",
            )
        columns: dict[str, Any] = {
            "flavor": flavor.model_dump(by_alias=True, mode="json"),
            "spec": {**row.spec, "flavorId": flavor.id},
        }
        require(notebooks.transition(session, row, None, **columns), "notebook", row.name)
        (notebook,) = notebook_views(context, caller, [row])
    return success(notebook=notebook)


@router.put("/notebooks/{notebook_id}/start", response_model=Answer)
def start_notebook(appkey: str, notebook_id: str, context: Context, caller: Member) -> Any:
    """Start a stopped notebook; one that is starting already goes on."""
    return act(context, caller, appkey, notebook_id, NotebookStatus.START_IN_PROGRESS)


@router.put("/notebooks/{notebook_id}/stop", response_model=Answer)
def stop_notebook(appkey: str, notebook_id: str, context: Context, caller: Member) -> Any:
    """Stop a notebook: its data storage stays. One that is stopping already goes on."""
    return act(context, caller, appkey, notebook_id, NotebookStatus.STOP_IN_PROGRESS)


@router.put("/notebooks/{notebook_id}/reboot", response_model=Answer)
def reboot_notebook(appkey: str, notebook_id: str, context: Context, caller: Member) -> Any:
    """Stop a notebook and start it again."""
    return act(context, caller, appkey, notebook_id, NotebookStatus.REBOOT_IN_PROGRESS)


@router.delete("/notebooks/{notebook_id}", response_model=Answer)
def delete_notebook(appkey: str, notebook_id: str, context: Context, caller: Member) -> Any:
    """Delete a notebook with its boot and data storage; a NAS stays."""
    return act(context, caller, appkey, notebook_id, NotebookStatus.DELETE_IN_PROGRESS)


_VERBS = {
    NotebookStatus.START_IN_PROGRESS: "start",
    NotebookStatus.STOP_IN_PROGRESS: "stop",
    NotebookStatus.REBOOT_IN_PROGRESS: "reboot",
    NotebookStatus.DELETE_IN_PROGRESS: "delete",
}


def act(context: ApiContext, caller: Caller, appkey: str, notebook_id: str, status: NotebookStatus) -> Any:
    """Ask for an action; asked again while it is in progress, nothing is done twice."""
    verb = _VERBS[status]
    with context.database.session() as session:
        row = _find_to_change(session, appkey, notebook_id, caller)
        require_hub(context)
        if row.status != status:
            now = NotebookStatus(row.status)
            if not now.may_be_asked(status):
                raise EasyMakerError(ResultCode.WRONG_STATUS, f"The notebook {row.name} is {now}; {_advice(now, verb)}")
            if status is NotebookStatus.DELETE_IN_PROGRESS and not row.server_name:
                raise EasyMakerError(
                    ResultCode.CONFLICT,
                    f"The notebook {row.name} is the server every user of the hub has: it can be stopped, not deleted.",
                )
            starting = status is NotebookStatus.START_IN_PROGRESS
            if starting and row.status in RESTING:
                check_quota(session, appkey, of_flavor(row.flavor))
            columns = {
                "action_id": new_id(),
                "phase": notebooks.STARTING if starting else notebooks.STOPPING,
                "attempts": 0,
                "health": None,
            }
            if not starting:
                columns["incarnation"] = ""
            written = notebooks.transition(session, row, status, reason="", **columns)
            require(written, "notebook", row.name)
        (notebook,) = notebook_views(context, caller, [row])
    context.wake_notebooks()
    return success(notebook=notebook)


def _advice(status: NotebookStatus, verb: str) -> str:
    if not status.terminal:
        return f"an action once asked cannot be cancelled. Wait for it to end before you {verb} it."
    if status is NotebookStatus.ACTIVE:
        return "it runs already."
    return f"there is nothing to {verb}."


def require_hub(context: ApiContext) -> None:
    """Refuse where there is no hub.

    Raises:
        EasyMakerError: NOT_AVAILABLE.
    """
    if context.hub is None:
        raise EasyMakerError(
            ResultCode.NOT_AVAILABLE,
            "Notebooks need a JupyterHub, and this backend is the service of none; see the README, A hub for a team.",
        )


def find_notebook(session: Session, appkey: str, notebook_id: str, *, lock: bool = False) -> NotebookRow:
    """Return a notebook of the project; ``lock`` as in ``resource_queries.get``.

    Raises:
        EasyMakerError: there is none of this id.
    """
    row = notebooks.get(session, appkey, notebook_id, lock=lock)
    if row is None:
        raise EasyMakerError(ResultCode.NOT_FOUND, f"There is no notebook {notebook_id} in this project.")
    return row


def _find_to_change(session: Session, appkey: str, notebook_id: str, caller: Caller) -> NotebookRow:
    row = find_notebook(session, appkey, notebook_id, lock=True)
    if not caller.is_admin and caller.user_id != row.owner:
        raise EasyMakerError(
            ResultCode.FORBIDDEN, f"The notebook {row.name} is {row.owner}'s: only they and administrators change it."
        )
    return row
