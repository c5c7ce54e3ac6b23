"""A tuning's form in a cell, made from the same schema as the panel's."""

from __future__ import annotations

from typing import Any

from ..client.client import EasyMakerClient
from .form import Form
from .tuning_monitor import TuningMonitor


class TuningForm(Form):
    """A form that creates a tuning and then shows it running.

    Args:
        client: the project; None: the one of the environment.
        values: what to fill in, by the API's names (``hyperparameterTuningName=...``).

    Raises:
        ClientError: the backend does not answer, or there is no field of a given name.
    """

    def __init__(self, client: EasyMakerClient | None = None, **values: Any) -> None:
        super().__init__("hyperparameterTuning", TuningMonitor, client, values)
