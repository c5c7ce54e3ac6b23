"""What kernels and terminals are told about the backend."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import certifi
import psutil
import websocket
from jupyter_client.blocking.client import BlockingKernelClient

from tests.extension.conftest import JUPYTER_TOKEN, RunningJupyter
from tests.waiting import wait_for

MakeJupyter = Callable[..., RunningJupyter]

_NAMES = ("EM_API_URL", "EM_APPKEY", "EM_REGION", "EM_TOKEN", "EASYMAKER_DATA_DIR")
_TELL = f"import os, json; print(json.dumps({{n: os.environ.get(n) for n in {_NAMES}}}))"


def expected(jupyter: RunningJupyter) -> dict[str, str]:
    return {
        "EM_API_URL": jupyter.backend()["url"],
        "EM_APPKEY": "default",
        "EM_REGION": "local",
        "EM_TOKEN": (jupyter.data_dir / "token").read_text().strip(),
        "EASYMAKER_DATA_DIR": str(jupyter.data_dir),
    }


@contextmanager
def connected(jupyter: RunningJupyter, kernel_id: str) -> Iterator[BlockingKernelClient]:
    client = BlockingKernelClient()
    path = jupyter.directory / "runtime" / f"kernel-{kernel_id}.json"
    wait_for(path.exists, 20)
    client.load_connection_file(str(path))
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield client
    finally:
        client.stop_channels()


def run(client: BlockingKernelClient, code: str) -> str:
    """Return what the code prints in a kernel."""
    text: list[str] = []

    def hook(message: dict[str, Any]) -> None:
        if message["msg_type"] == "stream":
            text.append(message["content"]["text"])
        elif message["msg_type"] == "error":
            raise AssertionError("\n".join(message["content"]["traceback"]))

    client.execute_interactive(code, output_hook=hook, timeout=60)
    return "".join(text)


def start_session(jupyter: RunningJupyter) -> str:
    body = {"path": "a.ipynb", "name": "a", "type": "notebook", "kernel": {"name": "python3"}}
    answer = jupyter.request("POST", "api/sessions", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["kernel"]["id"])


def test_kernel_of_a_notebook_opened_at_once_knows_the_backend(own_jupyter: MakeJupyter) -> None:
    jupyter = own_jupyter()
    kernel_id = start_session(jupyter)  # while the backend is being started
    with connected(jupyter, kernel_id) as client:
        assert json.loads(run(client, _TELL)) == expected(jupyter)


def test_kernel_without_a_notebook_knows_the_backend(jupyter: RunningJupyter) -> None:
    answer = jupyter.request("POST", "api/kernels", json={"name": "python3"})
    with connected(jupyter, answer.json()["id"]) as client:
        assert json.loads(run(client, _TELL)) == expected(jupyter)


_CALL = """
import os, ssl
path = os.environ["SSL_CERT_FILE"]
assert path == os.environ["REQUESTS_CA_BUNDLE"]
names = [dict(part[0] for part in known["subject"]).get("commonName", "")
         for known in ssl.create_default_context(cafile=path).get_ca_certs()]
print(len(names) > 50, "EasyMaker gateway of this machine" in names)
"""


def test_kernel_trusts_the_gateway_besides_those_it_trusts_anyway(jupyter: RunningJupyter) -> None:
    with connected(jupyter, start_session(jupyter)) as client:
        assert run(client, _CALL).split() == ["True", "True"]


def test_authorities_people_have_chosen_stay_chosen(own_jupyter: MakeJupyter, tmp_path: Path) -> None:
    mine = str(tmp_path / "mine.pem")
    shutil.copy(certifi.where(), mine)
    jupyter = own_jupyter(environment={"REQUESTS_CA_BUNDLE": mine})
    jupyter.wait_for_status("ready")
    tell = "import os; print(os.environ['REQUESTS_CA_BUNDLE'], os.environ['SSL_CERT_FILE'])"
    with connected(jupyter, start_session(jupyter)) as client:
        theirs, ours = run(client, tell).split()
    assert theirs == mine
    assert ours != mine


def test_vendor_sdk_works_in_a_notebook_without_init(jupyter: RunningJupyter) -> None:
    code = "import easymaker; print(easymaker.Experiment().create(experiment_name='from-a-kernel').experiment_id)"
    with connected(jupyter, start_session(jupyter)) as client:
        printed = run(client, code)
    listed = jupyter.request("GET", jupyter.api("experiments?experimentNameList=from-a-kernel"))
    assert listed.json()["experimentList"][0]["experimentId"] in printed


def test_kernel_goes_on_over_a_killed_backend(own_jupyter: MakeJupyter) -> None:
    jupyter = own_jupyter()
    jupyter.wait_for_status("ready")
    with connected(jupyter, start_session(jupyter)) as client:
        ask = (
            "from jupyter_easymaker.client import EasyMakerClient\n"
            "print(EasyMakerClient.from_environment().get('counts')['counts'] is not None)"
        )
        assert run(client, ask).strip() == "True"
        before = jupyter.backend()["pid"]
        os.kill(before, signal.SIGKILL)
        wait_for(lambda: jupyter.backend().get("pid", before) != before, 30)
        jupyter.wait_for_status("ready")
        assert run(client, ask).strip() == "True"


def test_restarted_kernel_learns_that_the_backend_has_moved(own_jupyter: MakeJupyter) -> None:
    jupyter = own_jupyter()
    jupyter.wait_for_status("ready")
    kernel_id = start_session(jupyter)
    with connected(jupyter, kernel_id) as client:
        told = json.loads(run(client, _TELL))
    with _port_taken_from(jupyter):
        assert jupyter.backend()["url"] != told["EM_API_URL"]
        assert jupyter.request("POST", f"api/kernels/{kernel_id}/restart").status_code == 200
        with connected(jupyter, kernel_id) as client:
            assert json.loads(run(client, _TELL)) == expected(jupyter)


@contextmanager
def _port_taken_from(jupyter: RunningJupyter) -> Iterator[None]:
    """End the backend and take its port before the server can start another one there."""
    announced = jupyter.backend()
    server = psutil.Process(jupyter.process.pid)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.suspend()
        try:
            os.kill(announced["pid"], signal.SIGKILL)
            wait_for(lambda: _bound(taken, int(announced["url"].rsplit(":", 1)[1])))
            taken.listen()
        finally:
            server.resume()
        wait_for(lambda: jupyter.backend().get("pid", announced["pid"]) != announced["pid"], 30)
        jupyter.wait_for_status("ready")
        yield


def _bound(taken: socket.socket, port: int) -> bool:
    try:
        taken.bind(("127.0.0.1", port))
    except OSError:  # the backend is not gone yet
        return False
    return True


def test_terminal_knows_the_backend(jupyter: RunningJupyter) -> None:
    name = jupyter.request("POST", "api/terminals").json()["name"]
    address = f"{jupyter.url}/terminals/websocket/{name}?token={JUPYTER_TOKEN}".replace("http", "ws", 1)
    with closing(websocket.create_connection(address, timeout=20)) as terminal:
        terminal.send(json.dumps(["stdin", 'echo "<$EM_API_URL $EM_APPKEY $EM_REGION $EM_TOKEN>"\r']))
        text = ""
        while not (found := re.search(r"<(http.*?)>", text)):
            kind, *content = json.loads(terminal.recv())
            text += content[0] if kind == "stdout" else ""
    values = expected(jupyter)
    shown = re.sub(r"\s+", " ", found[1])
    assert shown == " ".join(values[name] for name in _NAMES[:4])


def test_backend_is_not_told_the_servers_own_secrets(own_jupyter: MakeJupyter) -> None:
    secrets = {"JPY_API_TOKEN": "a", "JUPYTERHUB_API_TOKEN": "b", "JUPYTER_TOKEN": "c", "EM_TOKEN": "d"}
    jupyter = own_jupyter(environment=secrets)
    jupyter.wait_for_status("ready")
    assert not secrets.keys() & psutil.Process(jupyter.backend()["pid"]).environ().keys()
