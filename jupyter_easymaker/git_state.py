"""Which commit a directory's code comes from.

For the runner and for what runs in Jupyter, so standard library only. Commit and branch are read from git's files; git
itself, which may be absent, is only asked whether something differs from the commit, and runs no hook for it.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

_MAX_BYTES = 16 * 1024**2
_SECONDS = 3
_REF = re.compile(r"refs/(?!.*\.\.)[^\s\x00-\x1f\\]+")
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_CREDENTIALS = re.compile(r"^([a-z][a-z0-9+.-]*://)[^/]*@", re.IGNORECASE)
_BRANCH_LENGTH = 255


def git_state(directory: str, *, root: str = "/", paths: Sequence[str] = (".",)) -> dict[str, Any] | None:
    """Return ``{"commit", "branch", "dirty", "remote"}``, None if the directory lies in no repository with a commit.

    Args:
        directory: where the code lies.
        root: nothing above it is looked at.
        paths: what counts for ``dirty``, relative to the directory.
    """
    directory, root = os.path.realpath(directory), os.path.realpath(root)
    git = _git_directory(directory, root)
    if git is None:
        return None
    common = _common(git, root)
    head = _read(os.path.join(git, "HEAD")).strip()
    branch = head.removeprefix("ref:").strip() if head.startswith("ref:") else None
    commit = head if branch is None else _resolve(branch, git, common)
    if not _COMMIT.fullmatch(commit):
        return None
    return {
        "commit": commit,
        "branch": branch.removeprefix("refs/heads/")[:_BRANCH_LENGTH] if branch else None,
        "dirty": _dirty(directory, paths),
        "remote": _remote(_read(os.path.join(common, "config"))),
    }


def _inside(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip("/") + "/")


def _git_directory(directory: str, root: str) -> str | None:
    at = directory
    while _inside(at, root):
        path = os.path.join(at, ".git")
        if os.path.isdir(path):
            real = os.path.realpath(path)
            return real if _inside(real, root) else None
        if os.path.isfile(path):  # a worktree or a submodule says where
            named = _read(path).partition("gitdir:")[2].strip()
            real = os.path.realpath(os.path.join(at, named))
            return real if named and _inside(real, root) else None
        if at == root or os.path.dirname(at) == at:
            return None
        at = os.path.dirname(at)
    return None


def _common(git: str, root: str) -> str:
    named = _read(os.path.join(git, "commondir")).strip()
    real = os.path.realpath(os.path.join(git, named)) if named else git
    return real if _inside(real, root) else git


def _resolve(ref: str, git: str, common: str) -> str:
    if not _REF.fullmatch(ref):
        return ""
    for place in (git, common):
        if found := _read(os.path.join(place, ref)).strip():
            return found
    for line in _read(os.path.join(common, "packed-refs")).splitlines():
        commit, _, name = line.partition(" ")
        if name.strip() == ref:
            return commit
    return ""


def _remote(config: str) -> str | None:
    section = ""
    found: dict[str, str] = {}
    for line in config.splitlines():
        line = line.strip()
        if line.startswith("["):
            section = line
        elif section.startswith("[remote "):
            key, _, value = line.partition("=")
            if key.strip() == "url":
                found.setdefault(section, value.strip().strip('"'))
    remote = found.get('[remote "origin"]') or next(iter(found.values()), None)
    return without_credentials(remote)[:_BRANCH_LENGTH] if remote else None


def without_credentials(remote: str) -> str:
    """Return a repository's address without user name, password and query."""
    return _CREDENTIALS.sub(r"\1", remote).partition("?")[0]


def _dirty(directory: str, paths: Sequence[str]) -> bool | None:
    """Return whether something differs from the commit, None if that cannot be told."""
    # What the surroundings say of a repository is about another one.
    environment: Mapping[str, str] = {
        **{key: value for key, value in os.environ.items() if not key.startswith("GIT_")},
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }
    settings = ("core.fsmonitor=false", f"core.hooksPath={os.devnull}", "core.untrackedCache=false")
    command = ["git", *(part for setting in settings for part in ("-c", setting))]
    command += ["status", "--porcelain", "--untracked-files=normal", "--ignore-submodules=all", "--", *paths]
    try:
        done = subprocess.run(
            command,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):  # git is not there, or the repository is huge
        return None
    return bool(done.stdout.strip()) if done.returncode == 0 else None


def _read(path: str) -> str:
    """Return a small file's text, nothing if it cannot be read."""
    if not os.path.isfile(path):  # a pipe would be waited for
        return ""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(_MAX_BYTES)
    except OSError:
        return ""
