"""A tuning as somebody who watches it sees it: counts, the newest trials, the best value so far."""

from __future__ import annotations

from typing import Any

from .client import EasyMakerClient
from .watching import ENDED

_NEWEST = 10


class TuningProgress:
    """Looked at again and again. What is made of all trials is fetched only after another of them has ended.

    Args:
        tuning: what the API answered for it.
    """

    def __init__(self, client: EasyMakerClient, tuning: dict[str, Any]) -> None:
        self._client = client
        self._told = 0
        self.tuning = tuning
        self.trials: list[dict[str, Any]] = []
        """The newest, the last one first."""
        self.history: list[dict[str, Any]] = []
        """Of trials that ended: ``trialNumber``, ``objectiveValue``, ``bestSoFar``."""

    @property
    def ended(self) -> bool:
        return self.tuning["hyperparameterTuningStatusCode"] in ENDED

    def look(self) -> None:
        """Bring it up to date.

        Raises:
            ClientError: the backend does not answer, or the tuning was deleted.
        """
        tuning_id = self.tuning["hyperparameterTuningId"]
        self.tuning = self._client.tuning(tuning_id)
        path = f"hyperparameter-tunings/{tuning_id}/trials"
        self.trials = self._client.get(path, page=1, limit=_NEWEST, sort="-trialNumber")["trialList"]
        told = self.tuning["trialCount"] - self.tuning["runningTrialCount"]
        if told != self._told:
            self.history = self._client.tuning_charts(tuning_id)["historyList"]
            self._told = told
