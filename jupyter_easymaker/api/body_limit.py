"""No body larger than its route takes: counted while it comes in, whatever its header claims."""

from __future__ import annotations

import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..resources import limits
from ..resources.errors import ResultCode
from .envelope import failure

_JSON_BYTES = 1024 * 1024
_SOURCES = re.compile(r"/v1\.0/appkeys/[^/]+/sources")
_FILES = re.compile(r"/v1\.0/appkeys/[^/]+/storages/files")


def _limit(path: str) -> int:
    if _SOURCES.fullmatch(path):
        return limits.current().upload_bytes
    return limits.current().file_upload_bytes if _FILES.fullmatch(path) else _JSON_BYTES


class BodyLimit:
    """ASGI middleware that answers 413 instead of reading on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = _limit(scope["path"])
        received = 0
        started = False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise _TooLarge
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, counted, watched)
        except _TooLarge:
            if not started:
                answer = failure(ResultCode.TOO_LARGE, f"The body is larger than the {limit:,} bytes accepted here.")
                await answer(scope, receive, send)


class _TooLarge(BaseException):
    """Not an Exception, so that no handler on the way turns it into another answer."""
