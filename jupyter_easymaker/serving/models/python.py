"""A Python class of the user's: predictor.py with ``class Predictor``, which has ``load(directory)`` and
``predict(instances)``.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..artifact import Artifact
from ..errors import HandlerError, InputError, ModelError
from ..model import Metadata, ServedModel, TensorSpec
from .source import import_file

_INPUT = "instances"
_OUTPUT = "predictions"


def load(artifact: Artifact, name: str) -> ServedModel:
    """Import the file, make the class and let it load what lies beside it."""
    directory = artifact.path.parent
    sys.path.insert(0, str(directory))
    module = import_file(artifact.path)
    predictor_class = getattr(module, "Predictor", None)
    if not isinstance(predictor_class, type):
        raise ModelError("predictor.py has no class Predictor.")
    for method in ("load", "predict"):
        if not callable(getattr(predictor_class, method, None)):
            raise ModelError(f"The class Predictor of predictor.py has no method {method}.")
    predictor = predictor_class()
    predictor.load(Path(directory))
    return PythonModel(predictor, name)


class PythonModel(ServedModel):
    """An object of the user's class.

    It may tell more of itself by attributes: ``instance_schema`` and ``prediction_schema`` (JSON Schemas), ``example``
    (one instance), ``batchable`` (rows do not influence each other), ``version``.
    """

    def __init__(self, predictor: Any, name: str) -> None:
        self._predictor = predictor
        self.batchable = bool(getattr(predictor, "batchable", False))
        self.metadata = Metadata(
            name=name,
            framework="PYTHON",
            framework_version=str(getattr(predictor, "version", sys.version.partition(" ")[0])),
            platform="python",
            inputs=(TensorSpec(_INPUT, "FP64", (-1, -1)),),
            outputs=(TensorSpec(_OUTPUT, "FP64", (-1,)),),
            instance_schema=getattr(predictor, "instance_schema", {}),
            prediction_schema=getattr(predictor, "prediction_schema", {}),
            example=getattr(predictor, "example", None),
        )

    def predict(self, instances: list[Any]) -> list[Any]:
        try:
            predictions = self._predictor.predict(instances)
        except (InputError, HandlerError):
            raise
        except (Exception, SystemExit) as error:
            raise HandlerError("The model failed on this input.") from error
        if hasattr(predictions, "tolist"):
            predictions = predictions.tolist()
        return checked(predictions, len(instances), "Predictor.predict")

    def infer(self, inputs: Mapping[str, Any], outputs: Sequence[str] = ()) -> dict[str, Any]:
        return infer_by_rows(self.predict, inputs, outputs)


def checked(predictions: Any, count: int, what: str) -> list[Any]:
    """Return predictions that are one per instance.

    Raises:
        HandlerError: they are not.
    """
    if not isinstance(predictions, list | tuple):
        raise HandlerError(f"{what} returned {type(predictions).__name__}, not a list with one answer per instance.")
    if len(predictions) != count:
        raise HandlerError(f"{what} returned {len(predictions)} answers for {count} instances.")
    return list(predictions)


def infer_by_rows(predict: Any, inputs: Mapping[str, Any], outputs: Sequence[str]) -> dict[str, Any]:
    """Answer tensors with a function of rows: one tensor is cut into rows, several become objects by name.

    Raises:
        InputError: the tensors have different numbers of rows, or an unknown output is asked for.
        HandlerError: the answers are no tensor.
    """
    import numpy as np

    if any(output != _OUTPUT for output in outputs):
        raise InputError(f"The model has one output, {_OUTPUT!r}.")
    arrays = list(inputs.values())
    counts = {array.shape[0] if array.ndim else 0 for array in arrays}
    if counts == {0} or len(counts) > 1:
        raise InputError("The inputs need the same first dimension: the number of rows.")
    if len(arrays) == 1:
        rows = arrays[0].tolist()
    else:
        columns = {name: array.tolist() for name, array in inputs.items()}
        rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    predictions = predict(rows)
    try:
        array = np.asarray(predictions)
    except ValueError as error:
        raise HandlerError("The model's answers have different shapes, which is no tensor; ask by V1.") from error
    if array.dtype.kind == "O":
        raise HandlerError("The model's answers are objects, which is no tensor; ask by V1.")
    return {_OUTPUT: array}
