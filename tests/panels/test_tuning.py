"""A tuning's widgets against a real backend, used as a notebook's front end uses them."""

from __future__ import annotations

from jupyter_easymaker.client.client import EasyMakerClient
from jupyter_easymaker.panels import TuningForm, TuningMonitor
from tests.client.test_tunings import tuning_body
from tests.conftest import RunningBackend
from tests.panels.test_training import client
from tests.waiting import wait_for

__all__ = ["client"]
CODE = "import os; print('loss =', abs(float(os.environ['EM_HP_X']) - 2))"


def filled(client: EasyMakerClient, backend: RunningBackend, name: str) -> TuningForm:
    """Return a form in which all is filled in but what is searched and for what."""
    body = tuning_body(backend, name, CODE)
    del body["hyperparameterSpecList"], body["objectiveMetric"]
    return TuningForm(client, **body)


def test_form_offers_choices_as_such_and_knows_its_sections(client: EasyMakerClient) -> None:
    form = TuningForm(client)
    titles = [form._accordion.get_title(index) for index in range(len(form._accordion.children))]
    assert titles[:3] == ["Basic information", "Tuning strategy", "Algorithm"]
    assert form.fields["tuningStrategyName"].value == "BAYESIAN_OPTIMIZATION"
    assert form.fields["earlyStoppingAlgorithm"].value is None
    assert "CMA_ES" in [value for _, value in form.fields["tuningStrategyName"].input.options]


def test_tuning_is_created_in_the_form_and_followed_to_its_end(
    client: EasyMakerClient, backend: RunningBackend
) -> None:
    form = filled(client, backend, "tuned-by-widget")
    rows = form.fields["hyperparameterSpecList"].input
    rows._add.click()  # left as it is: not sent
    rows._add.click()
    name, kind, low, high, step, _values = rows._rows[1][1].values()
    name.value, kind.value, low.value, high.value, step.value = "x", "int", "1", "3", "1"
    form.fields["objectiveMetric"].value = "loss"
    form.fields["objectiveGoal"].value = "-0.5"
    form._button.click()
    monitor = form.monitor
    assert isinstance(monitor, TuningMonitor), form._message.value
    assert monitor.wait(60)
    assert monitor.tuning["hyperparameterTuningStatusCode"] == "COMPLETE"
    assert monitor.tuning["objectiveGoal"] == -0.5
    for expected in ("Complete", "3 trials: 3 succeeded", "Every combination was tried.", "x=2"):
        assert expected in monitor._header.value
    assert monitor._trials.value.count("Succeeded") == 3
    (drawn,) = monitor._chart.outputs
    points = drawn["data"]["application/vnd.vegalite.v5+json"]["data"]["values"]
    assert [each["trial"] for each in points] == [0, 1, 2]
    assert points[-1]["best"] == 0.0
    assert monitor._stop.disabled


def test_what_is_missing_is_said_at_its_field(client: EasyMakerClient, backend: RunningBackend) -> None:
    form = filled(client, backend, "refused-tuning")
    form._button.click()
    assert form.monitor is None
    for name in ("hyperparameterSpecList", "objectiveMetric"):
        assert form.fields[name]._error.value, form._message.value


def test_running_tuning_is_stopped_from_the_monitor(client: EasyMakerClient, backend: RunningBackend) -> None:
    client.create_tuning(tuning_body(backend, "tuning-watched", "import time; time.sleep(600)"))
    monitor = TuningMonitor("tuning-watched", client)
    wait_for(lambda: "Running" in monitor._trials.value, 30)
    assert not monitor._stop.disabled
    monitor._stop.click()
    assert monitor.wait(30)
    assert monitor.tuning["hyperparameterTuningStatusCode"] == "STOPPED"
    assert "Killed" in monitor._trials.value
