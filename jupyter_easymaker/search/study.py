"""The search of one tuning: Optuna's samplers and its median pruner, over trials the store remembers.

Nothing is kept here that the trials do not hold: a study is brought up to date from them before each question, and
made anew where it does not fit them - after a restart, or when another backend went on with the tuning. Each trial is
chosen with a seed of its own, made from the tuning's and the trial's number, so that a restart changes nothing.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Mapping, Sequence
from itertools import takewhile
from math import isfinite, prod
from operator import is_
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.trial import FrozenTrial, Trial, TrialState, create_trial

from ..resources.hyperparameter_tuning import ObjectiveType, TuningStrategy
from ..resources.search_space import HyperparameterRange
from .curve import comparable
from .known import KnownTrial, StrategyUnavailable, Suggestion
from .space import as_text, as_value, distributions

optuna.logging.set_verbosity(optuna.logging.WARNING)
warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)  # we test those that we offer

_STEPS_BACK = 64
"""How far back is looked for a step that other trials have: more than the curve of any is coarser than another's."""


class Search:
    """The search of one tuning.

    Args:
        specs: the search space.
        seed: of the tuning.
        median: from how many ended trials and from which step on trials are ended early; None: never.

    Raises:
        StrategyUnavailable: a package is missing.
    """

    def __init__(
        self,
        specs: Sequence[HyperparameterRange],
        strategy: TuningStrategy,
        objective: ObjectiveType,
        seed: int,
        median: tuple[int, int] | None = None,
    ) -> None:
        self._specs = {spec.hyperparameter_name: spec for spec in specs}
        self._distributions = distributions(specs)
        self._strategy = strategy
        self._objective = objective
        self._seed = seed
        self._pruner: optuna.pruners.BasePruner = optuna.pruners.NopPruner()
        if median is not None:
            self._pruner = optuna.pruners.MedianPruner(n_startup_trials=median[0], n_warmup_steps=median[1])
        self._states: list[TrialState] = []
        self._ended: list[KnownTrial] = []
        self._sampler(0)  # says at once what is missing
        self._begin_anew()

    def grid_size(self) -> int | None:
        """Return after how many trials there is nothing left to try; None: never."""
        if self._strategy is not TuningStrategy.GRID:
            return None
        return prod(spec.grid_size() or 1 for spec in self._specs.values())

    def suggest(self, trials: Sequence[KnownTrial]) -> Suggestion | None:
        """Return what the next trial tries, None when everything was tried.

        Args:
            trials: all there are, by number.
        """
        size = self.grid_size()
        if size is not None and len(trials) >= size:
            return None
        self._follow(trials)
        self._study.sampler = self._sampler(len(trials))
        trial = self._study.ask(self._distributions)
        self._states.append(TrialState.RUNNING)
        memory: dict[str, Any] = {}
        if attributes := self._storage.get_trial_system_attrs(self._id_of(trial.number)):
            memory["trial"] = dict(attributes)
        if attributes := self._storage.get_study_system_attrs(self._study_id):
            memory["study"] = dict(attributes)
        return Suggestion({name: as_text(self._specs[name], value) for name, value in trial.params.items()}, memory)

    def forget_last(self) -> None:
        """Forget the trial suggested last: it was not made."""
        self._begin_anew()

    def is_hopeless(self, trials: Sequence[KnownTrial], number: int) -> bool:
        """Return whether a running trial is worse than the median of those that ended, at the step it has reached."""
        self._follow(trials)
        trial = self._trial(number)
        points = comparable(trials[number].points)
        step = self._shared_step([step for step, _ in points])
        if step is None:
            return False
        self._report(trial, [point for point in points if point[0] <= step])
        return bool(trial.should_prune())

    def _shared_step(self, steps: Sequence[int]) -> int | None:
        """Return the last of a trial's steps that most of the ended ones have told of, too."""
        others = self._study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        for step in sorted(steps, reverse=True)[:_STEPS_BACK]:
            if 2 * sum(step in other.intermediate_values for other in others) >= len(others) > 0:
                return step
        return None

    def importances(self, trials: Sequence[KnownTrial]) -> dict[str, float]:
        """Return how much of the objective each hyperparameter explains, the most important first.

        Raises:
            ValueError: too few trials have ended, or all of them alike; says so.
        """
        self._follow(trials)
        told = [trial for trial in trials if _state(trial) is TrialState.COMPLETE]
        if len(told) < 4:
            raise ValueError("Shown once four trials have succeeded.")
        if len({trial.objective for trial in told}) == 1:
            raise ValueError("All trials have the same objective value so far.")
        evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
        try:
            found = optuna.importance.get_param_importances(self._study, evaluator=evaluator)
        except RuntimeError as error:
            raise ValueError("They cannot be told from these trials.") from error
        return {name: value for name, value in found.items() if isfinite(value)}

    def _follow(self, trials: Sequence[KnownTrial]) -> None:
        """Bring the study up to date; make it anew if it remembers anything else than the store."""
        # Ended trials given again are the same objects, and not compared one by one.
        seen = len(self._ended) if len(trials) >= len(self._ended) and all(map(is_, self._ended, trials)) else 0
        if len(self._states) > len(trials) or any(
            before.is_finished() and before is not _state(trial)
            for before, trial in zip(self._states[seen:], trials[seen:], strict=False)
        ):
            self._begin_anew()
            seen = 0
        # Optuna's grid wants to stop a loop when it is at its end, and there is none here.
        self._study.sampler = optuna.samplers.RandomSampler(seed=0) if self._is_grid else self._study.sampler
        for number, trial in enumerate(trials[seen:], seen):
            if number >= len(self._states):
                self._add(trial)
            elif trial.ended and not self._states[number].is_finished():
                self._tell(number, trial)
        self._ended = [*trials[:seen], *takewhile(lambda trial: trial.ended, trials[seen:])]

    @property
    def _is_grid(self) -> bool:
        return self._strategy is TuningStrategy.GRID

    def _add(self, known: KnownTrial) -> None:
        values = {name: as_value(self._specs[name], text) for name, text in known.parameters.items()}
        for key, value in known.memory.get("study", {}).items():
            self._storage.set_study_system_attr(self._study_id, key, value)
        state = _state(known)
        self._study.add_trial(
            create_trial(
                state=state,
                value=known.objective if state is TrialState.COMPLETE else None,
                params=values,
                distributions=self._distributions,
                system_attrs=dict(known.memory.get("trial", {})),
                intermediate_values=dict(comparable(known.points)) if known.ended else {},  # told when asked
            )
        )
        self._states.append(state)

    def _tell(self, number: int, known: KnownTrial) -> None:
        trial = self._trial(number)
        self._report(trial, comparable(known.points))
        state = _state(known)
        self._study.tell(trial, known.objective if state is TrialState.COMPLETE else None, state=state)
        self._states[number] = state

    def _trial(self, number: int) -> Trial:
        return Trial(self._study, self._id_of(number))

    def _id_of(self, number: int) -> int:
        return self._storage.get_trial_id_from_study_id_trial_number(self._study_id, number)

    def _report(self, trial: Trial, points: Sequence[tuple[int, float]]) -> None:
        there = self._study.get_trials(deepcopy=False)[trial.number].intermediate_values
        for step, value in points:
            if step not in there and step >= 0:
                trial.report(value, step)

    def _begin_anew(self) -> None:
        self._storage = optuna.storages.InMemoryStorage()
        self._study = optuna.create_study(
            storage=self._storage,
            sampler=optuna.samplers.RandomSampler(seed=0),
            pruner=self._pruner,
            direction="minimize" if self._objective is ObjectiveType.MINIMIZE else "maximize",
        )
        self._study_id = self._storage.get_study_id_from_name(self._study.study_name)
        self._states, self._ended = [], []

    def _sampler(self, number: int) -> optuna.samplers.BaseSampler:
        seed = _seed(self._seed, number)
        match self._strategy:
            case TuningStrategy.GRID:
                # One order for all trials: the n-th trial has its n-th point.
                grid = {name: [as_value(spec, text) for text in spec.grid()] for name, spec in self._specs.items()}
                return optuna.samplers.GridSampler(grid, seed=self._seed)
            case TuningStrategy.RANDOM:
                return optuna.samplers.RandomSampler(seed=seed)
            case TuningStrategy.BAYESIAN_OPTIMIZATION:
                return _TPESampler(self._distributions, seed)
            case TuningStrategy.QMC:
                return optuna.samplers.QMCSampler(seed=self._seed, warn_independent_sampling=False)
            case TuningStrategy.CMA_ES:
                return optuna.samplers.CmaEsSampler(seed=seed, warn_independent_sampling=False)
            case TuningStrategy.GAUSSIAN_PROCESS:
                return _gaussian_process(seed)


class _TPESampler(optuna.samplers.TPESampler):
    """TPE over a search space that all trials share; Optuna's own would compare them all to find that out."""

    def __init__(self, distributions: Mapping[str, BaseDistribution], seed: int) -> None:
        super().__init__(seed=seed)
        self._varied = {name: each for name, each in sorted(distributions.items()) if not each.single()}

    def infer_relative_search_space(self, study: optuna.Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        return dict(self._varied)


def _state(known: KnownTrial) -> TrialState:
    if not known.ended:
        return TrialState.RUNNING
    if known.early_stopped and known.points:
        return TrialState.PRUNED
    return TrialState.COMPLETE if known.objective is not None else TrialState.FAIL


def _gaussian_process(seed: int) -> optuna.samplers.BaseSampler:
    try:
        import torch  # noqa: F401 - Optuna's Gaussian processes are written with it
    except ImportError as error:
        raise StrategyUnavailable(
            "needs PyTorch where the backend runs: install jupyter-easymaker[torch], or choose another strategy"
        ) from error
    return optuna.samplers.GPSampler(seed=seed)


def _seed(seed: int, number: int) -> int:
    """Return a seed for one trial: the same every time, and unlike those of its neighbours."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{number}".encode()).digest()[:4])
