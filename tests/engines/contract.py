"""What every engine must do. An engine's tests inherit from this and give the fixture ``engine``."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import pytest

from jupyter_easymaker.engines.base import Engine, EngineError, Job, JobObservation, Resources
from tests.waiting import wait_for


def job(name: str, code: str, *, nodes: int = 1, memory_mib: int = 256, **settings: Any) -> Job:
    """Return a job that runs Python code on one vCPU a node."""
    return Job(
        name=name,
        command=[sys.executable, "-S", "-c", code],
        resources=Resources(vcpus=1, memory_mib=memory_mib),
        nodes=nodes,
        **settings,
    )


def ended(engine: Engine, name: str, timeout: float = 20) -> JobObservation:
    """Wait until a job has ended."""

    def look() -> JobObservation | None:
        seen = engine.observe(name)
        return seen if seen is not None and seen.state.ended else None

    return wait_for(look, timeout)  # type: ignore[return-value]


def says(engine: Engine, name: str, text: str, node: int = 0) -> bool:
    return text.encode() in engine.logs(name, node).data


class EngineContract:
    """The tests."""

    def test_command_runs_to_success_with_its_output(self, engine: Engine) -> None:
        engine.submit(job("a", "import sys; print('out'); print('err', file=sys.stderr)"))
        seen = ended(engine, "a")
        assert seen.state == "SUCCEEDED"
        assert [node.exit_code for node in seen.nodes] == [0]
        assert set(engine.logs("a").data.split()) == {b"out", b"err"}

    def test_exit_code_of_a_failed_command_is_known(self, engine: Engine) -> None:
        engine.submit(job("a", "raise SystemExit(7)"))
        seen = ended(engine, "a")
        assert (seen.state, seen.nodes[0].exit_code) == ("FAILED", 7)
        assert seen.reason

    def test_unknown_job_is_not_observed(self, engine: Engine) -> None:
        assert engine.observe("nobody") is None
        engine.stop("nobody")
        engine.remove("nobody")
        with pytest.raises(KeyError):
            engine.logs("nobody")

    def test_submitting_a_name_again_changes_nothing(self, engine: Engine) -> None:
        engine.submit(job("a", "print('first')"))
        engine.submit(job("a", "print('second')"))
        ended(engine, "a")
        engine.submit(job("a", "print('third')"))
        assert engine.logs("a").data == b"first\n"
        assert engine.names() == ["a"]

    def test_node_killed_from_outside_goes_on_in_its_directory_as_often_as_it_may(self, engine: Engine) -> None:
        code = """
import os, pathlib, signal
tries = pathlib.Path("tries")
tries.write_text(str(int(tries.read_text()) + 1) if tries.exists() else "1")
print("try", tries.read_text(), flush=True)
if tries.read_text() != "3": os.kill(os.getpid(), signal.SIGKILL)
"""
        engine.submit(job("a", code, restarts=2))
        engine.submit(job("b", code, restarts=1))
        assert ended(engine, "a").state == "SUCCEEDED"
        assert engine.logs("a").data.splitlines() == [b"try 1", b"try 2", b"try 3"]
        seen = ended(engine, "b")
        assert (seen.state, seen.nodes[0].exit_code) == ("FAILED", -9)
        assert engine.logs("b").data.splitlines() == [b"try 1", b"try 2"]

    def test_node_that_fails_by_itself_is_not_started_again(self, engine: Engine) -> None:
        engine.submit(job("a", "print('ran'); raise SystemExit(3)", restarts=2))
        assert ended(engine, "a").state == "FAILED"
        assert engine.logs("a").data == b"ran\n"

    def test_every_node_knows_itself_and_the_others(self, engine: Engine) -> None:
        code = "import json, os; print(json.dumps({k: v for k, v in os.environ.items() if k.startswith('EM_NODE')}))"
        engine.submit(job("a", code, nodes=2))
        assert ended(engine, "a").state == "SUCCEEDED"
        told = [json.loads(engine.logs("a", node).data) for node in range(2)]
        assert [each["EM_NODE_RANK"] for each in told] == ["0", "1"]
        assert {each["EM_NODE_COUNT"] for each in told} == {"2"}
        addresses = told[0]["EM_NODE_ADDRESSES"].split(",")
        assert len(set(addresses)) == 2
        assert told[1]["EM_NODE_ADDRESSES"].split(",") == addresses
        assert told[0]["EM_NODE_DIR"] != told[1]["EM_NODE_DIR"]

    def test_files_and_environment_reach_the_command(self, engine: Engine) -> None:
        code = "import os; print(open(os.environ['EM_JOB_DIR'] + '/plan').read(), os.environ['MINE'])"
        engine.submit(job("a", code, files={"plan": b"the plan"}, environment={"MINE": "1"}))
        ended(engine, "a")
        assert engine.logs("a").data == b"the plan 1\n"

    def test_report_comes_back(self, engine: Engine) -> None:
        code = "import os; open(os.environ['EM_REPORT_FILE'], 'w').write('{\"phase\": \"DONE\"}')"
        engine.submit(job("a", code))
        assert ended(engine, "a").nodes[0].report == {"phase": "DONE"}

    def test_report_that_is_no_object_counts_as_none(self, engine: Engine) -> None:
        engine.submit(job("a", "import os; open(os.environ['EM_REPORT_FILE'], 'w').write('[1')"))
        assert ended(engine, "a").nodes[0].report == {}

    def test_log_is_read_in_pieces_while_it_grows(self, engine: Engine) -> None:
        code = (
            "import os, time; print('one', flush=True)\nwhile not os.path.exists('go'): time.sleep(0.01)\nprint('two')"
        )
        engine.submit(job("a", code))
        wait_for(lambda: says(engine, "a", "one"))
        first = engine.logs("a", offset=0, limit=2)
        assert (first.data, first.next_offset, first.complete) == (b"on", 2, False)
        assert engine.logs("a", offset=-4).data == b"one\n"
        engine.stop("a")
        ended(engine, "a")
        assert engine.logs("a", offset=2).complete

    def test_stop_ends_grandchildren_in_their_own_sessions_within_five_seconds(self, engine: Engine) -> None:
        child = "import signal, time; signal.signal(15, signal.SIG_IGN); print('child up', flush=True); time.sleep(600)"
        code = (
            "import signal, subprocess, sys, time; signal.signal(15, signal.SIG_IGN)\n"
            f"p = subprocess.Popen([sys.executable, '-S', '-c', {child!r}], start_new_session=True)\n"
            "print('pid', p.pid, flush=True); time.sleep(600)"
        )
        engine.submit(job("a", code))
        wait_for(lambda: says(engine, "a", "child up") and says(engine, "a", "pid "))
        pid = int(engine.logs("a").data.split(b"pid ")[1].split()[0])
        engine.stop("a")
        assert ended(engine, "a", timeout=5).state == "STOPPED"
        self.assert_gone(pid)

    def assert_gone(self, pid: int) -> None:
        """Check that a process of a job is gone; engines elsewhere know better how."""
        raise NotImplementedError

    def test_failure_of_one_node_ends_the_others(self, engine: Engine) -> None:
        code = (
            "import os, signal, sys, time\n"
            "signal.signal(signal.SIGUSR1, lambda *_: (print('told', flush=True), sys.exit(3)))\n"
            "print('up', flush=True)\n"
            "if os.environ['EM_NODE_RANK'] == '0': time.sleep(600)\n"
            "while not os.path.exists(os.environ['EM_JOB_DIR'] + '/go'): time.sleep(0.01)\n"
            "raise SystemExit(1)"
        )
        engine.submit(job("a", code, nodes=2))
        wait_for(lambda: says(engine, "a", "up") and says(engine, "a", "up", node=1))
        self.put_file(engine, "a", "go")
        seen = ended(engine, "a")
        assert seen.state == "FAILED"
        assert says(engine, "a", "told")

    def put_file(self, engine: Engine, name: str, file: str) -> None:
        """Put a file into the job's directory."""
        raise NotImplementedError

    def test_running_job_cannot_be_removed_but_an_ended_one_can(self, engine: Engine) -> None:
        engine.submit(job("a", "import time; time.sleep(600)"))
        with pytest.raises(EngineError, match="stop it first"):
            engine.remove("a")
        engine.stop("a")
        ended(engine, "a")
        engine.remove("a")
        assert engine.observe("a") is None
        assert engine.names() == []

    def test_file_of_a_node_is_read_but_nothing_outside_of_it(self, engine: Engine) -> None:
        code = "import os; open('mine', 'w').write('x'); os.symlink('/etc/passwd', 'theirs')"
        engine.submit(job("a", code))
        ended(engine, "a")
        assert engine.read_file("a", "mine") == b"x"
        assert engine.read_file("a", "missing") is None
        for path in ("../../../../etc/passwd", "/etc/passwd", "theirs"):
            with pytest.raises(ValueError, match="leaves"):
                engine.read_file("a", path)
        seen = engine.node_directory("a")
        assert seen is None or (seen / "mine").read_bytes() == b"x"

    def test_what_nodes_use_is_sampled_while_they_run_and_kept_until_they_are_removed(self, engine: Engine) -> None:
        code = (
            "import os\nx = bytearray(80_000_000)\nfor i in range(0, len(x), 4096): x[i] = 1\n"
            "if os.environ['EM_NODE_RANK'] == '1': import time; time.sleep(600)\nwhile True: pass"
        )
        before = time.time()
        engine.submit(job("a", code, nodes=2))
        wait_for(lambda: all(len(engine.samples("a", node)) >= 2 for node in (0, 1)), 60)
        # How much a busy loop gets depends on what else the machine does; an idle node uses next to nothing.
        wait_for(lambda: engine.samples("a", 0)[-1].cpu > 5 * max(1.0, engine.samples("a", 1)[-1].cpu), 60)
        busy, idle = engine.samples("a", 0)[-1], engine.samples("a", 1)[-1]
        assert before < busy.at < time.time() + 1
        assert 5 < busy.cpu < 120
        assert 80_000_000 < idle.memory < 200_000_000
        assert engine.network_scope in ("instance", "machine")
        engine.stop("a")
        ended(engine, "a")
        kept = [sample.at for sample in engine.samples("a", 0)]
        assert len(kept) >= 2
        assert [sample.at for sample in engine.samples("a", 0, since=kept[1])] == kept[1:]
        assert [sample.at for sample in engine.samples("a", 0, until=kept[0])] == kept[:1]
        with pytest.raises(KeyError):
            engine.samples("a", 2)
        engine.remove("a")
        with pytest.raises(KeyError):
            engine.samples("a")

    def test_load_is_what_jobs_hold_now(self, engine: Engine) -> None:
        assert (engine.load().used.vcpus, engine.load().running, engine.load().queued) == (0, 0, 0)
        engine.submit(job("a", "import time; print('up', flush=True); time.sleep(600)", nodes=2))
        wait_for(lambda: says(engine, "a", "up"))
        load = engine.load()
        assert (load.used.vcpus, load.used.memory_mib, load.running, load.queued) == (2, 512, 1, 0)
        engine.stop("a")
        ended(engine, "a")
        assert engine.load().running == 0
