"""The search: what each strategy chooses, that a restart changes nothing, and who is ended early."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import product

import pytest

from jupyter_easymaker.metrics.series import Series
from jupyter_easymaker.resources.hyperparameter_tuning import ObjectiveType, TuningStrategy
from jupyter_easymaker.resources.search_space import HyperparameterRange
from jupyter_easymaker.search.study import KnownTrial, Search

MINIMIZE = ObjectiveType.MINIMIZE


def spec(name: str, kind: str, low: str | None = None, high: str | None = None, step: str | None = None,
         values: str | None = None) -> HyperparameterRange:  # fmt: skip
    return HyperparameterRange.model_validate(
        {
            "hyperparameterName": name,
            "hyperparameterTypeCode": kind,
            "hyperparameterMinValue": low,
            "hyperparameterMaxValue": high,
            "hyperparameterStep": step,
            "hyperparameterSpecifiedValues": values,
        }
    )


SPACE = [
    spec("rate", "double", "0.001", "1"),
    spec("depth", "int", "1", "9"),
    spec("kind", "categorical", values="a, b"),
]
STRATEGIES = [each for each in TuningStrategy if each not in (TuningStrategy.GRID, TuningStrategy.GAUSSIAN_PROCESS)]


def objective(parameters: dict[str, str]) -> float:
    bonus = 0.5 if parameters["kind"] == "b" else 0.0
    return (float(parameters["rate"]) - 0.3) ** 2 + (int(parameters["depth"]) - 4) ** 2 / 50 - bonus


def run(search: Search, trials: list[KnownTrial], count: int) -> list[KnownTrial]:
    """Run trials one after the other."""
    trials = list(trials)
    while len(trials) < count:
        found = search.suggest(trials)
        assert found is not None
        value = objective(found.parameters)
        trials.append(KnownTrial(len(trials), found.parameters, True, value, memory=found.memory))
    return trials


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_same_seed_chooses_the_same_also_over_a_restart_in_the_middle(strategy: TuningStrategy) -> None:
    straight = run(Search(SPACE, strategy, MINIMIZE, 7), [], 24)
    half = run(Search(SPACE, strategy, MINIMIZE, 7), [], 13)
    restarted = run(Search(SPACE, strategy, MINIMIZE, 7), half, 24)
    assert [each.parameters for each in restarted] == [each.parameters for each in straight]
    other = run(Search(SPACE, strategy, MINIMIZE, 8), [], 24)
    if strategy is not TuningStrategy.QMC:  # a Sobol sequence has no chance in it after its first point
        assert [each.parameters for each in other] != [each.parameters for each in straight]


@pytest.mark.parametrize("strategy", [TuningStrategy.BAYESIAN_OPTIMIZATION, TuningStrategy.CMA_ES])
def test_search_learns(strategy: TuningStrategy) -> None:
    trials = run(Search(SPACE, strategy, MINIMIZE, 1), [], 80)
    values = [trial.objective or 0.0 for trial in trials]
    assert sum(values[-20:]) / 20 < sum(values[:20]) / 20 - 0.1


def test_values_stay_in_their_ranges_and_on_their_steps() -> None:
    space = [
        spec("a", "double", "0.1", "0.65", "0.1"),
        spec("b", "int", "10", "100", "25"),
        spec("c", "discrete", values="8,16"),
    ]
    trials: list[KnownTrial] = []
    search = Search(space, TuningStrategy.RANDOM, MINIMIZE, 3)
    for number in range(60):
        found = search.suggest(trials)
        assert found is not None
        trials.append(KnownTrial(number, found.parameters, True, 1.0))
    assert {each.parameters["a"] for each in trials} == {"0.1", "0.2", "0.3", "0.4", "0.5", "0.6"}
    assert {each.parameters["b"] for each in trials} == {"10", "35", "60", "85"}
    assert {each.parameters["c"] for each in trials} == {"8", "16"}


@pytest.mark.parametrize("strategy", [*STRATEGIES, TuningStrategy.GRID])
def test_range_of_one_value_holds_it_fixed(strategy: TuningStrategy) -> None:
    fixed = [spec("steps", "int", "1", "1", "1"), spec("decay", "double", "0.1", "0.1"), spec("own", "int", "1", "9")]
    search = Search(fixed, strategy, MINIMIZE, 3)
    trials: list[KnownTrial] = []
    while len(trials) < 9:
        found = search.suggest(trials)
        assert found is not None
        assert (found.parameters["steps"], found.parameters["decay"]) == ("1", "0.1")
        trials.append(KnownTrial(len(trials), found.parameters, True, float(found.parameters["own"])))
    assert search.importances(trials)["own"] > 0.9
    assert (search.suggest(trials) is None) == (strategy is TuningStrategy.GRID)


def test_grid_tries_every_point_once_and_knows_its_end() -> None:
    space = [
        spec("a", "double", "0.1", "0.3", "0.1"),
        spec("b", "int", "1", "2"),
        spec("c", "categorical", values="x,y"),
    ]
    search = Search(space, TuningStrategy.GRID, MINIMIZE, 5)
    trials: list[KnownTrial] = []
    while (found := search.suggest(trials)) is not None:
        trials.append(KnownTrial(len(trials), found.parameters, len(trials) % 2 == 0, 1.0, memory=found.memory))
        if len(trials) == 5:
            search = Search(space, TuningStrategy.GRID, MINIMIZE, 5)  # a restart
    tried = [tuple(each.parameters.values()) for each in trials]
    assert sorted(tried) == sorted(product(("0.1", "0.2", "0.3"), ("1", "2"), ("x", "y")))


def test_trials_that_run_failed_or_were_stopped_do_not_disturb_the_search() -> None:
    search = Search(SPACE, TuningStrategy.BAYESIAN_OPTIMIZATION, MINIMIZE, 1)
    trials = run(search, [], 15)
    for state in (
        {"ended": False},
        {"ended": True},
        {"ended": True, "early_stopped": True, "points": [(0, 1.0), (1, 2.0)]},
    ):
        found = search.suggest(trials)
        assert found is not None
        trials.append(KnownTrial(len(trials), found.parameters, memory=found.memory, **state))  # type: ignore[arg-type]
    trials[15] = replace(trials[15], ended=True, objective=0.1)
    again = Search(SPACE, TuningStrategy.BAYESIAN_OPTIMIZATION, MINIMIZE, 1).suggest(trials)
    assert again is not None
    assert search.suggest(trials) == again


def test_suggestion_that_was_not_used_is_made_again() -> None:
    search = Search(SPACE, TuningStrategy.RANDOM, MINIMIZE, 1)
    assert search.suggest([]) == search.suggest([])


def curve(number: int, level: float, steps: int, *, ended: bool = True) -> KnownTrial:
    points = [(step, level + 1 / (step + 1)) for step in range(steps)]
    parameters = {"rate": "0.5", "depth": "3", "kind": "a"}
    return KnownTrial(number, parameters, ended, points[-1][1] if ended else None, points=points)


def test_median_ends_the_hopeless_from_a_step_on_and_with_enough_others() -> None:
    others = [curve(number, level, 10) for number, level in enumerate((1.0, 2.0, 3.0))]

    def is_hopeless(*trials: KnownTrial) -> bool:
        search = Search(SPACE, TuningStrategy.RANDOM, MINIMIZE, 1, median=(3, 4))
        return search.is_hopeless(trials, len(trials) - 1)

    assert not is_hopeless(*others[:2], curve(2, 9.0, 8, ended=False))  # too few others
    assert not is_hopeless(*others, curve(3, 9.0, 3, ended=False))  # too early
    assert is_hopeless(*others, curve(3, 9.0, 6, ended=False))
    assert not is_hopeless(*others, curve(3, 1.5, 6, ended=False))


def test_hopeless_trial_of_a_long_run_is_ended_though_curves_are_thinned_out() -> None:
    def thinned_curve(number: int, level: float, steps: int, *, ended: bool = True) -> KnownTrial:
        series = Series()
        chance = random.Random(number)  # so that each trial's lowest and highest points lie elsewhere
        for step in range(steps):
            series.add(step, None, level + chance.random() / 10)
        points = [(step, value) for step, _, value in series.points(1000)]
        return KnownTrial(number, {"rate": "0.5", "depth": "3", "kind": "a"}, ended, level if ended else None,
                          points=points)  # fmt: skip

    others = [thinned_curve(number, float(number), 20_000 + 3000 * number) for number in range(5)]
    for steps in (1_500, 7_003, 19_999):
        for level, hopeless in ((9.0, True), (0.5, False)):
            search = Search(SPACE, TuningStrategy.RANDOM, MINIMIZE, 1, median=(3, 4))
            assert search.is_hopeless([*others, thinned_curve(5, level, steps, ended=False)], 5) is hopeless


def test_trial_that_tells_at_steps_of_its_own_is_left_alone() -> None:
    others = [curve(number, level, 10) for number, level in enumerate((1.0, 2.0, 3.0))]
    odd = KnownTrial(3, others[0].parameters, points=[(step + 1000, 9.0) for step in range(10)])
    assert not Search(SPACE, TuningStrategy.RANDOM, MINIMIZE, 1, median=(3, 4)).is_hopeless([*others, odd], 3)


def test_what_matters_is_told_once_enough_is_known() -> None:
    search = Search(SPACE, TuningStrategy.RANDOM, MINIMIZE, 1)
    trials = run(search, [], 3)
    with pytest.raises(ValueError, match="four trials"):
        search.importances(trials)
    trials = run(search, trials, 60)
    found = search.importances(trials)
    assert sum(found.values()) == pytest.approx(1)
    assert found["kind"] + found["depth"] > found["rate"]
