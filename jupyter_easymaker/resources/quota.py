"""Quotas: what a project may hold at once."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Annotated

from pydantic import Field

from .base import RequestModel, WireModel

_Limit = Annotated[int | None, Field(ge=0, le=10**9)]


class Quota(RequestModel):
    """What a project may hold at once; absent: as much as there is."""

    vcpus: _Limit = Field(None, title="vCPU", description="Of trainings, tunings and notebooks that run or are to run.")
    memory_mib: _Limit = Field(None, title="Memory (MiB)")
    gpus: _Limit = Field(None, title="GPUs")
    notebooks: _Limit = Field(None, title="Notebooks", description="Stopped ones included.")
    notebook_storage_gb: _Limit = Field(
        None, title="Storage of notebooks (GB)", description="Boot and data storage of all notebooks together."
    )


@dataclass(frozen=True)
class Held:
    """What is held, in the units of the quota."""

    vcpus: int = 0
    memory_mib: int = 0
    gpus: int = 0
    notebooks: int = 0
    notebook_storage_gb: int = 0

    def __sub__(self, other: Held) -> Held:
        return Held(*(max(0, getattr(self, each.name) - getattr(other, each.name)) for each in fields(Held)))

    def __add__(self, other: Held) -> Held:
        return Held(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(Held)))


class QuotaView(WireModel):
    """A project's quota and what of it is held."""

    app_key: str
    quota: Quota
    held: dict[str, int]
