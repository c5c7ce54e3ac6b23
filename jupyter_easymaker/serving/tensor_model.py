"""Models that are functions of named tensors (ONNX, TorchScript, TensorFlow): rows and columns become tensors."""

from __future__ import annotations

from abc import abstractmethod
from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .errors import HandlerError, InputError
from .model import ServedModel, TensorSpec
from .tensors import DATATYPES, to_array


class TensorModel(ServedModel):
    """A model whose inputs have a first dimension that counts rows."""

    signatures: Mapping[str, tuple[tuple[TensorSpec, ...], tuple[TensorSpec, ...]]]
    """Inputs and outputs by signature; the first one is the default."""

    @abstractmethod
    def run(self, signature: str, inputs: dict[str, np.ndarray], outputs: Sequence[str]) -> dict[str, Any]:
        """Call the model with all inputs of a signature.

        Args:
            outputs: those wanted; empty: all.

        Returns:
            numpy arrays (or lists, for outputs that are no tensors) by name.

        Raises:
            InputError, HandlerError: as ``predict``.
        """

    def predict(self, instances: list[Any]) -> list[Any]:
        return self._predict_rows(instances, next(iter(self.signatures)))

    def predict_signature(self, instances: list[Any], signature: str) -> list[Any]:
        return self._predict_rows(instances, self._known(signature))

    def _known(self, signature: str | None) -> str:
        if signature is None:
            return next(iter(self.signatures))
        if signature not in self.signatures:
            raise InputError(f"signature_name has to be one of {', '.join(self.signatures)}.")
        return signature

    def _predict_rows(self, instances: list[Any], signature: str) -> list[Any]:
        specs = self.signatures[signature][0]
        columns = self._columns(instances, specs)
        inputs = {spec.name: checked_array(columns[spec.name], spec, "instances") for spec in specs}
        return rows_of_outputs(self.run(signature, inputs, ()), len(instances))

    def _columns(self, instances: list[Any], specs: Sequence[TensorSpec]) -> dict[str, list[Any]]:
        names = [spec.name for spec in specs]
        named = [isinstance(row, dict) and row.keys() != {"b64"} for row in instances]
        if len(specs) == 1 and not any(named):
            return {names[0]: instances}
        wanted = set(names)
        for index, row in enumerate(instances):
            if not named[index]:
                raise InputError(f"instances[{index}] has to be an object with {', '.join(names)}.")
            if row.keys() != wanted:
                missing = wanted - row.keys()
                what = f"lacks {min(missing)!r}" if missing else f"has the unknown input {min(row.keys() - wanted)!r}"
                raise InputError(f"instances[{index}] {what}; it takes {', '.join(names)}.")
        return {name: [row[name] for row in instances] for name in names}

    def predict_columns(self, inputs: Any, signature: str | None = None) -> Any:
        signature = self._known(signature)
        specs = self.signatures[signature][0]
        names = {spec.name for spec in specs}
        if isinstance(inputs, dict) and inputs.keys() != {"b64"}:
            if inputs.keys() != names:
                raise InputError(f"inputs has to have {', '.join(sorted(names))}, and nothing else.")
            given = inputs
        elif len(specs) == 1:
            given = {specs[0].name: inputs}
        else:
            raise InputError(f"inputs has to be an object with {', '.join(sorted(names))}.")
        arrays = {spec.name: checked_array(given[spec.name], spec, "inputs") for spec in specs}
        outputs = self.run(signature, arrays, ())
        return next(iter(outputs.values())) if len(outputs) == 1 else outputs

    def infer(self, inputs: Mapping[str, Any], outputs: Sequence[str] = ()) -> dict[str, Any]:
        signature = next(iter(self.signatures))
        specs, made = self.signatures[signature]
        known = [spec.name for spec in made]
        for output in outputs:
            if output not in known:
                raise InputError(f"The model has no output {output!r}; it has {', '.join(known)}.")
        names = [spec.name for spec in specs]
        if sorted(inputs) != sorted(names):
            raise InputError(f"The inputs are {', '.join(inputs)}; the model takes {', '.join(names)}.")
        return self.run(signature, {spec.name: _typed(inputs[spec.name], spec) for spec in specs}, outputs)


def checked_array(data: Any, spec: TensorSpec, where: str) -> np.ndarray:
    """Return nested lists as the tensor a model takes.

    Raises:
        InputError: the values or their shape are not what it takes.
    """
    if spec.datatype == "BYTES":
        data = decoded(data)
    array = to_array(data, spec.datatype, f"{where} ({spec.name})")
    check_shape(array, spec, where)
    return array


def check_shape(array: np.ndarray, spec: TensorSpec, where: str) -> None:
    """See that a tensor fits.

    Raises:
        InputError: it does not; says the shapes.
    """
    fits = len(array.shape) == len(spec.shape) and all(
        wanted in (-1, found) for wanted, found in zip(spec.shape, array.shape, strict=True)
    )
    if spec.shape and not fits:
        raise InputError(
            f"{where} ({spec.name}) have the shape {list(array.shape)}; the model takes {list(spec.shape)},"
            " where -1 is any size."
        )


def _typed(array: np.ndarray, spec: TensorSpec) -> np.ndarray:
    """Return a V2 tensor in the type the model takes, where nothing is lost by it."""
    wanted = np.dtype(DATATYPES[spec.datatype])
    if array.dtype != wanted:
        floats = array.dtype.kind == "f" and wanted.kind == "f"
        if not floats and not np.can_cast(array.dtype, wanted, "safe"):
            raise InputError(f"The input {spec.name!r} has to be of the datatype {spec.datatype}.")
        array = array.astype(wanted)
    check_shape(array, spec, "inputs")
    return array


def decoded(data: Any) -> Any:
    """Replace ``{"b64": text}`` by the bytes it stands for, at any depth.

    Raises:
        InputError: it is no base64.
    """
    if isinstance(data, list):
        return [decoded(each) for each in data]
    if isinstance(data, dict) and data.keys() == {"b64"}:
        try:
            return b64decode(data["b64"], validate=True)
        except (ValueError, TypeError) as error:
            raise InputError("b64 has to hold base64.") from error
    return data


def rows_of_outputs(outputs: dict[str, Any], count: int) -> list[Any]:
    """Return outputs row by row: plain values of a single output, objects by name of several.

    Raises:
        HandlerError: an output does not have one entry per row.
    """
    for name, values in outputs.items():
        shape = getattr(values, "shape", None)
        length = (shape[0] if shape else 0) if shape is not None else len(values)
        if length != count:
            raise HandlerError(f"The output {name!r} has {length} entries for {count} rows; ask by inputs, in columns.")
    columns = {
        name: values.tolist() if isinstance(values, np.ndarray) else list(values) for name, values in outputs.items()
    }
    if len(columns) == 1:
        return next(iter(columns.values()))
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def schema_of(specs: Sequence[TensorSpec]) -> dict[str, Any]:
    """Return the JSON Schema of one row."""
    if len(specs) == 1:
        return _row_schema(specs[0])
    properties = {spec.name: _row_schema(spec) for spec in specs}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _row_schema(spec: TensorSpec) -> dict[str, Any]:
    kind = {"BYTES": "string", "BOOL": "boolean"}.get(spec.datatype)
    schema: dict[str, Any] = {"type": kind or ("number" if spec.datatype.startswith("FP") else "integer")}
    for size in reversed(spec.shape[1:]):
        schema = {"type": "array", "items": schema}
        if size >= 0:
            schema |= {"minItems": size, "maxItems": size}
    return schema


_LARGEST_EXAMPLE = 1000


def example_of(specs: Sequence[TensorSpec]) -> Any:
    """Return one row that fits, None if its shape is not known or it would be long."""
    rows: dict[str, Any] = {}
    for spec in specs:
        sizes = [max(size, 1) for size in spec.shape[1:]]
        if not spec.shape or int(np.prod(sizes, dtype=np.int64)) > _LARGEST_EXAMPLE:
            return None
        empty: Any = {"BYTES": "", "BOOL": False}.get(spec.datatype, 0)
        for size in reversed(sizes):
            empty = [empty] * size
        rows[spec.name] = empty
    return next(iter(rows.values())) if len(rows) == 1 else rows
