"""Talking to the backend over HTTP, for everything that runs in Jupyter: magics, widgets, the server extension.

Importing this package costs next to nothing; ``httpx`` is loaded with the first request.
"""

from __future__ import annotations

from .client import EasyMakerClient
from .connection import Connection, default_data_dir, read_connection
from .errors import BackendUnreachable, ClientError
from .sse import ServerEvent

__all__ = [
    "BackendUnreachable",
    "ClientError",
    "Connection",
    "EasyMakerClient",
    "ServerEvent",
    "default_data_dir",
    "read_connection",
]
