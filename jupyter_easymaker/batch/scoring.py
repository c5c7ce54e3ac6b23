"""One batch through the model: rows it does not take are found by halving, so that they cost only themselves."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..serving.loading import HandlerError, InputError, ServedModel
from .board import Board, Call
from .results import Failure
from .rows import Batch, Unreadable

_TRACEBACKS = 5


@dataclass(frozen=True)
class Abandoned:
    """Rows that are not asked again: the process that held the model did not survive them, or had to be ended."""

    piece: int
    row: int
    count: int
    status: int
    error: str


class Scorer:
    """Asks a model.

    Args:
        board: is told what the model is at.
        abandoned: what is not asked.
    """

    def __init__(self, model: ServedModel, board: Board, abandoned: Sequence[Abandoned]) -> None:
        self._model = model
        self._board = board
        self._abandoned = abandoned
        self._traced = 0

    def score(self, piece: int, batch: Batch) -> list[Any]:
        """Return a prediction or a ``Failure`` of each row."""
        rows = batch.rows
        given_up = [
            each
            for each in self._abandoned
            if each.piece == piece and each.row < batch.first + len(rows) and batch.first < each.row + each.count
        ]
        if batch.readable and not given_up:
            return self._predict(piece, batch.first, rows)
        outcomes: list[Any] = [None] * len(rows)
        asked: list[int] = []
        for at, row in enumerate(rows):
            number = batch.first + at
            lost = next((each for each in given_up if each.row <= number < each.row + each.count), None)
            if type(row) is Unreadable:
                outcomes[at] = Failure(400, row.reason)
            elif lost is not None:
                outcomes[at] = Failure(lost.status, lost.error)
            else:
                asked.append(at)
        for begin, end in _runs(asked):
            outcomes[begin:end] = self._predict(piece, batch.first + begin, rows[begin:end])
        return outcomes

    def _predict(self, piece: int, first: int, rows: list[Any]) -> list[Any]:
        failure: Failure
        self._board.begin(Call(piece, first, len(rows)))
        try:
            predictions = self._model.predict(rows)
            if len(predictions) == len(rows):
                return predictions
            failure = Failure(500, f"The model answered {len(predictions)} predictions for {len(rows)} rows.")
        except InputError as error:
            failure = Failure(error.status, str(error))
        except HandlerError as error:
            self._trace(error)
            failure = Failure(error.status, str(error))
        except Exception as error:
            self._trace(error)
            failure = Failure(500, f"The model failed: {type(error).__name__}: {error}")
        finally:
            self._board.end()
        if len(rows) == 1:
            return [failure]
        middle = len(rows) // 2
        return self._predict(piece, first, rows[:middle]) + self._predict(piece, first + middle, rows[middle:])

    def _trace(self, error: Exception) -> None:
        """Show where the model's own code failed: its owner needs that, but not a thousand times."""
        if self._traced < _TRACEBACKS:
            self._traced += 1
            traceback.print_exception(error)


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Return what follows each other without a gap, as begin and end."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number:
            runs[-1] = (runs[-1][0], number + 1)
        else:
            runs.append((number, number + 1))
    return runs
