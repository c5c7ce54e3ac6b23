"""Metrics, lineage, comparison, editing and ``%easymaker log`` from a cell."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from jupyter_easymaker.magics.curves import spark
from jupyter_easymaker.magics.live import notebook_state
from tests.conftest import RunningBackend


@pytest.fixture
def shell(backend: RunningBackend, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    monkeypatch.setenv("EM_API_URL", backend.url)
    monkeypatch.setenv("EM_TOKEN", backend.token)
    monkeypatch.setenv("EM_APPKEY", backend.appkey)
    made = InteractiveShell.instance()
    made.run_line_magic("reload_ext", "jupyter_easymaker")
    yield made
    InteractiveShell.clear_instance()


def run(shell: InteractiveShell, line: str, cell: str | None = None) -> str:
    with capture_output() as captured:
        if cell is None:
            shell.run_line_magic("easymaker", line)
        else:
            shell.run_cell_magic("easymaker", line, cell)
    shown: str = captured.stdout + captured.stderr + "".join(repr(o.data) for o in captured.outputs)
    return shown


def test_metrics_lineage_and_comparison_of_trainings(
    shell: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    (tmp_path / "notes.txt").write_text("1")
    for arguments in (["init", "-q", "-b", "trunk"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *arguments], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    cell = (
        "import os\nfrom jupyter_easymaker import log_metrics\n"
        "for step in range(4):\n"
        "    print(f'loss={4 - step} noise=1')\n"
        "    log_metrics(step, acc=step * float(os.environ['EM_HP_A']))"
    )
    for value in (1, 2):
        line = f"train -e tracking --name tracked-{value} -p a={value} --metric loss --into t{value}"
        assert "COMPLETE" in run(shell, line, cell).upper()
    shown = run(shell, "training metrics tracked-2 --into found")
    assert {(each["name"], each["source"], each["last"]) for each in shell.user_ns["found"]} == {
        ("acc", "api", 6.0),
        ("loss", "log", 1.0),
    }
    assert "▁" in shown
    assert "<svg" in shown
    assert "noise" not in shown
    shown = run(shell, "training lineage tracked-1 --into found")
    assert "(trunk)" in shown
    assert shell.user_ns["found"]["source"]["git"]["dirty"] is False
    shown = run(shell, "training compare tracked-1 tracked-2 --into found")
    assert [each["name"] for each in shell.user_ns["found"]["metricList"]] == ["acc", "loss"]
    assert "'a'" not in shown  # text, not Python
    assert "timeout" not in shown.lower()  # the same in both
    assert "2 to 5" in run(shell, "training compare tracked-1")


def test_script_in_a_repository_carries_its_commit_and_whether_it_was_changed(
    shell: InteractiveShell, tmp_path: Path
) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    (tmp_path / "mine.py").write_text("print(1)")
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *arguments], cwd=tmp_path, check=True)
    (tmp_path / "mine.py").write_text("print(2)")
    run(shell, f"run {tmp_path / 'mine.py'} -e tracking --name from-git --into result")
    run(shell, "training lineage from-git --into found")
    assert shell.user_ns["found"]["source"]["git"]["dirty"] is True


def test_log_prints_here_and_records_in_a_notebook_that_is_a_training(
    shell: InteractiveShell, backend: RunningBackend
) -> None:
    assert "step=4 loss=0.3" in run(shell, "log loss=0.3 step=4")
    assert "a number is needed" in run(shell, "log loss=high")
    assert "a whole number is needed" in run(shell, "log loss=1 step=x")
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("%load_ext jupyter_easymaker\n%easymaker log loss=0.5 step=7")]
    )
    source = backend.script("logging-notebook", "", **{"train.ipynb": nbformat.writes(notebook)})
    training_id = backend.train("logging-notebook-training", "", sourceDirUri=source, entryPoint="train.ipynb")
    done = backend.wait_for_status(training_id, "COMPLETE", "FAIL_TRAIN")
    assert done["trainingStatusCode"] == "COMPLETE", backend.log(training_id)
    assert done["notebook"]["failedCell"] is None
    assert "Notebook" not in run(shell, "training watch logging-notebook-training")
    (metric,) = backend.get(f"trainings/{training_id}/metrics")["metricList"]
    assert (metric["name"], metric["source"], metric["pointList"][0][0]) == ("loss", "api", 7)


def test_every_resource_is_edited_in_the_same_words(shell: InteractiveShell, backend: RunningBackend) -> None:
    training_id = backend.train("to-edit", "print(1)")
    backend.post(
        "models", {"modelName": "to-edit", "modelUploadUri": "nas://local:/code", "modelFormatCode": "SKLEARN"}
    )
    backend.experiment("to-edit")
    run(shell, f"template create to-edit --training {training_id} --kind tuning")
    for kind, name in (("training", "training"), ("model", "model"), ("experiment", "experiment"), ("template", "")):
        line = f"{kind} edit to-edit --name edited --description new --tag a=1 --tag b=2"
        assert "is changed" in run(shell, line)
        assert "is changed" in run(shell, f"{kind} edit edited --remove-tag a")
        assert "no tag a" in run(shell, f"{kind} edit edited --remove-tag a")
        if name:
            (found,) = backend.get(f"{name}s", params={f"{name}NameList": "edited"})[f"{name}List"]
            assert (found["description"], found["tagList"]) == ("new", [{"tagKey": "b", "tagValue": "2"}])
    assert "Say what to change" in run(shell, "training edit edited")
    assert "b=2" in run(shell, "experiment show edited")
    assert "only one that is CREATE_FAILED" in run(shell, "experiment retry edited")
    assert "edited-copy" in run(shell, "template copy edited")
    assert "Hyperparameter tuning" in run(shell, "template list")
    assert "edited" in run(shell, "search b=2")


def test_curves_are_drawn_also_when_they_are_flat_or_empty() -> None:
    assert spark([]).text == spark([[]]).text == ""
    assert spark([[[0, None, 1.0], [1, None, 1.0]]]).text == "▁▁"
    assert spark([[[0, None, 0.0], [1, None, 7.0]]]).text == "▁█"
    assert len(spark([[[step, None, float(step)] for step in range(1000)]]).text) <= 24
    assert json.dumps(spark([[[0, None, 1.0]]]).markup)


def test_cells_are_counted_as_people_count() -> None:
    at = {"cellCount": 5, "currentCell": 2, "failedCell": None}
    assert notebook_state(at, running=True) == "Notebook: cell 3 of 5"
    assert notebook_state({**at, "failedCell": 2}, running=False) == "Notebook: cell 3 of 5 failed"
    assert notebook_state(at, running=False) == notebook_state(None, running=True) == ""
