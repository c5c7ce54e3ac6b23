"""Provided algorithms: what one offers, and how values given for its hyperparameters are checked."""

from __future__ import annotations

from enum import StrEnum

from .base import WireModel
from .errors import EasyMakerError, FieldError, ResultCode


class HyperparameterType(StrEnum):
    INT = "int"
    DOUBLE = "double"
    DISCRETE = "discrete"
    CATEGORICAL = "categorical"


class HyperparameterSpec(WireModel):
    """One hyperparameter of an algorithm, or of a tuning's search space."""

    hyperparameter_name: str
    hyperparameter_type_code: HyperparameterType
    hyperparameter_min_value: str | None = None
    hyperparameter_max_value: str | None = None
    hyperparameter_step: str | None = None
    hyperparameter_specified_values: str | None = None
    """Comma-separated values of a discrete or categorical one; None: any text."""
    is_optional: bool = True
    default_value: str | None = None
    description: str = ""

    def problem_with(self, value: str) -> str | None:
        """Return what is wrong with a value, saying what would be accepted; None if nothing is."""
        if self.hyperparameter_type_code in (HyperparameterType.DISCRETE, HyperparameterType.CATEGORICAL):
            if self.hyperparameter_specified_values is None:
                return None  # any text, such as a column's name
            accepted = [part.strip() for part in self.hyperparameter_specified_values.split(",")]
            return None if value in accepted else f"is {value!r}; accepted are {', '.join(accepted)}"
        number = int if self.hyperparameter_type_code is HyperparameterType.INT else float
        try:
            parsed = number(value)
        except ValueError:
            kind = "a whole number" if number is int else "a number"
            return f"is {value!r}; {kind} is needed"
        if self.hyperparameter_min_value is not None and parsed < float(self.hyperparameter_min_value):
            return f"is {value}; at least {self.hyperparameter_min_value} is accepted"
        if self.hyperparameter_max_value is not None and not parsed <= float(self.hyperparameter_max_value):
            return f"is {value}; at most {self.hyperparameter_max_value} is accepted"
        return None


class DatasetSchema(WireModel):
    """A data set an algorithm reads, by name."""

    dataset_name: str
    is_optional: bool = False
    description: str = ""


class MetricName(WireModel):
    name: str


class Algorithm(WireModel):
    """A provided algorithm of the catalogue."""

    algorithm_id: str
    algorithm_name: str
    description: str = ""
    cpu_training_image_id: str
    gpu_training_image_id: str
    algorithm_dataset_schema: list[DatasetSchema] = []
    hyperparameter_spec_list: list[HyperparameterSpec] = []
    metric_list: list[MetricName] = []
    model_format_code: str = "SKLEARN"
    entry_point: str
    """The module run for it (``python -m``)."""

    def check(
        self, hyperparameters: dict[str, str], dataset_names: set[str], field: str = "hyperparameterList"
    ) -> None:
        """Refuse what the algorithm cannot run with.

        Args:
            field: what the hyperparameters are called where they come from.

        Raises:
            EasyMakerError: an unknown, missing or out-of-range hyperparameter, or a missing data set.
        """
        problems: list[FieldError] = []
        specs = {spec.hyperparameter_name: spec for spec in self.hyperparameter_spec_list}
        for name, value in hyperparameters.items():
            if name not in specs:
                problems.append(FieldError(field, f"{name} is none of {', '.join(sorted(specs))}"))
            elif problem := specs[name].problem_with(value):
                problems.append(FieldError(field, f"{name} {problem}"))
        for spec in specs.values():
            if not spec.is_optional and spec.hyperparameter_name not in hyperparameters and spec.default_value is None:
                problems.append(FieldError(field, f"{spec.hyperparameter_name} is missing"))
        known = {dataset.dataset_name for dataset in self.algorithm_dataset_schema}
        for dataset in self.algorithm_dataset_schema:
            if not dataset.is_optional and dataset.dataset_name not in dataset_names:
                problems.append(FieldError("datasetList", f"the data set {dataset.dataset_name} is missing"))
        for name in sorted(dataset_names - known):
            problems.append(FieldError("datasetList", f"{name} is none of {', '.join(sorted(known))}"))
        if problems:
            sentence = "; ".join(problem.message for problem in problems)
            raise EasyMakerError(
                ResultCode.INVALID_FIELD,
                f"{self.algorithm_name} cannot run with these settings: {sentence}",
                tuple(problems),
            )
