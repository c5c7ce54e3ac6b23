"""Where the backend of a data directory answers, and its token, from the files it leaves there.

The service writes them; nothing of it is imported here, so that looking takes a millisecond.
"""

from __future__ import annotations

import ipaddress
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

DEFAULT_APPKEY = "default"
CONNECTION_FILE = "backend.json"
TOKEN_FILE = "token"  # noqa: S105 - a file name
LOG_FILE = "backend.log"


@dataclass(frozen=True)
class Connection:
    """How to reach a backend."""

    url: str
    """Without a slash at the end."""
    token: str = field(repr=False)
    pid: int = 0
    """Of the backend; 0 if it runs elsewhere."""
    version: str = ""
    """Of the backend; empty if it runs elsewhere."""


def default_data_dir() -> Path:
    """Return EASYMAKER_DATA_DIR, or the user's data directory."""
    if given := os.environ.get("EASYMAKER_DATA_DIR"):
        return Path(given).expanduser().absolute()
    import platformdirs

    return Path(platformdirs.user_data_dir("jupyter-easymaker"))


def read_connection(data_dir: Path | None = None) -> Connection | None:
    """Return how the backend of a data directory says it is reached, None if none says so or its process has died.

    It may not answer yet, or have been replaced by another process: ask ``answers``.

    Args:
        data_dir: the data directory; None: the user's.
    """
    directory = data_dir or default_data_dir()
    try:
        announced = json.loads((directory / CONNECTION_FILE).read_text())
        url, pid = str(announced["url"]).rstrip("/"), int(announced["pid"])
        version = str(announced["version"])
        token = (directory / TOKEN_FILE).read_text().strip()
    except (OSError, ValueError, KeyError, TypeError):  # none, or not a backend's announcement
        return None
    # What a killed backend left behind is not believed: its port may be somebody else's by now.
    return Connection(url, token, pid, version) if _is_alive(pid) else None


def answers(url: str, timeout: float = 2.0) -> bool:
    """Return whether an EasyMaker backend answers at a URL. No token is sent.

    Args:
        url: its address.
        timeout: in seconds.
    """
    import urllib.request

    # A proxy of the environment cannot reach what listens on this machine only.
    opener = urllib.request.build_opener(*([urllib.request.ProxyHandler({})] if is_loopback(url) else []))
    try:
        with opener.open(f"{url}/health", timeout=timeout) as answer:
            found = json.load(answer)
    except (OSError, ValueError):  # refused, timed out or an error status; an address or body that is none
        return False
    return isinstance(found, dict) and found.get("status") == "ok"


def is_loopback(url: str) -> bool:
    """Return whether a URL is one of this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name
        return host == "localhost"


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it lives, and is another user's
        return True
    return True
