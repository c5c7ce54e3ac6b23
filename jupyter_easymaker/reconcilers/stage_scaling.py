"""How many instances and pods a stage is to have: pure functions over time, so that every delay can be tested.

Instances follow the load of the stage (CPU, memory, requests in flight); pods follow the number of instances in
proportion, except where a resource scales its own: then its pods follow its metric, as Kubernetes' HPA does it, and
instances follow what the pods need.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil

from ..resources.endpoint_model import ScaleMetric


@dataclass(frozen=True)
class ScalingPace:
    """How fast scaling reacts. Seconds."""

    look: float = 5.0
    """How often it looks."""
    window: float = 60.0
    """Over how long load is averaged."""
    minute: float = 60.0
    """How long a minute of people's settings lasts."""
    stabilization: float = 300.0
    """So long the pods of a resource that scales itself stay as many as were ever wanted in that time."""
    add_above: float = 80.0
    """Instances are added when their use, in percent, is above this."""
    in_flight_per_pod: float = 8.0
    """So many requests at once count as 100 percent of a pod."""
    tolerance: float = 0.1
    """HPA's: a metric this near to its target changes nothing."""


@dataclass(frozen=True)
class Settings:
    """A stage's autoscaler as people set it."""

    enabled: bool
    min_nodes: int
    max_nodes: int
    scale_down: bool
    threshold: float
    """Percent."""
    unneeded_minutes: float
    delay_after_add_minutes: float
    base_nodes: int
    """The number of instances the pod counts go with."""
    affordable_nodes: int
    """How many the engine could give."""

    @property
    def lowest(self) -> int:
        return min(self.min_nodes, self.highest) if self.enabled else self.base_nodes

    @property
    def highest(self) -> int:
        if not self.enabled:
            return self.base_nodes
        return max(1, min(self.max_nodes, max(self.affordable_nodes, self.min_nodes)))


@dataclass(frozen=True)
class Load:
    """What one resource's pods use, averaged over the window; None: not known yet."""

    cpu: float | None = None
    memory: float | None = None
    """Percent of what its pods have."""
    in_flight: float | None = None
    """Requests at once, over all its pods."""


@dataclass(frozen=True)
class PodScaling:
    """One resource of the stage."""

    key: str
    base_pods: int
    pods: int
    load: Load
    metric: ScaleMetric | None = None
    """None: its pods follow the number of instances."""
    target: float = 0.0
    per_node: float = 1.0
    """How many of its pods an instance holds, were it alone there."""
    wanted: tuple[tuple[float, int], ...] = ()
    """(when, pods) its metric asked for, of the last while."""


@dataclass(frozen=True)
class Memory:
    """What is remembered between two looks."""

    added_at: float | None = None
    below_since: float | None = None
    wanted: Mapping[str, tuple[tuple[float, int], ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """What is to be now."""

    nodes: int
    pods: Mapping[str, int]
    memory: Memory
    reason: str = ""
    """Why the number of instances changed."""


def decide(
    pace: ScalingPace, settings: Settings, nodes: int, resources: Sequence[PodScaling], memory: Memory, now: float
) -> Decision:
    """Return how many instances and pods a stage is to have.

    Args:
        nodes: how many instances it has.
        now: seconds since 1970.
    """
    wanted = {each.key: _recommended(pace, each, now) for each in resources if each.metric is not None}
    pods_of_own = {key: max(number for _, number in history) for key, history in wanted.items()}
    needed = ceil(sum(pods_of_own[each.key] / each.per_node for each in resources if each.key in pods_of_own) - 1e-9)
    following = [each for each in resources if each.metric is None]
    target, kept, reason = _nodes(pace, settings, nodes, following, needed, memory, now)
    pods = {each.key: max(1, ceil(each.base_pods * target / settings.base_nodes - 1e-9)) for each in following}
    pods |= _within(target, [each for each in resources if each.key in pods_of_own], pods_of_own)
    return Decision(target, pods, replace(kept, wanted=wanted), reason)


def _nodes(
    pace: ScalingPace,
    settings: Settings,
    nodes: int,
    following: Sequence[PodScaling],
    needed: int,
    memory: Memory,
    now: float,
) -> tuple[int, Memory, str]:
    least = min(max(settings.lowest, needed), settings.highest)
    if nodes > settings.highest:
        return settings.highest, Memory(memory.added_at), f"At most {settings.highest} instances are allowed."
    if nodes < least:
        why = "its pods need them" if needed > settings.lowest else f"at least {settings.lowest} are wanted"
        return least, Memory(now), f"Instances were added: {why}."
    if not settings.enabled:
        return nodes, Memory(), ""
    use, what = _use(pace, following)
    if use is not None and use > pace.add_above and nodes < settings.highest:
        more = min(settings.highest, max(nodes + 1, ceil(nodes * use / pace.add_above)))
        return more, Memory(now), f"Instances were added: {what} was {use:.0f} percent."
    return _fewer(pace, settings, nodes, least, use if following else 0.0, memory, now)


def _fewer(
    pace: ScalingPace, settings: Settings, nodes: int, least: int, use: float | None, memory: Memory, now: float
) -> tuple[int, Memory, str]:
    """Return the number after taking one away, if that is due."""
    waits_until = (memory.added_at or 0.0) + settings.delay_after_add_minutes * pace.minute
    # With one fewer the rest must not be so busy that it comes back.
    calm = use is not None and use < settings.threshold and (nodes < 2 or use * nodes / (nodes - 1) < pace.add_above)
    if not settings.scale_down or nodes <= least or not calm or now < waits_until:
        return nodes, Memory(memory.added_at), ""
    since = memory.below_since if memory.below_since is not None else now
    if now - since < settings.unneeded_minutes * pace.minute:
        return nodes, Memory(memory.added_at, since), ""
    return nodes - 1, Memory(memory.added_at, now), f"An instance was removed: use was {use:.0f} percent."


def _use(pace: ScalingPace, following: Sequence[PodScaling]) -> tuple[float | None, str]:
    """Return how busy the stage is, in percent, and by what measure."""
    found: list[tuple[float, str]] = []
    for each in following:
        for value, what in ((each.load.cpu, "CPU use"), (each.load.memory, "memory use")):
            if value is not None:
                found.append((value, what))
        if each.load.in_flight is not None:
            found.append((each.load.in_flight / max(1, each.pods) / pace.in_flight_per_pod * 100, "request load"))
    return max(found) if found else (None, "")


def _recommended(pace: ScalingPace, each: PodScaling, now: float) -> tuple[tuple[float, int], ...]:
    """Return what a resource's metric asks for now and has asked for lately."""
    number = _hpa(pace, each)
    # Of those before, what is no more than this one can never be the most of the window again.
    before = [(at, pods) for at, pods in each.wanted if now - at < pace.stabilization and pods > number]
    return (*before, (now, number))


def _hpa(pace: ScalingPace, each: PodScaling) -> int:
    load = each.load
    if each.metric is ScaleMetric.REQUESTS_IN_FLIGHT:
        value = None if load.in_flight is None else load.in_flight / max(1, each.pods)
    else:
        value = load.cpu if each.metric is ScaleMetric.CPU_UTILIZATION else load.memory
    if value is None:
        return max(each.base_pods, each.pods)
    ratio = value / each.target
    number = each.pods if abs(ratio - 1) <= pace.tolerance else ceil(each.pods * ratio - 1e-9)
    return max(each.base_pods, number)


def _within(nodes: int, resources: Sequence[PodScaling], wanted: Mapping[str, int]) -> dict[str, int]:
    """Return how many pods of each there is room for, taking from the largest first."""
    pods = dict(wanted)
    size = {each.key: 1 / each.per_node for each in resources}
    base = {each.key: each.base_pods for each in resources}
    while sum(pods[key] * size[key] for key in pods) > nodes + 1e-9:
        most = max((key for key in pods if pods[key] > base[key]), key=lambda key: pods[key], default=None)
        if most is None:
            break
        pods[most] -= 1
    return pods
