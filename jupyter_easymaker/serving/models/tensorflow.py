"""TensorFlow SavedModels: their signatures, with rows (``instances``) and columns (``inputs``) as in TF Serving."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from ..artifact import Artifact
from ..errors import HandlerError, InputError, ModelError
from ..model import Metadata, ServedModel, TensorSpec
from ..tensor_model import TensorModel, example_of, schema_of
from ..tensors import datatype_of

_DEFAULT = "serving_default"


def load(artifact: Artifact, name: str) -> ServedModel:
    """Load the model and its signatures.

    Raises:
        ModelError: it has no signature.
    """
    loaded = tf.saved_model.load(str(artifact.path))
    if not loaded.signatures:
        raise ModelError(
            "The SavedModel has no signature; save it with signatures, or with model.export(...) of Keras."
        )
    return TensorflowModel(loaded, name)


class TensorflowModel(TensorModel):
    """A SavedModel."""

    def __init__(self, loaded: Any, name: str) -> None:
        self._loaded = loaded  # its variables live as long as this
        names = sorted(loaded.signatures, key=lambda each: (each != _DEFAULT, each))
        self._functions = {each: loaded.signatures[each] for each in names}
        self.signatures = {each: (_inputs(function), _outputs(function)) for each, function in self._functions.items()}
        inputs, outputs = self.signatures[names[0]]
        self.batchable = all(spec.shape[:1] == (-1,) for spec in inputs)
        self.metadata = Metadata(
            name=name,
            framework="TENSORFLOW",
            framework_version=tf.__version__,
            platform="tensorflow_savedmodel",
            inputs=inputs,
            outputs=outputs,
            instance_schema=schema_of(inputs),
            prediction_schema=schema_of(outputs),
            example=example_of(inputs),
            details={
                "signatures": {
                    each: {
                        "inputs": [spec.to_json() for spec in specs[0]],
                        "outputs": [spec.to_json() for spec in specs[1]],
                    }
                    for each, specs in self.signatures.items()
                }
            },
        )

    def run(self, signature: str, inputs: dict[str, np.ndarray], outputs: Sequence[str]) -> dict[str, Any]:
        try:
            answers = self._functions[signature](**{name: tf.constant(array) for name, array in inputs.items()})
        except (tf.errors.InvalidArgumentError, ValueError, TypeError) as error:
            said = str(error).strip().partition("\n")[0]
            raise InputError(f"The model refuses the input: {said}") from error
        except Exception as error:
            raise HandlerError("The model failed on this input.") from error
        return {name: answers[name].numpy() for name in outputs or sorted(answers)}


def _inputs(function: Any) -> tuple[TensorSpec, ...]:
    _, named = function.structured_input_signature
    return tuple(_spec(name, spec) for name, spec in sorted(named.items()))


def _outputs(function: Any) -> tuple[TensorSpec, ...]:
    return tuple(_spec(name, spec) for name, spec in sorted(function.structured_outputs.items()))


def _spec(name: str, spec: Any) -> TensorSpec:
    datatype = "BYTES" if spec.dtype == tf.string else datatype_of(np.dtype(spec.dtype.as_numpy_dtype))
    shape = () if spec.shape.rank is None else tuple(-1 if size is None else size for size in spec.shape)
    return TensorSpec(name, datatype, shape)
