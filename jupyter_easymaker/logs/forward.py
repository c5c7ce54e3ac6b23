"""Sending lines to a log service elsewhere: NHN Cloud Log & Crash Search, or whatever takes OpenTelemetry's logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import httpx

from .archive import About
from .line import Line

_TIMEOUT_SECONDS = 30.0
_SEVERITIES = {"TRACE": 1, "DEBUG": 5, "INFO": 9, "WARNING": 13, "ERROR": 17, "FATAL": 21}
"""OpenTelemetry's numbers of the levels."""
_ALL_PROJECTS = "*"
_NOT_THE_LINES_FAULT = (401, 403, 404, 405, 407, 408, 409, 425, 429)


class Unavailable(Exception):
    """The service does not answer, or wants nothing now; the same lines are sent again later."""

    def __init__(self, reason: str, retry_after: float = 0.0) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        """In seconds, if the service said so."""


class Refused(Exception):
    """The service does not take these lines: too much at once, or one it cannot read."""


class Format(Protocol):
    """How a service wants lines."""

    def wants(self, appkey: str) -> bool:
        """Return whether lines of a project are sent at all."""

    def body(self, about: About, node: int, lines: Sequence[Line]) -> Any:
        """Return the JSON that tells of lines of one node."""

    def check(self, answer: Any) -> None:
        """Look at what the service answered with a status of success.

        Raises:
            Unavailable: it took nothing all the same.
        """


class LogAndCrash:
    """Log & Crash Search's format v2 with the fields the guide lists.

    Args:
        appkeys: the appkey of Log & Crash Search by project; ``*`` stands for all others.
    """

    def __init__(self, appkeys: Mapping[str, str]) -> None:
        self._appkeys = dict(appkeys)

    def wants(self, appkey: str) -> bool:
        return appkey in self._appkeys or _ALL_PROJECTS in self._appkeys

    def body(self, about: About, node: int, lines: Sequence[Line]) -> Any:
        same = {
            **about.fields(node),
            "projectName": self._appkeys.get(about.appkey) or self._appkeys[_ALL_PROJECTS],
            "projectVersion": "1.0.0",
            "logVersion": "v2",
            "logSource": "http",
            "host": f"{about.job}-{node}",
        }
        return [
            {
                **same,
                **_of_line(line),
                "body": line.text,
                "logLevel": line.level,
                "time": datetime.fromtimestamp(line.time, UTC).isoformat(timespec="milliseconds"),
                "sendTime": int(line.time * 1000),
                "offset": str(line.offset),  # by which a line that was sent again is known
            }
            for line in lines
        ]

    def check(self, answer: Any) -> None:
        header = answer.get("header", {}) if isinstance(answer, dict) else {}
        if not header.get("isSuccessful", True):
            raise Unavailable(f"it says {header.get('resultMessage', 'no')}")


class OpenTelemetry:
    """OTLP/HTTP with JSON (https://opentelemetry.io/docs/specs/otlp/)."""

    def wants(self, appkey: str) -> bool:
        return True

    def body(self, about: About, node: int, lines: Sequence[Line]) -> Any:
        fields = about.fields(node)
        records = [
            {
                "timeUnixNano": str(round(line.time * 1e6) * 1000),
                "severityNumber": _SEVERITIES[line.level],
                "severityText": line.level,
                "body": {"stringValue": line.text},
                "attributes": _attributes({"log.file.offset": str(line.offset), **_of_line(line)}),
            }
            for line in lines
        ]
        scope = {"scope": {"name": "jupyter-easymaker"}, "logRecords": records}
        resource = {"attributes": _attributes({"service.name": fields["category"], **fields})}
        return {"resourceLogs": [{"resource": resource, "scopeLogs": [scope]}]}

    def check(self, answer: Any) -> None:
        """What it rejects after taking the rest must not be sent again, says the specification."""


def _of_line(line: Line) -> dict[str, str]:
    return {"inferenceId": line.inference_id} if line.inference_ids else {}


def _attributes(values: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"key": key, "value": {"stringValue": value}} for key, value in values.items()]


class Destination:
    """The service lines are sent to.

    Args:
        url: where lines are posted to.
        form: how it wants them.
        headers: sent along, such as one that says who we are.
    """

    def __init__(self, url: str, form: Format, headers: Mapping[str, str] | None = None) -> None:
        self.url = url
        self.wants = form.wants
        self._form = form
        self._http = httpx.Client(timeout=_TIMEOUT_SECONDS, headers=dict(headers or {}))

    def send(self, about: About, node: int, lines: Sequence[Line]) -> None:
        """Send lines; once this returns the service has them.

        Raises:
            Unavailable: it has none of them, or may have; send them again.
            Refused: it will never take them, or not so many at once.
        """
        try:
            answer = self._http.post(self.url, json=self._form.body(about, node, lines))
        except httpx.HTTPError as error:
            raise Unavailable(str(error) or type(error).__name__) from error
        if not answer.is_success:
            said = f"it answers {answer.status_code}: {answer.text[:200]}"
            if 400 <= answer.status_code < 500 and answer.status_code not in _NOT_THE_LINES_FAULT:
                raise Refused(said)
            raise Unavailable(said, _seconds(answer.headers.get("retry-after", "")))
        try:
            self._form.check(answer.json() if answer.content else {})
        except ValueError as error:  # a proxy or a login page answered in its place
            raise Unavailable(f"it answers what is no JSON: {answer.text[:200]}") from error

    def close(self) -> None:
        self._http.close()


def _seconds(retry_after: str) -> float:
    return float(retry_after) if retry_after.isdecimal() else 0.0
