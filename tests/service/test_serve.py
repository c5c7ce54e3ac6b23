"""The backend as people run it: started, found, stopped, killed and started again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
import pytest

from jupyter_easymaker.service.data_dir import DataDir, DataDirLock
from tests.conftest import RunningBackend
from tests.waiting import wait_for

Make = Callable[..., RunningBackend]


def test_second_start_on_the_same_directory_finds_the_first(own_backend: Make) -> None:
    first = own_backend()
    second = subprocess.run(
        [sys.executable, "-m", "jupyter_easymaker.service.cli", "serve", "--data-dir", str(first.data_dir)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert second.returncode == 0, second.stderr
    assert first.url in second.stdout
    assert httpx.get(f"{first.url}/health").status_code == 200


def test_start_while_the_first_is_ending_takes_its_place(own_backend: Make) -> None:
    """One that is asked to stop takes its announcement back a moment before it lets go of the directory."""
    running = own_backend()
    assert running.stop() == 0
    with DataDirLock(DataDir(running.data_dir)) as ending:
        assert ending.acquire()
        second = subprocess.Popen(
            [sys.executable, "-m", "jupyter_easymaker.service.cli", "serve", "--data-dir", str(running.data_dir)],
            stderr=subprocess.PIPE,
            text=True,
        )
        assert "waiting until it answers or ends" in second.stderr.readline()
    try:
        wait_for(lambda: (DataDir(running.data_dir).announced() or {}).get("pid") == second.pid, 60)
    finally:
        second.terminate()
        second.communicate(timeout=30)


def test_graceful_stop_withdraws_the_announcement_and_keeps_jobs(own_backend: Make) -> None:
    running = own_backend()
    training = running.train("long", "import time; print('up', flush=True); time.sleep(600)")
    pid = running.wait_for_status(training, "RUNNING")["nodeList"][0]["pid"]
    assert running.stop() == 0
    assert not (running.data_dir / "backend.json").exists()
    assert psutil.pid_exists(pid)
    running.start()
    assert running.training(training)["trainingStatusCode"] == "RUNNING"
    assert running.request("PUT", f"trainings/{training}/stop").status_code == 200
    running.wait_for_status(training, "STOPPED")
    wait_for(lambda: not psutil.pid_exists(pid))


def test_killed_backend_continues_every_training_when_started_again(own_backend: Make) -> None:
    running = own_backend()
    code = (
        "import os, pathlib, time\n"
        "out = pathlib.Path(os.environ['EM_MODEL_DIR'])\n"
        "(out / f'ran-{os.getpid()}').write_text('')\n"
        "time.sleep(1.5)\n"
        "raise SystemExit(int(os.environ['EM_HP_CODE']))\n"
    )
    trainings = {
        running.train(f"t{i}", code, hyperparameterList=[{"parameterName": "code", "parameterValue": str(i % 2)}]): i
        % 2
        for i in range(6)
    }
    wait_for(lambda: any(running.training(t)["trainingStatusCode"] == "RUNNING" for t in trainings), 30)
    running.kill()
    running.start()
    for training, code_of in trainings.items():
        running.wait_for_status(training, "COMPLETE" if code_of == 0 else "FAIL_TRAIN")
    for training in trainings:
        outputs = running.data_dir / "nas" / "local" / "outputs" / training
        assert len(list(outputs.glob("ran-*"))) == 1


def test_vendor_sdk_finds_the_backend_at_its_local_port(own_backend: Make) -> None:
    """The dialect of SDK 1.1.6 knows no EM_API_URL: it asks 127.0.0.1:10090 when EM_PROFILE is local."""
    running = own_backend()
    answer = httpx.get(f"{running.base}/images", headers={"X-EasyMaker-Token": running.token})
    names = {image["imageId"]: image["imageName"] for image in answer.json()["imageList"]}
    for algorithm in running.get("algorithms")["algorithmList"]:
        assert algorithm["cpuTrainingImageId"] in names
        assert algorithm["gpuTrainingImageId"] in names


def test_sdk_2_creates_an_experiment_and_trains_unmodified(own_backend: Make) -> None:
    running = own_backend()
    source = running.script("sdk", "import os; open(os.environ['EM_MODEL_DIR'] + '/model.txt', 'w').write('ok')")
    code = f"""
import easymaker
experiment = easymaker.Experiment().create(experiment_name="iris")
again = easymaker.Experiment().create(experiment_name="iris")
assert again.id == experiment.id
training = easymaker.Training().run(
    training_name="first", experiment_id=experiment.experiment_id,
    image_name=easymaker.Training.get_image_list()[0].name,
    instance_type_name=easymaker.Training.get_instance_type_list()[0].name,
    source_dir_uri="{source}", entry_point="train.py",
    hyperparameter_list=[easymaker.Parameter(parameter_name="epochs", parameter_value="3")],
    model_upload_uri="nas://local:/outputs", timeout_hours=1, wait=False)
training.wait(wait_interval_seconds=1)
assert training.hyperparameter_list[0].parameter_value == "3"
model = easymaker.Model().create(model_name="iris", training_id=training.training_id,
    model_format_code=easymaker.ModelFormatCode.SKLEARN)
assert easymaker.Model.get_by_id(model.id).model_upload_uri
assert [t.id for t in easymaker.Training.get_list()] == [training.id]
print("DONE", training.status)
"""
    environment = {
        **os.environ,
        "EM_API_URL": running.url,
        "EM_APPKEY": "default",
        "EM_REGION": "local",
        "EM_TOKEN": running.token,
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "DONE COMPLETE" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--data-dir", "/proc/nothing"), "The data directory /proc/nothing cannot be used"),
        (("--database-url", "postgresql://me:secret@127.0.0.1:9/none"), "The store cannot be opened"),
        (("--database-url", "anything"), "write sqlite:///PATH or postgresql://"),
        (("--database-url", "oracle9://x/y"), "write sqlite:///PATH or postgresql://"),
    ],
)
def test_what_cannot_be_served_is_one_sentence(tmp_path: Path, arguments: tuple[str, ...], sentence: str) -> None:
    if arguments[0] != "--data-dir":
        arguments = (*arguments, "--data-dir", str(tmp_path / "data"))
    command = [sys.executable, "-m", "jupyter_easymaker.service.cli", "serve", "--port", "0", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr
