"""ONNX models, run by onnxruntime."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import onnxruntime

from ..artifact import Artifact
from ..errors import HandlerError, InputError
from ..model import Metadata, ServedModel, TensorSpec
from ..tensor_model import TensorModel, example_of, schema_of

_DATATYPES = {
    "tensor(bool)": "BOOL",
    "tensor(float16)": "FP16",
    "tensor(float)": "FP32",
    "tensor(double)": "FP64",
    "tensor(string)": "BYTES",
    **{f"tensor(int{bits})": f"INT{bits}" for bits in (8, 16, 32, 64)},
    **{f"tensor(uint{bits})": f"UINT{bits}" for bits in (8, 16, 32, 64)},
}


def load(artifact: Artifact, name: str) -> ServedModel:
    """Open a session: on GPUs where onnxruntime can, on as many threads as the engine granted."""
    options = onnxruntime.SessionOptions()
    threads = os.environ.get("OMP_NUM_THREADS", "")
    if threads.isdigit():
        options.intra_op_num_threads = int(threads)
    options.log_severity_level = 3  # errors: warnings of every optimization are no news for anybody
    session = onnxruntime.InferenceSession(str(artifact.path), options, providers=onnxruntime.get_available_providers())
    return OnnxModel(session, name)


class OnnxModel(TensorModel):
    """A session and its only signature."""

    def __init__(self, session: Any, name: str) -> None:
        self._session = session
        inputs = tuple(_spec(each) for each in session.get_inputs())
        outputs = tuple(_spec(each) for each in session.get_outputs())
        self.signatures = {"default": (inputs, outputs)}
        # Without a free first dimension there is one row at a time.
        self.batchable = all(spec.shape[:1] == (-1,) for spec in inputs)
        about = session.get_modelmeta()
        self.metadata = Metadata(
            name=name,
            framework="ONNX",
            framework_version=onnxruntime.__version__,
            platform="onnx_onnxruntime",
            inputs=inputs,
            outputs=outputs,
            instance_schema=schema_of(inputs),
            prediction_schema=schema_of(outputs),
            example=example_of(inputs),
            details={"producer": about.producer_name, "description": about.description}
            | dict(about.custom_metadata_map or {}),
        )

    def run(self, signature: str, inputs: dict[str, np.ndarray], outputs: Sequence[str]) -> dict[str, Any]:
        names = list(outputs) or [spec.name for spec in self.signatures[signature][1]]
        feed = {
            name: array.astype(str).astype(np.object_) if array.dtype.kind == "O" else array
            for name, array in inputs.items()
        }
        try:
            values = self._session.run(names, feed)
        except Exception as error:
            # onnxruntime's exceptions have no common class; these two are its words for what came in.
            if type(error).__name__ in ("InvalidArgument", "InvalidGraph"):
                said = str(error).strip().partition("\n")[0]
                raise InputError(f"The model refuses the input: {said}") from error
            raise HandlerError("The model failed on this input.") from error
        return dict(zip(names, values, strict=True))


def _spec(node: Any) -> TensorSpec:
    # Symbolic sizes are text or None. A sequence or map (probabilities of some converters) has no shape.
    shape = tuple(size if isinstance(size, int) else -1 for size in node.shape or ())
    return TensorSpec(node.name, _DATATYPES.get(node.type, "BYTES"), shape)
