"""A batch inference's widgets against a real backend, used as a notebook's front end uses them."""

from __future__ import annotations

from jupyter_easymaker.client.client import EasyMakerClient
from jupyter_easymaker.panels import BatchInferenceForm, BatchInferenceMonitor
from tests.conftest import RunningBackend
from tests.panels.test_training import client
from tests.scoring import scoring_body

__all__ = ["client"]


def test_batch_inference_is_created_in_the_form_and_followed_to_its_end(
    client: EasyMakerClient, backend: RunningBackend
) -> None:
    form = BatchInferenceForm(client, **scoring_body(backend, "scored-by-widget"))
    assert form.fields["inputDataTypeCode"].value == "JSONL"
    form._button.click()
    monitor = form.monitor
    assert isinstance(monitor, BatchInferenceMonitor), form._message.value
    assert monitor.wait(60)
    assert monitor.batch_inference["batchInferenceStatusCode"] == "COMPLETE"
    assert "3 rows: 3 scored" in monitor._header.value
    assert "easymaker: 3 rows" in monitor._log.value


def test_refusal_is_said_at_its_field(client: EasyMakerClient, backend: RunningBackend) -> None:
    form = BatchInferenceForm(client, **scoring_body(backend, "refused-by-widget", podCount=50))
    assert form.create() is None
    assert "pod" in form.fields["podCount"].box.children[-1].value
