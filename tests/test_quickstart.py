"""The shipped notebook runs from the first cell to the last, as a person would run it, against a real backend."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import papermill
import pytest

from jupyter_easymaker.quickstart import NOTEBOOK, copy_to
from tests.conftest import RunningBackend


def test_shipped_notebook_has_no_outputs() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert all(not cell.outputs and cell.execution_count is None for cell in notebook.cells if cell.cell_type == "code")


def test_copy_keeps_a_notebook_that_was_edited(tmp_path: Path) -> None:
    target = copy_to(tmp_path / "new")
    assert target.read_bytes() == NOTEBOOK.read_bytes()
    target.write_text("edited")
    assert copy_to(tmp_path / "new").read_text() == "edited"


def test_quick_start_trains_and_registers_the_model(
    own_backend: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    running: RunningBackend = own_backend(environment={"HOME": str(home)})  # type: ignore[operator]
    for name, value in {
        "HOME": str(home),
        "EM_API_URL": running.url,
        "EM_APPKEY": "default",
        "EM_REGION": "local",
        "EM_TOKEN": running.token,
        "IPYTHONDIR": str(home / ".ipython"),
    }.items():
        monkeypatch.setitem(os.environ, name, value)
    done = papermill.execute_notebook(
        str(NOTEBOOK), str(tmp_path / "done.ipynb"), progress_bar=False, kernel_name="python3", cwd=str(home)
    )
    assert [cell for cell in done.cells if cell.cell_type == "code" and cell.execution_count is None] == []
    statuses = {each["trainingName"]: each["trainingStatusCode"] for each in running.get("trainings")["trainingList"]}
    assert statuses == {"wine-tabular": "COMPLETE", "wine-own": "COMPLETE"}
    (model,) = running.get("models")["modelList"]
    assert (model["modelName"], model["modelFormatCode"]) == ("wine", "SKLEARN")
    artifact = running.data_dir / "nas/local/outputs" / model["training"]["trainingId"] / "model.joblib"
    assert artifact.stat().st_size > 0
