"""EM_API_URL, EM_APPKEY, EM_REGION and EM_TOKEN for every kernel and terminal, so that the SDK needs no ``init``."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .app import EasyMakerExtension

_LOG = logging.getLogger(__name__)
_WAIT_SECONDS = 20.0


class KernelEnvironment:
    """Puts the backend's address into what this server starts."""

    def __init__(self, app: EasyMakerExtension) -> None:
        self._app = app

    def values(self) -> dict[str, str]:
        """Return the variables; empty while no backend is known."""
        connection = self._app.backend.connection
        if connection is None:
            return {}
        return {
            "EM_API_URL": connection.url,
            "EM_APPKEY": self._app.appkey,
            "EM_REGION": self._app.region,
            "EM_TOKEN": connection.token,
        }

    def install(self) -> None:
        """Have kernels wait a moment for a backend that is starting, and terminals take what is known."""
        server = self._app.serverapp
        if server is None:
            return
        self._wrap_kernels(server.kernel_manager)
        manager = getattr(server, "terminal_manager", None) or server.web_app.settings.get("terminal_manager")
        if manager is not None:
            self._wrap_terminals(manager)

    def _wrap_kernels(self, manager: Any) -> None:
        start = manager.start_kernel

        async def start_kernel(*arguments: Any, **options: Any) -> Any:
            if not await self._app.backend.wait_ready(_WAIT_SECONDS):
                _LOG.warning("a kernel starts without the EasyMaker backend: %s", self._app.backend.reason)
            environment = {**(options.get("env") or os.environ), **self.values()}
            return await start(*arguments, **{**options, "env": environment})

        manager.start_kernel = start_kernel

    def _wrap_terminals(self, manager: Any) -> None:
        make = manager.make_term_env

        def make_term_env(*arguments: Any, **options: Any) -> Any:
            return {**make(*arguments, **options), **self.values()}

        manager.make_term_env = make_term_env
