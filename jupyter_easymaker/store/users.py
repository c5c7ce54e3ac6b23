"""Projects, people and who belongs where. Tokens are kept as hashes only."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from .tables import MembershipRow, ProjectRow, UserRow

ELSEWHERE = "hub:"
"""What stands in place of the hash of a token for users that sign in elsewhere begins with this."""


def token_hash(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def ensure_project(session: Session, appkey: str, name: str) -> None:
    """Add a project unless it is there."""
    if session.get(ProjectRow, appkey) is None:
        session.add(ProjectRow(appkey=appkey, name=name))
        session.flush()


def ensure_user(session: Session, user_id: str, token: str, *, is_admin: bool) -> None:
    """Add a user, or give a known one this token."""
    row = session.get(UserRow, user_id)
    if row is None:
        session.add(UserRow(id=user_id, token_hash=token_hash(token), is_admin=is_admin))
    else:
        row.token_hash, row.is_admin = token_hash(token), is_admin
    session.flush()


def ensure_member(session: Session, appkey: str, user_id: str) -> None:
    """Make a user a member of a project."""
    if session.get(MembershipRow, (appkey, user_id)) is None:
        session.add(MembershipRow(appkey=appkey, user_id=user_id))
        session.flush()


def remove_member(session: Session, appkey: str, user_id: str) -> None:
    session.execute(delete(MembershipRow).where(MembershipRow.appkey == appkey, MembershipRow.user_id == user_id))


def create_user(session: Session, user_id: str, *, is_admin: bool) -> str:
    """Add a user, or give a known one a new token; return the token, which is not kept."""
    token = secrets.token_urlsafe(32)
    ensure_user(session, user_id, token, is_admin=is_admin)
    return token


def keep_from_elsewhere(
    session: Session, user_id: str, token_hash: str, *, is_admin: bool, projects: frozenset[str]
) -> bool:
    """Write down a user another service vouches for: who they are, and that they belong to these projects alone.

    Args:
        token_hash: unique, and no token's.

    Returns:
        False, and nothing is changed, when the name is that of a user of our own.
    """
    row = session.get(UserRow, user_id)
    if row is None:
        session.add(UserRow(id=user_id, token_hash=token_hash, is_admin=is_admin))
        session.flush()
    elif row.token_hash != token_hash:
        return False
    else:
        row.is_admin = is_admin
    for appkey in sorted(projects):
        ensure_project(session, appkey, appkey)
        ensure_member(session, appkey, user_id)
    session.execute(
        delete(MembershipRow).where(MembershipRow.user_id == user_id, MembershipRow.appkey.not_in(projects))
    )
    return True


def is_of_hub(session: Session, user_id: str) -> bool:
    """Return whether a user is one another service vouches for."""
    row = session.get(UserRow, user_id)
    return row is not None and row.token_hash.startswith(ELSEWHERE)


def by_token(session: Session, token: str) -> UserRow | None:
    """Return whose token this is."""
    return session.scalar(select(UserRow).where(UserRow.token_hash == token_hash(token)))


def is_member(session: Session, appkey: str, user: UserRow) -> bool:
    """Return whether a user may use a project: its members and administrators may."""
    if "\x00" in appkey:  # PostgreSQL refuses to look for it
        return False
    if user.is_admin:
        return session.get(ProjectRow, appkey) is not None
    return session.get(MembershipRow, (appkey, user.id)) is not None


def projects_of(session: Session, user: UserRow) -> Sequence[ProjectRow]:
    """Return the projects a user may use."""
    query = select(ProjectRow).order_by(ProjectRow.appkey)
    if not user.is_admin:
        query = query.join(MembershipRow).where(MembershipRow.user_id == user.id)
    return session.scalars(query).all()


def all_users(session: Session) -> Sequence[UserRow]:
    return session.scalars(select(UserRow).order_by(UserRow.id)).all()


def get(session: Session, user_id: str) -> UserRow:
    """Return a user that exists."""
    return session.get_one(UserRow, user_id)
