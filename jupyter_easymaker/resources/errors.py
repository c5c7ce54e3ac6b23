"""What can be wrong with a request, as a person should read it. The API turns these into the envelope."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class ResultCode(IntEnum):
    """``header.resultCode``: stable, so programs may branch on it. The first three digits are the HTTP status."""

    SUCCESS = 0
    INVALID_REQUEST = 400_000
    INVALID_FIELD = 400_001
    MALFORMED_BODY = 400_002
    INVALID_STORAGE_URI = 400_003
    STORAGE_NOT_FOUND = 400_004
    STORAGE_PERMISSION = 400_005
    UNAUTHENTICATED = 401_000
    FORBIDDEN = 403_000
    NOT_FOUND = 404_000
    METHOD_NOT_ALLOWED = 405_000
    CONFLICT = 409_000
    NAME_TAKEN = 409_001
    IN_USE = 409_002
    WRONG_STATUS = 409_003
    STORAGE_EXISTS = 409_004
    QUOTA_EXCEEDED = 409_005
    TOO_LARGE = 413_000
    INTERNAL = 500_000
    NOT_AVAILABLE = 501_000
    UNAVAILABLE = 503_000
    STORAGE_FAILED = 503_001
    STORAGE_FULL = 507_000

    @property
    def http_status(self) -> int:
        return 200 if self is ResultCode.SUCCESS else self.value // 1000


@dataclass(frozen=True)
class FieldError:
    """One wrong field: its name as the wire spells it (``datasetList.0.dataUri``) and what would be accepted."""

    field: str
    message: str


class EasyMakerError(Exception):
    """A refusal or failure with a stable code and a sentence a person can act on.

    Args:
        code: the stable result code; its first three digits are the HTTP status.
        message: what happened, to which resource, and what to do next.
        fields: the fields that are wrong, if it is about fields.
    """

    def __init__(self, code: ResultCode, message: str, fields: tuple[FieldError, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields = fields


def field_error(field: str, message: str, code: ResultCode = ResultCode.INVALID_FIELD) -> EasyMakerError:
    """Return the error for one wrong field; ``message`` says what would be accepted."""
    return EasyMakerError(code, f"{field} {message}", (FieldError(field, message),))
