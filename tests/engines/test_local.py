"""The local engine: the contract, and what only one machine can do wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from jupyter_easymaker.engines.base import Capacity, Engine, EngineError, JobState
from jupyter_easymaker.engines.local import LocalEngine
from tests.engines.contract import EngineContract, ended, job, says
from tests.waiting import wait_for

CAPACITY = Capacity(vcpus=2, memory_mib=2048)
SLEEP = "import time; print('up', flush=True); time.sleep(600)"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[LocalEngine]:
    made = LocalEngine(tmp_path / "engine", capacity=CAPACITY)
    made.start()
    yield made
    for name in made.names():
        made.stop(name)
    for name in made.names():
        ended(made, name)
    made.close()


def supervisor_of(tmp_path: Path, name: str) -> int:
    import json

    return int(json.loads((tmp_path / "engine" / "jobs" / name / "supervisor.json").read_text())["pid"])


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


class TestLocalEngine(EngineContract):
    def assert_gone(self, pid: int) -> None:
        assert gone(pid)

    def put_file(self, engine: Engine, name: str, file: str) -> None:
        assert isinstance(engine, LocalEngine)
        (engine._jobs / name / "files" / file).touch()


def test_overrunning_memory_ends_the_largest_process_and_says_so(engine: LocalEngine) -> None:
    eater = "x = [bytearray(10**7) for _ in range(100)]; import time; time.sleep(600)"
    code = f"import subprocess, sys; raise SystemExit(subprocess.call([sys.executable, '-S', '-c', {eater!r}]) and 1)"
    engine.submit(job("a", code, memory_mib=300))
    seen = ended(engine, "a")
    assert seen.state is JobState.FAILED
    assert seen.nodes[0].exit_code == 1  # the node's own process lived on to report
    assert seen.nodes[0].killed_for_memory.startswith("exit code : -9 (pid: ")
    assert "300 MiB" in seen.nodes[0].killed_for_memory


def test_nodes_get_cpus_of_their_own(engine: LocalEngine) -> None:
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("needs two CPUs")
    engine.submit(job("a", "import os; print(sorted(os.sched_getaffinity(0)), os.environ['OMP_NUM_THREADS'])", nodes=2))
    ended(engine, "a")
    first, second = (engine.logs("a", node).data for node in range(2))
    assert first != second
    assert first.endswith(b"] 1\n")


def test_full_machine_queues_in_order_and_says_for_what(engine: LocalEngine) -> None:
    engine.submit(job("first", SLEEP, nodes=2))
    wait_for(lambda: says(engine, "first", "up"))
    engine.submit(job("second", "print('ran')"))
    engine.submit(job("third", "print('ran')"))
    wait_for(lambda: "0 of 2 free" in engine.observe("second").reason)  # type: ignore[union-attr]
    assert engine.observe("second").state is JobState.QUEUED  # type: ignore[union-attr]
    wait_for(lambda: engine.observe("third").reason == "Waiting for the jobs before it.")  # type: ignore[union-attr]
    engine.stop("first")
    assert ended(engine, "second").state is JobState.SUCCEEDED
    assert ended(engine, "third").state is JobState.SUCCEEDED


def test_queued_job_is_stopped_without_having_run(engine: LocalEngine) -> None:
    engine.submit(job("first", SLEEP, nodes=2))
    engine.submit(job("second", "print('ran')"))
    engine.stop("second")
    assert ended(engine, "second", timeout=5).state is JobState.STOPPED
    assert engine.logs("second").data == b""


def test_job_goes_on_without_its_engine_and_is_found_by_the_next(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[2])\n"
        "from jupyter_easymaker.engines.local import LocalEngine\n"
        "from tests.engines.contract import job, says\n"
        "from tests.waiting import wait_for\n"
        "e = LocalEngine(pathlib.Path(sys.argv[1])); e.start()\n"
        f"e.submit(job('a', {SLEEP!r})); wait_for(lambda: says(e, 'a', 'up'))\n"
        "print('ready', flush=True); import time; time.sleep(600)"
    )
    root = Path(__file__).parents[2]
    first = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "engine"), str(root)], stdout=subprocess.PIPE, cwd=root
    )
    assert first.stdout is not None
    assert first.stdout.readline() == b"ready\n"
    first.kill()
    first.wait()
    second = LocalEngine(tmp_path / "engine", capacity=CAPACITY)
    second.start()
    assert second.observe("a").state is JobState.RUNNING  # type: ignore[union-attr]
    second.stop("a")
    assert ended(second, "a", timeout=5).state is JobState.STOPPED
    second.close()


def test_two_engines_on_one_root_run_each_job_once(tmp_path: Path) -> None:
    engines = [LocalEngine(tmp_path / "engine", capacity=CAPACITY) for _ in range(2)]
    for each in engines:
        each.start()
    names = [f"job-{number}" for number in range(8)]
    for number, name in enumerate(names):
        for each in engines if number % 2 else reversed(engines):
            each.submit(job(name, f"print('ran {name}')"))
    for name in names:
        assert ended(engines[0], name).state is JobState.SUCCEEDED
        assert engines[1].logs(name).data == f"ran {name}\n".encode()
    for each in engines:
        each.close()


def test_killed_supervisor_fails_the_job_and_leaves_no_process(engine: LocalEngine, tmp_path: Path) -> None:
    engine.submit(job("a", SLEEP))
    wait_for(lambda: says(engine, "a", "up"))
    node = engine.observe("a").nodes[0].pid  # type: ignore[union-attr]
    assert node is not None
    os.kill(supervisor_of(tmp_path, "a"), signal.SIGKILL)
    seen = ended(engine, "a")
    assert seen.state is JobState.FAILED
    assert "killed" in seen.reason
    wait_for(lambda: gone(node))


def test_grant_without_a_start_is_started_by_the_next_look(tmp_path: Path) -> None:
    """A backend killed between the grant and the start must not leave the job waiting for ever."""
    first = LocalEngine(tmp_path / "engine", capacity=CAPACITY)
    first.submit(job("a", "print('ran')"))
    first._starter._spawn = lambda directory: None  # type: ignore[method-assign]
    first._starter.pump_jobs()
    assert (tmp_path / "engine/jobs/a/grant.json").exists()
    second = LocalEngine(tmp_path / "engine", capacity=CAPACITY)
    second.start()
    assert ended(second, "a").state is JobState.SUCCEEDED
    second.close()


def test_unwritable_root_refuses_and_starts_nothing(engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("jupyter_easymaker.engines.local.tempfile.mkdtemp", full)
    with pytest.raises(EngineError, match="No space left"):
        engine.submit(job("a", "print('ran')"))
    assert engine.observe("a") is None


def test_nodes_do_not_see_the_backends_secrets(engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASYMAKER_TOKEN", "secret")
    monkeypatch.setenv("EM_TOKEN", "secret")
    engine.submit(job("a", "import os; print([k for k, v in os.environ.items() if v == 'secret'])"))
    ended(engine, "a")
    assert engine.logs("a").data == b"[]\n"


def test_changes_are_told(tmp_path: Path) -> None:
    told: list[str] = []
    made = LocalEngine(tmp_path / "engine", capacity=CAPACITY, on_change=told.append)
    made.start()
    made.submit(job("a", "print('ran')"))
    ended(made, "a")
    at_end = len(told)
    wait_for(lambda: len(told) > at_end or made._seen == {})  # the end itself is told, too
    made.close()
    assert set(told) == {"a"}


def test_job_goes_on_after_its_supervisor_was_killed_as_often_as_it_may(engine: LocalEngine, tmp_path: Path) -> None:
    engine.submit(job("a", SLEEP, restarts=1))
    wait_for(lambda: says(engine, "a", "up"))
    first = supervisor_of(tmp_path, "a")
    node = engine.observe("a").nodes[0].pid  # type: ignore[union-attr]
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: engine.logs("a").data == b"up\nup\n", 30)
    assert gone(node)  # type: ignore[arg-type]
    second = supervisor_of(tmp_path, "a")
    assert second != first
    os.kill(second, signal.SIGKILL)
    seen = ended(engine, "a")
    assert seen.state is JobState.FAILED
    assert "killed" in seen.reason
