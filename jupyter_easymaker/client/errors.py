"""What can go wrong for a client: the backend refuses, or it is not there."""

from __future__ import annotations


class ClientError(Exception):
    """The backend refused or failed; the message is its sentence for people.

    Args:
        message: what is wrong and what to do.
        code: the backend's stable resultCode (``resources.errors.ResultCode``); 0 when it did not answer.
        fields: the wrong fields, each ``{"field", "message"}``.
    """

    def __init__(self, message: str, code: int = 0, fields: tuple[dict[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.fields = fields


class BackendUnreachable(ClientError):
    """Nobody answers where the backend should be."""
