"""What the job's log says last: the part of a failure that people want to read first.

The engine sends the output of a node to a file; what the runner starts writes to it directly, so that nothing
is delayed or lost. It is read again, from its end, only when something failed.
"""

from __future__ import annotations

import os
import re
import stat

_TAIL_BYTES = 64 * 1024
_LINE_CHARACTERS = 300
_OUTPUT = "/proc/self/fd/1"
# torchrun tells of the worker that failed in its own traceback, after the worker's.
_NOT_THE_CAUSE = ("ChildFailedError", "subprocess.CalledProcessError")
_TRACEBACK = "Traceback (most recent call last):"
_EXCEPTION = re.compile(r"[A-Za-z_][\w.]*(:|$)")
_RANK = re.compile(r"^\[(rank|default)\d+\]:\s?")
_KILLED_WORKER = re.compile(r"exitcode\s*:\s*(-\d+) \(pid: (\d+)\)")
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def position() -> int:
    """Return where the log ends now, in bytes; 0 when the output is no file."""
    status = os.fstat(1)
    return status.st_size if stat.S_ISREG(status.st_mode) else 0


def lines_since(start: int) -> list[str]:
    """Return the last lines (of at most 64 KiB) written since ``position`` was ``start``, without empty ones."""
    if not stat.S_ISREG(os.fstat(1).st_mode) or not os.path.exists(_OUTPUT):
        return []
    with open(_OUTPUT, "rb") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(start, end - _TAIL_BYTES))
        text = file.read().decode(errors="replace")
    lines = (_RANK.sub("", _COLOUR.sub("", line)).rstrip() for line in text.splitlines())
    return [line for line in lines if line]


def cause(lines: list[str]) -> str:
    """Return the exception a program ended with, else its last line; at most 300 characters."""
    found = lines[-1] if lines else ""
    in_traceback = False
    for line in lines:
        if line.startswith(_TRACEBACK):
            in_traceback = True
        elif in_traceback and not line.startswith(" "):
            in_traceback = False
            name = line.partition(":")[0]
            if _EXCEPTION.match(line) and not name.endswith(_NOT_THE_CAUSE):
                found = line
    return found.strip()[:_LINE_CHARACTERS]


def killed_worker(lines: list[str]) -> tuple[int, int] | None:
    """Return exit code and pid of a torchrun worker that a signal ended, None if none was."""
    for line in lines:
        if match := _KILLED_WORKER.search(line):
            return int(match[1]), int(match[2])
    return None
