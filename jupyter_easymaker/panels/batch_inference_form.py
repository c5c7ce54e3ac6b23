"""A batch inference's form in a cell, made from the same schema as the panel's."""

from __future__ import annotations

from typing import Any

from ..client.client import EasyMakerClient
from .batch_inference_monitor import BatchInferenceMonitor
from .form import Form


class BatchInferenceForm(Form):
    """A form that creates a batch inference and then shows it running.

    Args:
        client: the project; None: the one of the environment.
        values: what to fill in, by the API's names (``batchInferenceName=...``).

    Raises:
        ClientError: the backend does not answer, or there is no field of a given name.
    """

    def __init__(self, client: EasyMakerClient | None = None, **values: Any) -> None:
        super().__init__("batchInference", BatchInferenceMonitor, client, values)
