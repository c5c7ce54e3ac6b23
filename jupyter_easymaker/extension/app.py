"""The extension as jupyter_server loads it, with its settings."""

from __future__ import annotations

import os
from typing import Any

from jupyter_server.extension.application import ExtensionApp
from traitlets import Bool, Unicode, default

from ..client.connection import DEFAULT_APPKEY, default_data_dir
from .backend import BackendProcess
from .environment import KernelEnvironment


class EasyMakerExtension(ExtensionApp):
    """Settings of the EasyMaker server extension; set them as ``c.EasyMakerExtension.<name>``."""

    name = "jupyter_easymaker"
    extension_url = "/easymaker"
    load_other_extensions = True

    backend_url = Unicode(
        help="Address of a shared backend. Default: EASYMAKER_URL; empty: one of this user's own is found or started."
    ).tag(config=True)

    @default("backend_url")
    def _backend_url(self) -> str:
        return os.environ.get("EASYMAKER_URL", "")

    token = Unicode(help="Token for a shared backend. Default: EASYMAKER_TOKEN.").tag(config=True)

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

    start_backend = Bool(True, help="Start a backend when none serves the data directory.").tag(config=True)

    def initialize_settings(self) -> None:
        self.backend = BackendProcess(self)
        self.settings["easymaker"] = self
        KernelEnvironment(self).install()

    def initialize_handlers(self) -> None:
        from .handlers import handlers

        self.handlers.extend(handlers())

    async def _start_jupyter_server_extension(self, _serverapp: Any) -> None:
        self.backend.begin()

    async def stop_extension(self) -> None:
        self.backend.close()
