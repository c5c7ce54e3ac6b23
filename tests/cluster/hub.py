"""A hub and a backend beside the cluster, on the pods' network; notebooks are pods."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.cluster.cluster import GATEWAY, IMAGE, Cluster, host_volumes
from tests.hub.conftest import HubUser, RunningHub
from tests.waiting import wait_for

UNBOUND = "una"
"""Somebody whose notebooks' volumes never come."""
SERVICE_TOKEN = "service-token-only-tests-know-and-long"

_CONFIG = """
import os, sys
from pathlib import Path
from jupyter_easymaker.hub import cluster, one_machine
c = get_config()
directory = Path({directory!r})
cluster.configure(c, backend="http://{host}:{backend_port}")
one_machine.sign_in_with_passwords(c, directory)
one_machine.proxy(c, directory)
c.JupyterHub.bind_url = "http://{host}:{port}"
c.JupyterHub.hub_bind_url = "http://{host}:{hub_port}"
c.JupyterHub.db_url = f"sqlite:///{{directory / 'jupyterhub.sqlite'}}"
c.JupyterHub.cookie_secret_file = str(directory / "cookie-secret")
c.TraefikProxy.traefik_api_url = "http://127.0.0.1:{proxy_port}"
c.JupyterHub.services = [
    {{"name": "easymaker", "url": "http://{host}:{backend_port}", "api_token": {token!r}, "oauth_no_confirm": True}}
]
c.Spawner.poll_interval = 1
c.KubeSpawner.namespace = "default"
c.KubeSpawner.image_pull_policy = "IfNotPresent"
c.KubeSpawner.volumes = {volumes}
c.KubeSpawner.volume_mounts = {mounts}
c.NotebookPodSpawner.default_image = {image!r}
c.NotebookPodSpawner.patience_seconds = 3
c.NotebookPodSpawner.nas_volumes = {{"team": {{"hostPath": {{"path": {nas!r}}}}}}}
c.NotebookPodSpawner.starter = [
    sys.executable, "-m", "jupyter_easymaker.notebook.start", sys.executable, "-m", "jupyterhub.singleuser",
    "--allow-root",
]
def use_storage_nobody_provides(spawner):
    if spawner.user.name == {unbound!r}:
        spawner.storage_class, spawner.start_timeout = "nowhere", 15
c.Spawner.pre_spawn_hook = use_storage_nobody_provides
{more}
"""


@dataclass
class ClusterHub(RunningHub):
    """The hub, whose backend is a process of its own: it goes on when the hub is restarted."""

    host: str = GATEWAY
    cluster: Cluster = field(default_factory=lambda: Cluster(Path()))
    backend: subprocess.Popen[bytes] | None = None
    backend_settings: dict[str, Any] = field(default_factory=dict)
    lab_image: str = IMAGE
    """What the catalogue says of the image ``lab``."""

    @property
    def nas(self) -> Path:
        return self.directory / "nas"

    def configuration(self) -> str:
        volumes, mounts = host_volumes()
        return _CONFIG.format(
            directory=str(self.directory), host=self.host, token=SERVICE_TOKEN, volumes=volumes, mounts=mounts,
            image=IMAGE, unbound=UNBOUND, nas=str(self.nas), more=self.more, **self.ports,
        )  # fmt: skip

    def start(self) -> None:
        os.environ["KUBECONFIG"] = str(self.cluster.kubeconfig)
        (self.nas / "shared").mkdir(parents=True, exist_ok=True)
        super().start()

    def _answers(self, url: str) -> bool:
        if url.startswith(self.backend_url) and (self.backend is None or self.backend.poll() is not None):
            self.start_backend()
        return super()._answers(url)

    def start_backend(self) -> None:
        settings = {
            "hub": True,
            "ip": self.host,
            "hub_url": self.url,
            "notebook_containers": True,
            "notebook_look_seconds": 0.5,
            "notebook_probe_seconds": 0.5,
            "nas": {"team": str(self.nas)},
            "flavors": [
                {"id": "small", "name": "small", "vcpus": 1, "ram": 512},
                {"id": "larger", "name": "larger", "vcpus": 1, "ram": 640},
                {"id": "brief", "name": "brief", "vcpus": 1, "ram": 512, "idleMinutes": 1},
            ],
            "images": [
                {
                    "imageId": "private",
                    "imageName": "Private",
                    "groupTypeCode": "NOTEBOOK",
                    "address": f"{self.host}:9/private/notebook:1",
                },
                {
                    "imageId": "lab",
                    "imageName": "Lab",
                    "groupTypeCode": "NOTEBOOK",
                    "address": self.lab_image,
                },
            ],
            **self.backend_settings,
        }
        config = self.directory / "jupyter_easymaker_config.py"
        lines = [f"c.ServiceConfig.{name} = {value!r}" for name, value in settings.items()]
        config.write_text("\n".join(["c = get_config()", *lines]))
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("EM_", "EASYMAKER_"))}
        environment = {
            **kept,
            "JUPYTERHUB_API_TOKEN": SERVICE_TOKEN,
            "JUPYTERHUB_API_URL": f"http://{self.host}:{self.ports['hub_port']}/hub/api",
            "JUPYTERHUB_BASE_URL": "/",
            "JUPYTERHUB_SERVICE_NAME": "easymaker",
            "JUPYTERHUB_SERVICE_PREFIX": "/services/easymaker/",
            "JUPYTERHUB_OAUTH_ACCESS_SCOPES": json.dumps(["access:services", "access:services!service=easymaker"]),
        }
        command = [
            sys.executable, "-m", "jupyter_easymaker.service.cli", "serve", "--config", str(config),
            "--data-dir", str(self.directory / "backend"), "--port", str(self.ports["backend_port"]),
        ]  # fmt: skip
        with (self.directory / "backend.log").open("ab") as log:
            self.backend = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment)

    def stop_backend(self) -> None:
        if self.backend is not None and self.backend.poll() is None:
            self.backend.terminate()
            self.backend.wait(30)

    def restart_backend(self) -> None:
        """Start the backend with what its settings are now."""
        self.stop_backend()
        self.start_backend()
        wait_for(lambda: self._answers(f"{self.backend_url}/health"), 60)

    def stop(self) -> None:
        super().stop()
        self.stop_backend()

    def pod_of(self, user: HubUser, notebook_id: str) -> str:
        """Return the name of a notebook's pod once there is one."""

        def found() -> str:
            server = notebook_id.replace("-", "")[:16]
            return next(
                (name for name in self.pods() if name.startswith(f"jupyter-{user.name}") and server in name), ""
            )

        return wait_for(found, 60)

    def pods(self) -> list[str]:
        return [pod.metadata.name for pod in self.cluster.core.list_namespaced_pod("default").items]

    def claims(self) -> list[str]:
        listed = self.cluster.core.list_namespaced_persistent_volume_claim("default").items
        return [claim.metadata.name for claim in listed]
