"""People: who one is, and for administrators who there is."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body
from pydantic import Field

from ..resources.base import Name, RequestModel, WireModel
from ..store import audit, users
from .auth import Admin, AnyCaller
from .context import Context
from .envelope import envelope, success

router = APIRouter(tags=["users"])


class ProjectView(WireModel):
    app_key: str
    project_name: str


class Me(WireModel):
    user_id: str
    is_admin: bool
    project_list: list[ProjectView]


class UserView(WireModel):
    user_id: str
    is_admin: bool


class UserCreate(RequestModel):
    """The body of POST users."""

    user_id: Name
    is_admin: bool = False


class NewUser(UserView):
    token: str = Field(description="Shown this once; only its hash is kept.")


@router.get("/users/me", response_model=envelope("MeAnswer", user=Me))
def get_me(context: Context, caller: AnyCaller) -> Any:
    """Tell who asks, and which projects they may use."""
    with context.database.reading() as session:
        row = users.get(session, caller.user_id)
        projects = users.projects_of(session, row)
    views = [ProjectView(app_key=project.appkey, project_name=project.name) for project in projects]
    return success(user=Me(user_id=caller.user_id, is_admin=caller.is_admin, project_list=views))


@router.get("/users", response_model=envelope("UserList", user_list=list[UserView]))
def list_users(context: Context, _caller: Admin) -> Any:
    """List all users."""
    with context.database.reading() as session:
        rows = users.all_users(session)
    return success(user_list=[UserView(user_id=row.id, is_admin=row.is_admin) for row in rows])


@router.post("/users", response_model=envelope("NewUserAnswer", user=NewUser))
def create_user(context: Context, _caller: Admin, body: Annotated[UserCreate, Body()]) -> Any:
    """Add a user, or give a known one a new token; the old one stops working."""
    with context.database.session() as session:
        token = users.create_user(session, body.user_id, is_admin=body.is_admin)
        audit.record(session, user=body.user_id, isAdmin=body.is_admin)
    return success(user=NewUser(user_id=body.user_id, is_admin=body.is_admin, token=token))
