"""Who asks, and whether they may: tokens, projects and administrators."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request

from ..resources.errors import EasyMakerError, ResultCode
from ..store import users
from ..store.actor import ACTOR, Actor
from ..store.tables import UserRow
from .context import Context


@dataclass(frozen=True)
class Caller:
    """The user a request comes from."""

    user_id: str
    is_admin: bool


def _token(request: Request) -> str | None:
    """Return the token from any of the headers the SDK's versions and ordinary clients send."""
    for header in ("x-easymaker-token", "x-secret-key"):
        if given := request.headers.get(header):
            return given
    for header in ("x-nhn-authorization", "authorization"):
        kind, _, given = request.headers.get(header, "").partition(" ")
        if kind.lower() in ("bearer", "token") and given.strip():
            return given.strip()
        if kind.lower() == "basic" and for_browsers(request):
            return _password(given)
    return None


def for_browsers(request: Request) -> bool:
    """Return whether people open this address themselves: their browser then asks for the token as a password.

    Only what changes nothing: a browser sends the password along with whatever other pages make it ask.
    """
    return "/tensorboards/" in request.url.path


def _password(given: str) -> str | None:
    try:
        return base64.b64decode(given, validate=True).decode().partition(":")[2] or None
    except ValueError:  # not base64, or no text
        return None


def _user(request: Request, context: Context) -> UserRow:
    token = _token(request)
    if token:
        # Found by the hash of a long random token: comparing takes the same time whatever was guessed.
        with context.database.reading() as session:
            row = users.by_token(session, token)
        row = row or context.vouched_for(token)
        if row is not None:
            return row
    raise EasyMakerError(
        ResultCode.UNAUTHENTICATED,
        "A valid token is needed: send it as X-EasyMaker-Token or Authorization: Bearer.",
    )


def _caller(user: Annotated[UserRow, Depends(_user)]) -> Caller:
    return Caller(user.id, user.is_admin)


def _only_hub(request: Request, context: Context) -> None:
    token = _token(request)
    if not token or not context.hub_token or not hmac.compare_digest(token.encode(), context.hub_token.encode()):
        _user(request, context)  # nobody is told apart from somebody first
        raise EasyMakerError(ResultCode.FORBIDDEN, "Only the hub this backend is a service of may ask this.")


def _admin(user: Annotated[UserRow, Depends(_user)]) -> Caller:
    if not user.is_admin:
        raise EasyMakerError(ResultCode.FORBIDDEN, "Only administrators may do this.")
    return Caller(user.id, True)


def _member(
    context: Context,
    user: Annotated[UserRow, Depends(_user)],
    appkey: Annotated[str, Path(max_length=64, description="The project's appkey.")],
) -> Caller:
    with context.database.reading() as session:
        allowed = users.is_member(session, appkey, user)
    if not allowed:
        # The same answer whether the project exists or not: others learn nothing about it.
        raise EasyMakerError(ResultCode.NOT_FOUND, f"There is no project {appkey}, or you are no member of it.")
    return Caller(user.id, user.is_admin)


def _act(request: Request, caller: Caller) -> Caller:
    """Remember who asks, for the audit log. (What a function that may block sets here would be lost on its way.)"""
    route = request.scope.get("route")
    ACTOR.set(Actor(caller.user_id, str(getattr(route, "name", ""))[:64]))
    return caller


async def _acting_caller(request: Request, caller: Annotated[Caller, Depends(_caller)]) -> Caller:
    return _act(request, caller)


async def _acting_admin(request: Request, caller: Annotated[Caller, Depends(_admin)]) -> Caller:
    return _act(request, caller)


async def _acting_member(request: Request, caller: Annotated[Caller, Depends(_member)]) -> Caller:
    return _act(request, caller)


AnyCaller = Annotated[Caller, Depends(_acting_caller)]
Admin = Annotated[Caller, Depends(_acting_admin)]
OnlyHub = Annotated[None, Depends(_only_hub)]
Member = Annotated[Caller, Depends(_acting_member)]
