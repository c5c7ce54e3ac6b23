"""The widgets against a real backend, used as a notebook's front end uses them."""

from __future__ import annotations

import pytest

from jupyter_easymaker.client.client import EasyMakerClient
from jupyter_easymaker.client.errors import ClientError
from jupyter_easymaker.panels import TrainingForm, TrainingMonitor
from tests.conftest import RunningBackend
from tests.waiting import wait_for


@pytest.fixture
def client(backend: RunningBackend) -> EasyMakerClient:
    return EasyMakerClient(backend.url, backend.appkey, backend.token)


def filled(client: EasyMakerClient, backend: RunningBackend, name: str, code: str) -> TrainingForm:
    source = backend.script(name, code)
    return TrainingForm(
        client, trainingName=name, experimentName=f"of {name}", sourceDirUri=source, entryPoint="train.py"
    )


def test_form_has_every_field_of_the_schema_in_its_section(client: EasyMakerClient) -> None:
    form = TrainingForm(client)
    titles = [form._accordion.get_title(index) for index in range(len(form._accordion.children))]
    assert titles[:3] == ["Basic information", "Algorithm", "Image"]
    shown = [box for section in form._accordion.children for box in section.children]
    assert len(shown) == len(form.fields) > 15
    assert form.fields["modelUploadUri"].value == "nas://local:/outputs"


def test_training_is_created_in_the_form_and_followed_to_its_end(
    client: EasyMakerClient, backend: RunningBackend
) -> None:
    form = filled(client, backend, "by-widget", "import os; print('epochs', os.environ['EM_HP_EPOCHS'])")
    rows = form.fields["hyperparameterList"].input
    rows._add.click()
    key, value = rows._rows[0][1].values()
    key.value, value.value = "epochs", "3"
    form._button.click()
    monitor = form.monitor
    assert monitor is not None, form._message.value
    assert monitor.wait(60)
    assert monitor.training["trainingStatusCode"] == "COMPLETE"
    assert "epochs 3" in monitor._log.value
    assert "Complete" in monitor._header.value
    assert monitor._stop.disabled


def test_refusal_is_shown_at_its_field_in_the_opened_section(client: EasyMakerClient, backend: RunningBackend) -> None:
    form = filled(client, backend, "refused-widget", "print(1)")
    form.fields["sourceDirUri"].value = "nas://local:/nothing-here"
    form._button.click()
    assert form.monitor is None
    assert "nothing-here" in form.fields["sourceDirUri"]._error.value
    assert form._accordion.get_title(form._accordion.selected_index) == "Algorithm"
    form.fields["sourceDirUri"].value = backend.script("refused-widget", "print(1)")
    form._button.click()
    assert form.monitor is not None
    assert form.monitor.wait(60)


def test_removed_row_and_empty_rows_are_not_sent(client: EasyMakerClient) -> None:
    form = TrainingForm(client)
    form.fill({"tagList": [{"tagKey": "a", "tagValue": "1"}, {"tagKey": "b", "tagValue": "2"}]})
    rows = form.fields["tagList"].input
    rows._add.click()
    rows.children[0].children[-1].click()
    assert form.values()["tagList"] == [{"tagKey": "b", "tagValue": "2"}]


def test_metric_names_are_sent_as_a_list(client: EasyMakerClient) -> None:
    form = TrainingForm(client, metricNameList=["loss", "accuracy"])
    assert form.values()["metricNameList"] == ["loss", "accuracy"]


def test_unknown_field_is_refused_with_those_there_are(client: EasyMakerClient) -> None:
    with pytest.raises(ClientError, match="no field epochs; it has trainingName"):
        TrainingForm(client, epochs=3)


def test_running_training_is_stopped_from_the_monitor(client: EasyMakerClient, backend: RunningBackend) -> None:
    backend.train("watched", "import time; print('up', flush=True); time.sleep(600)")
    monitor = TrainingMonitor("watched", client)
    wait_for(lambda: "up" in monitor._log.value)
    assert not monitor._stop.disabled
    monitor._stop.click()
    assert monitor.wait(30)
    assert monitor.training["trainingStatusCode"] == "STOPPED"


def test_curves_of_a_running_training_grow_in_the_monitor(client: EasyMakerClient, backend: RunningBackend) -> None:
    code = "import time\nfor step in range(3000):\n    print(f'loss={1 / (step + 1)}', flush=True)\n    time.sleep(0.2)"
    training = backend.train("curved", code)
    monitor = TrainingMonitor(training, client)

    def points() -> int:
        drawn = monitor._curves.outputs
        return len(drawn[0]["data"]["application/vnd.vegalite.v5+json"]["data"]["values"]) if drawn else 0

    wait_for(lambda: points() > 1, 30)
    before = points()
    wait_for(lambda: points() > before, 30)
    monitor.stop()
    assert monitor.wait(30)


def test_closed_monitor_leaves_the_training_running(client: EasyMakerClient, backend: RunningBackend) -> None:
    training = backend.train("left", "import time; print('up', flush=True); time.sleep(600)")
    monitor = TrainingMonitor(training, client)
    wait_for(lambda: "up" in monitor._log.value)
    monitor.close()
    assert monitor.wait(30)
    assert backend.training(training)["trainingStatusCode"] == "RUNNING"
    client.put(f"trainings/{training}/stop")
    backend.wait_for_status(training, "STOPPED")
