"""Instance types ("flavors" on the wire): how much of a machine one node of a job gets."""

from __future__ import annotations

from pydantic import Field

from .base import WireModel


class Flavor(WireModel):
    """An instance type."""

    id: str
    name: str
    vcpus: int
    ram: int
    """Memory in MiB."""
    disk: int = 0
    """Local disk in GB; 0 where the machine's own disk is used."""
    gpu_flavor: bool = False
    gpu_count: int = 0
    gpu_memory: int = 0
    """Memory of one GPU in MiB."""
    idle_minutes: int = Field(default=0, ge=0)
    """A notebook nobody uses for so long is stopped; 0: never."""
    group_type_code_list: list[str] = [
        "NOTEBOOK",
        "TRAINING",
        "HYPERPARAMETER_TUNING",
        "ENDPOINT",
        "BATCH_INFERENCE",
    ]
    """What the instance type may be used for."""

    @property
    def core_type_code(self) -> str:
        return "GPU" if self.gpu_flavor else "CPU"
