"""A notebook as the entry point."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_notebook, writes

from jupyter_easymaker.runner.notebook import parameters
from jupyter_easymaker.runner.plan import Plan
from tests.waiting import wait_for

from .playing_engine import Site, wait_for_log


def notebook(*cells: str, **metadata: Any) -> str:
    made = [
        new_code_cell(cell, metadata={"tags": ["parameters"]} if not index else {}) for index, cell in enumerate(cells)
    ]
    return writes(new_notebook(cells=made, metadata=metadata))


def plan_of(site: Site, *cells: str, metadata: dict[str, Any] | None = None, **settings: Any) -> Plan:
    uri = site.source(notebook(*cells, **(metadata or {})), "train.ipynb")
    return site.plan(source_uri=uri, entry_point="train.ipynb", **settings)


def text_of(executed: Path) -> str:
    cells = json.loads(executed.read_text())["cells"]
    return "".join("".join(output.get("text", [])) for cell in cells for output in cell.get("outputs", []))


def test_hyperparameters_are_injected_and_the_executed_notebook_is_uploaded(site: Site) -> None:
    # The kernel the notebook was written with is not installed here, and need not be.
    run = site.run(
        plan_of(
            site,
            "epochs = 1\nlr = 0.5",
            "import sys; print('got', epochs + 1, lr * 2, sys.executable)\nepochs",
            metadata={"kernelspec": {"name": "my-conda-env", "display_name": "Mine", "language": "python"}},
            hyperparameters={"epochs": "41", "lr": "0.25"},
        )
    )
    assert run.exit_code == 0, run.log
    assert f"got 42 0.5 {sys.executable}" in run.log
    assert "got 42 0.5" in text_of(site.nas / "out/model/train.ipynb")
    assert run.report["notebook"] == "train.ipynb"
    assert (run.directory / "train.ipynb").exists()
    assert run.report["outputs"]["modelUri"] == "nas://local:/out/model"


def test_cells_are_seen_while_they_run_and_a_failing_one_is_named(site: Site) -> None:
    wait = "import os, time\nwhile not os.path.exists(os.environ['EM_MODEL_DIR'] + '/go'): time.sleep(0.02)\n"
    (run,) = site.start(plan_of(site, "x = 1", "print('first cell')", "print('waiting')\n" + wait + "x / 0"))
    wait_for_log(run, "waiting")
    assert "first cell" in run.log
    assert "first cell" in text_of(run.directory / run.report["notebook"])
    wait_for(lambda: run.report.get("notebookProgress") == {"cellCount": 3, "currentCell": 2, "failedCell": None})
    (run.directory / "model/go").touch()
    assert run.exit_code == 1
    assert run.report["reason"] == (
        "train.ipynb ended with exit code 1: cell 3 failed: ZeroDivisionError: division by zero"
    )
    assert "first cell" in text_of(site.nas / "out/model/train.ipynb")
    cells = json.loads((run.directory / "train.ipynb").read_text())["cells"]
    assert run.report["notebookProgress"] == {"cellCount": len(cells), "currentCell": 4, "failedCell": 4}
    assert "".join(cells[4]["source"]).endswith("x / 0")


def test_a_killed_kernel_is_named_as_killed(site: Site) -> None:
    code = "import os; print('kernel pid', os.getpid(), flush=True)\nimport signal; signal.pause()"
    (run,) = site.start(plan_of(site, code))
    wait_for_log(run, "kernel pid ")
    pid = int(run.log.partition("kernel pid ")[2].split()[0])
    os.kill(pid, signal.SIGKILL)
    assert run.exit_code == 1
    assert f"exit code : -9 (pid: {pid})" in run.report["reason"]
    assert run.report["notebookProgress"] == {"cellCount": 1, "currentCell": 0, "failedCell": 0}


def test_stopping_ends_the_kernel(site: Site) -> None:
    code = "import os; print('kernel pid', os.getpid(), flush=True)\nimport signal; signal.pause()"
    (run,) = site.start(plan_of(site, code))
    wait_for_log(run, "kernel pid ")
    pid = int(run.log.partition("kernel pid ")[2].split()[0])
    run.process.terminate()
    assert run.exit_code == 128 + signal.SIGTERM
    wait_for(lambda: not Path(f"/proc/{pid}/cmdline").exists() or not Path(f"/proc/{pid}/cmdline").read_bytes())
    assert not (site.nas / "out").exists()


def test_a_notebook_in_another_language_is_refused(site: Site) -> None:
    run = site.run(
        plan_of(site, "x <- 1", metadata={"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}})
    )
    assert run.exit_code == 1
    assert "is written in R; only Python notebooks" in run.report["reason"]


def test_a_file_that_is_no_notebook_is_refused(site: Site) -> None:
    run = site.run(site.plan(source_uri=site.source("not json", "train.ipynb"), entry_point="train.ipynb"))
    assert run.exit_code == 1
    assert "no notebook that can be read" in run.report["reason"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10", 10),
        ("1e-3", 0.001),
        ("true", True),
        ("False", False),
        ("adam", "adam"),
        ("007", "007"),
        ("", ""),
        ("null", "null"),
    ],
)
def test_parameters_keep_their_type(text: str, value: Any) -> None:
    (found,) = parameters({"p": text}).values()
    assert (found, type(found)) == (value, type(value))


def test_parameter_names_are_identifiers() -> None:
    assert parameters({"a.b-c": "1", "class": "2"}) == {"a_b_c": 1, "class_": 2}
