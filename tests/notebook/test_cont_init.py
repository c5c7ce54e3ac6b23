"""Start-up scripts, run for real: order, what is run at all, what is kept of them, and that none stops a notebook."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_easymaker.notebook import cont_init
from jupyter_easymaker.notebook.cont_init import Script, ScriptState, run_scripts
from tests.waiting import wait_for


def script(home: Path, name: str, code: str, mode: int = 0o755) -> Path:
    path = home / "cont-init.d" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(code)
    path.chmod(mode)
    return path


def states(scripts: list[Script]) -> dict[str, ScriptState]:
    return {each.name: each.state for each in scripts}


def test_scripts_run_in_ascending_order_and_leave_code_and_output(tmp_path: Path) -> None:
    for name in ("20-b", "03-a", "9", "A-upper", "a-lower"):
        script(tmp_path, name, f"#!/bin/sh\necho {name} >> {tmp_path}/order; echo out; echo err >&2; exit 3")
    done = run_scripts(tmp_path)
    assert (tmp_path / "order").read_text().split() == ["03-a", "20-b", "9", "A-upper", "a-lower"]
    assert {each.exit_code for each in done} == {3}
    assert (tmp_path / "cont-init.d/9.exitcode").read_text() == "3\n"
    assert (tmp_path / "cont-init.d/9.output").read_text() == "out\nerr\n"
    log = (tmp_path / "cont-init.output").read_text()
    assert log.index("03-a: running") < log.index("out") < log.index("03-a: exit code 3") < log.index("20-b: running")
    assert cont_init.last_run(tmp_path) == done
    # What they left is not taken for scripts the next time, and is written anew.
    assert len(run_scripts(tmp_path)) == 5
    assert (tmp_path / "cont-init.d/9.output").read_text() == "out\nerr\n"


def test_only_executable_files_that_start_with_a_shebang_run(tmp_path: Path) -> None:
    script(tmp_path, "a", f"#!/bin/sh\ntouch {tmp_path}/ran-a", mode=0o644)
    script(tmp_path, "b", f"touch {tmp_path}/ran-b")
    script(tmp_path, "c", f"#!/bin/sh\ntouch {tmp_path}/ran-c")
    (tmp_path / "cont-init.d/d").mkdir()
    (tmp_path / "cont-init.d/e").symlink_to(tmp_path / "nowhere")
    done = {each.name: each for each in run_scripts(tmp_path)}
    assert sorted(path.name for path in tmp_path.glob("ran-*")) == ["ran-c"]
    assert done["c"].state is ScriptState.SUCCEEDED
    assert done["a"].reason == "it is not executable; run chmod +x a"
    assert done["b"].reason == "its first line does not start with #!"
    assert done["d"].reason == "it is no file"
    assert done["e"].state is ScriptState.SKIPPED
    assert "b: skipped: its first line does not start with #!" in (tmp_path / "cont-init.output").read_text()


def test_without_the_directory_nothing_happens(tmp_path: Path) -> None:
    assert run_scripts(tmp_path) == []
    assert list(tmp_path.iterdir()) == []
    assert cont_init.last_run(tmp_path) == []


def test_failing_script_does_not_keep_the_next_from_running(tmp_path: Path) -> None:
    script(tmp_path, "1", "#!/no/such/interpreter\n")
    script(tmp_path, "2", "#!/bin/sh\nkill -SEGV $$")
    script(tmp_path, "3", "#!/bin/sh\nexit 0")
    done = run_scripts(tmp_path)
    assert [each.exit_code for each in done] == [126, 139, 0]
    assert states(done) == {"1": ScriptState.FAILED, "2": ScriptState.FAILED, "3": ScriptState.SUCCEEDED}
    assert "cannot be run: No such file" in (tmp_path / "cont-init.d/1.output").read_text()


def test_hanging_script_is_ended_with_what_it_started(tmp_path: Path) -> None:
    script(tmp_path, "1", f"#!/bin/sh\necho begun\nsleep 600 & echo $! > {tmp_path}/child\nwait")
    script(tmp_path, "2", "#!/bin/sh\ntrue")
    done = run_scripts(tmp_path, time_limit=1.0)
    assert states(done) == {"1": ScriptState.TIMED_OUT, "2": ScriptState.SKIPPED}
    assert (done[0].exit_code, (tmp_path / "cont-init.d/1.exitcode").read_text()) == (124, "124\n")
    assert (tmp_path / "cont-init.d/1.output").read_text() == "begun\n"
    child = int((tmp_path / "child").read_text())

    def is_gone() -> bool:
        try:
            return Path(f"/proc/{child}/stat").read_text().split()[2] == "Z"
        except FileNotFoundError:
            return True

    wait_for(is_gone)


def test_daemon_that_is_left_behind_is_not_waited_for(tmp_path: Path) -> None:
    script(tmp_path, "1", f"#!/bin/sh\necho begun\nsleep 600 &\necho $! > {tmp_path}/child")
    done = run_scripts(tmp_path, time_limit=60)
    os.kill(int((tmp_path / "child").read_text()), 9)
    assert done[0].state is ScriptState.SUCCEEDED
    assert done[0].seconds is not None
    assert done[0].seconds < 30
    assert cont_init.output_of(tmp_path, "1") == "begun\n"


def test_endless_output_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cont_init, "_OUTPUT_BYTES", 100_000)
    script(tmp_path, "1", "#!/bin/sh\nhead -c 5000000 /dev/zero | tr '\\0' x; exit 7")
    assert run_scripts(tmp_path)[0].exit_code == 7
    output = (tmp_path / "cont-init.d/1.output").read_text()
    assert len(output) < 110_000
    assert output.rstrip().endswith("(more was printed; it is left out)")


def test_what_runs_is_seen_while_it_runs(tmp_path: Path) -> None:
    """The panel can say which script a notebook that is starting waits for."""
    script(tmp_path, "1", f"#!/bin/sh\nwhile [ ! -e {tmp_path}/go ]; do sleep 0.05; done")
    script(tmp_path, "2", "#!/bin/sh\ntrue")
    code = "import sys, pathlib; "
    code += "from jupyter_easymaker.notebook import cont_init; cont_init.run_scripts(pathlib.Path(sys.argv[1]))"
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)])
    wait_for(lambda: states(cont_init.last_run(tmp_path)).get("1") == ScriptState.RUNNING, 30)
    assert states(cont_init.last_run(tmp_path))["2"] is ScriptState.WAITING
    (tmp_path / "go").touch()
    assert process.wait(30) == 0
    assert set(states(cont_init.last_run(tmp_path)).values()) == {ScriptState.SUCCEEDED}


def start(home: Path, code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Start what stands for the server, as a notebook does."""
    command = [sys.executable, "-m", "jupyter_easymaker.notebook.start", sys.executable, "-c", code]
    environment = {**os.environ, "EASYMAKER_NOTEBOOK_HOME": str(home), **variables}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


_TELL = "import json, os, sys; print(json.dumps({'arguments': sys.argv[1:], **os.environ}))"


def test_server_starts_after_the_scripts_with_its_kernels_and_environments(tmp_path: Path) -> None:
    script(tmp_path, "1", "#!/bin/sh\nexit 1")
    done = start(tmp_path, _TELL)
    told = json.loads(done.stdout)
    assert any("NotebookKernelSpecManager" in argument for argument in told["arguments"])
    assert told["CONDA_ENVS_DIRS"].split(":")[0] == str(tmp_path / "custom-conda-envs")
    assert "1: exit code 1" in done.stderr
    assert (tmp_path / "custom-conda-envs").is_dir()


def test_server_starts_though_the_data_storage_cannot_be_written_to(tmp_path: Path) -> None:
    done = start(Path("/proc/none"), _TELL)
    assert "could not be run" in done.stderr
    assert json.loads(done.stdout)
    assert json.loads(start(tmp_path, _TELL, EASYMAKER_CONT_INIT_SECONDS="soon").stdout)
