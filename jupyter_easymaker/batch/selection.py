"""Which files are scored: those below the input path that the patterns leave, in a fixed order."""

from __future__ import annotations

import os
from collections.abc import Callable

from wcmatch import glob

_FLAGS = glob.GLOBSTAR | glob.MATCHBASE | glob.FORCEUNIX
_SHOWN = 5


def wanted(include: str | None, exclude: str | None) -> Callable[[str], bool]:
    """Return what tells by a file's path below the input path whether it is scored.

    A pattern without a slash is looked for in the name, wherever the file lies; one with a slash in the whole path,
    where ``*`` stays within a directory and ``**`` stands for any directories. What begins with a dot is scored only
    if the pattern says so. ``exclude`` wins.
    """

    def tell(path: str) -> bool:
        if include is None:
            chosen = not any(part.startswith(".") for part in path.split("/"))
        else:
            chosen = glob.globmatch(path, include, flags=_FLAGS)
        return chosen and not (exclude is not None and glob.globmatch(path, exclude, flags=_FLAGS | glob.DOTGLOB))

    return tell


def files_below(directory: str) -> list[tuple[str, int]]:
    """Return path and size in bytes of all files, in the order of their paths."""
    found: list[tuple[str, int]] = []
    for parent, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(parent, name)
            found.append((os.path.relpath(path, directory), os.path.getsize(path)))
    return sorted(found)


def nothing_selected(uri: str, include: str | None, exclude: str | None, there: list[str]) -> str:
    """Return why there is nothing to score, for people."""
    if not there:
        return f"{uri} holds no files."
    patterns = [f"include {include}" if include else "", f"exclude {exclude}" if exclude else ""]
    said = " and ".join(filter(None, patterns)) or "the rule that names with a dot before them are left out"
    shown = ", ".join(there[:_SHOWN])
    return f"No file below {uri} is left by {said}; there are {shown}{' ...' if len(there) > _SHOWN else ''}."
