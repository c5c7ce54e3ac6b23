"""Where a notebook's data storage is: what stays over stop, start and reboot."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "EASYMAKER_NOTEBOOK_HOME"
"""Names another directory than /root/easymaker, on a machine without containers."""


def notebook_home() -> Path:
    """Return the data storage's directory; it need not exist."""
    return Path(os.environ.get(VARIABLE) or "/root/easymaker")
