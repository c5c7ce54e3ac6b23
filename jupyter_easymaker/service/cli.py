"""The ``jupyter easymaker`` command."""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path
from typing import Any

from jupyter_core.application import JupyterApp
from traitlets import Dict, List, TraitError, Unicode

from .. import __version__
from .config import ServiceConfig
from .data_dir import DataDir, DataDirLock

_WAIT_FOR_FIRST_SECONDS = 60.0


class ServeApp(JupyterApp):
    """Serve the EasyMaker backend: API, reconcilers and the engine that runs jobs."""

    name = "jupyter-easymaker-serve"
    version = __version__
    description = "Run the backend of one data directory. A second one on the same directory finds the first and ends."
    config_file_name = Unicode("jupyter_easymaker_config")
    classes: Any = List([ServiceConfig])
    aliases = Dict(
        {
            "data-dir": "ServiceConfig.data_dir",
            "port": "ServiceConfig.port",
            "ip": "ServiceConfig.ip",
            "database-url": "ServiceConfig.database_url",
            "log-level": "Application.log_level",
            "config": "JupyterApp.config_file",
        }
    )

    def start(self) -> None:
        super().start()
        logging.basicConfig(
            level=int(str(self.log_level)), format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr
        )
        for library in ("alembic", "swiftclient", "keystoneauth"):  # the latter two tell of every request
            logging.getLogger(library).setLevel(logging.WARNING)
        config = ServiceConfig(parent=self)
        try:
            data_dir = DataDir(Path(config.data_dir))
            lock = DataDirLock(data_dir)
            free = lock.acquire()
        except OSError as error:
            what = error.strerror or error
            sys.exit(f"The data directory {config.data_dir} cannot be used: {what}. Choose another with --data-dir.")
        with lock:
            if free or self._outlasts_first(data_dir, lock):
                self._serve(config, data_dir)

    def _outlasts_first(self, data_dir: DataDir, lock: DataDirLock) -> bool:
        """Print where the backend that holds the directory answers; return whether it ended instead."""
        self.log.info("another process holds %s; waiting until it answers or ends", data_dir.path)
        deadline = time.monotonic() + _WAIT_FOR_FIRST_SECONDS
        while time.monotonic() < deadline:
            found = data_dir.announced()
            if found:
                print(f"A backend already serves {data_dir.path}: {found['url']} (pid {found['pid']})")  # noqa: T201
                return False
            if lock.acquire():  # it was on its way out
                return True
            time.sleep(0.1)
        sys.exit(f"Another process holds {data_dir.path} but does not answer; end it and try again.")

    def _serve(self, config: ServiceConfig, data_dir: DataDir) -> None:
        # Imported here: --help and a second start need none of it.
        from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError

        from ..store.database import NewerStore
        from .backend import Backend
        from .server import Server, listen, url_of

        data_dir.withdraw()  # of one that was killed
        token = data_dir.token()
        try:
            bound = listen(config.ip, config.port)
        except OSError as error:
            sys.exit(f"Cannot listen on {config.ip}:{config.port}: {error.strerror}. Choose another with --port.")
        config.public_url = config.public_url or url_of(bound)
        try:
            backend = Backend(config, token)
        except (NewerStore, TraitError) as error:
            sys.exit(str(error))
        except OperationalError as error:  # the address may hold a password and is not printed
            sys.exit(f"The store cannot be opened: {str(error.orig).strip()}. Look at --database-url.")
        except (ArgumentError, NoSuchModuleError):
            kind = config.database_url.partition(":")[0]
            offered = "write sqlite:///PATH or postgresql://USER@HOST/NAME"
            sys.exit(f"--database-url begins with {kind!r} and is no address of a store: {offered}.")
        backend.start()
        url = url_of(bound)
        print(f"The EasyMaker backend serves {data_dir.path} at {url}", flush=True)  # noqa: T201
        try:
            Server(backend.app, data_dir, url).run(sockets=[bound])
        finally:
            backend.close()


class RotateKeysApp(JupyterApp):
    """Encrypt all secrets that are kept with a new key."""

    name = "jupyter-easymaker-rotate-keys"
    version = __version__
    description = "Encrypt passwords and keys in the store with a new key and forget the old ones. Backends may run."
    config_file_name = Unicode("jupyter_easymaker_config")
    classes: Any = List([ServiceConfig])
    aliases = Dict(
        {
            "data-dir": "ServiceConfig.data_dir",
            "database-url": "ServiceConfig.database_url",
            "config": "JupyterApp.config_file",
        }
    )

    def start(self) -> None:
        super().start()
        from ..store.database import Database
        from ..store.encryption import KEY_FILE, Encryption, EncryptionError
        from ..store.key_rotation import rotate_keys

        config = ServiceConfig(parent=self)
        database = Database(config.database_url)
        try:
            number = rotate_keys(database, Encryption(Path(config.shared_dir) / KEY_FILE))
        except EncryptionError as error:
            sys.exit(f"No key was forgotten: {error}.")
        finally:
            database.close()
        print(f"{number} secrets are encrypted with a new key")  # noqa: T201


class QuickstartApp(JupyterApp):
    """Copy the quick start notebook to where you can open it."""

    name = "jupyter-easymaker-quickstart"
    version = __version__
    description = "Copy the quick start notebook into a directory (default: the current one)."

    def start(self) -> None:
        super().start()
        from ..quickstart import copy_to

        directory = Path(self.extra_args[0]) if self.extra_args else Path.cwd()
        print(copy_to(directory))  # noqa: T201


class EasyMakerApp(JupyterApp):
    """``jupyter easymaker``: the parent of the subcommands."""

    name = "jupyter-easymaker"
    version = __version__
    description = "Train, tune, register, serve and batch-score models without leaving JupyterLab."
    subcommands: Any = Dict(
        {
            "serve": (ServeApp, "Run the backend."),
            "rotate-keys": (RotateKeysApp, "Encrypt the secrets that are kept with a new key."),
            "quickstart": (QuickstartApp, "Copy the quick start notebook to a directory."),
        }
    )

    def start(self) -> None:
        super().start()
        if self.subapp is None:
            self.print_help()
            self.exit(0 if not self.extra_args else 2)


def main(argv: list[str] | None = None) -> None:
    """Run ``jupyter easymaker``."""
    EasyMakerApp.launch_instance(argv)


if __name__ == "__main__":
    main()
