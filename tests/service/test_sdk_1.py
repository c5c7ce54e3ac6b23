"""The older SDK (1.1.6), unmodified: it knows 127.0.0.1:10090 and X-EasyMaker-Token only."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import RunningBackend

_PORT = 10090
_CODE = """
import easymaker
from easymaker.training import training as module
module.constants.EASYMAKER_API_WAIT_INTERVAL_SECONDS = 1  # tests are in a hurry
experiment_id = easymaker.Experiment().create(experiment_name="old", experiment_description="by 1.1.6")
assert easymaker.Experiment().create(experiment_name="old") == experiment_id
training = easymaker.Training()
training_id = training.run(
    experiment_id=experiment_id, training_name="old", train_image_name="Local CPU Python Training",
    train_instance_name="c1m1", source_dir_uri="{source}", entry_point="train.py",
    hyperparameter_list=[{{"hyperparameterKey": "epochs", "hyperparameterValue": "2"}}],
    model_upload_uri="nas://local:/outputs", timeout_hours=1,
    tag_list=[{{"tagKey": "k", "tagValue": "v"}}])
model_id = easymaker.Model().create(model_name="old", training_id=training_id)
easymaker.Model().delete(model_id)
training.delete(training_id)
print("DONE")
"""


def port_is_free() -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", _PORT))
        except OSError:
            return False
    return True


@pytest.fixture(scope="session")
def old_sdk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the old SDK is installed, beside the new one that the product depends on."""
    target = tmp_path_factory.mktemp("sdk-1.1.6")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(target)]
    subprocess.run([*command, "easymaker==1.1.6"], check=True)
    return target


def test_sdk_1_trains_unmodified_on_its_own_port(own_backend: Callable[..., RunningBackend], old_sdk: Path) -> None:
    if not port_is_free():
        pytest.skip(f"port {_PORT}, the only one this SDK knows, is taken on this machine")
    running = own_backend(port=_PORT)
    code = (
        "import os; assert os.environ['EM_HP_EPOCHS'] == '2'; open(os.environ['EM_MODEL_DIR'] + '/m', 'w').write('1')"
    )
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("EM_")},
        "PYTHONPATH": str(old_sdk),
        "EM_PROFILE": "local",
        "EM_APPKEY": "default",
        "EM_REGION": "local",
        "EM_TOKEN": running.token,
    }
    done = subprocess.run(
        [sys.executable, "-c", _CODE.format(source=running.script("old", code))],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stdout.rstrip().endswith("DONE")
    assert running.get("trainings")["trainingList"] == []
