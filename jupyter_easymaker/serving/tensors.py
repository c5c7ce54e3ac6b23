"""Tensors of the Open Inference Protocol (V2): JSON to numpy arrays and back, without conversions that lose values."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
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
    model_name: str | None
    """KServe's client names the model in the body, too."""
    inputs: dict[str, np.ndarray]
    outputs: list[str]


def datatype_of(dtype: np.dtype) -> str:
    """Return the protocol's name of a numpy type; text and objects are BYTES."""
    return _NAMES.get(dtype, "BYTES")


def decode_request(body: Any, raw: bytes = b"") -> InferRequest:
    """Return a request's tensors.

    Args:
        raw: the data of tensors that have ``binary_data_size``, one after the other, little-endian.

    Raises:
        InputError: it is not a V2 request, or a tensor's data does not fit its shape or datatype.
    """
    if not isinstance(body, dict):
        raise InputError('The body has to be an object with "inputs".')
    unknown = body.keys() - {"id", "inputs", "outputs", "parameters", "model_name"}
    if unknown:
        raise InputError(f"The body has the unknown field {min(unknown)!r}; V2 takes id, inputs and outputs.")
    _check_parameters(body, "The request")
    inputs = body.get("inputs")
    if not isinstance(inputs, list) or not inputs:
        raise InputError('"inputs" has to be a list of tensors: {"name", "shape", "datatype", "data"}.')
    tensors: dict[str, np.ndarray] = {}
    rest = memoryview(raw)
    for index, tensor in enumerate(inputs):
        name, array, rest = _decode_tensor(tensor, f"inputs[{index}]", rest)
        if name in tensors:
            raise InputError(f"inputs[{index}] has the name {name!r}, as another input has.")
        tensors[name] = array
    if len(rest) > 0:
        raise InputError(f"{len(rest)} bytes stand behind the last tensor; binary_data_size of the inputs says less.")
    identity = body.get("id")
    if identity is not None and not isinstance(identity, str):
        raise InputError('"id" has to be text.')
    return InferRequest(identity, body.get("model_name"), tensors, _output_names(body.get("outputs")))


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


def _check_parameters(holder: dict[str, Any], where: str, but: str = "") -> None:
    parameters = holder.get("parameters")
    if not parameters:
        return
    if not isinstance(parameters, dict):
        raise InputError(f"{where}: parameters has to be an object.")
    for name, value in parameters.items():
        if name == but:
            continue
        if name not in _HARMLESS_PARAMETERS or value is not False:
            raise InputError(f"{where}: the parameter {name!r} is not supported by this server.")


def _decode_tensor(tensor: Any, where: str, rest: memoryview) -> tuple[str, np.ndarray, memoryview]:
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
    _check_parameters(tensor, where, but="binary_data_size")
    needed = prod(shape)
    size = (tensor.get("parameters") or {}).get("binary_data_size")
    if size is not None:
        if type(size) is not int or not 0 <= size <= len(rest) or "data" in tensor:
            raise InputError(f"{where}: binary_data_size has to be the bytes of this tensor behind the JSON.")
        array = _from_bytes(rest[:size], datatype, needed, where)
        return name, array.reshape(shape), rest[size:]
    if not isinstance(tensor.get("data"), list):
        raise InputError(f"{where}: data has to be a list of values.")
    array = to_array(tensor["data"] if datatype != "BYTES" else _flat(tensor["data"]), datatype, f"{where}: data")
    if array.size != needed:
        raise InputError(f"{where}: data has {array.size} values, but the shape {shape} needs {needed}.")
    return name, array.reshape(shape), rest


def _from_bytes(raw: memoryview, datatype: str, count: int, where: str) -> np.ndarray:
    if datatype != "BYTES":
        kind = np.dtype(DATATYPES[datatype]).newbyteorder("<")
        if len(raw) != count * kind.itemsize:
            raise InputError(f"{where}: binary_data_size is {len(raw)}; the shape needs {count * kind.itemsize}.")
        return np.frombuffer(raw, kind).astype(DATATYPES[datatype])
    values: list[Any] = []
    while len(raw) >= 4:
        size = int.from_bytes(raw[:4], "little")
        values.append(bytes(raw[4 : 4 + size]))
        raw = raw[4 + size :]
    if len(values) != count or len(raw) > 0:
        raise InputError(f"{where}: each of its values needs four bytes with its length before it.")
    array = np.empty(count, dtype=np.object_)
    for index, value in enumerate(values):
        try:
            array[index] = value.decode()
        except UnicodeDecodeError:
            array[index] = value
    return array


def to_array(data: Any, datatype: str, where: str) -> np.ndarray:
    """Return nested lists as an array of a datatype, in the shape they have.

    Raises:
        InputError: they are ragged, or a value is of another type or out of range.
    """
    if datatype == "BYTES":
        try:
            found = np.asarray(data, dtype=np.object_)
        except ValueError as error:
            raise InputError(f"{where} is ragged.") from error
        if not all(isinstance(value, str | bytes) for value in found.reshape(-1)):
            raise InputError(f"{where} has values that are no text, as the datatype BYTES needs.")
        return found
    kind = np.dtype(DATATYPES[datatype])
    try:
        found = np.asarray(data)
    except (ValueError, OverflowError) as error:
        raise InputError(f"{where} is ragged or holds a number that is too large.") from error
    if found.size == 0:
        return found.astype(kind)
    if found.dtype.kind not in _ACCEPTED_KINDS[kind.kind]:
        raise InputError(f"{where} has values that are no {datatype}.")
    if kind.kind in "iu":
        limits: Any = np.iinfo(kind)  # type: ignore[type-var]
        if int(found.min()) < limits.min or int(found.max()) > limits.max:
            raise InputError(f"{where} has a value outside the range of {datatype}.")
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
