"""Notebooks as pods of a Kubernetes: KubeSpawner, with what the backend says a notebook is to be."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from kubernetes_asyncio.client.rest import ApiException
from kubespawner import KubeSpawner
from traitlets import Dict, Float, List, Unicode

from . import pull_secret
from .backed import BackedByEasyMaker, SpawnRefused

MOUNT = "/root/easymaker"
_DATA = "data-storage"
_STARTER = ["python", "-m", "jupyter_easymaker.notebook.start", "jupyterhub-singleuser", "--allow-root"]
_STUCK = {
    "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError",
    "CreateContainerError", "RunContainerError",
}  # fmt: skip
"""Why a container waits when it is for something that rarely comes by itself."""
_LOOK_SECONDS = 0.5
_LAST_LINES = 20


class NotebookPodSpawner(BackedByEasyMaker, KubeSpawner):
    """Spawns notebooks as pods: root inside, as start-up scripts expect, with nothing of the node's.

    The data storage is a volume claim of the notebook's own at /root/easymaker, kept until the notebook is deleted;
    everything else is the container's and fresh at every start. NAS directories are mounted below /root.
    """

    default_image = Unicode(help="The image of notebooks whose catalogue entry has no address.").tag(config=True)
    nas_volumes = Dict(
        help="NAS id to the volume it is, as Kubernetes spells it: {'team': {'nfs': {'server': 'nas.example', "
        "'path': '/export'}}}, or {'team': {'persistentVolumeClaim': {'claimName': 'team'}}}."
    ).tag(config=True)
    starter = List(Unicode(), _STARTER, help="The command of a notebook's container.").tag(config=True)
    patience_seconds = Float(
        30.0, min=0.0, help="How long a pod may wait for an image that cannot be pulled until its start is given up."
    ).tag(config=True)

    _starting = False

    async def start_as(self, settings: dict[str, Any]) -> Any:
        self._become(settings)
        self._starting = True
        starting = asyncio.ensure_future(KubeSpawner.start(self))
        stuck_since: float | None = None
        try:
            while not (await asyncio.wait({starting}, timeout=_LOOK_SECONDS))[0]:
                await self._refuse_if_ended()
                reason = self._why_stuck()
                stuck_since = (stuck_since or time.monotonic()) if reason else None
                if stuck_since is not None and time.monotonic() - stuck_since >= self.patience_seconds:
                    raise SpawnRefused(reason)
            return starting.result()
        finally:
            starting.cancel()
            self._starting = False

    async def stop(self, now: bool = False) -> None:
        if self._starting:  # KubeSpawner removes a pod of this name that an earlier hub left
            await KubeSpawner.stop(self, now)
            return
        await super().stop(now)
        await pull_secret.remove(self.api, self.namespace, self._pull_secret_name)

    async def delete_forever(self) -> None:
        """Remove volume claim and pull secret: the notebook is deleted."""
        await pull_secret.remove(self.api, self.namespace, self._pull_secret_name)
        await super().delete_forever()

    @property
    def _pull_secret_name(self) -> str:
        return f"{self.pod_name}-pull"

    async def get_pod_manifest(self) -> Any:
        """Return the pod, after writing what its image is pulled with."""
        secrets = self._configured("image_pull_secrets")
        # What one pulled with a password must not be had without it because a node still has it.
        self.image_pull_policy = "Always" if self.server_settings.get("pullSecret") else self._pull_policy()
        if self.server_settings.get("pullSecret"):
            content = await self.docker_config(self.server_settings)
            labels = self._build_common_labels(self._expand_all(self.extra_labels))
            await pull_secret.write(self.api, self.namespace, self._pull_secret_name, content, labels)
            secrets.append({"name": self._pull_secret_name})
        self.image_pull_secrets = secrets
        return await super().get_pod_manifest()

    def _become(self, settings: dict[str, Any]) -> None:
        """Take over what the backend says; whatever an earlier start set is set anew."""
        self.image = settings["imageAddress"] or self.default_image
        if not self.image:
            raise SpawnRefused(
                f"The image {settings['imageId']} has no address; give it one in the catalogue, or set "
                "NotebookPodSpawner.default_image."
            )
        self.cmd = list(self.starter)
        self.notebook_dir = "/root"
        self.cpu_guarantee, self.mem_guarantee = self.cpu_limit, self.mem_limit
        limits = {"ephemeral-storage": f"{settings['bootStorageSize']}Gi"}
        if settings["gpuCount"]:
            limits["nvidia.com/gpu"] = str(settings["gpuCount"])
        self.extra_resource_limits = limits
        self.storage_pvc_ensure = True
        self.storage_capacity = f"{settings['dataStorageSize']}Gi"
        volumes, mounts = nas_mounts(settings["nasList"], self.nas_volumes)
        data = {"name": _DATA, "persistentVolumeClaim": {"claimName": self.pvc_name}}
        self.volumes = [*self._configured("volumes"), data, *volumes]
        own = {"name": _DATA, "mountPath": MOUNT}
        self.volume_mounts = [*self._configured("volume_mounts"), own, *mounts]
        # A pod counts as running once its server listens: until then its start-up scripts run.
        probe = {"tcpSocket": {"port": self.port}, "periodSeconds": 1, "failureThreshold": 3}
        self.extra_container_config = {**self._configured_dict("extra_container_config"), "readinessProbe": probe}

    def _pull_policy(self) -> str | None:
        given = {**self.config.KubeSpawner, **self.config.NotebookPodSpawner}
        policy: str | None = given.get("image_pull_policy")
        return policy

    def _configured(self, name: str) -> list[Any]:
        given = [section.get(name, []) for section in (self.config.KubeSpawner, self.config.NotebookPodSpawner)]
        return [each for value in given for each in ([value] if isinstance(value, str) else value)]

    def _configured_dict(self, name: str) -> dict[str, Any]:
        return {**self.config.KubeSpawner.get(name, {}), **self.config.NotebookPodSpawner.get(name, {})}

    def _pod(self) -> dict[str, Any] | None:
        reflector = self.pod_reflector
        found: dict[str, Any] | None = reflector and reflector.pods.get(f"{self.namespace}/{self.pod_name}")
        return found

    def _why_stuck(self) -> str:
        """Return why the pod does not come up, empty if it may just take its time."""
        for container in ((self._pod() or {}).get("status") or {}).get("containerStatuses") or []:
            waiting = container["state"].get("waiting")
            if waiting and waiting.get("reason") in _STUCK:
                told = self._told_by_events() or waiting.get("message") or waiting["reason"]
                return f"The image {container['image']} cannot be started: {told}"
        return ""

    def _told_by_events(self) -> str:
        """Return what Kubernetes complained of last about the pod or its volume claim."""
        warnings = [each["message"] for each in self.events if each.get("type") == "Warning" and each.get("message")]
        # "Error: ImagePullBackOff" comes after what explains it.
        explaining = [each for each in warnings if not each.startswith("Error: ")]
        return next(iter(reversed(explaining or warnings)), "")

    async def _refuse_if_ended(self) -> None:
        """Raise if the server has ended already, with the last lines it printed."""
        for container in ((self._pod() or {}).get("status") or {}).get("containerStatuses") or []:
            ended = container["state"].get("terminated")
            if ended is not None:
                raise SpawnRefused(f"Its server ended with exit status {ended['exitCode']}: {await self._last_lines()}")

    async def _last_lines(self) -> str:
        try:
            log = await self.api.read_namespaced_pod_log(self.pod_name, self.namespace, tail_lines=_LAST_LINES)
        except ApiException as error:
            return f"its log cannot be read ({error.reason})"
        return str(log).strip() or "it printed nothing"

    def why_not_started(self) -> str:
        return self._why_stuck() or self._told_by_events()

    def get_env(self) -> dict[str, str]:
        env: dict[str, str] = super().get_env()
        return {**env, "EASYMAKER_TOKEN": env["JUPYTERHUB_API_TOKEN"], "EASYMAKER_START_BACKEND": "0", "HOME": "/root"}


def nas_mounts(nas: list[dict[str, str]], known: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the volumes and mounts of a notebook's NAS directories, as pods spell them.

    Args:
        nas: each ``{"mountDirectoryName", "nasUri"}``.
        known: NAS id to volume.

    Raises:
        SpawnRefused: a NAS is not known.
    """
    volumes: dict[str, dict[str, Any]] = {}
    mounts: list[dict[str, Any]] = []
    for each in nas:
        nas_id, _, path = each["nasUri"].removeprefix("nas://").partition(":/")
        if nas_id not in known:
            raise SpawnRefused(f"There is no NAS {nas_id} on this cluster; see NotebookPodSpawner.nas_volumes.")
        volumes.setdefault(nas_id, {"name": f"nas-{len(volumes)}", **known[nas_id]})
        mount = {"name": volumes[nas_id]["name"], "mountPath": f"/root/{each['mountDirectoryName']}"}
        mounts.append({**mount, "subPath": path} if path else mount)
    return list(volumes.values()), mounts
