"""A JupyterHub on Kubernetes, as settings: the values of the chart in ``hub_config/kubernetes`` call this."""

from __future__ import annotations

from traitlets.config import Config

from . import settings


def configure(c: Config, *, backend: str) -> None:
    """Have the hub spawn notebooks as pods and know the backend; whatever is set afterwards comes before it.

    Args:
        backend: the backend's address inside the cluster, such as http://easymaker:8090.
    """
    c.JupyterHub.spawner_class = "jupyter_easymaker.hub.pod_spawner.NotebookPodSpawner"
    settings.notebooks(c, backend)
    settings.administration(c, backend)
    settings.roles(c)
    # The chart sets these of the same name, and what is said of the nearer class comes first.
    c.KubeSpawner.environment = {**c.KubeSpawner.get("environment", {}), **c.Spawner.environment}
    c.KubeSpawner.start_timeout = c.Spawner.start_timeout
    c.KubeSpawner.uid = 0  # start-up scripts run as root, in a container that has nothing of the node's
    c.KubeSpawner.fs_gid = None
    c.KubeSpawner.automount_service_account_token = False
    c.KubeSpawner.storage_access_modes = ["ReadWriteOnce"]
    c.KubeSpawner.delete_pvc = True  # the data storage goes with its notebook
