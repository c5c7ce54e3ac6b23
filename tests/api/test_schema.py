"""No input the OpenAPI document allows, nor any near it, makes the backend fail."""

from __future__ import annotations

from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error

from tests.conftest import RunningBackend


@schemathesis.serializer("application/zip")
def as_bytes(_context: Any, value: Any) -> bytes:
    """Bodies of uploads are sent as they are generated: anything but a proper archive."""
    return value if isinstance(value, bytes) else str(value).encode()


ENDLESS = r"/(events|logs/stream)$"


@pytest.mark.timeout(900)  # every route, a dozen times
def test_no_generated_request_ends_in_a_server_error(backend: RunningBackend) -> None:
    schema = schemathesis.openapi.from_url(f"{backend.url}/openapi.json").exclude(path_regex=ENDLESS)
    operations = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        operations += 1

        @hypothesis.settings(
            max_examples=12,
            deadline=None,
            suppress_health_check=list(hypothesis.HealthCheck),
            phases=[hypothesis.Phase.generate],
            derandomize=True,
            database=None,
        )
        @hypothesis.given(case=operation.as_strategy())
        def check(case: schemathesis.Case) -> None:
            if "appkey" in (case.path_parameters or {}):
                case.path_parameters["appkey"] = backend.appkey
            response = case.call(headers={"X-EasyMaker-Token": backend.token}, timeout=20)
            if response.status_code != 501:  # what needs a hub says so
                case.validate_response(response, checks=[not_a_server_error])

        check()
    assert operations > 30
