from __future__ import annotations

from kubernetes import client

from tests.cluster.cluster import IMAGE, Cluster, host_volumes
from tests.waiting import wait_for


def test_pod_runs_this_machines_python(cluster: Cluster) -> None:
    volumes, mounts = host_volumes()
    import sys
    core = cluster.core
    core.create_namespaced_pod("default", {"metadata": {"name": "p"}, "spec": {"restartPolicy": "Never", "volumes": volumes, "containers": [
        {"name": "c", "image": IMAGE, "imagePullPolicy": "Never", "command": [sys.executable, "-c", "import jupyterhub, os; print('hi', jupyterhub.__version__, os.listdir('/root'))"], "volumeMounts": mounts}]}})
    wait_for(lambda: core.read_namespaced_pod("p", "default").status.phase in ("Succeeded", "Failed"), 60)
    print(core.read_namespaced_pod_log("p", "default"))
    assert "hi" in core.read_namespaced_pod_log("p", "default")
