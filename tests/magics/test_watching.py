"""The dashboard, monitoring and TensorBoard from a cell."""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell

from jupyter_easymaker.client import ClientError, EasyMakerClient
from jupyter_easymaker.magics.completion import completions
from tests.conftest import RunningBackend
from tests.magics.test_magic import run, shell
from tests.waiting import wait_for

__all__ = ["shell"]


@pytest.fixture(scope="module")
def busy(backend: RunningBackend) -> str:
    training = backend.train("watched", "while True: pass")
    wait_for(lambda: backend.get(f"trainings/{training}/monitoring")["monitoring"]["available"], 30)
    return training


def test_dashboard_names_what_there_is_and_what_uses_the_most(shell: InteractiveShell, busy: str) -> None:
    text = run(shell, "dashboard").text
    for expected in ("Trainings", "1 on their way", "1 of", "Most CPU", "watched ("):
        assert expected in text


def test_monitoring_shows_use_against_limits(shell: InteractiveShell, busy: str) -> None:
    text = run(shell, "training monitoring watched").text
    for expected in ("CPU", "100 %", "Memory", "1.1 GB", "Network received (whole machine)", "Highest"):
        assert expected in text
    assert "There is no training 'nobody'" in run(shell, "training monitoring nobody").text


def test_monitoring_of_what_has_not_begun_says_so(shell: InteractiveShell, busy: str, backend: RunningBackend) -> None:
    waiting = backend.train("waits-for-room", "pass", instanceCount=2)
    assert "has not begun" in run(shell, "training monitoring waits-for-room").text
    backend.request("PUT", f"trainings/{waiting}/stop")


def test_tensorboard_is_opened_through_jupyter_where_there_is_one(
    shell: InteractiveShell, busy: str, backend: RunningBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"{backend.base}/tensorboards/training-{busy}/" in run(shell, "tensorboard watched").text
    monkeypatch.setenv("EASYMAKER_BROWSER_PATH", "/user/kim/easymaker/api")
    link = f'href="/user/kim/easymaker/api/v1.0/appkeys/default/tensorboards/experiment-{backend.experiment()}/"'
    assert link in run(shell, "tensorboard -e tests").text
    assert "Name a training" in run(shell, "tensorboard").text
    (backend.data_dir / "nas/local/logs of mine").mkdir(parents=True)
    shown = run(shell, 'tensorboard "nas://local:/logs of mine"').text
    assert 'href="/user/kim/easymaker/api/v1.0/appkeys/default/tensorboards/storage-' in shown
    assert "Open TensorBoard of nas://local:/logs of mine" in shown
    assert "nas://local:/nothing does not exist" in run(shell, "tensorboard nas://local:/nothing").text


def test_names_of_trainings_complete() -> None:
    assert completions("%easymaker tensorboard wa", lambda kind: ["watched"] if kind == "tensorboard" else []) == [
        "watched"
    ]


def test_client_has_methods_for_it(backend: RunningBackend, busy: str) -> None:
    with EasyMakerClient(backend.url, backend.appkey, backend.token) as client:
        whole = client.monitoring(busy)
        assert whole["available"]
        (instance,) = client.monitoring(busy, until=1000.0, points=10)["instanceList"]
        assert instance["seriesList"] == []
        assert client.tensorboard(training_id=busy)["path"] == f"tensorboards/training-{busy}/"
        assert {each["resourceType"] for each in client.dashboard()["countList"]} >= {"TRAINING"}
        (backend.data_dir / "nas/local/logs").mkdir(parents=True, exist_ok=True)
        assert client.tensorboard(uri="nas://local:/logs")["path"].startswith("tensorboards/storage-")
        with pytest.raises(ValueError, match="either"):
            client.tensorboard()
        with pytest.raises(ClientError, match="no experiment"):
            client.tensorboard(experiment_id="nobody")
    backend.request("PUT", f"trainings/{busy}/stop")
