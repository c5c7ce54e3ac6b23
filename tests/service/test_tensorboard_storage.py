"""TensorBoard of what lies in, or goes to, a real object storage: asked as its page asks, through the backend."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from tensorboard.summary import Writer

from tests.conftest import RunningBackend
from tests.swift import OWNER, Swift
from tests.waiting import wait_for

pytestmark = pytest.mark.swift

Make = Callable[..., RunningBackend]
WRITES = """
import os, pathlib, sys, time, types
sys.modules["tensorboard.compat.notf"] = types.ModuleType("tensorboard.compat.notf")  # TensorFlow takes seconds
from tensorboard.summary import Writer
writer = Writer(os.path.join(os.environ["EM_CHECKPOINT_DIR"], "logs"))
writer.add_scalar("loss", 0.5, 0)
writer.flush()
while not pathlib.Path({go!r}).exists():
    time.sleep(0.02)
writer.add_scalar("loss", 0.25, 1)
{end}
"""


@pytest.fixture
def running(own_backend: Make, swift: Swift) -> RunningBackend:
    return own_backend(
        f"--ServiceConfig.obs={ {swift.endpoint: swift.access()}!r}",
        "--ServiceConfig.tensorboard_flags=--load_fast=false",
        "--ServiceConfig.tensorboard_flags=--reload_interval=1",
    )


def steps(running: RunningBackend, path: str, run: str) -> list[int]:
    """Return the steps TensorBoard has of a run's loss, none if it does not know it yet."""
    if run not in running.get(f"{path}data/runs"):  # as the page asks when it is reloaded
        return []
    answer = running.request("GET", f"{path}data/plugin/scalars/scalars", params={"run": run, "tag": "loss"})
    return [step for _, step, _ in answer.json()] if answer.status_code == 200 else []


def opened(running: RunningBackend, **of: str) -> str:
    ((kind, name),) = of.items()
    path, body = ("storages/tensorboard", {"uri": name}) if kind == "uri" else (f"{kind}s/{name}/tensorboard", {})
    found: str = running.post(path, body)["tensorboard"]["path"]
    return found


def metric(running: RunningBackend, training: str) -> list[tuple[str, int]]:
    return [(each["name"], each["count"]) for each in running.get(f"trainings/{training}/metrics")["metricList"]]


def test_training_that_writes_events_below_its_checkpoints_shows_them_from_beginning_to_end_and_after(
    running: RunningBackend, swift: Swift, tmp_path: Path
) -> None:
    place = swift.container("events")
    go = tmp_path / "go"
    training = running.train(
        "curve", WRITES.format(go=str(go), end="writer.close()"), checkPointUploadUri=f"{place}/checkpoints"
    )
    running.wait_for_status(training, "RUNNING")
    path = opened(running, experiment=running.experiment())
    wait_for(lambda: steps(running, path, "curve/checkpoint/logs") == [0], 60)
    assert metric(running, training) == [("checkpoint/logs/loss", 1)]
    go.touch()
    running.wait_for_status(training, "COMPLETE")
    path = opened(running, training=training)
    assert [name for name in swift.names("events") if "tfevents" in name]
    wait_for(lambda: steps(running, path, "curve/checkpoint/logs") == [0, 1], 60)
    assert metric(running, training) == [("checkpoint/logs/loss", 2)]
    # The node is cleared; what is shown goes with the training.
    assert not list((running.data_dir / "engine").rglob("node-0/checkpoint"))
    (kept,) = (running.data_dir / "tensorboard").rglob("*tfevents*")
    assert running.request("DELETE", f"trainings/{training}").status_code == 200
    wait_for(lambda: not kept.parents[2].exists())


def test_training_that_was_stopped_shows_what_it_wrote_nobody_having_looked(
    running: RunningBackend, tmp_path: Path
) -> None:
    training = running.train("stopped", WRITES.format(go=str(tmp_path / "never"), end=""))
    running.wait_for_status(training, "RUNNING")
    wait_for(lambda: list((running.data_dir / "engine").rglob("*tfevents*")), 30)
    running.request("PUT", f"trainings/{training}/stop")
    running.wait_for_status(training, "STOPPED")
    path = opened(running, training=training)
    wait_for(lambda: steps(running, path, "stopped/checkpoint/logs") == [0], 60)


def upload(swift: Swift, logs: Path, name: str) -> None:
    for file in logs.rglob("*tfevents*"):
        swift.put(f"{name}/{file.relative_to(logs).as_posix()}", file.read_bytes())


def test_log_directory_on_swift_is_shown_and_what_is_written_later_too(
    running: RunningBackend, swift: Swift, tmp_path: Path
) -> None:
    place = swift.container("logs")
    writer = Writer(str(tmp_path / "train"))
    writer.add_scalar("loss", 0.5, 0)
    writer.flush()
    upload(swift, tmp_path, "logs/runs")
    raw = http.client.HTTPConnection("127.0.0.1", swift.port)  # which leaves a path as it is
    escaping = "/v1/AUTH_test/logs/runs/../../../../escaped/events.out.tfevents.1"
    raw.request("PUT", escaping, b"x", {"X-Auth-Token": swift._token(OWNER)})
    assert raw.getresponse().status == 201

    path = opened(running, uri=f"{place}/runs/")
    mirrors = running.data_dir / "tensorboard-storage"
    wait_for(lambda: steps(running, path, "runs/train") == [0], 60)
    assert not list(tmp_path.rglob("escaped"))
    assert len(list(mirrors.rglob("*tfevents*"))) == 1
    writer.add_scalar("loss", 0.25, 1)
    writer.close()
    upload(swift, tmp_path, "logs/runs")
    wait_for(lambda: steps(running, path, "runs/train") == [0, 1], 60)

    running.kill()
    assert list(mirrors.rglob("*tfevents*"))
    running.start()
    assert not list(mirrors.rglob("*tfevents*"))
    wait_for(lambda: steps(running, path, "runs/train") == [0, 1], 60)  # a bookmark still opens


def ask(running: RunningBackend, method: str, path: str, **arguments: Any) -> httpx.Response:
    """Ask outside of the project ``default``."""
    headers = {"X-EasyMaker-Token": running.token}
    return httpx.request(method, f"{running.url}/v1.0/{path}", headers=headers, timeout=30, **arguments)


def refused(running: RunningBackend, uri: str, appkey: str = "default") -> tuple[int, str]:
    answer = ask(running, "POST", f"appkeys/{appkey}/storages/tensorboard", json={"uri": uri})
    said: str = answer.json()["header"]["resultMessage"]
    return answer.status_code, said


def test_what_cannot_be_read_is_refused_with_the_storages_own_reason(running: RunningBackend, swift: Swift) -> None:
    place = swift.container("mine")
    swift.put("mine/logs/events.out.tfevents.1", b"")
    path = opened(running, uri=f"{place}/logs")
    assert ask(running, "POST", "projects", json={"appKey": "other", "projectName": "Other"}).status_code == 200
    assert ask(running, "PUT", "projects/other/members/owner").status_code == 200
    status, said = refused(running, f"{place}/logs", "other")
    assert (status, said) == (
        400,
        f"{place}/logs cannot be reached: the project has no such object storage (it has: none).",
    )
    answer = ask(running, "GET", f"appkeys/other/{path}")
    assert "no such object storage" in answer.json()["header"]["resultMessage"]
    assert refused(running, f"{place}/nothing") == (
        400,
        f"{place}/nothing does not exist; check the path, or put the data there first.",
    )
    assert refused(running, f"{place}/logs/events.out.tfevents.1")[0] == 400
    assert refused(running, f"{place}/../other")[0] == 400
    assert refused(running, "http://169.254.169.254/")[0] == 400
    for broken in ("storage-", "storage-!", "storage-YQ==", f"{path.split('/')[1]}x"):
        assert running.request("GET", f"tensorboards/{broken}/").status_code in (400, 404), broken
