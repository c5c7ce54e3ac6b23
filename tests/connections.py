"""Very many open connections, as many as this machine lets a process have."""

from __future__ import annotations

import resource
import socket
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.waiting import wait_for

WANTED = 10_000
_OTHERS = 1000
"""Files a process has open besides."""
_BURST = 1000
SLACK = 16
"""So many files of other kinds may be closed meanwhile, such as idle connections to replicas."""


@contextmanager
def as_many_files_as_can_be() -> Iterator[int]:
    """Let this process, and those it starts, open as many files as the machine allows; yield how many connections.

    That is ``WANTED``, or fewer with a warning that says so.
    """
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft, hard = before
    needed = 2 * WANTED + _OTHERS  # a gateway has one to the client and may have one to the replica
    if hard != resource.RLIM_INFINITY and hard < needed:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (needed, needed))
        except (ValueError, PermissionError):  # only root may, and not everywhere
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    else:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    count = min(WANTED, allowed - _OTHERS)
    if count < WANTED:
        warnings.warn(
            f"This machine lets a process open {allowed:,} files: {count:,} connections are tried, not {WANTED:,}.",
            stacklevel=2,
        )
    try:
        yield count
    finally:
        # A hard limit that was raised may stay so: it cannot always be lowered and raised again.
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, max(hard, allowed)))


@contextmanager
def opened(connect: Callable[[], socket.socket], count: int, pid: int) -> Iterator[list[socket.socket]]:
    """Yield so many connections, closed in the end.

    Args:
        pid: the process that is to take them. More than it has taken and the kernel queues would be dropped: it is
            given time to, as a thousand clients at a time would.
    """
    before = open_files(pid)
    with ExitStack() as stack:
        connections: list[socket.socket] = []
        while len(connections) < count:
            more = min(_BURST, count - len(connections))
            connections += [stack.enter_context(connect()) for _ in range(more)]
            wait_for(lambda: open_files(pid) >= before + len(connections) - SLACK, 20)  # noqa: B023
        yield connections


def until_closed(connection: socket.socket, deadline: float) -> bytes:
    """Return what comes until the other side closes.

    Args:
        deadline: of the monotonic clock.

    Raises:
        TimeoutError: it is still open then.
    """
    parts = []
    try:
        while True:
            connection.settimeout(max(0.01, deadline - time.monotonic()))
            part = connection.recv(1 << 16)
            if not part:
                break
            parts.append(part)
    except ConnectionResetError:  # closed as well
        pass
    return b"".join(parts)


def open_files(pid: int) -> int:
    """Return how many files a process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def resident_mib(pid: int) -> float:
    """Return a process's memory."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith("VmRSS")).split()[1]) / 1024
