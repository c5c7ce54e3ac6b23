"""The form of a new endpoint in a cell."""

from __future__ import annotations

from typing import Any

from ..client.client import EasyMakerClient
from .endpoint_monitor import EndpointMonitor
from .form import Form


class EndpointForm(Form):
    """Fill it in and create an endpoint; then it is shown.

    Args:
        client: the project; None: the one of the environment.
        values: what to fill in, by the API's names: ``endpointName="wine"``.

    Raises:
        ClientError: the backend does not answer, or an endpoint has no field of a given name.
    """

    def __init__(self, client: EasyMakerClient | None = None, **values: Any) -> None:
        super().__init__("endpoint", EndpointMonitor, client, values)
