"""What a running notebook tells of itself: its start-up scripts and the user's environments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
from fastapi import APIRouter

from ..engines.hub import HubError, HubServer
from ..resources.errors import EasyMakerError, ResultCode
from ..resources.notebook import CustomEnvironment, NotebookInside, NotebookNote, NotebookStatus, StartUpScript
from ..store.hub_tables import NotebookRow
from .auth import Member
from .context import ApiContext, Context
from .envelope import envelope, success
from .notebook_views import may_open
from .notebooks import find_notebook, require_hub

router = APIRouter(tags=["notebooks"])


@router.get("/notebooks/{notebook_id}/inside", response_model=envelope("NotebookInsideAnswer", inside=NotebookInside))
def get_inside(appkey: str, notebook_id: str, context: Context, caller: Member) -> Any:
    """Return what became of the start-up scripts, and which environments there are; of a running notebook."""
    with context.database.reading() as session:
        row = find_notebook(session, appkey, notebook_id)
    require_hub(context)
    if not may_open(caller, row):  # scripts print what they like
        raise EasyMakerError(
            ResultCode.FORBIDDEN, f"Only {row.owner} and administrators look into the notebook {row.name}."
        )
    told = ask_notebook(context, row, "easymaker/notebook").json()
    return success(
        inside=NotebookInside(
            home=told["home"],
            script_list=[_script(each) for each in told["scripts"]],
            note_list=[_note(each) for each in told.get("notes", [])],
            environment_list=[CustomEnvironment.model_validate(each) for each in told["environments"]],
        )
    )


def ask_notebook(context: ApiContext, row: NotebookRow, path: str, **parameters: Any) -> httpx.Response:
    """Ask the notebook's own server.

    Raises:
        EasyMakerError: it does not run, or does not answer.
    """
    if row.status != NotebookStatus.ACTIVE:
        raise EasyMakerError(
            ResultCode.WRONG_STATUS, f"The notebook {row.name} is {row.status}; this shows while it is ACTIVE."
        )
    assert context.hub is not None, "checked by the caller"  # noqa: S101
    server = HubServer(row.owner, row.server_name, path=str(row.observed.get("accessPath", "")))
    try:
        answer = context.hub.ask(server, path, **parameters)
        answer.raise_for_status()
    except (HubError, httpx.HTTPStatusError) as error:
        raise EasyMakerError(ResultCode.UNAVAILABLE, f"The notebook {row.name} does not tell: {error}") from error
    return answer


def _note(told: Mapping[str, Any]) -> NotebookNote:
    return NotebookNote(noted_datetime=datetime.fromtimestamp(told["at"], UTC), text=told["text"])


def _script(told: Mapping[str, Any]) -> StartUpScript:
    at = told.get("startedAt")
    known = {key: value for key, value in told.items() if key != "startedAt"}
    return StartUpScript.model_validate(
        {**known, "startedDatetime": None if at is None else datetime.fromtimestamp(at, UTC)}
    )
