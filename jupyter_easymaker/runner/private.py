"""What of the environment is ours, and nobody else's: code of users must not find the backend's addresses or tokens."""

from __future__ import annotations

from collections.abc import Mapping

# What is inherited of ours may hold addresses and credentials of the backend, which are not the code's ...
_PRIVATE_PREFIXES = ("EM_", "EASYMAKER_", "JUPYTERHUB_", "JPY_", "JUPYTER_TOKEN")
# ... except what tells the node its place, by which the engine also finds processes of the job.
_KEPT = ("EM_JOB_ID", "EM_NODE_RANK", "EM_NODE_COUNT", "EM_NODE_ADDRESSES")


def without_ours(base: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without what is ours in it."""
    return {key: value for key, value in base.items() if key in _KEPT or not key.startswith(_PRIVATE_PREFIXES)}
