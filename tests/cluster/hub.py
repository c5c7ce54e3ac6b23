"""A hub beside the cluster, on the pods' network; notebooks and the backend are pods."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.cluster.backend_pod import NAS, BackendPod
from tests.cluster.cluster import GATEWAY, Cluster, host_volumes
from tests.cluster.images import IMAGE
from tests.hub.conftest import HubUser, RunningHub
from tests.ports import free_port
from tests.waiting import wait_for

UNBOUND = "una"
"""Somebody whose notebooks' volumes never come."""
SERVICE_TOKEN = "service-token-only-tests-know-and-long"
_SETTINGS: dict[str, Any] = {
    "notebook_look_seconds": 0.5,
    "notebook_probe_seconds": 0.5,
    "nas": {"team": NAS},
    "flavors": [
        {"id": "small", "name": "small", "vcpus": 1, "ram": 512},
        {"id": "larger", "name": "larger", "vcpus": 1, "ram": 640},
        {"id": "brief", "name": "brief", "vcpus": 1, "ram": 512, "idleMinutes": 1},
    ],
}
"""What tests tell the backend beyond what people start with."""

_CONFIG = """
import os, sys
from pathlib import Path
from jupyter_easymaker.hub import cluster, one_machine
c = get_config()
directory = Path({directory!r})
cluster.configure(c, backend={backend!r})
# Pods know the service by its name; this machine, where the hub runs, does not.
c.KubeSpawner.environment["EASYMAKER_URL"] = "http://easymaker:8090"
one_machine.sign_in_with_passwords(c, directory)
one_machine.proxy(c, directory)
c.JupyterHub.bind_url = "http://{host}:{port}"
c.JupyterHub.hub_bind_url = "http://{host}:{hub_port}"
c.JupyterHub.db_url = f"sqlite:///{{directory / 'jupyterhub.sqlite'}}"
c.JupyterHub.cookie_secret_file = str(directory / "cookie-secret")
c.TraefikProxy.traefik_api_url = "http://127.0.0.1:{proxy_port}"
c.JupyterHub.services = [
    {{"name": "easymaker", "url": {backend!r}, "api_token": {token!r}, "oauth_no_confirm": True}}
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


def _images(lab: str) -> list[dict[str, str]]:
    """Return the operator's own images: one that cannot be pulled, and ``lab``, at an address."""
    addresses = {"private": f"{GATEWAY}:9/private/notebook:1", "lab": lab}
    return [
        {"imageId": each, "imageName": each.capitalize(), "groupTypeCode": "NOTEBOOK", "address": address}
        for each, address in addresses.items()
    ]


@dataclass
class ClusterHub(RunningHub):
    """The hub, a process of this machine's; its backend is a pod and goes on when the hub is restarted."""

    host: str = GATEWAY
    image_id: str = "cpu-python-notebook"
    cluster: Cluster = field(default_factory=lambda: Cluster(Path()))
    has_backend: bool = True
    """A plain hub, to compare with, has none."""
    backend_settings: dict[str, Any] = field(default_factory=dict)
    backend: BackendPod = field(init=False)

    def __post_init__(self) -> None:
        settings = {**_SETTINGS, **self.backend_settings, "images": _images(IMAGE)}
        self.backend = BackendPod(self.cluster, self.nas, SERVICE_TOKEN, settings)

    @property
    def nas(self) -> Path:
        return self.directory / "nas"

    @property
    def backend_url(self) -> str:
        return f"http://{self.backend.address or self.host}:8090"

    def configuration(self) -> str:
        volumes, mounts = host_volumes()
        return _CONFIG.format(
            directory=str(self.directory), host=self.host, token=SERVICE_TOKEN, volumes=volumes, mounts=mounts,
            image=IMAGE, unbound=UNBOUND, nas=str(self.nas), more=self.more, backend=self.backend_url, **self.ports,
        )  # fmt: skip

    def start(self) -> None:
        os.environ["KUBECONFIG"] = str(self.cluster.kubeconfig)
        (self.nas / "shared").mkdir(parents=True, exist_ok=True)
        self.ports = self.ports or {name: free_port() for name in ("port", "hub_port", "proxy_port")}
        if self.has_backend and not self.backend.address:
            self.backend.install((self.host, self.ports["hub_port"]), (self.host, self.ports["port"]))
        try:
            super().start()
        except TimeoutError as error:
            told = self.backend.log() if self.has_backend else ""
            raise RuntimeError(
                f"the hub or its backend does not answer:\n{told[-8000:]}\n{self.log()[-4000:]}"
            ) from error

    def answers(self, url: str) -> bool:
        if not self.has_backend and url.startswith(self.backend_url):
            return True
        return super().answers(url)

    def offer_lab_image(self, address: str) -> None:
        """Have the catalogue say another address of the image ``lab``."""
        self.backend.configure({**self.backend.settings, "images": _images(address)})
        wait_for(lambda: self.answers(f"{self.backend_url}/health"), 60)

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
