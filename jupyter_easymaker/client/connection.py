"""Where the backend of a data directory answers, and its token."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

DEFAULT_APPKEY = "default"


@dataclass(frozen=True)
class Connection:
    """How to reach a backend."""

    url: str
    token: str = field(repr=False)
    pid: int = 0

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])


def default_data_dir() -> Path:
    """Return EASYMAKER_DATA_DIR, or the user's data directory."""
    if given := os.environ.get("EASYMAKER_DATA_DIR"):
        return Path(given).expanduser().absolute()
    import platformdirs

    return Path(platformdirs.user_data_dir("jupyter-easymaker"))


def read_connection(data_dir: Path) -> Connection | None:
    """Return how the backend of a data directory says it is reached, None if none says so.

    It may have been killed since: ask ``/health``.
    """
    try:
        announced = json.loads((data_dir / "backend.json").read_text())
        token = (data_dir / "token").read_text().strip()
        return Connection(url=announced["url"], token=token, pid=announced["pid"])
    except (OSError, ValueError, KeyError):
        return None
