"""A tuning watched in a cell: how far it is, the best so far, its newest trials, and a button that stops it."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from ..client.client import EasyMakerClient
from ..client.tuning_progress import TuningProgress
from ..magics.tuning_render import header, trials_table
from .curves import best_so_far
from .monitor import Monitor


class TuningMonitor(Monitor):
    """Shows one tuning until it has ended.

    Args:
        tuning: its name, its id, or what the API answered for it.
        client: the project; None: the one of the environment.

    Raises:
        ClientError: there is no such tuning, or the backend does not answer.
    """

    def __init__(self, tuning: str | dict[str, Any], client: EasyMakerClient | None = None) -> None:
        self._chart = widgets.Output()
        self._trials = widgets.HTML()
        super().__init__("hyperparameterTuning", tuning, client, [self._chart, self._trials])
        self._progress = TuningProgress(self._client, self._one)
        self._start()

    @property
    def tuning(self) -> dict[str, Any]:
        """As it was when it was last asked for."""
        return self._one

    def _look(self) -> None:
        self._progress.look()
        self._one = self._progress.tuning

    def _draw(self) -> None:
        super()._draw()
        self._set(self._header, header(self.tuning).markup)
        self._set(self._trials, trials_table(self.tuning, self._progress.trials).markup)
        shown = best_so_far(self._progress.history, self.tuning["objectiveMetricName"])
        if shown != self._chart.outputs:
            self._chart.outputs = shown
