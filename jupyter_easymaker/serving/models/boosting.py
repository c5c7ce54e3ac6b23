"""What XGBoost and LightGBM have in common: a booster that takes a matrix of numbers in which values may be missing."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import HandlerError, InputError
from ..model import Metadata, ServedModel, TensorSpec
from ..rows import ROWS_TOGETHER, Columns

_OUTPUT = "predict"


class BoosterModel(ServedModel):
    """A booster and the columns it was fitted on."""

    batchable = True
    usual_batch = ROWS_TOGETHER

    def __init__(self, columns: Columns, name: str, framework: str, version: str, details: dict[str, Any]) -> None:
        self._columns = columns
        platform = f"{framework.lower()}_booster"
        width = columns.count if columns.count is not None else -1
        self.metadata = Metadata(
            name=name,
            framework=framework,
            framework_version=version,
            platform=platform,
            inputs=(TensorSpec("input-0", "FP64", (-1, width)),),
            outputs=(TensorSpec(_OUTPUT, "FP64", (-1,)),),
            instance_schema=columns.instance_schema(),
            prediction_schema={},
            example=columns.example(),
            details=details,
        )

    @abstractmethod
    def scores(self, matrix: np.ndarray) -> np.ndarray:
        """Return the booster's answer for rows (rows, columns): one number each, or one per class."""

    def predict(self, instances: list[Any]) -> list[Any]:
        rows: list[Any] = self._scores(self._columns.numbers(instances)).tolist()
        return rows

    def infer(self, inputs: Mapping[str, Any], outputs: Sequence[str] = ()) -> dict[str, Any]:
        if any(output != _OUTPUT for output in outputs):
            raise InputError(f"The model has one output, {_OUTPUT!r}.")
        arrays = list(inputs.values())
        if len(arrays) > 1 or next(iter(inputs)) in self._columns.names:
            matrix = self._columns.columns(inputs).to_numpy(dtype=np.float64)
        elif arrays[0].dtype.kind == "O":
            raise InputError("The model takes numbers, not BYTES.")
        else:
            matrix = arrays[0].astype(np.float64)
        if matrix.ndim != 2 or (self._columns.count is not None and matrix.shape[1] != self._columns.count):
            raise InputError(
                f"The input has the shape {list(matrix.shape)}; the model takes [-1, {self._columns.count}]."
            )
        return {_OUTPUT: self._scores(matrix)}

    def _scores(self, matrix: np.ndarray) -> np.ndarray:
        try:
            return self.scores(matrix)
        except Exception as error:
            raise HandlerError("The model failed on this input.") from error
