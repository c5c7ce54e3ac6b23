"""``%easymaker notebook`` against a backend of a hub that plays."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import uvicorn
from IPython.core.interactiveshell import InteractiveShell

from jupyter_easymaker.magics.completion import completions
from jupyter_easymaker.resources.notebook import NotebookStatus
from jupyter_easymaker.service.backend import Backend
from jupyter_easymaker.store.hub_tables import NotebookRow
from tests.api.notebooks import backend_of_a_hub
from tests.magics.test_tracking import run
from tests.waiting import wait_for


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Backend, str]]:
    with backend_of_a_hub(tmp_path_factory.mktemp("magics")) as made:
        (made.data_dir / "nas/local/shared").mkdir(parents=True)
        server = uvicorn.Server(uvicorn.Config(made.app, port=0, log_config=None))
        thread = threading.Thread(target=server.run)
        thread.start()
        wait_for(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield made, f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join()


@pytest.fixture
def shell(served: tuple[Backend, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    monkeypatch.setenv("EM_API_URL", served[1])
    monkeypatch.setenv("EM_TOKEN", "ada")
    monkeypatch.setenv("EM_APPKEY", "default")
    made = InteractiveShell.instance()
    made.run_line_magic("reload_ext", "jupyter_easymaker")
    yield made
    InteractiveShell.clear_instance()


def become(backend: Backend, status: NotebookStatus) -> None:
    with backend.database.session() as session:
        session.query(NotebookRow).one().status = status


def test_notebook_from_a_cell(
    shell: InteractiveShell, served: tuple[Backend, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    backend, _ = served
    assert "No notebooks here" in run(shell, "notebook list")
    line = "notebook create lab --instance small --data 70 --nas shared=nas://local:/shared --tag team=vision"
    assert "lab is on its way" in run(shell, line)
    shown = run(shell, "notebook show lab")
    for said in ("Create requested", "70 GB", "shared: nas://local:/shared", "team=vision", "ada"):
        assert said in shown
    assert "an action once asked cannot be cancelled" in run(shell, "notebook stop lab")
    become(backend, NotebookStatus.STOPPED)
    assert "starts with large" in run(shell, "notebook resize lab --instance large")
    assert "is changed" in run(shell, "notebook edit lab --name desk")
    assert "is being started" in run(shell, "notebook start desk")
    listed = run(shell, "notebook list --status start_in_progress")
    assert "desk" in listed
    assert "large" in listed
    monkeypatch.setattr("builtins.input", lambda _question: "n")
    become(backend, NotebookStatus.STOPPED)
    assert "Nothing was deleted" in run(shell, "notebook delete desk")
    assert "is being deleted" in run(shell, "notebook delete desk --yes")


def test_wrong_option_is_named_as_it_was_typed(shell: InteractiveShell) -> None:
    assert "multiple of 10" in run(shell, "notebook create n --instance small --data 55")
    assert "There is no instance type 'tiny'" in run(shell, "notebook create n --instance tiny")
    assert "There is no notebook 'nothing'" in run(shell, "notebook show nothing")


def test_names_of_notebooks_are_completed() -> None:
    assert completions("%easymaker notebook sh") == ["show"]
    assert completions("%easymaker notebook show d", lambda kind: ["desk"] if kind == "notebook" else []) == ["desk"]
