"""The search with Gaussian processes, for which Optuna needs PyTorch."""

from __future__ import annotations

import pytest

from jupyter_easymaker.resources.hyperparameter_tuning import TuningStrategy
from jupyter_easymaker.search.study import Search
from tests.search.test_study import MINIMIZE, SPACE, run

pytestmark = pytest.mark.torch
GP = TuningStrategy.GAUSSIAN_PROCESS


def test_same_seed_chooses_the_same_also_over_a_restart_in_the_middle() -> None:
    straight = run(Search(SPACE, GP, MINIMIZE, 7), [], 16)
    half = run(Search(SPACE, GP, MINIMIZE, 7), [], 12)
    restarted = run(Search(SPACE, GP, MINIMIZE, 7), half, 16)
    assert [each.parameters for each in restarted] == [each.parameters for each in straight]


def test_search_learns() -> None:
    values = [trial.objective or 0.0 for trial in run(Search(SPACE, GP, MINIMIZE, 1), [], 24)]
    assert sum(values[-8:]) / 8 < sum(values[:8]) / 8 - 0.1
