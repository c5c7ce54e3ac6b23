"""Whether a running backend is of an older version than the installed one."""

from __future__ import annotations


def is_older(running: str, installed: str) -> bool:
    """Return whether ``running`` comes before ``installed``; False if either is no version number."""
    from packaging.version import InvalidVersion, Version

    try:
        return Version(running) < Version(installed)
    except InvalidVersion:
        return False
