"""A pod from start to end: stage, install, watch the process with the model, upload, and a report at every step.

Killed at any moment and started again in the same directory it goes on where it was.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
import traceback
from pathlib import Path
from types import FrameType
from typing import Any

from ..runner.errors import RunError
from ..runner.inputs import staged_input
from ..runner.node import Node
from ..runner.plan import Phase
from ..runner.report import Report
from ..storage.access import StagedInput, StorageError, stage_out
from ..storage.config import StorageConfig
from . import pieces, selection, summary
from .plan import PLAN_FILE, BatchPlan
from .results import RESULTS, Checkpoint, settle
from .upload import Uploader
from .watch import Ended, Watch
from .worker import Work

_STOPPED_STATUS = 128 + signal.SIGTERM
_PEER_FAILED = "Ended because another pod failed."
_COUNTS = ("files", "rows", "processed", "success2xx", "fail4xx", "fail5xx")


class Pod:
    """One pod of a batch inference."""

    def __init__(self, plan: BatchPlan, node: Node) -> None:
        self._plan = plan
        self._node = node
        self._report = Report(node.report_file)
        self._storage = StorageConfig.from_json(plan.storage)
        self._watch: Watch | None = None
        self._ended_because = ""
        self._stopped = False
        self._pieces: list[dict[str, Any]] = []
        self._files = 0
        self._divided = False

    def run(self) -> int:
        """Run; return the exit status: 0 only when every row was dealt with and all results are uploaded."""
        done = _read(self._path("done.json"))
        if done is not None:  # it was killed, or another pod was, after all was done
            self._report.update(**done)
            return 0
        signal.signal(signal.SIGTERM, self._on_stop)
        signal.signal(signal.SIGUSR1, self._on_peer_failure)
        try:
            reason = self._score()
        except RunError as error:
            reason = str(error)
        except OSError as error:
            traceback.print_exc()
            reason = f"The batch inference could not be run: {error}."
        if self._stopped and self._watch is None:
            return _STOPPED_STATUS
        return self._finish(reason)

    def _score(self) -> str:
        """Score everything; return why not all of it was, empty if it was."""
        plan, node = self._plan, self._node
        # Of one that goes on after a kill: it has begun, and how far it was is known.
        before = _read(node.report_file) or {}
        self._report.update(phase=Phase.STAGING, startedAt=_read(self._path("began.json")), batch=before.get("batch"))
        model = staged_input("The model", plan.model_uri, self._storage, plan.cache_dir, self._report)
        left = None if plan.max_input_bytes is None else plan.max_input_bytes - model.bytes
        tell = selection.wanted(plan.include, plan.exclude)
        there: set[str] = set()

        def wanted(name: str) -> bool:
            there.add(name)
            return tell(name)

        data = staged_input(
            "The input data", plan.input_uri, self._storage, plan.cache_dir, self._report, max_bytes=left, wanted=wanted
        )
        files = selection.files_below(data.path)
        if not files:
            raise RunError(selection.nothing_selected(plan.input_uri, plan.include, plan.exclude, sorted(there)))
        if self._ended_because:
            raise RunError(self._ended_because)
        rows = self._divide(data, files)
        print(
            f"easymaker: pod {node.rank + 1} of {node.count} scores {len(self._pieces):,} of {len(files):,} files"
            if plan.data_type == "JSON"
            else f"easymaker: pod {node.rank + 1} of {node.count} scores {rows:,} lines of {len(self._pieces):,} files",
            flush=True,
        )
        if not self._pieces:  # more pods than there are parts of the data
            self._report.update(phase=Phase.RUNNING, startedAt=time.time())
            return ""
        os.makedirs(self._path("results"), exist_ok=True)
        work = self._work(model, data)
        self._watch = Watch(plan, node, self._report, work, self._python(model), self._files, rows)
        watch = self._watch
        if self._stopped or self._ended_because:
            watch.end(self._ended_because or "Stopped on request.")
        names = [piece["name"] for piece in self._pieces]
        uploader = Uploader(
            *(self._path("results"), self._path("outgoing"), plan.output_uri, self._storage, names),
            done=lambda: watch.pieces_done,
            on_failure=watch.end,
        )
        uploader.start()
        try:
            ended = watch.run()
        finally:
            uploader.finish()
        return "" if ended is Ended.DONE and not watch.reason else watch.reason

    def _divide(self, data: StagedInput, files: list[tuple[str, int]]) -> int:
        """Set this pod's pieces; return how many lines they have (of JSON files nobody knows yet)."""
        by_lines = self._plan.data_type == "JSONL"
        own = pieces.divide(files, self._node.count, by_lines=by_lines)[self._node.rank]
        self._files = sum(piece.part == 1 for piece in own)
        total = 0
        for piece in own:
            start, end, first = piece.start, piece.end, 1
            if by_lines:
                aligned = pieces.align(os.path.join(data.path, piece.path), piece)
                start, end, first = aligned.start, aligned.end, aligned.first_line
                total += aligned.lines
            self._pieces.append(
                {"path": piece.path, "name": piece.name, "start": start, "end": end, "first_line": first}
            )
        self._divided = True
        return total

    def _work(self, model: StagedInput, data: StagedInput) -> Work:
        plan = self._plan
        return Work(
            model_dir=model.path,
            model_format=plan.model_format,
            model_name=plan.model_name,
            data_type=plan.data_type,
            max_batch_size=plan.max_batch_size,
            input_dir=data.path,
            output_dir=self._path("results"),
            scratch_dir=self._path("scratch"),
            board=self._path("board"),
            checkpoint=self._path("checkpoint.json"),
            reason_file=self._path("reason"),
            lock=self._path("worker.lock"),
            parent=os.getpid(),
            pieces=self._pieces,
        )

    def _python(self, model: StagedInput) -> str:
        """Return the interpreter to use: one with the model's requirements, when there are any."""
        from ..serving.loading import ModelError, unpacked
        from ..serving.preparing import interpreter

        scratch = Path(self._path("scratch"))
        self._report.update(phase=Phase.INSTALLING, progress={"message": "the model"})
        try:
            root = unpacked(Path(model.path), scratch)
            return interpreter(root, scratch, Path(self._plan.cache_dir), self._plan.python or sys.executable)
        except ModelError as error:
            raise RunError(str(error)) from error

    def _finish(self, reason: str) -> int:
        """Upload what there is, also of a run that failed or was stopped."""
        plan = self._plan
        if not self._divided:
            return self._fail(reason)
        checkpoint = Checkpoint.read(self._path("checkpoint.json"))
        names = [piece["name"] for piece in self._pieces]
        settle(self._path("results"), names, checkpoint)
        counts = self._watch.counts() if self._watch is not None else dict.fromkeys(_COUNTS, 0)
        ended = time.time()
        self._report.update(phase=Phase.UPLOADING, endedAt=ended, reason=reason or None, batch=counts)
        outputs: dict[str, str] = {}
        try:
            for name in ("outgoing", "results"):
                os.makedirs(self._path(name), exist_ok=True)
                stage_out(self._path(name), plan.output_uri, self._storage, self._report.progress("the results"))
            if checkpoint.counts.processed or not reason:
                outputs = {"outputUri": plan.output_uri}
            if not reason:
                began = _read(self._path("began.json")) or ended
                results = [name + RESULTS for name in names]
                part = {**counts, "startedAt": began, "endedAt": ended, "results": results}
                summary.tell(plan, self._node.rank, self._node.count, part)
        except StorageError as error:
            problem = f"The results could not be uploaded: {error}. They are kept in {self._path('results')}."
            return self._fail("\n".join(filter(None, [reason, problem])))
        if reason:
            self._report.note(outputs=outputs)
            return self._fail(reason)
        last = {"phase": Phase.DONE, "succeeded": True, "outputs": outputs, "progress": None}
        _write(self._path("done.json"), {**self._report.content, **last})
        self._clear()
        print(
            f"easymaker: {counts['processed']:,} rows: {counts['success2xx']:,} scored, "
            f"{counts['fail4xx']:,} not accepted, {counts['fail5xx']:,} failed",
            flush=True,
        )
        self._report.update(**last)
        return 0

    def _fail(self, reason: str) -> int:
        print(f"easymaker: {reason}", flush=True)
        self._report.update(phase=Phase.DONE, succeeded=False, reason=reason, progress=None)
        return _STOPPED_STATUS if self._stopped else 1

    def _clear(self) -> None:
        for name in ("results", "outgoing", "scratch"):
            shutil.rmtree(self._path(name), ignore_errors=True)

    def _path(self, name: str) -> str:
        return os.path.join(self._node.directory, name)

    def _on_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopped = True
        self._end("Stopped on request.")

    def _on_peer_failure(self, _number: int, _frame: FrameType | None) -> None:
        self._end(_PEER_FAILED)

    def _end(self, reason: str) -> None:
        self._ended_because = reason
        if self._watch is not None:
            self._watch.end(reason)
        elif self._stopped:  # nothing was scored yet
            os._exit(_STOPPED_STATUS)


def _read(path: str) -> Any:
    try:
        with open(path, "rb") as file:
            return json.loads(file.read())
    except FileNotFoundError:
        return None


def _write(path: str, content: Any) -> None:
    with open(f"{path}.part", "w", encoding="utf-8") as file:
        json.dump(content, file)
    os.replace(f"{path}.part", path)


def main() -> int:
    """Be the pod whose plan is in the job's directory; return the exit status."""
    try:
        node = Node.from_environment(os.environ)
    except KeyError as error:
        print(f"This program is started by an engine, which sets {error.args[0]}.", file=sys.stderr)
        return 2
    with open(os.path.join(node.job_directory, PLAN_FILE), "rb") as file:
        plan = BatchPlan.from_json(file.read())
    return Pod(plan, node).run()
