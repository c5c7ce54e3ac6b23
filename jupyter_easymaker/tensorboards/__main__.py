"""The TensorBoard process: serves the socket it is handed, and ends when the backend that started it is gone.

``python -m jupyter_easymaker.tensorboards FD LOGDIR [more of TensorBoard's flags]``
"""

from __future__ import annotations

import os
import sys
import threading
import types
from typing import Any


def _end_with_the_backend() -> None:
    """End when the other end of standard input is closed, as it is however the backend ends."""
    while os.read(0, 1024):
        pass
    os._exit(0)


def main(arguments: list[str]) -> None:
    """Serve until told to end."""
    descriptor, logdir, *flags = int(arguments[0]), *arguments[1:]
    threading.Thread(target=_end_with_the_backend, daemon=True).start()
    # TensorBoard looks for this name before it imports TensorFlow, which would cost seconds and half a gigabyte.
    sys.modules["tensorboard.compat.notf"] = types.ModuleType("tensorboard.compat.notf")

    from tensorboard import default, main_lib, program
    from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

    class Handler(WSGIRequestHandler):
        def address_string(self) -> str:  # a Unix socket's other end has no address
            return "backend"

        def log_request(self, code: Any = "-", size: Any = "-") -> None:
            """Leave requests out of the log, which is for what goes wrong."""

    class Server(program.TensorBoardServer):
        """Serves the socket the backend made: it holds requests until this process has come up."""

        def __init__(self, wsgi_app: Any, _flags: Any) -> None:
            self._server = ThreadedWSGIServer("unix://", 0, wsgi_app, Handler, fd=descriptor)
            self._server.daemon_threads = True

        def serve_forever(self) -> None:
            os.write(1, b"ready\n")
            self._server.serve_forever()

        def get_url(self) -> str:
            return "http://localhost:0/"

    main_lib.global_init()
    tensorboard = program.TensorBoard(plugins=default.get_plugins(), server_class=Server)
    tensorboard.configure(argv=["tensorboard", f"--logdir={logdir}", *flags])
    sys.exit(tensorboard.main())


if __name__ == "__main__":
    main(sys.argv[1:])
