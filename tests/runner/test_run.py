"""A run from its source to its uploaded outputs, in real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from .playing_engine import Site

SAVE = """
import os, pathlib
pathlib.Path(os.environ["EM_MODEL_DIR"], "sub").mkdir()
pathlib.Path(os.environ["EM_MODEL_DIR"], "sub", "model.bin").write_bytes(b"weights")
pathlib.Path(os.environ["EM_CHECKPOINT_DIR"], "step-1").write_text("1")
"""


def test_runs_code_and_uploads_what_it_saved(site: Site) -> None:
    run = site.run(site.plan(SAVE + "print('trained')"))
    assert run.exit_code == 0, run.log
    assert (site.nas / "out/model/sub/model.bin").read_bytes() == b"weights"
    assert (site.nas / "out/checkpoint/step-1").read_text() == "1"
    report = run.report
    assert report["phase"] == "DONE"
    assert report["succeeded"] is True
    assert report["exitCode"] == 0
    assert report["startedAt"] <= report["endedAt"]
    assert report["outputs"] == {"modelUri": "nas://local:/out/model", "checkpointUri": "nas://local:/out/checkpoint"}
    assert "reason" not in report
    assert run.log.splitlines()[-1] == "trained"


def test_working_directories_are_gone_afterwards_and_the_log_stays(site: Site) -> None:
    run = site.run(site.plan(SAVE))
    assert list(run.directory.iterdir()) == []
    assert run.log_file.exists()


def test_outputs_are_uploaded_after_a_failure_too(site: Site) -> None:
    run = site.run(site.plan(SAVE + "raise ValueError('bad learning rate')"))
    assert run.exit_code == 1
    assert (site.nas / "out/checkpoint/step-1").exists()
    assert run.report["reason"] == "train.py ended with exit code 1: ValueError: bad learning rate"
    assert run.report["succeeded"] is False
    assert run.report["outputs"]["checkpointUri"] == "nas://local:/out/checkpoint"


def test_exit_status_is_the_codes_own(site: Site) -> None:
    run = site.run(site.plan("import sys; sys.exit(7)"))
    assert run.exit_code == 7
    assert run.report["exitCode"] == 7
    assert run.report["reason"] == "train.py ended with exit code 7."


def test_code_may_change_its_source_and_never_the_original(site: Site) -> None:
    run = site.run(site.plan("open('train.py', 'a').write('changed'); open('new', 'w').close()"))
    assert run.exit_code == 0, run.log
    assert sorted(path.name for path in (site.nas / "code/0").iterdir()) == ["train.py"]
    assert "changed" not in (site.nas / "code/0/train.py").read_text().removeprefix("open('train.py', 'a')")[20:]


def test_modules_beside_the_entry_point_and_above_can_be_imported(site: Site) -> None:
    uri = site.source(
        "import helper, top; print(helper.X, top.Y)", "jobs/train.py", **{"jobs/helper.py": "X=1", "top.py": "Y=2"}
    )
    run = site.run(site.plan(source_uri=uri, entry_point="jobs/train.py"))
    assert run.log.splitlines()[-1] == "1 2"


def test_a_module_runs_without_a_source(site: Site) -> None:
    run = site.run(site.plan(module="calendar", hyperparameters={"type": "html"}))
    assert run.exit_code == 0, run.log
    assert "</html>" in run.log


def test_nothing_saved_uploads_nothing(site: Site) -> None:
    run = site.run(site.plan("pass"))
    assert run.report["outputs"] == {}
    assert not (site.nas / "out").exists()


def test_failed_upload_fails_the_run_and_keeps_the_outputs(site: Site) -> None:
    (site.nas / "out").mkdir()
    (site.nas / "out/model").write_text("a file in the way")
    run = site.run(site.plan(SAVE))
    assert run.exit_code == 1
    assert run.report["succeeded"] is False
    assert "The model could not be uploaded: nas://local:/out/model" in run.report["reason"]
    assert (run.directory / "model/sub/model.bin").exists()
    assert (site.nas / "out/checkpoint/step-1").exists()


def test_different_existing_output_is_not_overwritten(site: Site) -> None:
    (site.nas / "out/model/sub").mkdir(parents=True)
    (site.nas / "out/model/sub/model.bin").write_bytes(b"precious")
    run = site.run(site.plan(SAVE))
    assert run.exit_code == 1
    assert "exists already with other content" in run.report["reason"]
    assert (site.nas / "out/model/sub/model.bin").read_bytes() == b"precious"


def test_only_the_first_node_uploads(site: Site) -> None:
    code = "import os; open(os.environ['EM_MODEL_DIR'] + '/' + os.environ['RANK'], 'w').close()"
    runs = site.run_runner(site.plan(code), nodes=3)
    assert [run.exit_code for run in runs] == [0, 0, 0]
    assert [path.name for path in (site.nas / "out/model").iterdir()] == ["0"]


def test_report_is_valid_json_whenever_it_is_read(site: Site) -> None:
    data = site.nas / "data"
    data.mkdir()
    for index in range(2000):
        (data / f"{index}.txt").write_text("x")
    (run,) = site.start(site.plan("pass", datasets={"train": "nas://local:/data"}))
    reports = [run.report]
    while run.process.poll() is None:
        reports.append(run.report)
    reports.append(run.report)
    assert run.exit_code == 0
    assert {"STAGING", "DONE"} <= {report.get("phase") for report in reports}
    progress = next(report["progress"] for report in reports if "progress" in report)
    assert progress.keys() == {"message", "files", "totalFiles", "bytes", "totalBytes"}


def test_a_program_without_an_engine_says_so(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("EM_")}
    done = subprocess.run(
        [sys.executable, "-m", "jupyter_easymaker.runner"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "EM_NODE_RANK" in done.stderr


def test_staged_inputs_are_reported_and_logged(site: Site) -> None:
    (site.nas / "data").mkdir()
    (site.nas / "data/a.csv").write_text("a" * 1500)
    code = "import os, json; print(json.dumps(os.listdir(os.environ['EM_DATASET_TRAIN'])))"
    plan = site.plan(code, datasets={"train": "nas://local:/data"})
    first, second = site.run(plan), site.run(plan)
    assert json.loads(first.log.splitlines()[-1]) == ["a.csv"]
    assert "data set train: 1 files, 1.5 KB, copied" in first.log
    assert "data set train: 1 files, 1.5 KB, from the cache" in second.log
