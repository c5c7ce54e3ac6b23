"""PyTorch models: with a handler (``torch_handler``), or a program by itself (``torch_programs``)."""

from __future__ import annotations

import torch

from ..artifact import Artifact
from ..errors import ModelError
from ..model import ServedModel
from . import torch_handler
from .torch_programs import TorchProgram, exported_inputs, script_inputs


def load(artifact: Artifact, name: str) -> ServedModel:
    """Load what there is.

    Raises:
        ModelError: the weights are no TorchScript and there is no handler.
    """
    path = artifact.path
    if path.is_dir():
        return torch_handler.load(artifact, name)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if path.suffix == ".pt2":
        program = torch.export.load(path)
        module = program.module().to(device)
        return TorchProgram(module, device, exported_inputs(program), "pytorch_export", name)
    try:
        module = torch.jit.load(str(path), map_location=device).eval()
    except RuntimeError as error:
        raise ModelError(
            f"{path.name} is no TorchScript. Weights alone need model.py and handler.py beside them;"
            " or save the model with torch.jit.script(model).save(...) or torch.export.save(...)."
        ) from error
    return TorchProgram(module, device, script_inputs(module), "pytorch_torchscript", name)
