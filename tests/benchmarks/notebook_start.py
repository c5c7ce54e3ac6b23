"""A notebook's start against a plain JupyterHub's with the same spawner below: on one machine, and on a cluster."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.measure import Result, interleaved
from tests.cluster.cluster import Cluster
from tests.cluster.hub import ClusterHub
from tests.cluster.images import IMAGE
from tests.conftest import RunningBackend
from tests.hub.conftest import HubUser, RunningHub
from tests.waiting import wait_for

_RUNS = 5
_SECONDS = 300

_PLAIN = """
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {home!r}
c.Spawner.args = ["--allow-root"] if __import__("os").geteuid() == 0 else []
"""
_PLAIN_POD = """
c.JupyterHub.spawner_class = "kubespawner.KubeSpawner"
c.KubeSpawner.image = {image!r}
c.KubeSpawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser", "--allow-root"]
c.KubeSpawner.notebook_dir = "/root"
c.KubeSpawner.environment = {{"HOME": "/root"}}
c.KubeSpawner.storage_pvc_ensure = True
c.KubeSpawner.storage_capacity = "10Gi"
c.KubeSpawner.cpu_limit, c.KubeSpawner.mem_limit = 1, "512M"
c.KubeSpawner.volumes = [*c.KubeSpawner.volumes, {{"name": "data", "persistentVolumeClaim": {{"claimName": "{{pvc_name}}"}}}}]
c.KubeSpawner.volume_mounts = [*c.KubeSpawner.volume_mounts, {{"name": "data", "mountPath": "/root/easymaker"}}]
"""  # noqa: E501 - lines of a configuration


@dataclass
class _Starter:
    """Starts one server again and again."""

    user: HubUser
    server: str

    def __call__(self) -> float:
        """Start it, return how many seconds it took to be ready, stop it."""
        begun = time.perf_counter()
        answer = self.user.api("POST", f"users/{self.user.name}/servers/{self.server}")
        assert answer.status_code in (201, 202), answer.text
        wait_for(lambda: self.user.server(self.server).get("ready"), _SECONDS, 0.02)
        took = time.perf_counter() - begun
        self.user.stop(self.server)
        return took


def run(backend: RunningBackend, work: Path) -> list[Result]:
    """On one machine."""
    ours, plain = RunningHub(work / "ours"), RunningHub(work / "plain", more=_PLAIN.format(home=str(work / "home")))
    return _compare("A notebook's start on one machine against a plain JupyterHub", ours, plain, 1.2)


def run_on_cluster(backend: RunningBackend, work: Path) -> list[Result]:
    """On a Kubernetes of its own."""
    cluster = Cluster(work / "cluster")
    try:
        cluster.start()
        ours = ClusterHub(work / "ours", cluster=cluster)
        plain = ClusterHub(work / "plain", cluster=cluster, more=_PLAIN_POD.format(image=IMAGE), has_backend=False)
        return _compare("A notebook's start as a pod against plain KubeSpawner", ours, plain, 1.3)
    finally:
        cluster.stop()


def _compare(what: str, ours: RunningHub, plain: RunningHub, target: float) -> list[Result]:
    try:
        ours.start(), plain.start()
        pair = interleaved(_Starter(ours.sign_in("ada"), "n"), _Starter(plain.sign_in("bo"), "n"), runs=_RUNS)
    finally:
        for hub in (ours, plain):
            if hub.process is not None:
                hub.stop()
    detail = f"{pair.measured:.2f} s against {pair.reference:.2f} s, {pair.spread}"
    return [Result(what, f"{pair.ratio:.2f}x", f"at most {target}x", pair.ratio <= target, detail)]
