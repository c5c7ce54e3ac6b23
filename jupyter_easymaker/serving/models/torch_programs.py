"""What TorchScript (.pt) and exported programs (.pt2) have in common: tensors in, tensors out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from ..errors import HandlerError, InputError
from ..model import Metadata, TensorSpec
from ..tensor_model import TensorModel, example_of, schema_of
from ..tensors import datatype_of

_OUTPUT = "output-0"


class TorchProgram(TensorModel):
    """A module whose code is in its file: takes tensors by position, answers one, a tuple or a dictionary of them."""

    def __init__(
        self, module: Any, device: torch.device, inputs: Sequence[TensorSpec], platform: str, name: str
    ) -> None:
        self._module = module
        self._device = device
        self._inputs = tuple(inputs)
        known = all(spec.shape for spec in inputs)
        # What has a first dimension of a fixed size takes so many rows at a time.
        self.batchable = not known or all(spec.shape[0] == -1 for spec in inputs)
        self.signatures = {"forward": (self._inputs, (TensorSpec(_OUTPUT, "FP32", ()),))}
        self.metadata = Metadata(
            name=name,
            framework="PYTORCH",
            framework_version=torch.__version__,
            platform=platform,
            inputs=self._inputs,
            outputs=self.signatures["forward"][1],
            instance_schema=schema_of(self._inputs) if known or len(self._inputs) > 1 else {},
            example=example_of(self._inputs),
        )

    def infer(self, inputs: Any, outputs: Sequence[str] = ()) -> dict[str, Any]:
        names = [spec.name for spec in self._inputs]
        if len(inputs) != len(names) or (len(names) > 1 and sorted(inputs) != sorted(names)):
            raise InputError(f"The inputs are {', '.join(inputs)}; the model takes {', '.join(names)}.")
        # A single tensor may have any name; embeddings take integers, so types stay as they were sent.
        given = dict(zip(names, inputs.values(), strict=True)) if len(names) == 1 else {n: inputs[n] for n in names}
        answers = self.run("forward", given, ())
        unknown = [output for output in outputs if output not in answers]
        if unknown:
            raise InputError(f"The model has no output {unknown[0]!r}; it has {', '.join(answers)}.")
        return {output: answers[output] for output in outputs} if outputs else answers

    def run(self, signature: str, inputs: dict[str, np.ndarray], outputs: Sequence[str]) -> dict[str, Any]:
        if any(array.dtype.kind == "O" for array in inputs.values()):
            raise InputError("The model takes numbers, not BYTES.")
        tensors = [torch.from_numpy(np.ascontiguousarray(array)).to(self._device) for array in inputs.values()]
        try:
            with torch.inference_mode():
                answer = self._module(*tensors)
        except (RuntimeError, IndexError, AssertionError) as error:
            # Shapes and types that do not fit; the last line says it without the program's own traceback.
            said = str(error).strip().rpartition("\n")[2].removeprefix("RuntimeError: ")
            raise InputError(f"The model refuses the input: {said}") from error
        except Exception as error:
            raise HandlerError("The model failed on this input.") from error
        return _named(answer)


def _named(answer: Any) -> dict[str, Any]:
    if isinstance(answer, torch.Tensor):
        return {_OUTPUT: answer.cpu().numpy()}
    if isinstance(answer, list | tuple) and all(isinstance(each, torch.Tensor) for each in answer):
        return {f"output-{index}": each.cpu().numpy() for index, each in enumerate(answer)}
    if isinstance(answer, dict) and all(isinstance(each, torch.Tensor) for each in answer.values()):
        return {str(name): each.cpu().numpy() for name, each in answer.items()}
    raise HandlerError("The model answers neither a tensor nor a list or dictionary of tensors.")


def script_inputs(module: Any) -> list[TensorSpec]:
    """Return the inputs of TorchScript, which tells neither types nor shapes: numbers become the parameters' type."""
    arguments = module.forward.schema.arguments[1:]
    floats = [each.dtype for each in module.parameters() if each.is_floating_point()]
    datatype = _datatype(floats[0]) if floats else "FP32"
    return [TensorSpec(each.name, datatype, ()) for each in arguments if not each.has_default_value()]


def exported_inputs(program: Any) -> list[TensorSpec]:
    """Return the inputs of an exported program, with the shapes it was exported for."""
    names = program.graph_signature.user_inputs
    nodes = {node.name: node.meta["val"] for node in program.graph.nodes if node.op == "placeholder"}
    return [
        TensorSpec(
            name,
            _datatype(nodes[name].dtype),
            tuple(size if isinstance(size, int) else -1 for size in nodes[name].shape),
        )
        for name in names
    ]


def _datatype(kind: torch.dtype) -> str:
    return datatype_of(np.dtype(str(kind).removeprefix("torch.")))
