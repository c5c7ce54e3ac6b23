"""Watching the process with the model: its time, its end, starting it again, and telling how far it is.

A model that hangs or crashes costs the rows it was at, not the batch inference.
"""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from dataclasses import asdict, replace
from enum import Enum
from typing import Any

from ..runner import log
from ..runner.errors import RunError
from ..runner.node import Node
from ..runner.plan import Phase
from ..runner.private import without_ours
from ..runner.process import Process
from ..runner.report import Report
from .board import Board, Call
from .plan import BatchPlan
from .results import Checkpoint
from .scoring import Abandoned
from .worker import DONE, FILE_ERROR, INTERRUPTED, MODEL_ERROR, Work

_LOOK_SECONDS = 0.1
_REPORT_SECONDS = 1.0
_FIRST_LOG_SECONDS, _LOG_SECONDS = 5.0, 30.0
_END_GRACE_SECONDS = 1.0
_CRASHES_WITHOUT_PROGRESS = 5


class Ended(Enum):
    DONE = "DONE"
    """Every row was dealt with."""
    EARLY = "EARLY"
    """Stopped, or out of time; ``Watch.reason`` says which."""


class Watch:
    """Has the work done.

    Args:
        python: the interpreter the model runs in.
        files, rows: how many there are of this pod's; of JSON files no rows are known beforehand.
    """

    def __init__(
        self, plan: BatchPlan, node: Node, report: Report, work: Work, python: str, files: int, rows: int
    ) -> None:
        self.reason = ""
        self._plan = plan
        self._node = node
        self._report = report
        self._work = work
        self._python = python
        self._files = files
        self._rows = rows
        self._board: Board | None = None
        self._process: Process | None = None
        self._abandoned = [Abandoned(**each) for each in self._read("abandoned.json") or []]
        self._crashed: set[Call | None] = set()
        self._crashes = 0
        self._committed = Checkpoint.read(work.checkpoint)
        self._done = False
        self._began: float | None = self._read("began.json")

    def end(self, reason: str) -> None:
        """Have it end soon, with what it has so far. Also called from a signal's handler."""
        if not self.reason:
            self.reason = reason
        if self._process is not None:
            self._process.end(reason, _END_GRACE_SECONDS)

    def run(self) -> Ended:
        """Watch until the end.

        Raises:
            RunError: the model cannot be loaded, or it cannot go on.
        """
        if self._committed.counts.processed:
            print(f"easymaker: going on after {self._committed.counts.processed:,} rows", flush=True)
        while not self.reason:
            exit_code, timed_out = self._run_once()
            self._committed, before = Checkpoint.read(self._work.checkpoint), self._committed
            if self._committed != before:
                self._crashes = 0
            if exit_code == DONE:
                self._done = True
                return Ended.DONE
            if exit_code in (MODEL_ERROR, FILE_ERROR):
                raise RunError(self._said())
            if exit_code != INTERRUPTED and not self.reason:
                self._after_crash(exit_code, timed_out)
        return Ended.EARLY

    @property
    def pieces_done(self) -> int:
        """How many pieces are done for good."""
        board = self._board if self._process is not None else None
        return board.pieces if board is not None else Checkpoint.read(self._work.checkpoint).piece

    def counts(self) -> dict[str, int]:
        """Return how far it is."""
        board = self._board if self._process is not None else None
        counts = board.counts if board is not None else Checkpoint.read(self._work.checkpoint).counts
        rows = counts.processed if self._done else max(self._rows, counts.processed)
        return {
            "files": self._files,
            "rows": rows,
            "processed": counts.processed,
            "success2xx": counts.success,
            "fail4xx": counts.fail4xx,
            "fail5xx": counts.fail5xx,
        }

    def _run_once(self) -> tuple[int, Call | None]:
        """Run the process to its end; return its exit code and the call it was ended in for taking too long."""
        work = replace(self._work, abandoned=[asdict(each) for each in self._abandoned])
        self._board = board = Board(work.board, fresh=True)
        board.tell(self._committed.piece, self._committed.counts)
        path = os.path.join(self._node.directory, "work.json")
        work.write(path)
        start = log.position()
        environment = {**without_ours(os.environ), "PYTHONUNBUFFERED": "1"}
        self._process = process = Process(
            [self._python, "-m", f"{__package__}.worker", path], environment, self._node.directory
        )
        if self.reason:  # asked to end while it was being started
            process.end(self.reason, _END_GRACE_SECONDS)
        ended = threading.Event()
        exit_codes: list[int] = []

        def wait() -> None:
            exit_codes.append(process.wait())
            ended.set()

        threading.Thread(target=wait, name="worker", daemon=True).start()
        timed_out = self._look_until(ended, process, board)
        self._process = None
        self._log_start, self._pid = start, process.pid
        if timed_out is not None:
            now = board.call()
            if now is None or now[0] != timed_out:  # it answered at the last moment
                timed_out = None
        return exit_codes[0], timed_out

    def _look_until(self, ended: threading.Event, process: Process, board: Board) -> Call | None:
        loaded = False
        timed_out: Call | None = None
        reported, logged, pause = 0.0, time.monotonic(), _FIRST_LOG_SECONDS
        while not ended.wait(_LOOK_SECONDS):
            if not loaded and board.loaded:
                loaded = True
                self._tell_running(process)
            now = time.monotonic()
            if loaded and now - reported > _REPORT_SECONDS:
                reported = now
                self._report.update(batch=self.counts())
            if loaded and now - logged > pause:
                logged, pause = now, _LOG_SECONDS
                self._print_progress()
            call = board.call()
            if call is not None and timed_out is None and now - call[1] > self._plan.inference_timeout_seconds:
                timed_out = call[0]
                process.end("A batch took too long.", 0.0)
            if self._began and self._plan.timeout_seconds and time.time() > self._began + self._plan.timeout_seconds:
                self.end(f"{self._plan.name} ended after the maximum time of {_duration(self._plan.timeout_seconds)}.")
        if not loaded and board.loaded:
            self._tell_running(process)
        return timed_out

    def _tell_running(self, process: Process) -> None:
        if self._began is None:
            self._began = time.time()
            self._write("began.json", self._began)
        self._report.update(
            phase=Phase.RUNNING, startedAt=self._began, pid=process.pid, progress=None, batch=self.counts()
        )

    def _print_progress(self) -> None:
        counts = self.counts()
        failed = counts["fail4xx"] + counts["fail5xx"]
        of = f" of {counts['rows']:,}" if self._rows else ""
        print(f"easymaker: {counts['processed']:,}{of} rows, {failed:,} without a prediction", flush=True)

    def _after_crash(self, exit_code: int, timed_out: Call | None) -> None:
        """Decide what the next process is spared.

        Raises:
            RunError: there is no use in another one.
        """
        assert self._board is not None  # noqa: S101
        if timed_out is not None:
            limit = _duration(self._plan.inference_timeout_seconds)
            print(
                f"easymaker: WARNING a batch of {timed_out.count} rows took more than {limit}; it is left out",
                flush=True,
            )
            self._abandon(timed_out, 504, f"The model took more than {limit}.")
            return
        if exit_code > 0:
            said = log.cause(log.lines_since(self._log_start))
            raise RunError(f"The model's process ended with exit code {exit_code}: {said}")
        how = f"was ended by {_signal_name(-exit_code)}. exit code : {exit_code} (pid: {self._pid})"
        memory = ". It may have run out of memory; use a larger instance type, fewer pods or a smaller batch size."
        running = self._board.call()
        at = running[0] if running is not None else None
        self._crashes += 1
        if at in self._crashed or self._crashes > _CRASHES_WITHOUT_PROGRESS:
            if exit_code == -signal.SIGKILL or at is None:
                raise RunError(f"The model's process {how}{memory if exit_code == -signal.SIGKILL else '.'}")
            self._abandon(at, 500, f"The model's process was ended by {_signal_name(-exit_code)} at this batch.")
        self._crashed.add(at)
        print(f"easymaker: WARNING the model's process {how}; another one goes on", flush=True)

    def _abandon(self, call: Call, status: int, error: str) -> None:
        self._abandoned.append(Abandoned(call.piece, call.row, call.count, status, error))
        self._write("abandoned.json", [asdict(each) for each in self._abandoned])

    def _said(self) -> str:
        with open(self._work.reason_file, encoding="utf-8") as file:
            return file.read()

    def _read(self, name: str) -> Any:
        try:
            with open(os.path.join(self._node.directory, name), "rb") as file:
                return json.loads(file.read())
        except FileNotFoundError:
            return None

    def _write(self, name: str, content: Any) -> None:
        path = os.path.join(self._node.directory, name)
        with open(f"{path}.part", "w", encoding="utf-8") as file:
            json.dump(content, file)
        os.replace(f"{path}.part", path)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal has no name
        return f"signal {number}"


def _duration(seconds: float) -> str:
    return f"{seconds / 3600:.4g} h" if seconds >= 3600 else f"{seconds:.4g} s"
