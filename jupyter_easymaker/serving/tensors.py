"""Tensors of the Open Inference Protocol (V2): JSON to numpy arrays and back, without conversions that lose values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import InputError

DATATYPES = {
    "BOOL": np.bool_,
    "UINT8": np.uint8,
    "UINT16": np.uint16,
    "UINT32": np.uint32,
    "UINT64": np.uint64,
    "INT8": np.int8,
    "INT16": np.int16,
    "INT32": np.int32,
    "INT64": np.int64,
    "FP16": np.float16,
    "FP32": np.float32,
    "FP64": np.float64,
    "BYTES": np.object_,
}
_NAMES = {np.dtype(kind): name for name, kind in DATATYPES.items()}
_ACCEPTED_KINDS = {"b": "b", "u": "iub", "i": "iub", "f": "fiu"}
_HARMLESS_PARAMETERS = {"binary_data", "binary_data_output"}


@dataclass(frozen=True)
class InferRequest:
    """A V2 request, decoded."""

    id: str | None
    inputs: dict[str, np.ndarray]
    outputs: list[str]


def datatype_of(dtype: np.dtype) -> str:
    """Return the protocol's name of a numpy type; text and objects are BYTES."""
    return _NAMES.get(dtype, "BYTES")


def decode_request(body: Any) -> InferRequest:
    """Return a request's tensors.

    Raises:
        InputError: it is not a V2 request, or a tensor's data does not fit its shape or datatype.
    """
    if not isinstance(body, dict):
        raise InputError('The body has to be an object with "inputs".')
    unknown = body.keys() - {"id", "inputs", "outputs", "parameters"}
    if unknown:
        raise InputError(f"The body has the unknown field {min(unknown)!r}; V2 takes id, inputs and outputs.")
    _check_parameters(body, "The request")
    inputs = body.get("inputs")
    if not isinstance(inputs, list) or not inputs:
        raise InputError('"inputs" has to be a list of tensors: {"name", "shape", "datatype", "data"}.')
    tensors: dict[str, np.ndarray] = {}
    for index, tensor in enumerate(inputs):
        name, array = _decode_tensor(tensor, f"inputs[{index}]")
        if name in tensors:
            raise InputError(f"inputs[{index}] has the name {name!r}, as another input has.")
        tensors[name] = array
    identity = body.get("id")
    if identity is not None and not isinstance(identity, str):
        raise InputError('"id" has to be text.')
    return InferRequest(identity, tensors, _output_names(body.get("outputs")))


def _output_names(outputs: Any) -> list[str]:
    if outputs is None:
        return []
    if not isinstance(outputs, list):
        raise InputError('"outputs" has to be a list of {"name"}.')
    names = []
    for index, output in enumerate(outputs):
        if not isinstance(output, dict) or not isinstance(output.get("name"), str):
            raise InputError(f"outputs[{index}] needs a name.")
        _check_parameters(output, f"outputs[{index}]")
        names.append(output["name"])
    return names


def _check_parameters(holder: dict[str, Any], where: str) -> None:
    parameters = holder.get("parameters")
    if not parameters:
        return
    if not isinstance(parameters, dict):
        raise InputError(f"{where}: parameters has to be an object.")
    for name, value in parameters.items():
        if name not in _HARMLESS_PARAMETERS or value is not False:
            raise InputError(f"{where}: the parameter {name!r} is not supported by this server.")


def _decode_tensor(tensor: Any, where: str) -> tuple[str, np.ndarray]:
    if not isinstance(tensor, dict):
        raise InputError(f"{where} has to be an object: name, shape, datatype, data.")
    name, shape, datatype = tensor.get("name"), tensor.get("shape"), tensor.get("datatype")
    if not isinstance(name, str) or not name:
        raise InputError(f"{where} needs a name.")
    where = f"{where} ({name})"
    if not isinstance(datatype, str) or datatype not in DATATYPES:
        raise InputError(f"{where}: datatype has to be one of {', '.join(DATATYPES)}.")
    if not isinstance(shape, list) or not all(type(size) is int and size >= 0 for size in shape):
        raise InputError(f"{where}: shape has to be a list of sizes, such as [2, 4].")
    _check_parameters(tensor, where)
    if not isinstance(tensor.get("data"), list):
        raise InputError(f"{where}: data has to be a list of values.")
    array = _values(tensor["data"], datatype, where)
    needed = 1
    for size in shape:
        needed *= size
    if array.size != needed:
        raise InputError(f"{where}: data has {array.size} values, but the shape {shape} needs {needed}.")
    return name, array.reshape(shape)


def _values(data: list[Any], datatype: str, where: str) -> np.ndarray:
    if datatype == "BYTES":
        flat = _flat(data)
        if not all(isinstance(value, str) for value in flat):
            raise InputError(f"{where}: data of the datatype BYTES has to be text.")
        array = np.empty(len(flat), dtype=np.object_)
        array[:] = flat
        return array
    kind = np.dtype(DATATYPES[datatype])
    try:
        found = np.asarray(data)
    except (ValueError, OverflowError) as error:
        raise InputError(f"{where}: data is ragged or holds a number that is too large.") from error
    if found.size == 0:
        return np.empty(0, dtype=kind)
    if found.dtype.kind not in _ACCEPTED_KINDS[kind.kind]:
        raise InputError(f"{where}: data has values that are no {datatype}.")
    if kind.kind in "iu":
        limits: Any = np.iinfo(kind)  # type: ignore[type-var]
        if int(found.min()) < limits.min or int(found.max()) > limits.max:
            raise InputError(f"{where}: data has a value outside the range of {datatype}.")
    return found.astype(kind, copy=False)


def _flat(data: list[Any]) -> list[Any]:
    while any(isinstance(value, list) for value in data):
        data = [each for value in data for each in (value if isinstance(value, list) else [value])]
    return data


def encode_outputs(outputs: dict[str, Any]) -> list[dict[str, Any]]:
    """Return output tensors as the protocol's JSON; numpy arrays are left for the JSON writer where it can."""
    return [_encode(name, np.asarray(value)) for name, value in outputs.items()]


def _encode(name: str, array: np.ndarray) -> dict[str, Any]:
    datatype = datatype_of(array.dtype)
    flat: Any = np.ascontiguousarray(array).reshape(-1)
    if datatype == "BYTES":
        flat = [value.decode(errors="replace") if isinstance(value, bytes) else str(value) for value in flat.tolist()]
    elif datatype == "FP16":
        flat = flat.astype(np.float32)
    return {"name": name, "shape": list(array.shape), "datatype": datatype, "data": flat}
