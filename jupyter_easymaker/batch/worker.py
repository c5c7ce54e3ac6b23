"""The process that holds the model: reads rows, asks the model, writes results and says how far it is.

It goes on where the checkpoint says. Whoever started it ends it when the model takes too long, and starts another.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import signal
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType

from ..serving.loading import ModelError, load_model
from .board import Board
from .results import Checkpoint, Failure, Results
from .rows import Batch, Position, rows_of
from .scoring import Abandoned, Scorer

DONE, MODEL_ERROR, FILE_ERROR, INTERRUPTED = 0, 3, 4, 5
"""Exit statuses; with the two in the middle the reason is in ``Work.reason_file``."""
_COMMIT_SECONDS = 1.0
_SHOWN_FAILURES = 20


@dataclass(frozen=True)
class Work:
    """What there is to do. Paths are absolute."""

    model_dir: str
    model_format: str
    model_name: str
    data_type: str
    max_batch_size: int
    input_dir: str
    output_dir: str
    scratch_dir: str
    board: str
    checkpoint: str
    reason_file: str
    lock: str
    parent: int
    """The process this one must not outlive."""
    pieces: list[dict[str, object]] = field(default_factory=list)
    """``path``, ``name``, ``start``, ``end``, ``first_line`` of each."""
    abandoned: list[dict[str, object]] = field(default_factory=list)
    """See ``Abandoned``."""

    def write(self, path: str) -> None:
        part = f"{path}.part"
        with open(part, "w", encoding="utf-8") as file:
            json.dump(asdict(self), file)
        os.replace(part, path)

    @classmethod
    def read(cls, path: str) -> Work:
        with open(path, "rb") as file:
            return cls(**json.loads(file.read()))


class Worker:
    """Does the work."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._board = Board(work.board)
        self._checkpoint = Checkpoint.read(work.checkpoint)
        self._stopped = False
        self._shown = 0
        signal.signal(signal.SIGTERM, self._on_stop)

    def run(self) -> int:
        """Score what is left; return the exit status."""
        work, checkpoint = self._work, self._checkpoint
        self._board.tell(checkpoint.piece, checkpoint.counts)
        if checkpoint.piece >= len(work.pieces):
            self._board.tell_loaded()
            return DONE
        model = load_model(Path(work.model_dir), work.model_format, work.model_name, Path(work.scratch_dir))
        self._board.tell_loaded()
        scorer = Scorer(model, self._board, [Abandoned(**each) for each in work.abandoned])  # type: ignore[arg-type]
        while checkpoint.piece < len(work.pieces) and not self._stopped:
            self._score_piece(scorer, checkpoint.piece)
        model.close()
        return INTERRUPTED if self._stopped else DONE

    def _score_piece(self, scorer: Scorer, number: int) -> None:
        work, checkpoint = self._work, self._checkpoint
        piece = work.pieces[number]
        name = str(piece["name"])
        results = Results(work.output_dir, name, checkpoint.results, checkpoint.errors)
        position = checkpoint.position
        if position.rows == 0:
            position = Position(int(piece["start"]), int(piece["first_line"]), 0)  # type: ignore[call-overload]
        path, end = os.path.join(work.input_dir, str(piece["path"])), int(piece["end"])  # type: ignore[call-overload]
        committed = time.monotonic()
        try:
            for batch in rows_of(path, work.data_type, end, position, work.max_batch_size):
                outcomes = scorer.score(number, batch)
                failed = results.write(batch.lines, batch.rows, outcomes, checkpoint.counts)
                if failed:
                    self._show(name, batch, outcomes, failed)
                self._board.tell(number, checkpoint.counts)
                position = batch.after
                now = time.monotonic()
                if now - committed > _COMMIT_SECONDS or self._stopped:
                    committed = now
                    self._commit(results, number, position)
                    if self._stopped:
                        return
            results.flush()
            checkpoint.piece, checkpoint.position = number + 1, Position(0, 1, 0)
            checkpoint.results = checkpoint.errors = 0
            checkpoint.save(work.checkpoint)
            self._board.tell(number + 1, checkpoint.counts)
        finally:
            results.close()

    def _commit(self, results: Results, number: int, position: Position) -> None:
        checkpoint = self._checkpoint
        checkpoint.results, checkpoint.errors = results.flush()
        checkpoint.piece, checkpoint.position = number, position
        checkpoint.save(self._work.checkpoint)

    def _show(self, name: str, batch: Batch, outcomes: list[object], failed: list[int]) -> None:
        for at in failed:
            if self._shown == _SHOWN_FAILURES:
                print("easymaker: more rows failed; they are in the .errors.jsonl files beside the results", flush=True)
            if self._shown >= _SHOWN_FAILURES:
                self._shown += 1
                return
            self._shown += 1
            outcome = outcomes[at]
            said = f"{outcome.status}: {outcome.error}" if isinstance(outcome, Failure) else "500: no JSON"
            print(f"easymaker: WARNING {name}, line {batch.lines[at]}: {said}", flush=True)

    def _on_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopped = True


def _end_with(parent: int) -> None:
    """Have the system end this process when its parent ends."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before we asked
        os._exit(1)


def main() -> int:
    """Do the work of the file named on the command line; return the exit status."""
    work = Work.read(sys.argv[1])
    _end_with(work.parent)
    lock = os.open(work.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)  # one whose parent was killed may take a moment to go
    try:
        return Worker(work).run()
    except ModelError as error:
        return _reason(work, MODEL_ERROR, str(error))
    except OSError as error:
        return _reason(work, FILE_ERROR, f"{error.filename or work.output_dir}: {error.strerror or error}.")


def _reason(work: Work, status: int, said: str) -> int:
    with open(work.reason_file, "w", encoding="utf-8") as file:
        file.write(said)
    return status


if __name__ == "__main__":
    sys.exit(main())
