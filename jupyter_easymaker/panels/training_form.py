"""A training's form in a cell, made from the same schema as the panel's."""

from __future__ import annotations

from typing import Any

from ..client.client import EasyMakerClient
from .form import Form
from .training_monitor import TrainingMonitor


class TrainingForm(Form):
    """A form that creates a training and then shows it running.

    Args:
        client: the project; None: the one of the environment.
        values: what to fill in, by the API's names (``trainingName=...``).

    Raises:
        ClientError: the backend does not answer, or there is no field of a given name.
    """

    def __init__(self, client: EasyMakerClient | None = None, **values: Any) -> None:
        super().__init__("training", TrainingMonitor, client, values)
