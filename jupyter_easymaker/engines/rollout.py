"""Which replicas of a service to drain, to start and to start again: pure, from what is wanted and what there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .service import ReplicaState

STABLE_SECONDS = 60.0
"""A replica that stayed ready so long and then ends is the first in a row to do so."""
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 60.0


@dataclass(frozen=True)
class Standing:
    """A replica as the plan sees it."""

    name: str
    number: int
    revision: int
    state: ReplicaState
    served: bool = False
    """It, or one before it in its place, was ready once."""
    retry_in: float = 0.0
    """Seconds until a failed one may be started again."""


@dataclass(frozen=True)
class Plan:
    """What to do now, by the replicas' names."""

    drain: tuple[str, ...] = ()
    restart: tuple[str, ...] = ()
    start: int = 0
    """How many new ones of the wanted revision."""


def plan(revision: int, wanted: int, replicas: Sequence[Standing]) -> Plan:
    """Return the next step towards ``wanted`` ready replicas of a revision and no others.

    While replicas of earlier revisions serve, one new replica at a time is brought about, and as many earlier ones
    are kept (and started again) as it takes to have ``wanted`` ready. Earlier ones that never served are of no use.
    """
    staying = [each for each in replicas if each.state is not ReplicaState.DRAINING]
    current = [each for each in staying if each.revision == revision]
    earlier = [each for each in staying if each.revision != revision]
    surplus = sorted(current, key=lambda each: (each.state is ReplicaState.READY, -each.number))
    drain = surplus[: max(0, len(current) - wanted)]
    current = [each for each in current if each not in drain]

    drain += [each for each in earlier if not each.served]
    earlier = [each for each in earlier if each.served]
    ready = sum(each.state is ReplicaState.READY for each in current)
    superseded = sorted(earlier, key=lambda each: (each.state is ReplicaState.READY, each.number))
    superseded = superseded[: max(0, ready + len(earlier) - wanted)]
    drain += superseded
    earlier = [each for each in earlier if each not in superseded]

    start = wanted - len(current)
    if earlier:
        start = min(start, 1) if ready == len(current) else 0
    due = [each for each in (*current, *earlier) if each.state is ReplicaState.FAILED and each.retry_in <= 0]
    return Plan(tuple(each.name for each in drain), tuple(each.name for each in due), start)


def pause(failures: int, was_ready: bool) -> float:
    """Return how many seconds to wait before a replica is started again.

    Args:
        failures: how many in a row, in this place, ended by themselves.
        was_ready: whether the last of them had been ready; the first such is started again at once.
    """
    if failures <= 1 and was_ready:
        return 0.0
    return float(min(_FIRST_PAUSE_SECONDS * 2 ** min(failures - 1, 16), _LONGEST_PAUSE_SECONDS))
