"""What is checked before a tuning is accepted, beyond what is checked of a training."""

from __future__ import annotations

from importlib.util import find_spec

from ..resources.algorithm import Algorithm
from ..resources.errors import EasyMakerError, ResultCode
from ..resources.hyperparameter_tuning import HyperparameterTuningCreate, TuningStrategy
from ..resources.search_space import HyperparameterRange
from .context import ApiContext
from .training_checks import Chosen, check_settings


def check_tuning(context: ApiContext, appkey: str, spec: HyperparameterTuningCreate) -> Chosen:
    """Refuse a tuning that cannot run.

    Raises:
        EasyMakerError: naming the field and what would be accepted.
    """
    if spec.tuning_strategy_name is TuningStrategy.GAUSSIAN_PROCESS and find_spec("torch") is None:
        raise EasyMakerError(
            ResultCode.NOT_AVAILABLE,
            "tuningStrategyName: GAUSSIAN_PROCESS needs PyTorch where the backend runs; "
            "install jupyter-easymaker[torch] there, or choose another strategy.",
        )
    chosen = check_settings(context, appkey, spec)
    if chosen.algorithm:
        _check_ranges(chosen.algorithm, spec)
    return chosen


def _check_ranges(algorithm: Algorithm, spec: HyperparameterTuningCreate) -> None:
    """Refuse ranges that hold values the algorithm does not accept: the ends of each, or all values of a list."""
    values = {each.hyperparameter_name: _extremes(each) for each in spec.hyperparameter_spec_list}
    data_sets = {dataset.dataset_name for dataset in spec.dataset_list}
    for index in range(max(len(each) for each in values.values())):
        chosen = {name: each[min(index, len(each) - 1)] for name, each in values.items()}
        algorithm.check(chosen, data_sets, "hyperparameterSpecList")


def _extremes(spec: HyperparameterRange) -> list[str]:
    if not spec.is_numeric:
        return spec.values
    return [str(spec.hyperparameter_min_value), str(spec.hyperparameter_max_value)]
