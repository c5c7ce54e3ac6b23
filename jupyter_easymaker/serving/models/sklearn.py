"""scikit-learn estimators and pipelines, from .joblib or .pkl, with or without what a training tells about them."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..artifact import Artifact
from ..errors import HandlerError, InputError, ModelError
from ..model import Metadata, ServedModel, TensorSpec
from ..rows import ROWS_TOGETHER, Columns
from ..tensors import datatype_of
from .later import imported_later

_METHODS = ("predict", "predict_proba", "decision_function", "transform")
_LIBRARIES = {"sklearn", "numpy", "pandas", "scipy", "xgboost", "lightgbm"}


def load(artifact: Artifact, name: str) -> ServedModel:
    """Load the estimator."""
    with imported_later("pandas"):
        import joblib

        estimator = joblib.load(artifact.path)
    methods = [method for method in _METHODS if callable(getattr(estimator, method, None))]
    if not methods:
        raise ModelError(f"{artifact.path.name} holds {type(estimator).__name__}, which has no predict or transform.")
    return SklearnModel(estimator, methods, _told(artifact.path.parent), name, artifact.path.suffix)


def _told(directory: Path) -> dict[str, Any]:
    """Return what the tabular algorithm wrote beside its model; nothing for other models."""
    path = directory / "metadata.json"
    if not path.is_file():
        return {}
    try:
        told = json.loads(path.read_bytes())
    except ValueError:
        return {}
    return told if isinstance(told, dict) and told.get("algorithm") == "tabular" else {}


class SklearnModel(ServedModel):
    """An estimator and the columns it was fitted on."""

    batchable = True
    usual_batch = ROWS_TOGETHER

    def __init__(self, estimator: Any, methods: list[str], told: dict[str, Any], name: str, suffix: str) -> None:
        import sklearn

        self._methods: dict[str, Callable[[Any], Any]] = {method: getattr(estimator, method) for method in methods}
        self._default = methods[0]
        self._columns = _columns(estimator, told)
        classes = getattr(estimator, "classes_", None)
        known = [] if classes is None or isinstance(classes, list) else np.asarray(classes).tolist()
        details: dict[str, Any] = {"estimator": type(estimator).__name__, "methods": methods}
        if known:
            details["classes"] = known
        details |= {key: told[key] for key in ("task", "target", "metrics") if told.get(key) is not None}
        self.metadata = Metadata(
            name=name,
            framework="SKLEARN",
            framework_version=sklearn.__version__,
            platform="sklearn_pickle" if suffix in (".pkl", ".pickle") else "sklearn_joblib",
            inputs=_input_specs(self._columns),
            outputs=tuple(_output_specs(methods, classes)),
            instance_schema=self._columns.instance_schema(),
            prediction_schema={"enum": known} if known else {},
            example=self._columns.example(),
            details=details,
        )

    def predict(self, instances: list[Any]) -> list[Any]:
        return self._rows(self._default, self._table(instances))

    def predict_signature(self, instances: list[Any], signature: str) -> list[Any]:
        if signature not in self._methods:
            raise InputError(f"signature_name has to be one of {', '.join(self._methods)}.")
        return self._rows(signature, self._table(instances))

    def infer(self, inputs: Mapping[str, Any], outputs: Sequence[str] = ()) -> dict[str, Any]:
        for output in outputs:
            if output not in self._methods:
                raise InputError(f"The model has no output {output!r}; it has {', '.join(self._methods)}.")
        arrays = list(inputs.values())
        if len(arrays) > 1 or next(iter(inputs)) in self._columns.names:
            table: Any = self._columns.columns(inputs)
        elif self._columns.names or arrays[0].dtype.kind == "O":
            table = self._table(arrays[0].tolist())
        else:
            table = arrays[0]
            if table.ndim != 2 or (self._columns.count is not None and table.shape[1] != self._columns.count):
                width = self._columns.count if self._columns.count is not None else -1
                raise InputError(f"The input has the shape {list(table.shape)}; the model takes [-1, {width}].")
        return {output: self._call(output, table) for output in outputs or (self._default,)}

    def _table(self, instances: list[Any]) -> Any:
        if self._columns.names:
            return self._columns.frame(instances)
        if self._columns.count is None and all(isinstance(row, str) for row in instances):
            return instances  # documents for a vectorizer
        return self._columns.matrix(instances)

    def _rows(self, method: str, table: Any) -> list[Any]:
        result = self._call(method, table)
        rows: list[Any] = result.tolist()
        return rows

    def _call(self, method: str, table: Any) -> np.ndarray:
        try:
            result = self._methods[method](table)
        except (ValueError, TypeError) as error:
            if _raised_in(error) in _LIBRARIES:
                # The libraries' checks of their input: a sentence about the data.
                raise InputError(str(error).strip().partition("\n")[0]) from error
            raise HandlerError("The model failed on this input.") from error
        except Exception as error:
            raise HandlerError("The model failed on this input.") from error
        if hasattr(result, "toarray"):
            result = result.toarray()
        return np.asarray(result)


def _raised_in(error: BaseException) -> str:
    """Return the top-level package of the code that raised an error."""
    trace = error.__traceback__
    name = ""
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "")
        trace = trace.tb_next
    return str(name).partition(".")[0]


def _columns(estimator: Any, told: dict[str, Any]) -> Columns:
    names = getattr(estimator, "feature_names_in_", None)
    count = getattr(estimator, "n_features_in_", None)
    if names is None:
        return Columns(int(count) if count is not None else None)
    features = told.get("features")
    kinds = {}
    if isinstance(features, dict):
        numeric = ("int", "float", "uint", "Int", "Float", "UInt")
        kinds = {name: "number" if str(kind).startswith(numeric) else "text" for name, kind in features.items()}
    return Columns(len(names), tuple(str(name) for name in names), kinds)


def _input_specs(columns: Columns) -> tuple[TensorSpec, ...]:
    if columns.names:
        types = {"text": "BYTES"}
        return tuple(TensorSpec(name, types.get(columns.kinds.get(name, ""), "FP64"), (-1,)) for name in columns.names)
    return (TensorSpec("input-0", "FP64", (-1, columns.count if columns.count is not None else -1)),)


def _output_specs(methods: list[str], classes: Any) -> list[TensorSpec]:
    single = classes is not None and not isinstance(classes, list)
    specs = []
    for method in methods:
        datatype, shape = "FP64", (-1, -1)
        if method == "predict":
            datatype, shape = (datatype_of(np.asarray(classes).dtype) if single else "FP64"), (-1,)  # type: ignore[assignment]
        elif method == "predict_proba" and single:
            shape = (-1, len(classes))
        specs.append(TensorSpec(method, datatype, shape))
    return specs


warnings.filterwarnings("ignore", message="X does not have valid feature names")
