"""Notebooks of a hub, put together: the hub's client, what watches it, and what makes notebooks of its servers."""

from __future__ import annotations

import os
from typing import Any

from ..engines.hub import HubServer, HubUser, JupyterHubClient
from ..reconcilers.notebook_adoption import Adoption
from ..reconcilers.notebook_loop import NotebookLoop
from ..resources.catalogue import Catalogue
from ..resources.notebook import NotebookStatus
from ..store.database import Database
from .config import ServiceConfig


class NotebookService:
    """What a backend that is a service of a hub has for notebooks."""

    def __init__(self, config: ServiceConfig, database: Database, catalogue: Catalogue) -> None:
        self._public_url = os.environ.get("JUPYTERHUB_PUBLIC_URL", "").rstrip("/")
        self.hub = JupyterHubClient(
            os.environ["JUPYTERHUB_API_URL"], os.environ["JUPYTERHUB_API_TOKEN"], config.hub_url
        )
        self.adoption = Adoption(database, catalogue, config.hub_everyone, config.notebook_flavor)
        self.loop = NotebookLoop(
            database,
            self.hub,
            self._adopt,
            every_seconds=config.notebook_look_seconds,
            probe_seconds=config.notebook_probe_seconds,
        )

    def for_api(self) -> dict[str, Any]:
        """Return what the API's context takes."""
        return {
            "hub": self.hub,
            "hub_token": os.environ["JUPYTERHUB_API_TOKEN"],
            "hub_public_url": self._public_url,
            "wake_notebooks": self.loop.wake,
            "adoption": self.adoption,
        }

    def start(self) -> None:
        self.loop.start()

    def close(self) -> None:
        self.loop.close()
        self.hub.close()

    def _adopt(self, user: HubUser, server: HubServer) -> None:
        status = NotebookStatus.ACTIVE if server.ready else NotebookStatus.STOPPED
        if server.pending == "spawn":
            status = NotebookStatus.START_IN_PROGRESS
        self.adoption.adopt(user.name, user.groups, server.name, server.display_name, status)


def notebook_service(config: ServiceConfig, database: Database, catalogue: Catalogue) -> NotebookService | None:
    """Return it, None where the backend is no service of a hub.

    Raises:
        ValueError: it is to be one, but no hub has started it.
    """
    if not config.hub:
        return None
    missing = [name for name in ("JUPYTERHUB_API_URL", "JUPYTERHUB_API_TOKEN") if not os.environ.get(name)]
    if missing:
        raise ValueError(f"ServiceConfig.hub is for a service of JupyterHub, which sets {' and '.join(missing)}.")
    return NotebookService(config, database, catalogue)
