"""What became of the notebook's start-up scripts, and which environments the user has: for the panel."""

from __future__ import annotations

import json
from dataclasses import asdict
from math import isnan
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web
from tornado.ioloop import IOLoop

from ..monitoring import samples
from ..notebook.cont_init import ScriptState, last_run, output_of
from ..notebook.environments import environments
from ..notebook.home import notebook_home

NOTEBOOK = "easymaker/notebook"
NOTEBOOK_SAMPLES = "easymaker/notebook/samples"
_MOST_SAMPLES = 2000
_OUTPUT_BYTES = 8 * 1024


class NotebookHandler(APIHandler):
    """Also where this server is no notebook of ours: then there is nothing to tell."""

    auth_resource = "easymaker"
    _track_activity = False  # the panel asks by itself

    @web.authenticated
    @authorized
    async def get(self) -> None:
        self.finish(json.dumps(await IOLoop.current().run_in_executor(None, _notebook)))


class NotebookSamplesHandler(APIHandler):
    """What the notebook used over a time, as it measured it itself."""

    auth_resource = "easymaker"
    _track_activity = False

    @web.authenticated
    @authorized
    async def get(self) -> None:
        try:
            since = float(self.get_argument("since", "0"))
            until = float(self.get_argument("until", "inf"))
        except ValueError:
            raise web.HTTPError(400, "since and until are seconds since 1970") from None
        self.finish(json.dumps(await IOLoop.current().run_in_executor(None, _samples, since, until)))


def _samples(since: float, until: float) -> dict[str, Any]:
    from ..notebook import watch  # with psutil, which JupyterLab's start need not wait for

    found = samples.read(str(watch.directory() / "samples"), since, until)
    rows = samples.thinned(found, _MOST_SAMPLES)
    return {
        "fields": list(samples.Sample._fields),
        "samples": [[None if isnan(value) else value for value in row] for row in rows],
    }


def _notebook() -> dict[str, Any]:
    from ..notebook import watch

    home = notebook_home()
    scripts = []
    for script in last_run(home):
        output = "" if script.state is ScriptState.SUCCEEDED else output_of(home, script.name, most=_OUTPUT_BYTES)
        scripts.append({**asdict(script), "output": output})
    return {
        "home": str(home),
        "notes": watch.notes(),
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
