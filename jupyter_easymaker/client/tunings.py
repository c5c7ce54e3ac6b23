"""Hyperparameter tunings and their trials: methods of the client."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from .watching import ENDED

_LOOK_SECONDS = 0.5


class Tunings:
    """Mixed into ``EasyMakerClient``, which has ``get``, ``post``, ``put``, ``delete`` and ``pages``."""

    get: Any
    post: Any
    put: Any
    delete: Any
    pages: Any

    def create_tuning(self, body: dict[str, Any]) -> dict[str, Any]:
        """Create a tuning; its first trials start as soon as there is room.

        Args:
            body: of POST hyperparameter-tunings.
        """
        created: dict[str, Any] = self.post("hyperparameter-tunings", body)["hyperparameterTuning"]
        return created

    def tuning(self, tuning_id: str) -> dict[str, Any]:
        """Return a tuning: its status, counts of trials, ``optimalTrial``, settings ..."""
        found: dict[str, Any] = self.get(f"hyperparameter-tunings/{tuning_id}")["hyperparameterTuning"]
        return found

    def tunings(self, **filters: Any) -> Iterator[dict[str, Any]]:
        """Yield the project's tunings, the newest first.

        Args:
            filters: ``search``, ``sort``, ``hyperparameterTuningStatusCodeList``, ``experimentIdList`` ...
        """
        found: Iterator[dict[str, Any]] = self.pages("hyperparameter-tunings", **filters)
        return found

    def update_tuning(self, tuning_id: str, **changes: Any) -> dict[str, Any]:
        """Change ``hyperparameterTuningName``, ``description`` or ``tagList``; return the tuning."""
        changed: dict[str, Any] = self.put(f"hyperparameter-tunings/{tuning_id}", changes)["hyperparameterTuning"]
        return changed

    def stop_tuning(self, tuning_id: str) -> dict[str, Any]:
        """Have a tuning stop, its running trials with it; return it as it is now."""
        stopping: dict[str, Any] = self.put(f"hyperparameter-tunings/{tuning_id}/stop")["hyperparameterTuning"]
        return stopping

    def copy_tuning(self, tuning_id: str, **changes: Any) -> dict[str, Any]:
        """Run a tuning again and return the new one.

        Args:
            changes: what is to be different, by the names of the create body.
        """
        body = self.get(f"hyperparameter-tunings/{tuning_id}/copy")["hyperparameterTuning"]
        return self.create_tuning({**body, **changes})

    def delete_tuning(self, tuning_id: str) -> None:
        """Delete a tuning that has ended, its trials with it; outputs stay."""
        self.delete(f"hyperparameter-tunings/{tuning_id}")

    def trials(self, tuning_id: str, **filters: Any) -> Iterator[dict[str, Any]]:
        """Yield a tuning's trials, by number.

        Args:
            filters: ``sort`` (``objectiveValue``, ``-elapsedTimeSeconds`` ...), ``trialStatusCodeList``.
        """
        found: Iterator[dict[str, Any]] = self.pages(f"hyperparameter-tunings/{tuning_id}/trials", **filters)
        return found

    def tuning_charts(self, tuning_id: str) -> dict[str, Any]:
        """Return what charts are made of: ``historyList``, ``axisList``, ``trialList``, ``importanceList``."""
        found: dict[str, Any] = self.get(f"hyperparameter-tunings/{tuning_id}/charts")["charts"]
        return found

    def trial_curves(self, tuning_id: str, metric: str = "", points: int = 200) -> list[dict[str, Any]]:
        """Return a metric of the running and the best trials, step by step: ``trialNumber``, ``pointList`` ...

        Args:
            metric: its name; empty: the objective.
            points: at most so many a curve.
        """
        path = f"hyperparameter-tunings/{tuning_id}/curves"
        found: list[dict[str, Any]] = self.get(path, metric=metric, points=points)["curveList"]
        return found

    def wait_for_tuning(self, tuning_id: str, timeout: float | None = None) -> dict[str, Any]:
        """Wait until a tuning has ended, well or not, and return it.

        Args:
            timeout: in seconds; None: as long as it takes.

        Raises:
            TimeoutError: it has not.
        """
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            found = self.tuning(tuning_id)
            status = found["hyperparameterTuningStatusCode"]
            if status in ENDED:
                return found
            if until is not None and time.monotonic() > until:
                raise TimeoutError(f"{found['hyperparameterTuningName']} is still {status} after {timeout:g} s")
            time.sleep(_LOOK_SECONDS)
