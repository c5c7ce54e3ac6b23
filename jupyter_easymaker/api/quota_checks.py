"""Refuse what a project's quota has no room for, in the transaction that would take it."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy.orm import Session

from ..resources.errors import EasyMakerError, ResultCode
from ..resources.quota import Held
from ..store import quotas

_NAMES = {
    "vcpus": "vCPU",
    "memory_mib": "MiB of memory",
    "gpus": "GPUs",
    "notebooks": "notebooks",
    "notebook_storage_gb": "GB of notebooks' storage",
}


def check_quota(session: Session, appkey: str, more: Held) -> None:
    """Refuse to hold more than the quota allows.

    Raises:
        EasyMakerError: QUOTA_EXCEEDED, saying what there is, what is held and what this would need.
    """
    limits = quotas.get(session, appkey, lock=True).model_dump(exclude_none=True)
    if not limits:
        return
    held, needed = asdict(quotas.held(session, appkey)), asdict(more)
    over = [name for name, limit in limits.items() if needed[name] and held[name] + needed[name] > limit]
    if over:
        sentences = [
            f"{limits[name]} {_NAMES[name]}, of which {held[name]} are held; this needs {needed[name]}" for name in over
        ]
        raise EasyMakerError(
            ResultCode.QUOTA_EXCEEDED,
            f"The project {appkey} may hold {'; '.join(sentences)}. End or delete something, or ask an administrator.",
        )
