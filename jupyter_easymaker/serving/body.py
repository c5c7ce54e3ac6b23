"""Reading a request's body: not more than allowed, not slower than allowed, and not compressed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from starlette.types import Receive, Scope, Send

_DISCARDED_BYTES = 256 << 20
_DISCARD_SECONDS = 10.0


class BodyError(Exception):
    """The body cannot be taken; the connection is closed after the answer.

    Attributes:
        status: the HTTP status.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class ClientGone(Exception):
    """Nobody is there to be answered."""


@dataclass
class Budget:
    """Bytes of bodies that are arriving, of all connections together."""

    limit: int
    used: int = 0


async def read_body(scope: Scope, receive: Receive, limit: int, seconds: float, budget: Budget) -> bytes:
    """Return the whole body.

    Raises:
        BodyError: it is larger than ``limit`` bytes, takes longer than ``seconds``, is compressed, or others use up
            the ``budget``.
        ClientGone: the client left.
    """
    length, expects = None, False
    for name, value in scope["headers"]:
        if name == b"content-length":
            length = int(value)
        elif name == b"expect":
            expects = True
        elif name == b"content-encoding" and value.lower() not in (b"identity", b""):
            raise BodyError(415, "Compressed bodies are not taken; send the JSON as it is.")
    if length is not None and length > limit:
        if not expects:  # it is being sent already: an answer in between would be lost with the connection
            await _discard(receive)
        raise _too_large(limit)
    message: Any = await receive() if not expects and length == 0 else await _timely(receive, seconds)
    if message["type"] == "http.disconnect":
        raise ClientGone
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return body if len(body) <= limit else _refuse(limit)
    try:
        async with asyncio.timeout(seconds):
            return await _rest(body, receive, limit, budget)
    except TimeoutError as error:
        raise _too_slow(seconds) from error


def _refuse(limit: int) -> bytes:
    raise _too_large(limit)


async def _timely(receive: Receive, seconds: float) -> Any:
    try:
        async with asyncio.timeout(seconds):
            return await receive()
    except TimeoutError as error:
        raise _too_slow(seconds) from error


async def _rest(first: bytes, receive: Receive, limit: int, budget: Budget) -> bytes:
    parts, size, more = [first], len(first), True
    budget.used += size
    try:
        while size <= limit and budget.used <= budget.limit:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            part = message.get("body", b"")
            parts.append(part)
            size += len(part)
            budget.used += len(part)
            more = message.get("more_body", False)
            if not more and size <= limit:
                return b"".join(parts)
    finally:
        budget.used -= size
    parts.clear()
    if more:
        await _discard(receive)
    if size > limit:
        raise _too_large(limit)
    raise BodyError(503, "Too many large requests arrive at once; try again.")


async def _discard(receive: Receive) -> None:
    """Read on without keeping anything, so that a client that only sends gets to read the refusal."""
    size = 0
    try:
        async with asyncio.timeout(_DISCARD_SECONDS):
            while size < _DISCARDED_BYTES:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientGone
                size += len(message.get("body", b""))
                if not message.get("more_body"):
                    return
    except TimeoutError:
        return


def _too_large(limit: int) -> BodyError:
    return BodyError(413, f"The body is larger than {limit:,} bytes; send fewer rows at a time.")


def _too_slow(seconds: float) -> BodyError:
    return BodyError(408, f"The body did not arrive within {seconds:g} s.")


async def respond(send: Send, status: int, payload: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    """Send a whole answer of JSON."""
    start = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(payload)), *headers]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": payload})
