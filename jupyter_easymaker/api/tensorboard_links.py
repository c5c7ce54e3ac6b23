"""Where the TensorBoard of a resource is."""

from __future__ import annotations

from urllib.parse import quote


def tensorboard_path(kind: str, resource_id: str) -> str:
    """Return where a resource's TensorBoard is, relative to its project.

    Args:
        kind: ``training``, ``tuning`` or ``experiment``.
    """
    return f"tensorboards/{kind}-{resource_id}/"


def tensorboard_uri(public_url: str, appkey: str, kind: str, resource_id: str) -> str:
    """Return where a browser finds a resource's TensorBoard."""
    return f"{public_url}/v1.0/appkeys/{quote(appkey, safe='')}/{tensorboard_path(kind, resource_id)}"
