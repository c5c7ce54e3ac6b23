"""Results on their way: files that grow, and a checkpoint that says how much of them counts.

Whatever is behind the checkpoint is cut off before anything is written again, so that however often the writer is
killed no row is in the results twice, and none is left out.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import IO, Any

import orjson

from .board import Counts
from .rows import Position

RESULTS, ERRORS = ".out.jsonl", ".errors.jsonl"
_LINE = orjson.OPT_APPEND_NEWLINE
_ANY = orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS


@dataclass(frozen=True)
class Failure:
    """A row without a prediction."""

    status: int
    """400: the model does not take it; 500: the model failed at it; 504: it took too long."""
    error: str


@dataclass
class Checkpoint:
    """What counts."""

    piece: int = 0
    """The piece that is being scored; those before it are done."""
    position: Position = field(default_factory=lambda: Position(0, 1, 0))
    results: int = 0
    """Bytes of the piece's results that count; ``errors`` likewise."""
    errors: int = 0
    counts: Counts = field(default_factory=Counts)
    """Of all pieces."""

    @classmethod
    def read(cls, path: str) -> Checkpoint:
        """Return what was saved last, the very beginning if nothing was."""
        try:
            with open(path, "rb") as file:
                saved = json.loads(file.read())
        except FileNotFoundError:
            return cls()
        return cls(
            saved["piece"], Position(**saved["position"]), saved["results"], saved["errors"], Counts(**saved["counts"])
        )

    def save(self, path: str) -> None:
        part = f"{path}.part"
        with open(part, "w", encoding="utf-8") as file:
            json.dump(asdict(self), file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)


class Results:
    """The files of one piece's results, from where they count on.

    Args:
        name: the piece's, below the directory.
        results, errors: bytes of each that count.
    """

    def __init__(self, directory: str, name: str, results: int, errors: int) -> None:
        path = os.path.join(directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        self._errors_path = path + ERRORS
        self._results = _opened(path + RESULTS, results)
        self._errors: IO[bytes] | None = _opened(self._errors_path, errors) if errors else None
        if not errors and os.path.exists(self._errors_path):
            os.unlink(self._errors_path)

    def write(self, lines: Sequence[int], rows: Sequence[Any], outcomes: list[Any], counts: Counts) -> list[int]:
        """Write what came of rows and count it.

        Args:
            outcomes: a prediction of each row, or a ``Failure``.

        Returns:
            Which of them failed.
        """
        failed = [at for at, outcome in enumerate(outcomes) if type(outcome) is Failure]
        if not failed:
            try:
                dumps = orjson.dumps
                pieces = [
                    dumps({"line": line, "prediction": outcome}, None, _LINE)
                    for line, outcome in zip(lines, outcomes, strict=True)
                ]
            except TypeError:
                pieces = []
            else:
                self._results.write(b"".join(pieces))
                counts.success += len(pieces)
                return failed
        failed = []
        for at, (line, row, outcome) in enumerate(zip(lines, rows, outcomes, strict=True)):
            if type(outcome) is not Failure:
                try:
                    self._results.write(orjson.dumps({"line": line, "prediction": outcome}, None, _ANY))
                    counts.success += 1
                    continue
                except TypeError as error:
                    outcome = Failure(500, f"The prediction cannot be written as JSON: {error}.")
            failed.append(at)
            self._write_error(line, row, outcome)
            if outcome.status < 500:
                counts.fail4xx += 1
            else:
                counts.fail5xx += 1
        return failed

    def _write_error(self, line: int, row: Any, failure: Failure) -> None:
        if self._errors is None:
            self._errors = _opened(self._errors_path, 0)
        said = {"line": line, "status": failure.status, "error": failure.error, "input": getattr(row, "text", row)}
        self._errors.write(_dumps_any(said))

    def flush(self) -> tuple[int, int]:
        """Have all of it on the disk; return how many bytes there are of results and of errors."""
        sizes = []
        for file in (self._results, self._errors):
            if file is None:
                sizes.append(0)
                continue
            file.flush()
            os.fsync(file.fileno())
            sizes.append(file.tell())
        return sizes[0], sizes[1]

    def close(self) -> None:
        for file in (self._results, self._errors):
            if file is not None:
                file.close()


def _dumps_any(value: Any) -> bytes:
    try:
        return orjson.dumps(value, None, _ANY)
    except TypeError:  # a whole number that has no room in 64 bits
        return json.dumps(value).encode() + b"\n"


def _opened(path: str, size: int) -> IO[bytes]:
    file = open(path, "r+b" if os.path.exists(path) else "w+b", buffering=1024 * 1024)  # noqa: SIM115
    file.truncate(size)
    file.seek(size)
    return file


def settle(directory: str, names: Sequence[str], checkpoint: Checkpoint) -> None:
    """Cut off what does not count, after the writer's end: of the piece at hand, and whatever was begun after it."""
    for at, name in enumerate(names):
        if at < checkpoint.piece:
            continue
        for suffix, size in ((RESULTS, checkpoint.results), (ERRORS, checkpoint.errors)):
            path = os.path.join(directory, name) + suffix
            if not os.path.exists(path):
                continue
            if at == checkpoint.piece and size:
                os.truncate(path, size)
            else:
                os.unlink(path)
