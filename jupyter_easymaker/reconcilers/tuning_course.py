"""What a backend remembers of a tuning: its search, and its trials that have ended, which are read once.

A trial that has ended does not change again. Without this every look at a tuning of a thousand trials would read them
all, and there are several looks to a trial.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ..resources.hyperparameter_tuning import HyperparameterTuningCreate
from ..resources.trial import TrialStatus
from ..search.known import KnownTrial
from ..store.tables import TrainingRow
from . import trial as one_trial

if TYPE_CHECKING:
    from ..search.study import Search


class Course:
    """The trials of a tuning up to the first that has not ended. Made anew from the store it is the same."""

    def __init__(self, spec: HyperparameterTuningCreate, seed: int) -> None:
        self.spec = spec
        self._seed = seed
        self.known: list[KnownTrial] = []
        """By number."""
        self.counts: Counter[TrialStatus] = Counter()
        self.started_at: datetime | None = None
        self._objectives: tuple[float, ...] = ()
        """The lowest and the highest."""
        self._search: Search | None = None

    def take(self, rows: Sequence[TrainingRow]) -> list[TrainingRow]:
        """Remember those of the next trials that have ended; return the ones from the first that has not.

        Args:
            rows: all trials from number ``len(known)`` on.
        """
        for at, row in enumerate(rows):
            status = TrialStatus(row.trial_status or TrialStatus.CREATED)
            if not status.terminal:
                return list(rows[at:])
            known = self.know(row)
            self.known.append(known)
            self.counts[status] += 1
            self.started_at = earliest(self.started_at, row.started_at)
            if status is TrialStatus.SUCCEEDED and known.objective is not None:
                told = (known.objective, *self._objectives)
                self._objectives = (min(told), max(told))
        return []

    def best(self, *, maximize: bool) -> float | None:
        """Return the best objective of those that succeeded."""
        return self._objectives[-1 if maximize else 0] if self._objectives else None

    def know(self, row: TrainingRow) -> KnownTrial:
        """Return a trial as the search knows it. Curves are long, and only early stopping asks for them."""
        return one_trial.known(row, with_points=self.spec.early_stopping_algorithm is not None)

    def search(self) -> Search:
        """Return the tuning's search.

        Raises:
            StrategyUnavailable: a package is missing.
        """
        if self._search is None:
            from ..search.study import Search  # with Optuna, which a backend without tunings does without

            spec = self.spec
            median = (spec.early_stopping_min_trial_count, spec.early_stopping_start_step)
            self._search = Search(
                spec.hyperparameter_spec_list,
                spec.tuning_strategy_name,
                spec.objective_type_code,
                self._seed,
                median if spec.early_stopping_algorithm else None,
            )
        return self._search


def earliest(*times: datetime | None) -> datetime | None:
    """Return the earliest of the times that are known."""
    return min((time for time in times if time is not None), default=None)
