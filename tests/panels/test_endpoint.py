"""The endpoint widgets against a real backend, used as a notebook's front end uses them."""

from __future__ import annotations

import json

from jupyter_easymaker.client.client import EasyMakerClient
from jupyter_easymaker.panels import EndpointForm, EndpointMonitor
from tests.conftest import RunningBackend
from tests.endpoints import BODY, Endpoints
from tests.waiting import wait_for


def test_endpoint_is_created_in_the_form_watched_by_events_and_tried_out(backend: RunningBackend) -> None:
    endpoints = Endpoints(backend)
    model = endpoints.model("widget model", 3)
    client = EasyMakerClient(backend.url, backend.appkey, backend.token)
    form = EndpointForm(client, endpointName="by-widget", flavorId="c1m1")
    rows = form.fields["endpointModelResourceList"].input
    rows.append({"modelId": model, "apigwResourceUri": "/inference"})
    created = form.create()
    assert created is not None, form._message.value
    monitor = form.monitor
    assert isinstance(monitor, EndpointMonitor)
    wait_for(lambda: "Active" in monitor._state.value and "1 of 1" in monitor._state.value, 60)
    assert [label for label, _ in monitor.model.options] == ["widget model"]
    monitor.request.value = json.dumps(BODY)
    answer = monitor.call()
    assert answer is not None, monitor._message.value
    assert answer["body"] == {"predictions": [3]}
    assert "predictions" in monitor.answer.value
    monitor.request.value = "{"
    assert monitor.call() is None
    assert "no JSON" in monitor._message.value
    monitor.close()
    client.delete_endpoint(created["endpointId"])


def test_refused_endpoint_is_explained_at_its_field(backend: RunningBackend) -> None:
    client = EasyMakerClient(backend.url, backend.appkey, backend.token)
    form = EndpointForm(client, endpointName="no good name!")
    assert form.create() is None
    assert "letters, digits" in form.fields["endpointName"]._error.value
