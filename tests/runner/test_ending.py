"""How runs are ended: asked to stop, another node failed, out of time, killed."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from jupyter_easymaker.storage.lock import FileLock
from tests.waiting import wait_for

from .playing_engine import NodeRun, Site, wait_for_log

SAVE = "import os; open(os.environ['EM_MODEL_DIR'] + '/m', 'w').close()\n"
WAIT = "print('ready', flush=True)\nimport signal\nwhile True: signal.pause()\n"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
# A child in a session of its own that ignores SIGTERM: what a process group does not reach.
GRANDCHILD = """
import subprocess, sys
code = "import signal; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"
child = subprocess.Popen([sys.executable, "-c", code], start_new_session=True, stdout=subprocess.PIPE)
child.stdout.readline()
print("grandchild", child.pid, flush=True)
"""


def started(site: Site, code: str, **settings: object) -> NodeRun:
    (run,) = site.start(site.plan(code, **settings))
    wait_for_log(run, "ready")
    return run


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_stop_ends_everything_quickly_and_uploads_nothing(site: Site) -> None:
    run = started(site, SAVE + STUBBORN + GRANDCHILD + WAIT)
    grandchild = int(run.log.partition("grandchild ")[2].split()[0])
    asked = time.monotonic()
    run.process.terminate()
    assert run.exit_code == 128 + signal.SIGTERM
    assert time.monotonic() - asked < 2.5
    assert not alive(run.report["pid"])
    wait_for(lambda: not alive(grandchild))
    assert not (site.nas / "out").exists()


def test_stop_while_staging_ends_at_once(site: Site) -> None:
    (site.nas / "data").mkdir()
    (site.nas / "data/a").write_text("a")
    plan = site.plan("pass", datasets={"train": "nas://local:/data"})
    site.run(plan)
    (entry,) = (path for path in (site.cache / "inputs").iterdir() if not path.name.startswith("."))
    # Whoever holds the input's lock keeps the runner waiting.
    lock = FileLock(str(site.cache / "inputs/.locks" / entry.name))
    lock.acquire(shared=False)
    (run,) = site.start(plan)
    wait_for(lambda: run.report.get("phase") == "STAGING", 10)
    run.process.terminate()
    assert run.exit_code == 128 + signal.SIGTERM
    lock.close()


def test_when_another_node_failed_the_code_may_save_and_outputs_are_uploaded(site: Site) -> None:
    code = SAVE + (
        "import signal, sys, os\n"
        "def save(*_):\n"
        "    open(os.environ['EM_CHECKPOINT_DIR'] + '/last', 'w').close(); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, save)\n"
    )
    run = started(site, code + WAIT)
    run.process.send_signal(signal.SIGUSR1)
    assert run.exit_code != 0
    assert (site.nas / "out/checkpoint/last").exists()
    assert (site.nas / "out/model/m").exists()
    assert run.report["reason"] == "Ended because another node failed."
    assert run.report["succeeded"] is False


def test_past_its_maximum_time_code_is_ended_and_outputs_are_uploaded(site: Site) -> None:
    (run,) = site.start(site.plan(SAVE + WAIT, timeout_seconds=1.0))
    assert run.exit_code == 128 + signal.SIGTERM
    assert run.report["reason"] == "iris ended after the maximum time of 1 s."
    assert (site.nas / "out/model/m").exists()


def test_a_process_killed_for_memory_is_named_as_the_vendor_does(site: Site) -> None:
    run = started(site, SAVE + WAIT)
    pid = run.report["pid"] if "pid" in run.report else wait_for(lambda: run.report.get("pid"))
    os.kill(pid, signal.SIGKILL)
    assert run.exit_code == 128 + signal.SIGKILL
    assert run.report["exitCode"] == -9
    assert f"exit code : -9 (pid: {pid})" in run.report["reason"]
    assert (site.nas / "out/model/m").exists()


def test_what_the_code_leaves_running_ends_with_it(site: Site) -> None:
    code = (
        "import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()']).pid)"
    )
    run = site.run(site.plan(code))
    assert run.exit_code == 0
    wait_for(lambda: not alive(int(run.log.split()[-1])))
