"""Values for a provided algorithm are checked against its specification."""

from __future__ import annotations

import pytest

from jupyter_easymaker.resources.algorithm import (
    Algorithm,
    DatasetSchema,
    HyperparameterSpec,
    HyperparameterType,
)
from jupyter_easymaker.resources.errors import EasyMakerError

ALGORITHM = Algorithm(
    algorithm_id="a",
    algorithm_name="Tabular",
    cpu_training_image_id="c",
    gpu_training_image_id="g",
    entry_point="x.y",
    algorithm_dataset_schema=[
        DatasetSchema(dataset_name="train"),
        DatasetSchema(dataset_name="test", is_optional=True),
    ],
    hyperparameter_spec_list=[
        HyperparameterSpec(
            hyperparameter_name="depth",
            hyperparameter_type_code=HyperparameterType.INT,
            hyperparameter_min_value="1",
            hyperparameter_max_value="10",
        ),
        HyperparameterSpec(
            hyperparameter_name="model",
            hyperparameter_type_code=HyperparameterType.CATEGORICAL,
            hyperparameter_specified_values="forest,linear",
        ),
        HyperparameterSpec(
            hyperparameter_name="rate",
            hyperparameter_type_code=HyperparameterType.DOUBLE,
            hyperparameter_max_value="1",
        ),
    ],
)


def test_values_in_range_pass() -> None:
    ALGORITHM.check({"depth": "10", "model": "linear", "rate": "0.1"}, {"train", "test"})


@pytest.mark.parametrize(
    ("hyperparameters", "datasets", "sentence"),
    [
        ({"depth": "11"}, {"train"}, "depth is 11; at most 10 is accepted"),
        ({"depth": "0"}, {"train"}, "depth is 0; at least 1 is accepted"),
        ({"depth": "1.5"}, {"train"}, "a whole number is needed"),
        ({"rate": "nan"}, {"train"}, "rate is nan"),
        ({"rate": "much"}, {"train"}, "a number is needed"),
        ({"model": "svm"}, {"train"}, "accepted are forest, linear"),
        ({"dept": "1"}, {"train"}, "dept is none of depth, model, rate"),
        ({}, set(), "the data set train is missing"),
        ({}, {"train", "extra"}, "extra is none of test, train"),
    ],
)
def test_wrong_values_are_refused_by_name(hyperparameters: dict[str, str], datasets: set[str], sentence: str) -> None:
    with pytest.raises(EasyMakerError) as caught:
        ALGORITHM.check(hyperparameters, datasets)
    assert sentence in caught.value.message
