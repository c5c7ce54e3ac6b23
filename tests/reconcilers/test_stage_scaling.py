"""The autoscaler over time: when instances and pods come and go, by the clock of the test."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jupyter_easymaker.reconcilers.stage_scaling import (
    Decision,
    Load,
    Memory,
    PodScaling,
    ScalingPace,
    Settings,
    decide,
)
from jupyter_easymaker.resources.endpoint_model import ScaleMetric

PACE = ScalingPace()
SETTINGS = Settings(
    enabled=True,
    min_nodes=1,
    max_nodes=4,
    scale_down=True,
    threshold=50,
    unneeded_minutes=10,
    delay_after_add_minutes=5,
    base_nodes=1,
    affordable_nodes=10,
)


class Stage:
    """A stage whose load the test sets, looked at every 5 seconds."""

    def __init__(self, settings: Settings = SETTINGS, base_pods: int = 2) -> None:
        self.settings = settings
        self.nodes = settings.base_nodes
        self.resource = PodScaling("m", base_pods, base_pods, Load())
        self.memory = Memory()
        self.now = 1_000_000.0
        self.last: Decision | None = None

    def look(self, seconds: float = 5.0, **load: float) -> Decision:
        self.now += seconds
        resource = replace(self.resource, load=Load(**load), wanted=self.memory.wanted.get("m", ()))
        self.last = decide(PACE, self.settings, self.nodes, [resource], self.memory, self.now)
        self.nodes, self.memory = self.last.nodes, self.last.memory
        self.resource = replace(self.resource, pods=self.last.pods["m"])
        return self.last

    def minutes(self, number: float, **load: float) -> None:
        for _ in range(int(number * 12)):
            self.look(**load)


@pytest.mark.parametrize("load", [{"cpu": 90.0}, {"memory": 95.0}, {"in_flight": 16.0}])
def test_load_of_any_kind_adds_instances_and_pods_in_proportion(load: dict[str, float]) -> None:
    stage = Stage()
    stage.look(**load)
    assert (stage.nodes, stage.resource.pods) == (2, 4)


def test_no_more_than_the_maximum_and_no_more_than_the_machine_has() -> None:
    stage = Stage()
    stage.minutes(1, cpu=100.0)
    assert stage.nodes == 4
    small = Stage(replace(SETTINGS, affordable_nodes=2))
    small.minutes(1, cpu=100.0)
    assert small.nodes == 2


def test_unknown_load_changes_nothing() -> None:
    stage = Stage()
    stage.nodes = 3
    stage.minutes(60)
    assert stage.nodes == 3


def test_instance_is_removed_only_after_both_delays_and_one_at_a_time() -> None:
    stage = Stage()
    stage.look(cpu=100.0)
    stage.look(cpu=100.0)
    assert stage.nodes == 3
    stage.minutes(14.9, cpu=10.0)  # 5 minutes after adding, then 10 below the threshold
    assert stage.nodes == 3
    stage.minutes(0.5, cpu=10.0)
    assert (stage.nodes, stage.resource.pods) == (2, 4)
    stage.minutes(9.5, cpu=10.0)
    assert stage.nodes == 2
    stage.minutes(1, cpu=10.0)
    assert stage.nodes == 1
    stage.minutes(60, cpu=1.0)
    assert stage.nodes == 1


def test_load_in_between_begins_the_time_below_the_threshold_anew() -> None:
    stage = Stage()
    stage.nodes = 2
    stage.minutes(9, cpu=10.0)
    stage.look(cpu=60.0)
    stage.minutes(9, cpu=10.0)
    assert stage.nodes == 2
    stage.minutes(2, cpu=10.0)
    assert stage.nodes == 1


def test_nothing_is_removed_that_would_have_to_come_back() -> None:
    stage = Stage(replace(SETTINGS, threshold=50))
    stage.nodes = 2
    stage.minutes(60, cpu=45.0)  # one instance would be 90 percent busy
    assert stage.nodes == 2


def test_scaling_down_can_be_off_and_the_autoscaler_too() -> None:
    stage = Stage(replace(SETTINGS, scale_down=False))
    stage.nodes = 3
    stage.minutes(60, cpu=1.0)
    assert stage.nodes == 3
    off = Stage(replace(SETTINGS, enabled=False))
    off.minutes(10, cpu=100.0)
    assert off.nodes == 1


def test_changed_limits_hold_at_once() -> None:
    stage = Stage(replace(SETTINGS, min_nodes=3))
    stage.look(cpu=60.0)
    assert stage.nodes == 3
    stage.settings = replace(SETTINGS, max_nodes=2)
    stage.look(cpu=60.0)
    assert stage.nodes == 2


def test_what_is_remembered_survives_the_store() -> None:
    from jupyter_easymaker.reconcilers.stage_meter import json_of, memory_of

    memory = Memory(1.5, 2.5, {"m": ((1.0, 3), (2.0, 2))})
    assert memory_of(json_of(memory, "")) == memory


class TestPodsOfTheirOwnMetric:
    """As Kubernetes' HPA: ratio, tolerance, stabilisation."""

    def stage(self, target: float = 50.0, **more: object) -> Stage:
        stage = Stage(replace(SETTINGS, **more))  # type: ignore[arg-type]
        stage.resource = replace(
            stage.resource, base_pods=1, pods=1, metric=ScaleMetric.CPU_UTILIZATION, target=target, per_node=2.0
        )
        return stage

    def test_pods_follow_the_ratio_and_instances_what_they_need(self) -> None:
        stage = self.stage()
        stage.look(cpu=100.0)
        assert (stage.resource.pods, stage.nodes) == (2, 1)
        stage.look(cpu=100.0)
        assert (stage.resource.pods, stage.nodes) == (4, 2)

    def test_metric_near_its_target_changes_nothing(self) -> None:
        stage = self.stage()
        stage.resource = replace(stage.resource, pods=2)
        stage.look(cpu=54.0)
        assert stage.resource.pods == 2

    def test_pods_go_only_after_the_stabilisation_and_never_below_what_was_set(self) -> None:
        stage = self.stage()
        stage.look(cpu=100.0)
        stage.minutes(4.5, cpu=1.0)
        assert stage.resource.pods == 2
        stage.minutes(1, cpu=1.0)
        assert stage.resource.pods == 1
        stage.minutes(30, cpu=0.0)
        assert stage.resource.pods == 1

    def test_without_an_autoscaler_pods_fill_what_the_instances_have(self) -> None:
        stage = self.stage(enabled=False)
        stage.minutes(1, cpu=100.0)
        assert (stage.resource.pods, stage.nodes) == (2, 1)

    def test_requests_in_flight_are_counted_by_pod(self) -> None:
        stage = self.stage(target=4)
        stage.resource = replace(stage.resource, metric=ScaleMetric.REQUESTS_IN_FLIGHT)
        stage.look(in_flight=12.0)
        assert stage.resource.pods == 3
