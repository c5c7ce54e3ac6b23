"""What watching a training and watching a tuning have in common: a header, a stop button, a thread that looks."""

from __future__ import annotations

import html
import threading
from typing import Any

import ipywidgets as widgets

from ..client.client import EasyMakerClient
from ..client.errors import ClientError
from ..client.watching import ENDED
from ..magics.lookup import find, path_of
from ..magics.render import style

_LOOK_SECONDS = 1.0
"""How often it is drawn again while nothing is heard of it."""


class Monitor(widgets.VBox):  # type: ignore[misc]
    """Shows one resource until it has ended. Subclasses say what is seen of it, and call ``_start``.

    Args:
        kind: ``training``, ``hyperparameterTuning`` or ``batchInference``.
        one: its name, its id, or what the API answered for it.
        client: the project; None: the one of the environment.
        parts: what stands below the header.

    Raises:
        ClientError: there is none, or the backend does not answer.
    """

    def __init__(
        self, kind: str, one: str | dict[str, Any], client: EasyMakerClient | None, parts: list[widgets.Widget]
    ) -> None:
        self._client = client or EasyMakerClient.from_environment()
        self._kind = kind
        self._one = find(self._client, kind, one) if isinstance(one, str) else one
        self._path = f"{path_of(kind)}/{self._one[f'{kind}Id']}"
        self._header = widgets.HTML()
        self._stop = widgets.Button(description="Stop", icon="stop", layout=widgets.Layout(width="90px"))
        self._stop.on_click(lambda _: self.stop())
        self._message = widgets.HTML()
        super().__init__([widgets.HBox([self._header, self._stop]), self._message, *parts])
        self._woken = threading.Event()
        self._left = False
        self._thread = threading.Thread(target=self._run, name=f"monitor of {self._path}", daemon=True)

    @property
    def ended(self) -> bool:
        return self._status in ENDED

    @property
    def _status(self) -> str:
        status: str = self._one[f"{self._kind}StatusCode"]
        return status

    def stop(self) -> None:
        """Ask it to end; a refusal is shown."""
        try:
            self._client.put(f"{self._path}/stop")
        except ClientError as error:
            self._say(str(error))
        self._woken.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it has ended and all of it is shown; return whether it has."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def close(self) -> None:
        """Stop watching; what is watched goes on."""
        self._left = True
        self._woken.set()
        super().close()

    def _start(self) -> None:
        self._draw()
        self._thread.start()

    def _run(self) -> None:
        try:
            while not self._left:
                self._look()
                self._draw()
                if self.ended:
                    return
                self._woken.clear()
                self._woken.wait(_LOOK_SECONDS)
        except ClientError as error:
            self._say(f"This is no longer kept up to date: {error}")

    def _look(self) -> None:
        """Ask the backend how it is now."""
        self._one = self._client.get(self._path)[self._kind]

    def _draw(self) -> None:
        self._stop.disabled = self.ended or self._status == "STOP_IN_PROGRESS"

    def _say(self, message: str) -> None:
        self._message.value = f'<span style="color:var(--jp-error-color1,#c62828)">{html.escape(message)}</span>'

    @staticmethod
    def _set(widget: widgets.HTML, markup: str) -> None:
        """Show markup, in the style of all of it; a widget that shows it already is left alone."""
        value = f'{style()}<div class="em-magic">{markup}</div>' if markup else ""
        if widget.value != value:
            widget.value = value
