"""A training watched in a cell: state, curves, log, and a button that stops it."""

from __future__ import annotations

import html
import threading
from typing import Any

import ipywidgets as widgets

from ..client.client import EasyMakerClient
from ..client.errors import ClientError
from ..client.log_tail import LogTail
from ..magics.lookup import find
from ..magics.render import chip, duration, style
from .curves import curves

_ENDED = ("COMPLETE", "STOPPED", "FAIL_TRAIN", "CREATE_FAILED")
_LOOK_SECONDS = 1.0
"""How often a running training's time and curves are drawn again."""


class TrainingMonitor(widgets.VBox):  # type: ignore[misc]
    """Shows one training until it has ended.

    Args:
        training: its name, its id, or what the API answered for it.
        client: the project; None: the one of the environment.

    Raises:
        ClientError: there is no such training, or the backend does not answer.
    """

    def __init__(self, training: str | dict[str, Any], client: EasyMakerClient | None = None) -> None:
        self._client = client or EasyMakerClient.from_environment()
        self.training = find(self._client, "training", training) if isinstance(training, str) else training
        self._header = widgets.HTML()
        self._stop = widgets.Button(description="Stop", icon="stop", layout=widgets.Layout(width="90px"))
        self._stop.on_click(lambda _: self.stop())
        self._curves = widgets.Output()
        self._log = widgets.HTML()
        self._message = widgets.HTML()
        super().__init__([widgets.HBox([self._header, self._stop]), self._message, self._curves, self._log])
        self._woken = threading.Event()
        self._left = False
        self._tail = LogTail(self._client, self.training["trainingId"], self._woken.set)
        self._draw()
        self._thread = threading.Thread(target=self._run, name="training monitor", daemon=True)
        self._tail.start()
        self._thread.start()

    @property
    def ended(self) -> bool:
        return self.training["trainingStatusCode"] in _ENDED

    def stop(self) -> None:
        """Ask the training to end; a refusal is shown."""
        try:
            self._client.put(f"trainings/{self.training['trainingId']}/stop")
        except ClientError as error:
            self._say(str(error))
        self._woken.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the training has ended and all of it is shown; return whether it has."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def close(self) -> None:
        """Stop watching; the training goes on."""
        self._left = self._tail.left = True
        self._woken.set()
        super().close()

    def _run(self) -> None:
        try:
            while not self._left:
                self.training = self._client.get(f"trainings/{self.training['trainingId']}")["training"]
                if self.ended:
                    self._tail.join(timeout=5)
                self._draw()
                if self.ended:
                    return
                self._woken.clear()
                self._woken.wait(_LOOK_SECONDS)
        except ClientError as error:
            self._say(f"This is no longer kept up to date: {error}")

    def _draw(self) -> None:
        training = self.training
        status = training["trainingStatusCode"]
        self._stop.disabled = self.ended or status == "STOP_IN_PROGRESS"
        lines = [
            f"<b>{html.escape(training['trainingName'])}</b> {chip(status)} "
            f"<span class='em-dim'>{html.escape(training['experiment']['experimentName'])} · "
            f"{duration(training['elapsedTimeSeconds'])}</span>"
        ]
        if training["trainingStatusReason"]:
            lines.append(html.escape(training["trainingStatusReason"]))
        body = "".join(f"<div>{line}</div>" for line in lines)
        self._set(self._header, f'{style()}<div class="em-magic">{body}</div>')
        log = html.escape(self._tail.text())
        self._set(self._log, f'{style()}<div class="em-magic"><pre>{log}</pre></div>' if log else "")

        shown = curves(self._client.metrics(training["trainingId"]))
        if shown != self._curves.outputs:
            self._curves.outputs = shown

    def _say(self, message: str) -> None:
        self._message.value = f'<span style="color:var(--jp-error-color1,#c62828)">{html.escape(message)}</span>'

    @staticmethod
    def _set(widget: widgets.HTML, value: str) -> None:
        if widget.value != value:
            widget.value = value
