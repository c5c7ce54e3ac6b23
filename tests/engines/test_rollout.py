"""The next step of a service, for all there can be."""

from __future__ import annotations

import pytest

from jupyter_easymaker.engines.rollout import Plan, Standing, pause, plan
from jupyter_easymaker.engines.service import ReplicaState
from jupyter_easymaker.engines.service import ReplicaState as State


def standing(number: int, revision: int, state: ReplicaState, **settings: object) -> Standing:
    settings.setdefault("served", state is State.READY)
    return Standing(f"{revision}-{number}", number, revision, state, **settings)  # type: ignore[arg-type]


def test_all_replicas_of_a_new_service_start_at_once() -> None:
    assert plan(1, 3, []) == Plan(start=3)


def test_nothing_is_done_where_everything_is_as_wanted() -> None:
    assert plan(1, 1, [standing(0, 1, State.READY)]) == Plan()
    assert plan(1, 1, [standing(0, 1, State.STARTING)]) == Plan()
    assert plan(1, 1, [standing(0, 1, State.READY), standing(1, 1, State.DRAINING)]) == Plan()


def test_fewer_replicas_drain_those_that_do_not_serve_and_then_the_newest() -> None:
    replicas = [standing(0, 1, State.FAILED), standing(1, 1, State.READY), standing(2, 1, State.READY)]
    assert plan(1, 2, replicas).drain == ("1-0",)
    assert plan(1, 1, replicas).drain == ("1-0", "1-2")
    assert set(plan(1, 0, replicas).drain) == {"1-0", "1-1", "1-2"}


def test_change_starts_one_and_drains_nothing_before_it_is_ready() -> None:
    earlier = [standing(0, 1, State.READY), standing(1, 1, State.READY)]
    assert plan(2, 2, earlier) == Plan(start=1)
    for state in (State.QUEUED, State.STARTING, State.FAILED):
        assert plan(2, 2, [*earlier, standing(2, 2, state, retry_in=1)]) == Plan()
    assert plan(2, 2, [*earlier, standing(2, 2, State.READY)]) == Plan(drain=("1-0",), start=1)
    one_left = [standing(1, 1, State.READY), standing(2, 2, State.READY), standing(3, 2, State.READY)]
    assert plan(2, 2, one_left) == Plan(drain=("1-1",))


def test_earlier_replica_that_failed_makes_way_before_one_that_serves() -> None:
    earlier = [standing(0, 1, State.READY), standing(1, 1, State.FAILED, served=True)]
    assert plan(2, 2, [*earlier, standing(2, 2, State.READY)]) == Plan(drain=("1-1",), start=1)


def test_earlier_replicas_are_started_again_while_they_are_needed() -> None:
    replicas = [standing(0, 1, State.FAILED, served=True), standing(1, 2, State.FAILED, retry_in=3)]
    assert plan(2, 1, replicas) == Plan(restart=("1-0",))


def test_earlier_replicas_that_never_served_make_way_at_once() -> None:
    assert plan(2, 2, [standing(0, 1, State.STARTING), standing(1, 1, State.FAILED)]) == Plan(
        drain=("1-0", "1-1"), start=2
    )


def test_failed_replica_is_started_again_when_its_pause_is_over() -> None:
    assert plan(1, 1, [standing(0, 1, State.FAILED, retry_in=0.1)]) == Plan()
    assert plan(1, 1, [standing(0, 1, State.FAILED)]) == Plan(restart=("1-0",))


def test_fewer_replicas_during_a_change_drain_the_earlier_ones() -> None:
    replicas = [standing(n, 1, State.READY) for n in range(3)] + [standing(3, 2, State.STARTING)]
    assert plan(2, 1, replicas).drain == ("1-0", "1-1")


@pytest.mark.parametrize(
    ("failures", "was_ready", "seconds"),
    [(1, True, 0), (1, False, 0.5), (2, True, 1), (2, False, 1), (5, False, 8), (9, False, 60), (10**6, False, 60)],
)
def test_pauses_double_up_to_a_minute(failures: int, was_ready: bool, seconds: float) -> None:
    assert pause(failures, was_ready) == seconds
