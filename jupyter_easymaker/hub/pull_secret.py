"""The Kubernetes Secret a private image is pulled with: made for one start of one notebook, gone when it stops.

It is deleted and created anew rather than changed: that is what the hub's role in its chart allows, and no old
password can stay. What it holds is in no log and no error.
"""

from __future__ import annotations

import base64
from typing import Any

from kubernetes_asyncio import client
from kubernetes_asyncio.client.rest import ApiException

from .backed import SpawnRefused

_TYPE = "kubernetes.io/dockerconfigjson"
_CONFLICT, _MISSING = 409, 404


def manifest(name: str, content: str, labels: dict[str, str]) -> client.V1Secret:
    """Return the Secret.

    Args:
        content: what ``docker login`` writes, ``{"auths": {...}}`` as JSON.
    """
    return client.V1Secret(
        type=_TYPE,
        metadata=client.V1ObjectMeta(name=name, labels=labels),
        data={".dockerconfigjson": base64.b64encode(content.encode()).decode()},
    )


async def write(api: Any, namespace: str, name: str, content: str, labels: dict[str, str]) -> None:
    """Have the Secret there with this content, whatever was there before.

    Raises:
        SpawnRefused: the cluster does not let us.
    """
    wanted = manifest(name, content, labels)
    try:
        try:
            await api.create_namespaced_secret(namespace, wanted)
        except ApiException as error:
            if error.status != _CONFLICT:
                raise
            await remove(api, namespace, name)
            await api.create_namespaced_secret(namespace, wanted)
    except ApiException as error:
        raise SpawnRefused(f"The pull secret {name} cannot be written: {_said(error)}") from None


async def remove(api: Any, namespace: str, name: str) -> None:
    """Have no Secret of this name.

    Raises:
        SpawnRefused: the cluster does not let us.
    """
    try:
        await api.delete_namespaced_secret(name, namespace)
    except ApiException as error:
        if error.status != _MISSING:
            raise SpawnRefused(f"The pull secret {name} cannot be removed: {_said(error)}") from None


def _said(error: ApiException) -> str:
    # Not the answer's body: a cluster may repeat in it what it was sent.
    return f"Kubernetes answers {error.status} {error.reason}"
