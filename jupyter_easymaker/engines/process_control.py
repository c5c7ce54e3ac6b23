"""What a process asks of Linux about its relatives, so that none of a job's escapes; elsewhere nothing is asked.

Standard library only and quick to import: the supervisor uses it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_SET_PDEATHSIG, _SET_CHILD_SUBREAPER = 1, 36


def become_subreaper() -> None:
    """Have processes whose parents end become our children.

    Raises:
        OSError: the system refuses.
    """
    _prctl(_SET_CHILD_SUBREAPER, 1)


def die_with(parent: int) -> None:
    """Have the system kill this process when its parent ends, even if it has ended by now.

    Raises:
        OSError: the system refuses.
    """
    _prctl(_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux" and ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}) failed")
