"""What became of the notebook's start-up scripts, and which environments the user has: for the panel."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web
from tornado.ioloop import IOLoop

from ..notebook.cont_init import ScriptState, last_run, output_of
from ..notebook.environments import environments
from ..notebook.home import notebook_home

NOTEBOOK = "easymaker/notebook"
_OUTPUT_BYTES = 8 * 1024


class NotebookHandler(APIHandler):
    """Also where this server is no notebook of ours: then there is nothing to tell."""

    auth_resource = "easymaker"
    _track_activity = False  # the panel asks by itself

    @web.authenticated
    @authorized
    async def get(self) -> None:
        self.finish(json.dumps(await IOLoop.current().run_in_executor(None, _notebook)))


def _notebook() -> dict[str, Any]:
    home = notebook_home()
    scripts = []
    for script in last_run(home):
        output = "" if script.state is ScriptState.SUCCEEDED else output_of(home, script.name, most=_OUTPUT_BYTES)
        scripts.append({**asdict(script), "output": output})
    return {
        "home": str(home),
        "scripts": [_camel(script) for script in scripts],
        "environments": [
            {
                "name": each.name,
                "prefix": str(each.prefix),
                "kind": "conda" if each.is_conda else "venv",
                "pythonVersion": each.python_version,
                "hasIpykernel": each.has_ipykernel,
            }
            for each in environments(home)
        ],
    }


def _camel(values: dict[str, Any]) -> dict[str, Any]:
    def spelled(name: str) -> str:
        first, *rest = name.split("_")
        return first + "".join(map(str.capitalize, rest))

    return {spelled(name): value for name, value in values.items()}
