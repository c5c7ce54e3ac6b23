"""In whose name this task or thread changes the store: what the audit log is written from."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Actor:
    """Somebody who asks for something."""

    user_id: str
    operation: str
    seen: set[str] = field(default_factory=set, compare=False)
    """Resources written about already: one entry each is enough for what was asked."""


ACTOR: ContextVar[Actor | None] = ContextVar("actor", default=None)
"""None: the backend itself, which has been asked before by somebody."""
