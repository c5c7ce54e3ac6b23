"""What each pod of a stage may use: what was asked for it, else an equal share of what the stage's instances have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .endpoint_model import ResourceOptionDetail, cpus, mebibytes
from .flavor import Flavor

MIN_MEMORY_MIB = 128
"""With less no model server starts."""
_MIN_CPUS = 0.01


@dataclass(frozen=True)
class PodShare:
    """What one pod gets."""

    cpus: float
    memory_mib: int
    gpus: int = 0


@dataclass(frozen=True)
class PodsWanted:
    """The pods of one stage resource."""

    key: str
    pods: int
    option: ResourceOptionDetail | None = None


class PodsDoNotFit(ValueError):
    """The pods need more than the instances have; the message says of what, and ``key`` whose pods."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


def pod_shares(flavor: Flavor, nodes: int, wanted: Sequence[PodsWanted]) -> dict[str, PodShare]:
    """Return what a pod of each resource gets.

    Raises:
        PodsDoNotFit: they need more than there is.
    """
    given = {each.key: _given(flavor, each) for each in wanted if each.option is not None}
    left_cpus, left_memory, left_gpus = float(nodes * flavor.vcpus), nodes * flavor.ram, nodes * flavor.gpu_count
    for each in wanted:
        if each.key not in given:
            continue
        share = given[each.key]
        left_cpus -= share.cpus * each.pods
        left_memory -= share.memory_mib * each.pods
        left_gpus -= share.gpus * each.pods
        for left, what in ((left_cpus, "CPUs"), (left_memory, "memory"), (left_gpus, "GPUs")):
            if left < -1e-9:
                raise PodsDoNotFit(each.key, f"needs more {what} than {_instances(flavor, nodes)} have together")
    sharing = [each for each in wanted if each.key not in given]
    pods = sum(each.pods for each in sharing)
    if not pods:
        return given
    share = PodShare(int(left_cpus / pods * 1000) / 1000, left_memory // pods, left_gpus // pods)
    if share.memory_mib < MIN_MEMORY_MIB or share.cpus < _MIN_CPUS:
        raise PodsDoNotFit(
            sharing[-1].key,
            f"leaves each pod {share.cpus:g} CPUs and {max(0, share.memory_mib)} MiB of memory of "
            f"{_instances(flavor, nodes)}; a pod needs at least {MIN_MEMORY_MIB} MiB",
        )
    if left_gpus and not share.gpus:
        raise PodsDoNotFit(sharing[-1].key, f"asks for {pods} pods on {left_gpus} GPUs; a GPU is not shared")
    return {**given, **dict.fromkeys((each.key for each in sharing), share)}


def _given(flavor: Flavor, wanted: PodsWanted) -> PodShare:
    option = wanted.option
    assert option is not None, "only asked of those that have one"  # noqa: S101
    share = PodShare(cpus(option.cpu), mebibytes(option.memory), int(option.gpu))
    for asked, there, what in (
        (share.cpus, flavor.vcpus, "CPUs"),
        (share.memory_mib, flavor.ram, "MiB of memory"),
        (share.gpus, flavor.gpu_count, "GPUs"),
    ):
        if asked > there:
            raise PodsDoNotFit(wanted.key, f"asks for {asked:g} {what} a pod; an instance {flavor.name} has {there}")
    if share.memory_mib < MIN_MEMORY_MIB:
        raise PodsDoNotFit(
            wanted.key, f"asks for {share.memory_mib} MiB of memory a pod; it needs at least {MIN_MEMORY_MIB}"
        )
    return share


def _instances(flavor: Flavor, nodes: int) -> str:
    return f"{nodes} instance{'s' if nodes > 1 else ''} {flavor.name}"
