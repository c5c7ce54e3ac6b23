"""Processes and everything that descends from them, read from /proc.

Standard library only and quick to import: the supervisor uses it. Where there is no /proc (macOS) a process
has no known descendants: what it started is then ended through its process group alone.
"""

from __future__ import annotations

import contextlib
import os

_PAGE = os.sysconf("SC_PAGE_SIZE")
_LISTS_CHILDREN = os.path.exists("/proc/thread-self/children")  # noqa: PTH110


def start_time(pid: int) -> int:
    """Return when a process started, in clock ticks since boot; 0 if it is gone or the system does not tell.

    Together with the pid it names a process for good: pids are used again.
    """
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - pathlib takes longer to import
            stat = file.read()
    except OSError:
        return 0
    fields = stat[stat.rindex(b")") + 2 :].split()
    return 0 if fields[0] == b"Z" else int(fields[19])


def boot_id() -> str:
    """Return a name for this boot of the machine; empty if the system does not tell."""
    try:
        with open("/proc/sys/kernel/random/boot_id") as file:  # noqa: PTH123
            return file.read().strip()
    except OSError:
        return ""


def descendants(pid: int, children: dict[int, list[int]] | None = None) -> list[int]:
    """Return all processes that descend from one, nearest first.

    Args:
        children: what ``children_by_parent`` or ``children_below`` returned a moment ago, to look at several
            processes at the cost of one.
    """
    found: list[int] = []
    children = children_by_parent() if children is None else children
    queue = [pid]
    while queue:
        for child in children.get(queue.pop(0), ()):
            found.append(child)
            queue.append(child)
    return found


def children_by_parent() -> dict[int, list[int]]:
    """Return all processes there are, by the process that started (or adopted) them."""
    children: dict[int, list[int]] = {}
    try:
        entries = os.listdir("/proc")  # noqa: PTH208
    except OSError:
        return children
    for entry in entries:
        if not entry.isdigit():
            continue
        try:  # without a file object, which takes three times as long: there may be thousands of processes
            descriptor = os.open(f"/proc/{entry}/stat", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            stat = os.read(descriptor, 1024)
        except OSError:
            continue
        finally:
            os.close(descriptor)
        fields = stat[stat.rindex(b")") + 2 :].split(None, 2)
        if fields[0] != b"Z":
            children.setdefault(int(fields[1]), []).append(int(entry))
    return children


def children_below(pid: int) -> dict[int, list[int]]:
    """Return the processes that descend from one, by the process that started (or adopted) them.

    It costs as much as there are such processes and threads, not as there are processes on the machine; but one that
    starts or ends at this moment may be missing.
    """
    if not _LISTS_CHILDREN:
        return children_by_parent()
    children: dict[int, list[int]] = {}
    queue = [pid]
    while queue:
        parent = queue.pop()
        found: list[int] = []
        for task in _threads(parent):
            with contextlib.suppress(OSError), open(f"/proc/{parent}/task/{task}/children", "rb") as file:  # noqa: PTH123
                found += map(int, file.read().split())
        if found:
            children[parent] = found
            queue += found
    return children


def _threads(pid: int) -> list[str]:
    try:
        return os.listdir(f"/proc/{pid}/task")  # noqa: PTH208
    except OSError:  # it has ended
        return []


def resident_bytes(pid: int) -> int:
    """Return the memory a process holds, shared pages included; 0 if it is gone."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:  # noqa: PTH123
            return int(file.read().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def proportional_bytes(pid: int) -> int:
    """Return the memory of a process with shared pages divided among their users: slower, but adds up."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:  # noqa: PTH123
            for line in file:
                if line.startswith(b"Pss:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return resident_bytes(pid)


def environment_value(pid: int, name: str) -> str:
    """Return a variable of a process's initial environment; empty if it is gone or another user's."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:  # noqa: PTH123
            environment = file.read()
    except OSError:
        return ""
    prefix = name.encode() + b"="
    for entry in environment.split(b"\0"):
        if entry.startswith(prefix):
            return entry[len(prefix) :].decode(errors="replace")
    return ""


def with_environment(name: str, value: str) -> list[int]:
    """Return all processes that were started with a variable of this value."""
    try:
        pids = [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]  # noqa: PTH208
    except OSError:
        return []
    return [pid for pid in pids if environment_value(pid, name) == value]


def in_session(leader: int, started: int) -> list[int]:
    """Return a session's processes, whether or not its leader is among them still.

    Args:
        leader: the pid of the process that began it.
        started: when that process started (see ``start_time``); where another one has its pid by now nothing is found.
    """
    if start_time(leader) not in (0, started):
        return []
    found: list[int] = []
    try:
        entries = os.listdir("/proc")  # noqa: PTH208
    except OSError:
        return []
    for entry in entries:
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", "rb") as file:  # noqa: PTH123
                stat = file.read()
        except OSError:
            continue
        fields = stat[stat.rindex(b")") + 2 :].split()
        if fields[0] != b"Z" and int(fields[3]) == leader and int(fields[19]) >= started:
            found.append(int(entry))
    return found
