"""The backend and its database as ``hub_config/kubernetes`` installs them, on the tests' cluster.

The manifests are sent as they are. What is changed, and why: pods see this machine's programs by host paths, since the
images of the tests hold nothing (``cluster.py``); no CPU is reserved, since notebooks need both of a small machine's;
the chart's part, which the tests have no chart for, is made here: the Secret ``hub`` and the services ``hub`` and
``proxy-public``, which lead to the hub's process on this machine.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from kubernetes import client, utils

from tests.cluster.cluster import Cluster, host_volumes
from tests.waiting import wait_for

PLACE = Path(__file__).parents[2] / "hub_config/kubernetes"
NAS = "/mnt/nas/team"
"""Where the backend finds the NAS ``team``."""
_NAMESPACE = "default"
_APPLICATION = "app.kubernetes.io/name=easymaker,app.kubernetes.io/component=backend"
_CLAIMS = {"easymaker-data": "100Gi", "data-easymaker-postgresql-0": "20Gi"}
_SECONDS = 180


def kustomized(directory: Path, files: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Return what ``kubectl apply -k`` sends.

    Args:
        files: what is used in place of a file that a generator reads.
    """
    told = yaml.safe_load((directory / "kustomization.yaml").read_text())
    for name in told["resources"]:
        path = directory / name
        found = kustomized(path, files) if path.is_dir() else yaml.safe_load_all(path.read_text())
        yield from (_with_tags(each, told.get("images", [])) for each in found)
    for each in told.get("configMapGenerator", []):
        data = {name: files.get(name) or (directory / name).read_text() for name in each["files"]}
        yield {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": each["name"]}, "data": data}
    for each in told.get("secretGenerator", []):
        lines = [line for name in each["envs"] for line in files[name].splitlines()]
        data = dict(line.split("=", 1) for line in lines)
        yield {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": each["name"]}, "stringData": data}


def _with_tags(document: dict[str, Any], images: list[dict[str, str]]) -> dict[str, Any]:
    tags = {each["name"]: each["newTag"] for each in images}
    for container in _containers(document):
        if container["image"] in tags:
            container["image"] += f":{tags[container['image']]}"
    return document


def _containers(document: dict[str, Any]) -> list[dict[str, Any]]:
    if "template" not in document.get("spec", {}):
        return []
    found: list[dict[str, Any]] = document["spec"]["template"]["spec"]["containers"]
    return found


@dataclass
class BackendPod:
    """The installed backend: a pod of its own, reached by the service ``easymaker``."""

    cluster: Cluster
    nas: Path
    token: str
    """What the hub and the backend share."""
    settings: dict[str, Any] = field(default_factory=dict)
    """Settings of the service that tests add to those people start with."""
    address: str = ""
    """The service's, as soon as it is installed."""

    def install(self, hub: tuple[str, int], proxy: tuple[str, int]) -> None:
        """Apply everything.

        Args:
            hub: where the hub's API listens on this machine.
            proxy: where its proxy does.
        """
        self._core.create_namespaced_secret(
            _NAMESPACE,
            client.V1Secret(
                metadata=client.V1ObjectMeta(name="hub"),
                string_data={"hub.services.easymaker.apiToken": self.token},
            ),
        )
        self._lead_to("hub", 8081, hub)
        self._lead_to("proxy-public", 80, proxy)
        for name, size in _CLAIMS.items():
            self._make_volume(name, size)
        password = secrets.token_hex(24)
        url = f"postgresql://easymaker:{password}@easymaker-postgresql/easymaker"
        files = {"database.env": f"url={url}\npassword={password}\n", **self._configuration()}
        api = self.cluster.api
        for document in kustomized(PLACE, files):
            utils.create_from_dict(api, self._as_tests_need(document), namespace=_NAMESPACE)
        self.address = self._core.read_namespaced_service("easymaker", _NAMESPACE).spec.cluster_ip

    def configure(self, settings: dict[str, Any]) -> None:
        """Have the backend replaced by one with other settings, and wait for it."""
        self.settings = settings
        self._core.patch_namespaced_config_map("easymaker", _NAMESPACE, {"data": self._configuration()})
        # With kustomize the configuration's name has its hash, so that another one means another pod.
        template = {"metadata": {"annotations": {"tests/configuration": secrets.token_hex(8)}}}
        self._apps.patch_namespaced_deployment("easymaker", _NAMESPACE, {"spec": {"template": template}})
        wait_for(self.rolled_out, _SECONDS, 0.2)

    def rolled_out(self) -> bool:
        """Return whether the one pod there is serves, with the newest settings."""
        deployment = self._apps.read_namespaced_deployment("easymaker", _NAMESPACE)
        status = deployment.status
        newest = status.observed_generation == deployment.metadata.generation and status.updated_replicas == 1
        return bool(newest and status.ready_replicas == 1 and len(self.pods()) == 1)

    def pods(self) -> list[client.V1Pod]:
        """Return its pods, those that are on their way down too."""
        found: list[client.V1Pod] = self._core.list_namespaced_pod(_NAMESPACE, label_selector=_APPLICATION).items
        return found

    def kill(self) -> str:
        """Delete its pod as if the node had lost it; return the pod's name."""
        (pod,) = self.pods()
        self._core.delete_namespaced_pod(pod.metadata.name, _NAMESPACE, grace_period_seconds=0)
        return str(pod.metadata.name)

    def log(self) -> str:
        """Return what its pods have printed, and how they are: for a test that fails, too."""
        told = []
        for pod in self.pods():
            states = [each.state for each in pod.status.container_statuses or []]
            started = any(each.running or each.terminated for each in states)
            text = self._core.read_namespaced_pod_log(pod.metadata.name, _NAMESPACE) if started else ""
            told.append(f"{pod.metadata.name} is {pod.status.phase}: {states}\n{text}")
        return "\n".join(told)

    @property
    def _core(self) -> client.CoreV1Api:
        return self.cluster.core

    @property
    def _apps(self) -> client.AppsV1Api:
        return client.AppsV1Api(self.cluster.api)

    def _configuration(self) -> dict[str, str]:
        name = "jupyter_easymaker_config.py"
        added = [f"c.ServiceConfig.{setting} = {value!r}" for setting, value in self.settings.items()]
        return {name: "\n".join([(PLACE / "backend" / name).read_text(), *added, ""])}

    def _as_tests_need(self, document: dict[str, Any]) -> dict[str, Any]:
        volumes, mounts = host_volumes()
        for container in _containers(document):
            pod = document["spec"]["template"]["spec"]
            pod.setdefault("volumes", []).extend(volumes)
            container["volumeMounts"].extend(mounts)
            container["resources"]["requests"]["cpu"] = "0"
            if container["name"] == "backend":
                pod["volumes"].append({"name": "nas", "hostPath": {"path": str(self.nas)}})
                container["volumeMounts"].append({"name": "nas", "mountPath": NAS})
        return document

    def _lead_to(self, name: str, port: int, target: tuple[str, int]) -> None:
        """Make a service that leads to a process of this machine."""
        meta = client.V1ObjectMeta(name=name)
        spec = client.V1ServiceSpec(ports=[client.V1ServicePort(port=port, target_port=target[1])])
        self._core.create_namespaced_service(_NAMESPACE, client.V1Service(metadata=meta, spec=spec))
        subset = client.V1EndpointSubset(
            addresses=[client.V1EndpointAddress(ip=target[0])], ports=[client.CoreV1EndpointPort(port=target[1])]
        )
        self._core.create_namespaced_endpoints(_NAMESPACE, client.V1Endpoints(metadata=meta, subsets=[subset]))

    def _make_volume(self, claim: str, size: str) -> None:
        """Provide a claim with a volume whose group the kubelet sets, which it does not for mere host paths."""
        place = self.cluster.directory / "volumes" / claim
        place.mkdir(parents=True)
        node = {"key": "kubernetes.io/hostname", "operator": "In", "values": ["127.0.0.1"]}
        volume = {
            "metadata": {"name": claim},
            "spec": {
                "capacity": {"storage": size},
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": "test",
                "claimRef": {"namespace": _NAMESPACE, "name": claim},
                "local": {"path": str(place)},
                "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [node]}]}},
            },
        }
        self._core.create_persistent_volume(volume)
