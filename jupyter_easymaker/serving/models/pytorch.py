"""PyTorch models: with a handler (``torch_handler``), or TorchScript alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from ..artifact import Artifact
from ..errors import HandlerError, InputError, ModelError
from ..model import Metadata, ServedModel, TensorSpec
from ..tensor_model import TensorModel, schema_of
from ..tensors import datatype_of
from . import torch_handler


def load(artifact: Artifact, name: str) -> ServedModel:
    """Load what there is.

    Raises:
        ModelError: the weights are no TorchScript and there is no handler.
    """
    if artifact.path.is_dir():
        return torch_handler.load(artifact, name)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        module = torch.jit.load(str(artifact.path), map_location=device)
    except RuntimeError as error:
        raise ModelError(
            f"{artifact.path.name} is no TorchScript. Weights alone need model.py and handler.py beside them;"
            " or save the model with torch.jit.script(model).save(...)."
        ) from error
    return TorchScriptModel(module.eval(), device, name)


class TorchScriptModel(TensorModel):
    """A scripted or traced module: tensors by position in, one tensor, a tuple or a dictionary of tensors out."""

    batchable = True

    def __init__(self, module: Any, device: torch.device, name: str) -> None:
        self._module = module
        self._device = device
        names = [argument.name for argument in module.forward.schema.arguments[1:] if not argument.has_default_value()]
        floats = [each.dtype for each in module.parameters() if each.is_floating_point()]
        datatype = datatype_of(np.dtype(str(floats[0]).removeprefix("torch."))) if floats else "FP32"
        # TorchScript tells neither types nor shapes. Numbers of JSON become the parameters' type; V2 names its own.
        self._inputs = tuple(TensorSpec(each, datatype, ()) for each in names)
        self._outputs = (TensorSpec("output-0", datatype, ()),)
        self.signatures = {"forward": (self._inputs, self._outputs)}
        self.metadata = Metadata(
            name=name,
            framework="PYTORCH",
            framework_version=torch.__version__,
            platform="pytorch_torchscript",
            inputs=self._inputs,
            outputs=self._outputs,
            instance_schema=schema_of(self._inputs) if len(names) > 1 else {},
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
        except (RuntimeError, IndexError) as error:
            # Shapes and types that do not fit; the last line says it without the script's own traceback.
            said = str(error).strip().rpartition("\n")[2].removeprefix("RuntimeError: ")
            raise InputError(f"The model refuses the input: {said}") from error
        except Exception as error:
            raise HandlerError("The model failed on this input.") from error
        return _named(answer)


def _named(answer: Any) -> dict[str, Any]:
    if isinstance(answer, torch.Tensor):
        return {"output-0": answer.cpu().numpy()}
    if isinstance(answer, list | tuple) and all(isinstance(each, torch.Tensor) for each in answer):
        return {f"output-{index}": each.cpu().numpy() for index, each in enumerate(answer)}
    if isinstance(answer, dict) and all(isinstance(each, torch.Tensor) for each in answer.values()):
        return {str(name): each.cpu().numpy() for name, each in answer.items()}
    raise HandlerError("The model answers neither a tensor nor a list or dictionary of tensors.")
