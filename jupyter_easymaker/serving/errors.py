"""What can be wrong with a model and with a request, told apart by whose it is to mend."""

from __future__ import annotations


class ModelError(Exception):
    """The artifact cannot be served as it is; the message tells its owner why."""


class InputError(Exception):
    """The request cannot be answered as it is (HTTP 4xx); the message tells the caller what was expected.

    Attributes:
        status: the HTTP status.
    """

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class HandlerError(Exception):
    """The model's own code failed (HTTP 5xx); the message is fit for callers, the cause is for the log.

    Attributes:
        status: the HTTP status.
    """

    def __init__(self, message: str, status: int = 500) -> None:
        super().__init__(message)
        self.status = status
