"""The extension as jupyter_server loads it, with its settings."""

from __future__ import annotations

import os
from typing import Any

from jupyter_server.extension.application import ExtensionApp
from traitlets import Bool, Unicode, default

from ..client.connection import DEFAULT_APPKEY, default_data_dir
from ..client.upstream import Upstream
from .backend import Backend
from .environment import Environment
from .handlers import handlers


class EasyMakerExtension(ExtensionApp):
    """Brings the EasyMaker backend into JupyterLab; settings are ``c.EasyMakerExtension.<name>``."""

    name = "jupyter_easymaker"
    extension_url = "/easymaker"
    load_other_extensions = True
    config_file_name = Unicode("jupyter_easymaker_config", help="Shared with ``jupyter easymaker serve``.")

    backend_url = Unicode(
        help="Address of a shared backend. Default: EASYMAKER_URL; empty: one of this user's own is found or started."
    ).tag(config=True)

    @default("backend_url")
    def _backend_url(self) -> str:
        return os.environ.get("EASYMAKER_URL", "")

    token = Unicode(help="Token for the backend. Default: EASYMAKER_TOKEN; empty: the one in the data directory.").tag(
        config=True
    )

    @default("token")
    def _token(self) -> str:
        return os.environ.get("EASYMAKER_TOKEN", "")

    appkey = Unicode(help="The project to work in. Default: EASYMAKER_APPKEY, else 'default'.").tag(config=True)

    @default("appkey")
    def _appkey(self) -> str:
        return os.environ.get("EASYMAKER_APPKEY", DEFAULT_APPKEY)

    region = Unicode(help="What EM_REGION says in kernels. Default: EASYMAKER_REGION, else 'local'.").tag(config=True)

    @default("region")
    def _region(self) -> str:
        return os.environ.get("EASYMAKER_REGION", "local")

    data_dir = Unicode(
        help="Data directory of the user's own backend. Default: EASYMAKER_DATA_DIR, else the user's data directory."
    ).tag(config=True)

    @default("data_dir")
    def _data_dir(self) -> str:
        return str(default_data_dir())

    start_backend = Bool(
        help="Start a backend when none serves the data directory. Default: yes, unless EASYMAKER_START_BACKEND is 0."
    ).tag(config=True)

    @default("start_backend")
    def _start_backend(self) -> bool:
        return os.environ.get("EASYMAKER_START_BACKEND", "1") != "0"

    def initialize_settings(self) -> None:
        """Called by jupyter_server while it starts: everything that takes time waits for its event loop."""
        self.backend = Backend(self)
        self.upstream = Upstream()
        self.environment = Environment(self)
        self.environment.install()
        self.settings["easymaker"] = self

    def initialize_handlers(self) -> None:
        self.handlers.extend(handlers())

    async def _start_jupyter_server_extension(self, serverapp: Any) -> None:
        self.backend.begin()

    async def stop_extension(self) -> None:
        await self.backend.close()
        await self.upstream.close()
