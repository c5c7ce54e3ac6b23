"""What can go wrong for a client: the backend refuses, or it is not there."""

from __future__ import annotations

from ..resources.errors import FieldError


class ClientError(Exception):
    """The backend refused or failed; ``str()`` is its sentence for people.

    Args:
        message: the backend's sentence.
        code: ``header.resultCode`` of the answer (``resources.errors.ResultCode``); 0 when there was none.
        fields: the fields that are wrong, if it is about fields.
    """

    def __init__(self, message: str, code: int = 0, fields: tuple[FieldError, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.fields = fields


class BackendUnreachable(ClientError):
    """Nobody answers where the backend should be."""
