"""A real hub on one machine, as `make hub` starts it: proxy, backend and notebooks are its processes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.ports import free_port
from tests.processes import with_words
from tests.waiting import wait_for

USER_PASSWORD = "user-password-only-tests-know"
ADMIN_PASSWORD = "admin-password-only-tests-know-and-long"
HURRIED = "hank"
"""Somebody whose start-up scripts may take two seconds together."""

_CONFIG = """
from pathlib import Path
from jupyter_easymaker.hub.one_machine import configure
c = get_config()
configure(c, Path({directory!r}), port={port}, backend_port={backend_port})
c.JupyterHub.hub_port = {hub_port}
c.TraefikProxy.traefik_api_url = "http://127.0.0.1:{proxy_port}"
c.JupyterHub.services[0]["command"] += ["--ServiceConfig.notebook_look_seconds=0.5"]
c.JupyterHub.services[0]["command"] += ["--ServiceConfig.notebook_probe_seconds=0.5"]
c.Spawner.poll_interval = 1
c.Authenticator.manage_groups = True
c.SharedPasswordAuthenticator.password_groups = {{"vision-password-only-tests-know": ["vision"]}}
def hurry(spawner):
    if spawner.user.name == {hurried!r}:
        spawner.environment = {{**spawner.environment, "EASYMAKER_CONT_INIT_SECONDS": "2"}}
c.Spawner.pre_spawn_hook = hurry
{more}
"""


@dataclass
class RunningHub:
    """A hub process and how to talk to it."""

    directory: Path
    more: str = ""
    """Lines of configuration."""
    process: subprocess.Popen[bytes] | None = None
    ports: dict[str, int] = field(default_factory=dict)
    host: str = "127.0.0.1"
    image_id: str = "local-cpu-python-notebook"
    """What notebooks are made of unless told otherwise."""

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.ports['port']}"

    @property
    def backend_url(self) -> str:
        return f"http://{self.host}:{self.ports['backend_port']}"

    def configuration(self) -> str:
        """Return the hub's configuration file."""
        return _CONFIG.format(directory=str(self.directory), more=self.more, hurried=HURRIED, **self.ports)

    def start(self) -> None:
        """Start it and wait until it and its backend answer; an earlier one's ports are used again."""
        names = ("port", "backend_port", "hub_port", "proxy_port")
        self.ports = self.ports or {name: free_port() for name in names}
        self.directory.mkdir(exist_ok=True)
        config = self.directory / "jupyterhub_config.py"
        config.write_text(self.configuration())
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("EM_", "EASYMAKER_", "JUPYTER"))}
        environment = {
            **inherited,
            "EASYMAKER_HUB_USER_PASSWORD": USER_PASSWORD,
            "EASYMAKER_HUB_ADMIN_PASSWORD": ADMIN_PASSWORD,
        }
        with (self.directory / "hub.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jupyterhub", "--config", str(config)],
                stdout=log, stderr=subprocess.STDOUT, cwd=self.directory, env=environment,
            )  # fmt: skip
        wait_for(lambda: self.answers(f"{self.url}/hub/health") and self.answers(f"{self.backend_url}/health"), 180)

    def answers(self, url: str) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise RuntimeError(f"the hub ended:\n{self.log()[-4000:]}")
        try:
            return httpx.get(url, timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def log(self) -> str:
        return (self.directory / "hub.log").read_text()

    def sign_in(self, name: str, password: str = USER_PASSWORD) -> HubUser:
        """Sign somebody in as their browser does."""
        browser = httpx.Client(base_url=self.url, follow_redirects=True, timeout=60)
        xsrf = re.search(r'name="_xsrf" value="([^"]+)"', browser.get("/hub/login").text)
        assert xsrf is not None
        body = {"username": name, "password": password, "_xsrf": xsrf.group(1)}
        answer = browser.post("/hub/login", data=body)
        assert answer.status_code == 200, answer.text
        return HubUser(self, name, browser)

    def kill(self) -> None:
        """End the hub alone, as a power cut of its process would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it and everything it started."""
        assert self.process is not None
        ours = with_words(str(self.directory))
        if self.process.poll() is None:
            ours += psutil.Process(self.process.pid).children(recursive=True)
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
        for each in {*ours}:
            if each.pid != os.getpid() and each.is_running():
                each.kill()


@dataclass
class HubUser:
    """Somebody signed in to the hub."""

    hub: RunningHub
    name: str
    browser: httpx.Client
    _opened: set[str] = field(default_factory=set)
    _token: str = ""

    def api(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Ask the hub's REST API."""
        xsrf = self.browser.cookies.get("_xsrf", domain=self.hub.host, path="/hub/") or ""
        headers = {"X-XSRFToken": xsrf, "Referer": f"{self.hub.url}/hub/home"}
        return self.browser.request(method, f"/hub/api/{path}", headers=headers, **arguments)

    def start(self, notebook: str = "") -> None:
        """Start a notebook and wait until it is ready."""
        answer = self.api("POST", f"users/{self.name}/servers/{notebook}")
        assert answer.status_code in (201, 202), answer.text
        wait_for(lambda: self.server(notebook).get("ready"), 90)

    def server(self, notebook: str = "") -> dict[str, Any]:
        found: dict[str, Any] = self.api("GET", f"users/{self.name}?include_stopped_servers").json()["servers"]
        return found.get(notebook, {})

    def stop(self, notebook: str = "", *, remove: bool = False) -> None:
        """Stop a notebook, or delete it, and wait until it is gone."""
        answer = self.api("DELETE", f"users/{self.name}/servers/{notebook}", json={"remove": remove})
        assert answer.status_code in (202, 204), answer.text
        self._opened.discard(f"/user/{self.name}/{notebook}".rstrip("/"))
        wait_for(lambda: not self.server(notebook).get("ready") and not self.server(notebook).get("pending"), 60)

    def in_notebook(self, path: str, notebook: str = "") -> httpx.Response:
        """Ask a notebook's own server, after opening it in the browser."""
        base = f"/user/{self.name}/{notebook}".rstrip("/")
        if base not in self._opened:
            self.browser.get(f"{base}/lab").raise_for_status()
            self._opened.add(base)
        return self.browser.get(f"{base}/{path}")

    def ask(self, method: str, path: str, appkey: str = "default", **arguments: Any) -> httpx.Response:
        """Ask the backend, with a token of the hub's."""
        self._token = self._token or self.token()
        headers = {"Authorization": f"token {self._token}"}
        url = f"{self.hub.backend_url}/v1.0/appkeys/{appkey}/{path}"
        return httpx.request(method, url, headers=headers, timeout=30, **arguments)

    def create_notebook(self, name: str, **settings: Any) -> str:
        """Create a notebook; return its id."""
        body = {
            "notebookName": name,
            "imageId": self.hub.image_id,
            "flavorId": "c1m2",
            "bootStorageSize": 10,
            "dataStorageSize": 10,
            **settings,
        }
        answer = self.ask("POST", "notebooks", json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["notebook"]["notebookId"])

    def notebook(self, notebook_id: str) -> dict[str, Any]:
        answer = self.ask("GET", f"notebooks/{notebook_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()["notebook"]
        return found

    def act(self, notebook_id: str, action: str) -> None:
        """Ask for start, stop or reboot."""
        answer = self.ask("PUT", f"notebooks/{notebook_id}/{action}")
        assert answer.status_code == 200, answer.text
        self._opened.clear()  # the next server does not know this browser

    def wait_for_notebook(self, notebook_id: str, status: str, timeout: float = 90) -> dict[str, Any]:
        """Wait until a notebook has a status; return it."""
        shown: list[dict[str, Any]] = []

        def there() -> bool:
            shown.append(self.notebook(notebook_id))
            now = shown[-1]["notebookStatusCode"]
            if now.endswith("_FAILED") and now != status:
                raise TimeoutError("it will not come by itself")
            return bool(now == status)

        try:
            wait_for(there, timeout, 0.1)
        except TimeoutError as error:
            raise AssertionError(f"waited for {status}, found {shown[-1]}") from error
        return shown[-1]

    def directory_of(self, notebook_id: str) -> Path:
        """Return where a notebook's boot and data storage are."""
        (name,) = [
            name
            for name in self.api("GET", f"users/{self.name}?include_stopped_servers").json()["servers"]
            if name.removeprefix("nb-") == notebook_id.replace("-", "")[:16]
        ]
        return self.hub.directory / "notebooks" / self.name / name

    def token(self) -> str:
        """Make a token that is good at the backend."""
        answer = self.api(
            "POST", f"users/{self.name}/tokens", json={"scopes": ["self", "access:services!service=easymaker"]}
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["token"])


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub shared by the whole run: sign in under names of your own."""
    running = RunningHub(tmp_path_factory.mktemp("hub"))
    running.start()
    yield running
    running.stop()
