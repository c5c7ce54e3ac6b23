"""Frames between the server and the process that holds the model: a header of ten bytes, a request id, a payload."""

from __future__ import annotations

import socket
import struct
from collections import deque
from dataclasses import dataclass
from enum import IntEnum

HEADER = struct.Struct("!IHHH")
JSON_LENGTH = struct.Struct("!Q")
_CHUNK = 1 << 16


class Kind(IntEnum):
    """What a frame is. Answers to requests carry an HTTP status (200 and above) in this place."""

    READY = 1
    """From the model's process: loaded; the payload is what the model tells about itself."""
    FAILED = 2
    """From the model's process, which ends: the artifact is wrong; the payload is the reason."""
    PREDICT = 3
    """A V1 body."""
    INFER = 4
    """A V2 body."""
    INFER_BINARY = 5
    """A V2 body with tensors behind its JSON, whose length stands before it as ``JSON_LENGTH``."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message."""

    kind: int
    id: bytes
    payload: bytes | bytearray | memoryview
    flags: int = 0


ALONE = 1
"""Flag of a request that must not be put together with others."""


def encode_header(kind: int, identity: bytes, length: int, flags: int = 0) -> bytes:
    """Return what goes before a payload of ``length`` bytes (less than 4 GiB)."""
    return HEADER.pack(length, kind, len(identity), flags) + identity


class FrameReader:
    """Takes bytes as they come and gives whole frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes | memoryview) -> list[Frame]:
        """Return the frames that are complete now."""
        self._buffer += data
        frames = []
        position, end = 0, len(self._buffer)
        while end - position >= HEADER.size:
            length, kind, extra, flags = HEADER.unpack_from(self._buffer, position)
            start = position + HEADER.size + extra
            if end < start + length:
                break
            identity = bytes(self._buffer[position + HEADER.size : start])
            frames.append(Frame(kind, identity, bytes(self._buffer[start : start + length]), flags))
            position = start + length
        if position:
            del self._buffer[:position]
        return frames


class Channel:
    """The model's process's end: blocking, one frame at a time, or what has come within a time."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        connection.settimeout(None)
        self._timeout: float | None = None
        self._reader = FrameReader()
        self._frames: deque[Frame] = deque()

    def receive(self, timeout: float | None = None) -> Frame | None:
        """Return the next frame, None if none came in ``timeout`` seconds.

        Raises:
            EOFError: the server is gone.
        """
        while not self._frames:
            self._wait_at_most(timeout)
            try:
                data = self._socket.recv(_CHUNK)
            except (TimeoutError, BlockingIOError):
                return None
            except ConnectionError as error:
                raise EOFError from error
            if not data:
                raise EOFError
            self._frames.extend(self._reader.feed(data))
        return self._frames.popleft()

    def _wait_at_most(self, timeout: float | None) -> None:
        if timeout != self._timeout:  # each change is a system call
            self._socket.settimeout(timeout)
            self._timeout = timeout

    def put_back(self, frame: Frame) -> None:
        """Have a frame come next again."""
        self._frames.appendleft(frame)

    def send(self, kind: int, identity: bytes, payload: bytes) -> None:
        """Send a frame.

        Raises:
            EOFError: the server is gone.
        """
        self._wait_at_most(None)
        header = encode_header(kind, identity, len(payload))
        try:
            if len(payload) < _CHUNK:
                self._socket.sendall(header + payload)
            else:
                self._socket.sendall(header)
                self._socket.sendall(payload)
        except ConnectionError as error:
            raise EOFError from error
