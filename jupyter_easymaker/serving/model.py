"""What a loaded model is to the server and to batch inference: rows in, answers out, and what it tells about itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .errors import InputError


@dataclass(frozen=True)
class TensorSpec:
    """A tensor as the Open Inference Protocol describes it; -1 in ``shape`` is any size."""

    name: str
    datatype: str
    shape: tuple[int, ...]

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "datatype": self.datatype, "shape": list(self.shape)}


@dataclass(frozen=True)
class Metadata:
    """What a model tells about itself, as far as its artifact knows."""

    name: str
    framework: str
    """``SKLEARN``, ``PYTORCH``, ``ONNX``, ..."""
    framework_version: str = ""
    platform: str = ""
    """As the Open Inference Protocol spells it, for example ``sklearn_joblib``."""
    inputs: tuple[TensorSpec, ...] = ()
    outputs: tuple[TensorSpec, ...] = ()
    instance_schema: Mapping[str, Any] = field(default_factory=dict)
    """JSON Schema of one instance; empty: anything."""
    prediction_schema: Mapping[str, Any] = field(default_factory=dict)
    """JSON Schema of one prediction; empty: anything."""
    example: Any = None
    """One instance that fits ``instance_schema``, None if none can be told."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """More for people: class names, signatures, what a training told about the model."""


class ServedModel(ABC):
    """A loaded model. Called from one thread at a time."""

    metadata: Metadata

    batchable: bool = False
    """Rows do not influence each other's answers, so that rows of several requests may be put together."""

    usual_batch: int = 1
    """How many rows of waiting requests are put together unless the owner says otherwise."""

    @abstractmethod
    def predict(self, instances: list[Any]) -> list[Any]:
        """Return one prediction per instance, in their order, as values JSON can hold.

        Raises:
            InputError: an instance is not what the model takes.
            HandlerError: the model's code failed.
        """

    def predict_columns(self, inputs: Any, signature: str | None = None) -> Any:
        """Answer the column format: ``{"inputs": {"name": [...]}}`` or one tensor; the answer goes into ``outputs``.

        Raises:
            InputError: the model does not know this format.
        """
        raise InputError('This model takes rows: {"instances": [...]}.')

    def predict_signature(self, instances: list[Any], signature: str) -> list[Any]:
        """Answer rows by a named signature.

        Raises:
            InputError: the model has no signatures, or not this one.
        """
        raise InputError(f"This model has no signature_name {signature!r}; leave it out.")

    def answer(self, body: Any) -> Any:
        """Answer the body of a V1 request: ``{"instances": [...]}`` or ``{"inputs": ...}``.

        Raises:
            InputError, HandlerError: as ``predict``.
        """
        if not isinstance(body, dict):
            raise InputError('The body has to be an object such as {"instances": [...]}.')
        unknown = body.keys() - {"instances", "inputs", "signature_name"}
        if unknown:
            raise InputError(f"The body has the unknown field {min(unknown)!r}; it takes instances or inputs.")
        signature = body.get("signature_name")
        if signature is not None and not isinstance(signature, str):
            raise InputError("signature_name has to be text.")
        if ("instances" in body) == ("inputs" in body):
            raise InputError('The body needs either "instances" (a list of rows) or "inputs" (columns).')
        if "inputs" in body:
            return {"outputs": self.predict_columns(body["inputs"], signature)}
        instances = rows_of(body)
        if signature is not None:
            return {"predictions": self.predict_signature(instances, signature)}
        return {"predictions": self.predict(instances)}

    @abstractmethod
    def infer(self, inputs: Mapping[str, Any], outputs: Sequence[str] = ()) -> dict[str, Any]:
        """Answer a V2 request: numpy arrays by name in, numpy arrays by name out.

        Args:
            inputs: in the order of the request.
            outputs: the names asked for; empty: the model's usual ones.

        Raises:
            InputError, HandlerError: as ``predict``.
        """

    def close(self) -> None:
        """Let go of what the model holds."""
        return


def rows_of(body: Mapping[str, Any]) -> list[Any]:
    """Return the body's instances.

    Raises:
        InputError: they are no list, or there are none.
    """
    instances = body["instances"]
    if not isinstance(instances, list):
        raise InputError("instances has to be a list with one entry per row.")
    if not instances:
        raise InputError("instances is empty; give at least one row.")
    return instances
