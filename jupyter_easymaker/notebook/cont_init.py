"""Start-up scripts of the user: executable files in ``cont-init.d`` are run one after the other at each start.

Beside each lie ``{SCRIPT}.output`` and ``{SCRIPT}.exitcode`` of its last run; ``cont-init.output`` holds all of it.
Whatever a script does - fail, hang, print without end - the notebook starts.
"""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

DIRECTORY = "cont-init.d"
OUTPUT = "cont-init.output"
_STATE = ".cont-init.json"
_RESULTS = (".exitcode", ".output")
TIMED_OUT = 124
"""The exit code of a script that was ended because it took too long, as timeout(1) has it."""
_CANNOT_RUN = 126
_OUTPUT_BYTES = 16 * 1024**2
_CHUNK = 64 * 1024


class ScriptState(StrEnum):
    WAITING = "WAITING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    SKIPPED = "SKIPPED"
    """It cannot be run: its reason says why."""


@dataclass
class Script:
    """A file in ``cont-init.d`` and what became of it at the last start."""

    name: str
    state: ScriptState
    reason: str = ""
    exit_code: int | None = None
    started_at: float | None = None
    """Seconds since 1970."""
    seconds: float | None = None


def run_scripts(home: Path, *, time_limit: float = 600.0) -> list[Script]:
    """Run the scripts of a data storage, in ascending order of their names.

    Args:
        home: the data storage.
        time_limit: seconds all of them may take together; what runs then is ended, what follows is skipped.

    Raises:
        OSError: the data storage cannot be written to.
    """
    directory = home / DIRECTORY
    if not directory.is_dir():
        return []
    deadline = time.monotonic() + time_limit
    scripts = list(_found(directory))
    with (home / OUTPUT).open("wb") as log:
        for script in scripts:
            _save(home, scripts)
            if script.state is ScriptState.WAITING and time.monotonic() >= deadline:
                script.state = ScriptState.SKIPPED
                script.reason = f"the scripts before it took the {time_limit:g} seconds there are for all of them"
            if script.state is ScriptState.SKIPPED:
                _say(log, f"{script.name}: skipped: {script.reason}")
                continue
            script.state, script.started_at = ScriptState.RUNNING, time.time()
            _save(home, scripts)
            _say(log, f"{script.name}: running")
            _run(directory / script.name, script, log, deadline)
            _say(log, f"{script.name}: exit code {script.exit_code} after {script.seconds:.1f} s{_because(script)}")
    _save(home, scripts)
    return scripts


def last_run(home: Path) -> list[Script]:
    """Return what became of the scripts at the last start; while they run, so far."""
    try:
        found = json.loads((home / _STATE).read_text())
    except FileNotFoundError:
        return []
    return [Script(**{**each, "state": ScriptState(each["state"])}) for each in found]


def output_of(home: Path, script: str, *, most: int = 64 * 1024) -> str:
    """Return the last bytes of what a script printed, as text."""
    path = home / DIRECTORY / f"{script}.output"
    with suppress(FileNotFoundError), path.open("rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - most))
        return file.read().decode(errors="replace")
    return ""


def _found(directory: Path) -> Iterator[Script]:
    for path in sorted(directory.iterdir(), key=lambda path: os.fsencode(path.name)):
        name = path.name
        if name.endswith(_RESULTS) and (directory / name.rpartition(".")[0]).exists():
            continue
        reason = _why_not(path)
        if reason != "":
            yield Script(name, ScriptState.SKIPPED, reason or "it cannot be read")
        else:
            yield Script(name, ScriptState.WAITING)


def _why_not(path: Path) -> str:
    """Return why a file is not run; empty: it is."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            return "it is no file"
        if not mode & 0o111:
            return f"it is not executable; run chmod +x {path.name}"
        with path.open("rb") as file:
            if file.read(2) != b"#!":
                return "its first line does not start with #!"
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


def _run(path: Path, script: Script, log: BinaryIO, deadline: float) -> None:
    begin = time.monotonic()
    exit_code_file = path.with_name(f"{path.name}.exitcode")
    exit_code_file.unlink(missing_ok=True)  # of an earlier start
    with path.with_name(f"{path.name}.output").open("wb") as output:
        try:
            process = subprocess.Popen(
                [str(path)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd=path.parent,
                start_new_session=True,
            )
        except OSError as error:  # its interpreter does not exist, for example
            script.exit_code, script.state = _CANNOT_RUN, ScriptState.FAILED
            script.reason = f"it cannot be run: {error.strerror}"
            output.write(f"{script.reason}\n".encode())
        else:
            _wait(process, script, (output, log), deadline)
    script.seconds = time.monotonic() - begin
    exit_code_file.write_text(f"{script.exit_code}\n")


def _wait(process: subprocess.Popen[bytes], script: Script, outputs: tuple[BinaryIO, ...], deadline: float) -> None:
    """Wait for a script, not for what it left in the background."""
    copying = threading.Thread(target=_copy, args=(process.stdout, outputs), daemon=True)
    copying.start()
    try:
        status = process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        script.exit_code, script.state = TIMED_OUT, ScriptState.TIMED_OUT
        script.reason = "it was ended because the time for start-up scripts was over"
    else:
        script.exit_code = status if status >= 0 else 128 - status  # as a shell says which signal it was
        script.state = ScriptState.FAILED if status else ScriptState.SUCCEEDED
    copying.join(1.0)  # a daemon it left behind may hold the pipe open for ever


def _copy(pipe: BinaryIO, outputs: tuple[BinaryIO, ...]) -> None:
    """Copy what a script prints, up to a limit, and read on, so that a full pipe never stops it."""
    left = _OUTPUT_BYTES
    while data := os.read(pipe.fileno(), _CHUNK):
        kept, left = data[:left], left - len(data)
        if kept and left <= 0:
            kept += b"\n(more was printed; it is left out)\n"
        left = max(left, 0)
        for output in outputs:
            with suppress(ValueError, OSError):  # closed: the script is over; or the disk is full of other things
                output.write(kept)
                output.flush()


def _because(script: Script) -> str:
    return f": {script.reason}" if script.reason else ""


def _say(log: BinaryIO, line: str) -> None:
    text = f"[cont-init.d] {line}"
    print(text, file=sys.stderr, flush=True)
    log.write(f"{text}\n".encode())
    log.flush()


def _save(home: Path, scripts: list[Script]) -> None:
    part = home / f"{_STATE}.part"
    part.write_text(json.dumps([asdict(script) for script in scripts]))
    part.replace(home / _STATE)
