"""The backend behind a Jupyter server: found, started, watched over, and said so when there is none."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil

from tests.conftest import RunningBackend, free_port
from tests.extension.conftest import RunningJupyter
from tests.waiting import wait_for

MakeJupyter = Callable[..., RunningJupyter]
MakeBackend = Callable[..., RunningBackend]


def test_server_starts_a_backend_and_says_whose_it_is(jupyter: RunningJupyter) -> None:
    context = jupyter.context()
    assert context["status"] == "ready"
    assert context["reason"] == ""
    assert (context["appKey"], context["region"], context["user"]) == ("default", "local", "owner")
    assert context["version"]
    assert httpx.get(f"{jupyter.backend()['url']}/health").status_code == 200


def test_server_answers_before_the_backend_does(own_jupyter: MakeJupyter) -> None:
    """The state is readable from the first moment, whatever it is."""
    jupyter = own_jupyter()
    first = jupyter.context()
    assert first["status"] in ("starting", "ready")
    if first["status"] == "starting":
        assert "being started" in first["reason"]
        assert jupyter.request("GET", jupyter.api("counts")).status_code == 503
    jupyter.wait_for_status("ready")


def test_backend_outlives_the_server_and_is_found_by_the_next(own_jupyter: MakeJupyter) -> None:
    first = own_jupyter()
    first.wait_for_status("ready")
    announced = first.backend()
    first.stop()
    assert psutil.pid_exists(announced["pid"])
    second = own_jupyter()
    second.wait_for_status("ready")
    assert second.backend() == announced


def test_two_servers_starting_at_once_share_one_backend(own_jupyter: MakeJupyter, tmp_path: Path) -> None:
    data_dir = tmp_path / "shared"
    servers = [RunningJupyter(tmp_path / name, data_dir) for name in ("one", "two")]
    try:
        for server in servers:
            server.start()
        for server in servers:
            server.wait_for_status("ready")
        found = subprocess.run(
            ["pgrep", "-f", f"service.cli serve --data-dir {data_dir}"], capture_output=True, text=True, check=True
        )
        pids = {int(pid) for pid in found.stdout.split() if psutil.Process(int(pid)).status() != "zombie"}
        assert pids == {servers[0].backend()["pid"]}
    finally:
        for server in servers:
            server.stop()
        servers[0].stop_backend()


def test_killed_backend_is_started_again_on_the_same_port(own_jupyter: MakeJupyter) -> None:
    jupyter = own_jupyter()
    jupyter.wait_for_status("ready")
    before = jupyter.backend()
    os.kill(before["pid"], signal.SIGKILL)
    wait_for(lambda: jupyter.backend().get("pid", before["pid"]) != before["pid"], 30)
    jupyter.wait_for_status("ready")
    assert jupyter.backend()["url"] == before["url"]
    wait_for(lambda: jupyter.request("GET", jupyter.api("counts")).status_code == 200, 10)


def test_backend_that_cannot_start_is_reported_with_its_last_words(own_jupyter: MakeJupyter, tmp_path: Path) -> None:
    jupyter = own_jupyter(environment={"EASYMAKER_DATABASE_URL": "nonsense://nowhere"})
    context = jupyter.wait_for_status("failed")
    assert "did not start" in context["reason"]
    assert "nonsense" in context["reason"]
    answer = jupyter.request("GET", jupyter.api("counts"))
    assert answer.status_code == 503
    assert answer.json()["header"]["resultMessage"] == jupyter.context()["reason"]


def test_data_directory_that_cannot_be_made_is_reported(own_jupyter: MakeJupyter, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    jupyter = own_jupyter(data_dir=tmp_path / "file" / "data")
    assert str(tmp_path / "file") in jupyter.wait_for_status("failed")["reason"]


def test_server_told_not_to_start_a_backend_finds_one_started_later(own_jupyter: MakeJupyter, tmp_path: Path) -> None:
    data_dir = tmp_path / "by-hand"
    jupyter = own_jupyter(data_dir=data_dir, environment={"EASYMAKER_START_BACKEND": "0"})
    assert f"jupyter easymaker serve --data-dir {data_dir}" in jupyter.wait_for_status("failed")["reason"]
    backend = RunningBackend(data_dir)
    backend.start()
    try:
        jupyter.wait_for_status("ready")
        assert jupyter.backend()["pid"] == backend.process.pid
    finally:
        backend.stop()


def test_shared_backend_is_used_with_its_token(
    own_jupyter: MakeJupyter, backend: RunningBackend, tmp_path: Path
) -> None:
    environment = {"EASYMAKER_URL": backend.url, "EASYMAKER_TOKEN": backend.token}
    jupyter = own_jupyter(environment=environment, data_dir=tmp_path / "unused")
    assert jupyter.wait_for_status("ready")["user"] == "owner"
    assert not (tmp_path / "unused").exists()


def test_shared_backend_that_refuses_the_token_is_told(own_jupyter: MakeJupyter, backend: RunningBackend) -> None:
    jupyter = own_jupyter(environment={"EASYMAKER_URL": backend.url, "EASYMAKER_TOKEN": "wrong"})
    context = jupyter.wait_for_status("failed")
    assert "EASYMAKER_TOKEN" in context["reason"]
    assert "wrong" not in context["reason"].split("EASYMAKER_TOKEN")[1]


def test_shared_backend_that_is_away_is_told(own_jupyter: MakeJupyter) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    jupyter = own_jupyter(environment={"EASYMAKER_URL": url, "EASYMAKER_TOKEN": "t"})
    assert url in jupyter.wait_for_status("failed")["reason"]


def test_backend_of_an_older_version_is_replaced_on_the_same_port(
    own_jupyter: MakeJupyter, own_backend: MakeBackend
) -> None:
    old = own_backend()
    announcement = old.data_dir / "backend.json"
    announcement.write_text(announcement.read_text().replace('"version": "', '"version": "0.0.0.dev0+old-'))
    pid, url = old.process.pid, old.url
    jupyter = own_jupyter(data_dir=old.data_dir)
    jupyter.wait_for_status("ready")
    assert jupyter.backend()["pid"] != pid
    assert jupyter.backend()["url"] == url
    assert old.process.wait(timeout=10) == 0
