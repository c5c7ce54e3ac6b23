"""A batch inference watched in a cell: state, rows, log, and a button that stops it."""

from __future__ import annotations

import html
from typing import Any

import ipywidgets as widgets

from ..client.client import EasyMakerClient
from ..client.log_tail import LogTail
from ..magics.batch_render import header
from .monitor import Monitor


class BatchInferenceMonitor(Monitor):
    """Shows one batch inference until it has ended.

    Args:
        batch_inference: its name, its id, or what the API answered for it.
        client: the project; None: the one of the environment.

    Raises:
        ClientError: there is no such batch inference, or the backend does not answer.
    """

    def __init__(self, batch_inference: str | dict[str, Any], client: EasyMakerClient | None = None) -> None:
        self._log = widgets.HTML()
        super().__init__("batchInference", batch_inference, client, [self._log])
        key = self.batch_inference["batchInferenceId"]
        self._tail = LogTail(self._client, key, self._woken.set, of="batch-inferences")
        self._tail.start()
        self._start()

    @property
    def batch_inference(self) -> dict[str, Any]:
        """As it was when it was last asked for."""
        return self._one

    def close(self) -> None:
        """Stop watching; the batch inference goes on."""
        self._tail.left = True
        super().close()

    def _look(self) -> None:
        super()._look()
        if self.ended:
            self._tail.join(timeout=5)

    def _draw(self) -> None:
        super()._draw()
        self._set(self._header, header(self.batch_inference).markup)
        log = html.escape(self._tail.text())
        self._set(self._log, f"<pre>{log}</pre>" if log else "")
