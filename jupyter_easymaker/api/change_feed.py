"""Wakes everyone who follows events: one feed for all listeners, fed by commits.

On PostgreSQL another backend may have written, so the store is also looked at every second,
but only while somebody listens.
"""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from ..store.database import Database

_LOOK_SECONDS = 1.0


class ChangeFeed:
    """Turns commits (in any thread) into wake-ups (in the event loop)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._changed = asyncio.Event()
        self._closed = False

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()

        def wake_from_any_thread() -> None:
            loop.call_soon_threadsafe(self._wake)

        self._unsubscribe = self._database.on_change(wake_from_any_thread)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._unsubscribe()
        self._closed = True
        self._wake()

    def _wake(self) -> None:
        # Everyone waiting holds the old event; the next wait takes the new one.
        self._changed.set()
        self._changed = asyncio.Event()

    @property
    def closed(self) -> bool:
        return self._closed

    def mark(self) -> asyncio.Event:
        """Return what will be set at the next change; take it before looking, so that none is missed."""
        return self._changed

    async def wait(self, mark: asyncio.Event, timeout: float) -> bool:  # noqa: ASYNC109 - returns at the time-out
        """Wait for the change of this mark; return False after ``timeout`` seconds without one."""
        if not self._database.is_sqlite:
            timeout = min(timeout, _LOOK_SECONDS)
        try:
            await asyncio.wait_for(mark.wait(), timeout)
        except TimeoutError:
            return False
        return True
