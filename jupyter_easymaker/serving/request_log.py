"""Whose request is being answered, and an output that says so before each line.

What a model prints, logs or warns of while it answers is found by the request's id. The id is a context variable: tasks
of a handler's own event loop have it, threads it starts have it where it hands them a copy of its context.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TextIO, cast

from ..request_marks import mark

REQUESTS: ContextVar[tuple[str, ...]] = ContextVar("requests", default=())
"""The ids of the requests that are being answered here and now: several when one call answers them together."""


@contextmanager
def answering(ids: Sequence[str]) -> Iterator[None]:
    """Say whose request the block is about."""
    token = REQUESTS.set(tuple(ids))
    try:
        yield
    finally:
        REQUESTS.reset(token)


class MarkedOutput(io.TextIOWrapper):
    """A text stream whose lines begin with the requests they belong to."""

    def __init__(self, stream: TextIO) -> None:
        stream.flush()
        given = cast("io.TextIOWrapper", stream)
        super().__init__(
            given.buffer,
            encoding=given.encoding,
            errors=given.errors,
            line_buffering=given.line_buffering,
            write_through=given.write_through,
        )
        self._at_start = True

    def write(self, text: str) -> int:
        if not text:
            return 0
        begins = mark(REQUESTS.get())
        marked = text
        if begins:
            ended = text.endswith("\n")
            inner = text[:-1] if ended else text
            marked = inner.replace("\n", f"\n{begins}") + ("\n" if ended else "")
            if self._at_start:
                marked = begins + marked
        self._at_start = text.endswith("\n")
        super().write(marked)
        return len(text)


def mark_output() -> None:
    """Have this process's output name requests from now on; to be called before anything keeps a reference to it."""
    sys.stdout = MarkedOutput(sys.stdout)
    sys.stderr = MarkedOutput(sys.stderr)
