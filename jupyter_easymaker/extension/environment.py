"""EM_API_URL, EM_APPKEY, EM_REGION and EM_TOKEN for every kernel and terminal, so that the SDK needs no ``init``.

Kernels and terminals inherit the server's environment, so it is set there. Where the backend answers is known only
after a moment: kernels wait for it, and kernels that run already get a new address with their next restart.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from jupyter_server.utils import url_path_join

if TYPE_CHECKING:
    from ..client.connection import Connection
    from .app import EasyMakerExtension

_WAIT_SECONDS = 15.0


class Environment:
    """What this server tells the processes it starts about the backend."""

    def __init__(self, app: EasyMakerExtension) -> None:
        self._app = app
        self._values: dict[str, str] = {}

    def install(self) -> None:
        """Have kernels wait for a backend that is being started."""
        if not self._app.backend_url:
            # So that `jupyter easymaker` and the magics in them mean the same backend as the panel.
            os.environ["EASYMAKER_DATA_DIR"] = self._app.data_dir
        manager = self._manager()
        start = manager.start_kernel

        async def start_kernel(*arguments: Any, **options: Any) -> Any:
            await self._app.backend.settled(_WAIT_SECONDS)
            # A session has copied the environment before it came here.
            environment = {**(options.pop("env", None) or os.environ), **self._values}
            return await start(*arguments, env=environment, **options)

        manager.start_kernel = start_kernel

    def update(self, connection: Connection) -> None:
        """Tell what is started from now on where the backend answers."""
        self._values = {
            "EM_API_URL": connection.url,
            "EM_APPKEY": self._app.appkey,
            "EM_REGION": self._app.region,
            "EM_TOKEN": connection.token,
            # Where the browser that shows a notebook reaches the backend: through this server.
            "EASYMAKER_BROWSER_PATH": url_path_join(self._app.settings["base_url"], "easymaker/api"),
        }
        os.environ.update(self._values)
        manager = self._manager()
        for kernel_id in manager.list_kernel_ids():
            manager.update_env(kernel_id=kernel_id, env=self._values)

    def _manager(self) -> Any:
        return self._app.settings["kernel_manager"]
