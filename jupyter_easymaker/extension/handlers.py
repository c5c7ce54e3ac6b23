"""The extension's routes: what the panel has to know first, and the way to the backend."""

from __future__ import annotations

import json

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler, JupyterHandler
from tornado import web

from .. import __version__
from .notebook import NOTEBOOK, NOTEBOOK_SAMPLES, NotebookHandler, NotebookSamplesHandler
from .proxy import ProxyHandler
from .tensorboard import TENSORBOARD, TensorboardHandler


def handlers() -> list[tuple[str, type[JupyterHandler]]]:
    """Return the routes, relative to the server's base URL. Nothing else of the backend can be reached."""
    return [
        ("easymaker/context", ContextHandler),
        (NOTEBOOK, NotebookHandler),
        (NOTEBOOK_SAMPLES, NotebookSamplesHandler),
        (TENSORBOARD, TensorboardHandler),
        (r"easymaker/api/(v1\.0/.+|openapi\.json)", ProxyHandler),
    ]


class ContextHandler(APIHandler):
    """What the panel needs before it can ask the backend anything."""

    auth_resource = "easymaker"
    _track_activity = False  # the panel asks by itself

    @web.authenticated
    @authorized
    async def get(self) -> None:
        app = self.settings["easymaker"]
        self.finish(
            json.dumps(
                {
                    "status": app.backend.status,
                    "reason": app.backend.reason,
                    "appKey": app.appkey,
                    "region": app.region,
                    "version": __version__,
                    "user": app.backend.user,
                }
            )
        )
