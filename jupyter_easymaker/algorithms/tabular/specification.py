"""What the tabular algorithm takes and tells."""

from __future__ import annotations

from ...resources.algorithm import Algorithm, DatasetSchema, HyperparameterSpec, HyperparameterType, MetricName

DESCRIPTION = "Classification and regression on CSV and Parquet tables."
ENTRY_POINT = "jupyter_easymaker.algorithms.tabular.train"

_INT, _DOUBLE, _CHOICE = HyperparameterType.INT, HyperparameterType.DOUBLE, HyperparameterType.CATEGORICAL


def _number(
    name: str, kind: HyperparameterType, default: str, minimum: str, maximum: str | None, description: str
) -> HyperparameterSpec:
    return HyperparameterSpec(
        hyperparameter_name=name,
        hyperparameter_type_code=kind,
        hyperparameter_min_value=minimum,
        hyperparameter_max_value=maximum,
        default_value=default,
        description=description,
    )


def _choice(name: str, values: str, default: str, description: str) -> HyperparameterSpec:
    return HyperparameterSpec(
        hyperparameter_name=name,
        hyperparameter_type_code=_CHOICE,
        hyperparameter_specified_values=values,
        default_value=default,
        description=description,
    )


TARGET = HyperparameterSpec(
    hyperparameter_name="target",
    hyperparameter_type_code=HyperparameterType.CATEGORICAL,
    default_value="",
    description="The column to predict; empty: the last one.",
)
HYPERPARAMETERS = (
    TARGET,
    _choice(
        "task", "auto,classification,regression", "auto", "auto decides by the target: text or few values classify."
    ),
    _choice("model", "boosting,forest,linear", "boosting", "Gradient boosting, a random forest, or a linear model."),
    _number("learning_rate", _DOUBLE, "0.1", "0.0001", "1", "Step size of boosting."),
    _number("iterations", _INT, "100", "1", "10000", "Trees of boosting or forest, iterations of a linear model."),
    _number("max_depth", _INT, "0", "0", "64", "Depth of each tree; 0: no limit."),
    _number("validation_share", _DOUBLE, "0.2", "0.01", "0.9", "Share held back when there is no validation data set."),
    _number("seed", _INT, "0", "0", None, "Makes a run repeatable."),
)
METRICS = (
    "train_score",
    "eval_loss",
    "eval_accuracy",
    "eval_precision",
    "eval_recall",
    "eval_f1",
    "eval_rmse",
    "eval_r2",
)


def tabular_algorithm(cpu_image_id: str, gpu_image_id: str) -> Algorithm:
    """Return the catalogue's entry."""
    return Algorithm(
        algorithm_id="tabular",
        algorithm_name="Tabular",
        description=DESCRIPTION,
        cpu_training_image_id=cpu_image_id,
        gpu_training_image_id=gpu_image_id,
        algorithm_dataset_schema=[
            DatasetSchema(dataset_name="train", description="CSV or Parquet files with one row an example."),
            DatasetSchema(dataset_name="validation", is_optional=True, description="Rows to measure on."),
            DatasetSchema(dataset_name="test", is_optional=True, description="Rows to measure on at the very end."),
        ],
        hyperparameter_spec_list=list(HYPERPARAMETERS),
        metric_list=[MetricName(name=name) for name in METRICS],
        model_format_code="SKLEARN",
        entry_point=ENTRY_POINT,
    )
