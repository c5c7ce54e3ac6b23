"""EM_API_URL, EM_APPKEY, EM_REGION and EM_TOKEN for every kernel and terminal, so that the SDK needs no ``init``.

And the authority of the gateway's certificate beside those that are trusted anyway, so that ``predict`` just works.

Kernels and terminals inherit the server's environment, so it is set there. Where the backend answers is known only
after a moment: kernels wait for it, and kernels that run already get a new address with their next restart.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_core.paths import jupyter_runtime_dir
from jupyter_server.utils import url_path_join

from ..trusted import CA_VARIABLES, is_chosen, trusted_file

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

    def update(self, connection: Connection, authority: str) -> None:
        """Tell what is started from now on where the backend answers.

        Args:
            connection: how to reach it.
            authority: whom to trust besides when endpoints are called, PEM; empty: nobody.
        """
        self._values = {
            "EM_API_URL": connection.url,
            "EM_APPKEY": self._app.appkey,
            "EM_REGION": self._app.region,
            "EM_TOKEN": connection.token,
            # Where the browser that shows a notebook reaches the backend: through this server.
            "EASYMAKER_BROWSER_PATH": url_path_join(self._app.settings["base_url"], "easymaker/api"),
            **self._trust(authority),
        }
        os.environ.update(self._values)
        manager = self._manager()
        for kernel_id in manager.list_kernel_ids():
            manager.update_env(kernel_id=kernel_id, env=self._values)

    def _trust(self, authority: str) -> dict[str, str]:
        """Return the variables that name who is trusted; what people have set themselves stays as it is."""
        if not authority:
            return {}
        digest = hashlib.sha256(authority.encode()).hexdigest()[:12]
        bundle = Path(jupyter_runtime_dir()) / f"easymaker-authorities-{digest}.pem"
        values = {name: os.environ.get(name, "") for name in CA_VARIABLES}
        free = [name for name, value in values.items() if value == str(bundle) or not is_chosen(value)]
        if not free:
            return {}
        try:
            content = trusted_file(bundle).read_bytes().rstrip() + b"\n" + authority.encode()
            if not bundle.exists() or bundle.read_bytes() != content:
                bundle.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                part = bundle.with_suffix(f".{os.getpid()}")
                part.write_bytes(content)
                part.replace(bundle)  # whole at any time: kernels read it
        except OSError as error:
            self._app.log.warning("kernels are not told whom to trust when they call endpoints: %s", error)
            return {}
        return dict.fromkeys(free, str(bundle))

    def _manager(self) -> Any:
        return self._app.settings["kernel_manager"]
