"""Projects and their members, for administrators."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path
from pydantic import Field

from ..resources.base import Name, RequestModel
from ..resources.errors import EasyMakerError, ResultCode
from ..store import audit, users
from ..store.tables import ProjectRow, UserRow
from .auth import Admin
from .context import Context
from .envelope import Envelope, envelope, success
from .users import ProjectView

router = APIRouter(tags=["projects"])


class ProjectCreate(RequestModel):
    """The body of POST projects."""

    app_key: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
    project_name: Name


AppKey = Annotated[str, Path(max_length=64)]
UserId = Annotated[str, Path(max_length=255)]


@router.get("/projects", response_model=envelope("ProjectList", project_list=list[ProjectView]))
def list_projects(context: Context, caller: Admin) -> Any:
    """List all projects."""
    with context.database.reading() as session:
        rows = users.projects_of(session, users.get(session, caller.user_id))
    return success(project_list=[ProjectView(app_key=row.appkey, project_name=row.name) for row in rows])


@router.post("/projects", response_model=envelope("ProjectAnswer", project=ProjectView))
def create_project(context: Context, _caller: Admin, body: Annotated[ProjectCreate, Body()]) -> Any:
    """Add a project; a known one is left as it is."""
    with context.database.session() as session:
        users.ensure_project(session, body.app_key, body.project_name)
        row = session.get_one(ProjectRow, body.app_key)
        audit.record(session, appkey=body.app_key)
    return success(project=ProjectView(app_key=row.appkey, project_name=row.name))


@router.put("/projects/{project}/members/{user_id}", response_model=Envelope)
def add_member(context: Context, _caller: Admin, project: AppKey, user_id: UserId) -> Any:
    """Make a user a member of a project."""
    with context.database.session() as session:
        for table, key, what in ((ProjectRow, project, "project"), (UserRow, user_id, "user")):
            if "\x00" in key or session.get(table, key) is None:
                raise EasyMakerError(ResultCode.NOT_FOUND, f"There is no {what} {key!r}; create it first.")
        users.ensure_member(session, project, user_id)
        audit.record(session, appkey=project, member=user_id)
    return success()


@router.delete("/projects/{project}/members/{user_id}", response_model=Envelope)
def remove_member(context: Context, _caller: Admin, project: AppKey, user_id: UserId) -> Any:
    """End a user's membership; one that is none stays none."""
    with context.database.session() as session:
        users.remove_member(session, project, user_id)
        audit.record(session, appkey=project, member=user_id)
    return success()
