"""A training watched in a cell: state, curves, log, and a button that stops it."""

from __future__ import annotations

import html
from typing import Any

import ipywidgets as widgets

from ..client.client import EasyMakerClient
from ..client.log_tail import LogTail
from ..magics.render import chip, duration
from .curves import curves
from .monitor import Monitor


class TrainingMonitor(Monitor):
    """Shows one training until it has ended.

    Args:
        training: its name, its id, or what the API answered for it.
        client: the project; None: the one of the environment.

    Raises:
        ClientError: there is no such training, or the backend does not answer.
    """

    def __init__(self, training: str | dict[str, Any], client: EasyMakerClient | None = None) -> None:
        self._curves = widgets.Output()
        self._log = widgets.HTML()
        super().__init__("training", training, client, [self._curves, self._log])
        self._tail = LogTail(self._client, self.training["trainingId"], self._woken.set)
        self._tail.start()
        self._start()

    @property
    def training(self) -> dict[str, Any]:
        """As it was when it was last asked for."""
        return self._one

    def close(self) -> None:
        """Stop watching; the training goes on."""
        self._tail.left = True
        super().close()

    def _look(self) -> None:
        super()._look()
        if self.ended:
            self._tail.join(timeout=5)

    def _draw(self) -> None:
        super()._draw()
        training = self.training
        lines = [
            f"<b>{html.escape(training['trainingName'])}</b> {chip(self._status)} "
            f"<span class='em-dim'>{html.escape(training['experiment']['experimentName'])} · "
            f"{duration(training['elapsedTimeSeconds'])}</span>"
        ]
        if training["trainingStatusReason"]:
            lines.append(html.escape(training["trainingStatusReason"]))
        self._set(self._header, "".join(f"<div>{line}</div>" for line in lines))
        log = html.escape(self._tail.text())
        self._set(self._log, f"<pre>{log}</pre>" if log else "")

        shown = curves(self._client.metrics(training["trainingId"]))
        if shown != self._curves.outputs:
            self._curves.outputs = shown
