"""Trainings on a real object storage from end to end: the SDK's upload, a training, its download, and every reason."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from tests.conftest import RunningBackend
from tests.fault_proxy import REFUSE, FaultProxy, fault_proxy
from tests.swift import GUEST, Swift
from tests.waiting import wait_for

pytestmark = pytest.mark.swift

Make = Callable[..., RunningBackend]

READ = (
    "import os, pathlib\nprint('read', sorted(p.name for p in pathlib.Path(os.environ['EM_DATASET_DATA']).iterdir()))\n"
)
SDK_UPLOAD = """
import sys, easymaker
easymaker.upload(sys.argv[1], sys.argv[2])
print("listed", sorted(easymaker.storage.objectstorage.find_object_list(sys.argv[1])))
"""
SDK_DOWNLOAD = "import sys, easymaker; easymaker.download(sys.argv[1], sys.argv[2])"


@pytest.fixture
def authority(tmp_path: Path) -> trustme.CA:
    made = trustme.CA()
    made.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    return made


@pytest.fixture
def https(swift: Swift, authority: trustme.CA) -> Iterator[FaultProxy]:
    """The Swift as the world sees it: behind TLS, which the SDK insists on."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with fault_proxy(swift.port, context) as proxy:
        yield proxy


def with_swift(own_backend: Make, swift: Swift, **more: object) -> RunningBackend:
    return own_backend(f"--ServiceConfig.obs={ {swift.endpoint: swift.access(**more)}!r}")


def sdk(running: RunningBackend, code: str, *arguments: str, authority: Path) -> str:
    """Run code with the vendor's SDK as in a notebook; return what it prints."""
    environment = {
        **os.environ,
        "EM_API_URL": running.url,
        "EM_APPKEY": "default",
        "EM_REGION": "kr1",
        "EM_TOKEN": running.token,
        "REQUESTS_CA_BUNDLE": str(authority),
    }
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, env=environment, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_sdk_uploads_a_training_runs_and_the_sdk_downloads(
    own_backend: Make, swift: Swift, https: FaultProxy, tmp_path: Path
) -> None:
    """Data and code go up with the vendor's SDK, unmodified; the model comes down with it."""
    swift.container("sdk")
    place = f"obs://{https.host}/v1/AUTH_test/sdk"
    trusted = tmp_path / "authority.pem"
    access = {**swift.access(), "storageUrl": https.url, "cacert": str(trusted)}
    running = own_backend(f"--ServiceConfig.obs={ {f'{https.host}/v1/AUTH_test': access}!r}")
    made = tmp_path / "code"
    (made / "deep").mkdir(parents=True)
    (made / "deep/data.csv").write_text("a,b\n1,2\n")
    (made / "train.py").write_text(
        "import os, pathlib\n"
        "text = pathlib.Path(os.environ['EM_SOURCE_DIR'], 'deep/data.csv').read_text()\n"
        "pathlib.Path(os.environ['EM_MODEL_DIR'], 'model.txt').write_text(text.upper())\n"
    )
    printed = sdk(running, SDK_UPLOAD, f"{place}/code", str(made), authority=trusted)
    assert "listed ['code/deep/data.csv', 'code/train.py']" in printed

    settings = {"sourceDirUri": f"{place}/code", "modelUploadUri": f"{place}/out"}
    training = running.wait_for_status(
        running.train("from-swift", "", **settings), "COMPLETE", "CREATE_FAILED", timeout=90
    )
    assert training["trainingStatusCode"] == "COMPLETE", running.log(training["trainingId"])
    assert training["modelUri"].startswith(f"{place}/out/")
    sdk(running, SDK_DOWNLOAD, training["modelUri"], str(tmp_path / "down"), authority=trusted)
    assert [path.read_text() for path in (tmp_path / "down").rglob("model.txt")] == ["A,B\n1,2\n"]


def test_storage_routes_work_on_swift(own_backend: Make, swift: Swift) -> None:
    place = swift.container("browsed")
    running = with_swift(own_backend, swift)
    answer = running.get("storages")
    top = f"obs://{swift.endpoint}/"
    assert top in [storage["uri"] for storage in answer["storageList"]]
    assert answer["systemAccount"] == {"tenantId": "test", "userId": "test:tester"}
    sent = running.request("PUT", "storages/files", params={"uri": f"{place}/deep/한글.bin"}, content=b"1" * 3_000_000)
    assert sent.status_code == 200, sent.text
    assert "browsed" in [each["name"] for each in running.get("storages/entries", params={"uri": top})["entryList"]]
    (entry,) = running.get("storages/entries", params={"uri": f"{place}/deep"})["entryList"]
    assert (entry["name"], entry["directory"], entry["size"]) == ("한글.bin", False, 3_000_000)
    got = running.request("GET", "storages/files", params={"uri": entry["uri"]})
    assert got.content == b"1" * 3_000_000
    refused = running.request("PUT", "storages/files", params={"uri": entry["uri"]}, content=b"2")
    assert refused.status_code == 409


def test_paths_that_cannot_be_used_are_refused_at_once(own_backend: Make, swift: Swift) -> None:
    """Before anything is accepted: no container, no right to write."""
    running = with_swift(own_backend, swift, **GUEST)
    body = {
        "trainingName": "refused",
        "experimentId": running.experiment(),
        "imageId": "local-cpu-python-training",
        "flavorId": "c1m1",
        "sourceDirUri": running.script("refused", ""),
        "entryPoint": "train.py",
        "modelUploadUri": f"obs://{swift.endpoint}/nobody-made-it/out",
    }
    swift.container("not-for-guests")
    for uri, said in (
        ("nobody-made-it/out", "no write permission for the container nobody-made-it"),
        ("not-for-guests/out", "no write permission for the container not-for-guests"),
    ):
        refused = running.request("POST", "trainings", json={**body, "modelUploadUri": f"obs://{swift.endpoint}/{uri}"})
        assert refused.status_code == 400, refused.text
        assert said in refused.json()["header"]["resultMessage"]
    owner = with_swift(own_backend, swift)
    refused = owner.request(
        "POST",
        "trainings",
        json={**body, "experimentId": owner.experiment(), "sourceDirUri": owner.script("refused", "")},
    )
    assert "the container nobody-made-it does not exist" in refused.json()["header"]["resultMessage"]


def failing(running: RunningBackend, swift: Swift, name: str, break_it: Callable[[], object]) -> dict[str, object]:
    """Have a training wait in the queue while its input breaks; return it when it has failed."""
    go = running.data_dir / f"go-{name}"
    holds = running.train(
        f"holds-{name}",
        f"import pathlib, time\nwhile not pathlib.Path({str(go)!r}).exists(): time.sleep(0.05)",
        flavorId="c1m1",
    )
    running.wait_for_status(holds, "RUNNING")
    data = [{"datasetName": "data", "dataUri": f"obs://{swift.endpoint}/{name}/data"}]
    waits = running.train(f"waits-{name}", READ, datasetList=data)
    break_it()
    go.touch()
    return running.wait_for_status(waits, "COMPLETE", "CREATE_FAILED", timeout=90)


def test_lost_permission_container_and_input_fail_the_training_with_the_reason(own_backend: Make, swift: Swift) -> None:
    for name in ("permission", "container", "input"):
        swift.container(name, **{"X-Container-Read": "guest:reader,.rlistings"})
        swift.put(f"{name}/data/a.csv", "a")
    running = own_backend(
        f"--ServiceConfig.obs={ {swift.endpoint: swift.access(**GUEST)}!r}", "--ServiceConfig.vcpus=1"
    )

    def take_right() -> None:
        swift.request("POST", "permission", headers={"X-Remove-Container-Read": "x"}).raise_for_status()

    def drop_container() -> None:
        swift.request("DELETE", "container/data/a.csv").raise_for_status()
        swift.request("DELETE", "container").raise_for_status()

    def drop_input() -> None:
        swift.request("DELETE", "input/data/a.csv").raise_for_status()

    for name, break_it, said in (
        ("permission", take_right, "has no read permission for the container permission"),
        ("container", drop_container, "no read permission for the container container"),
        ("input", drop_input, "input/data does not exist"),
    ):
        training = failing(running, swift, name, break_it)
        assert training["trainingStatusCode"] == "CREATE_FAILED", name
        assert said in str(training["trainingStatusReason"]), training["trainingStatusReason"]
        # The reason is in the log as well, without anybody's key.
        log = running.log(str(training["trainingId"]))
        assert said in log
        assert GUEST["key"] not in log


def test_storage_that_stays_down_is_named_and_the_copy_runs_when_it_is_back(
    own_backend: Make, swift: Swift, https: FaultProxy, tmp_path: Path
) -> None:
    swift.container("down")
    swift.put("down/data/a.csv", "a")
    access = {**swift.access(), "storageUrl": https.url, "cacert": str(tmp_path / "authority.pem")}
    running = own_backend(f"--ServiceConfig.obs={ {f'{https.host}/v1/AUTH_test': access}!r}")
    data = [{"datasetName": "data", "dataUri": f"obs://{https.host}/v1/AUTH_test/down/data"}]
    asked = 0

    def goes_down(_method: str, path: str) -> str:
        """Answer while the request is checked, and from then on no more."""
        nonlocal asked
        asked += "/down" in path
        return "pass" if asked <= 3 else REFUSE

    https.rule = goes_down
    training = running.train("down", READ, datasetList=data)
    ended = running.wait_for_status(training, "COMPLETE", "CREATE_FAILED", timeout=150)
    assert f"the object storage at {https.host} does not answer" in ended["trainingStatusReason"]
    https.rule = lambda _method, _path: "pass"
    again = running.train("down-again", READ, datasetList=data)
    assert running.wait_for_status(again, "COMPLETE", "CREATE_FAILED")["trainingStatusCode"] == "COMPLETE"


def test_storage_that_is_down_while_outputs_are_uploaded_is_waited_for(
    own_backend: Make, swift: Swift, https: FaultProxy, tmp_path: Path
) -> None:
    """Ten seconds without an answer cost nobody their model."""
    swift.container("patient")
    access = {**swift.access(), "storageUrl": https.url, "cacert": str(tmp_path / "authority.pem")}
    running = own_backend(f"--ServiceConfig.obs={ {f'{https.host}/v1/AUTH_test': access}!r}")
    code = "import os, pathlib\npathlib.Path(os.environ['EM_MODEL_DIR'], 'model.bin').write_bytes(os.urandom(100_000))"
    refused: list[str] = []

    def down(method: str, path: str) -> str:
        if method == "PUT" and path.endswith("model.bin") and len(refused) < 4:
            refused.append(path)
            return REFUSE
        return "pass"

    https.rule = down
    training = running.train("patient", code, modelUploadUri=f"obs://{https.host}/v1/AUTH_test/patient/out")
    running.wait_for_status(training, "COMPLETE", timeout=90)
    assert len(refused) == 4
    assert [name for name in swift.names("patient") if name.endswith("model.bin")]


def test_progress_of_thousands_of_files_is_seen(own_backend: Make, swift: Swift) -> None:
    place = swift.container("many")
    for index in range(300):
        swift.put(f"many/data/{index:04}", "x")
    running = with_swift(own_backend, swift)
    training = running.train("many", READ, datasetList=[{"datasetName": "data", "dataUri": f"{place}/data"}])
    running.wait_for_status(training, "COMPLETE", timeout=90)
    wait_for(lambda: "300 files" in running.log(training) or "300 of 300" in running.log(training))
