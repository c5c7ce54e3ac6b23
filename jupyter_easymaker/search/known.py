"""What the search is told and what it answers; Optuna, which takes a second to import, is not needed for that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


class StrategyUnavailable(Exception):
    """A strategy needs a package that is not installed; the text says which."""


@dataclass(frozen=True)
class KnownTrial:
    """A trial as the store remembers it.

    Args:
        objective: None while it runs, and for one that has none.
        early_stopped: it was ended by the median.
        points: the objective step by step.
        memory: what ``Suggestion.memory`` was.
    """

    number: int
    parameters: Mapping[str, str]
    ended: bool = False
    objective: float | None = None
    early_stopped: bool = False
    points: Sequence[tuple[int, float]] = ()
    memory: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Suggestion:
    """What to try next.

    Args:
        parameters: each hyperparameter's value, as the script reads it.
        memory: what the search wants to be given back with the trial.
    """

    parameters: dict[str, str]
    memory: dict[str, Any]
