"""From a directory to a model that answers: the one way in, for the server and for batch inference."""

from __future__ import annotations

import atexit
import importlib
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from .archive import unpack
from .artifact import Artifact, archive_of, find_artifact, model_root
from .errors import HandlerError, InputError, ModelError
from .model import Metadata, ServedModel, TensorSpec

__all__ = [
    "HandlerError",
    "InputError",
    "Metadata",
    "ModelError",
    "ServedModel",
    "TensorSpec",
    "load_model",
    "unpacked",
]

# Module and class by format: imported when such a model is loaded, because each brings its framework.
_LOADERS = {
    "SKLEARN": "sklearn",
    "XGBOOST": "xgboost",
    "LIGHTGBM": "lightgbm",
    "ONNX": "onnx",
    "PYTORCH": "pytorch",
    "TENSORFLOW": "tensorflow",
    "PYTHON": "python",
}


def unpacked(directory: Path, scratch: Path) -> Path:
    """Return where the model's files lie: the directory itself, or its archive unpacked below ``scratch``, once.

    Raises:
        ModelError: there is no model, or the archive is not to be trusted.
    """
    if directory.is_dir():
        directory = model_root(directory)
    archive = archive_of(directory)
    if archive is None:
        return directory
    target = scratch / "unpacked"
    if not target.is_dir():  # it appears by a rename, so that it is whole
        unpack(archive, target)
    return model_root(target)


def _temporary() -> Path:
    scratch = Path(tempfile.mkdtemp(prefix="easymaker-model-"))
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    return scratch


def load_model(directory: Path, format: str, name: str, scratch: Path | None = None) -> ServedModel:  # noqa: A002
    """Load the model a directory holds.

    A model's requirements.txt is not installed here: ``preparing.prepare`` tells the interpreter that has it.

    Args:
        format: ``SKLEARN``, ``PYTORCH``, ``TENSORFLOW``, ``ONNX``, ``XGBOOST``, ``LIGHTGBM``, ``PYTHON``, or ``auto``.
        name: what the model is called in requests.
        scratch: a directory for what is unpacked; absent: a temporary directory that goes with this process.

    Raises:
        ModelError: the artifact is wrong; the message is for people.
    """
    scratch = scratch or _temporary()
    root = unpacked(directory, scratch)
    artifact = replace(find_artifact(root, format), scratch=scratch)
    module = importlib.import_module(f".models.{_LOADERS[artifact.format]}", __package__)
    load: Callable[[Artifact, str], ServedModel] = module.load
    try:
        return load(artifact, name)
    except ModelError:
        raise
    except ImportError as error:
        wanted = error.name or str(error)
        if (root / "requirements.txt").is_file():
            hint = "add it to the model's requirements.txt"
        else:
            hint = "install it into the image, or put a requirements.txt beside the model"
        raise ModelError(f"The model needs the Python package {wanted}, which is not installed: {hint}.") from error
    except Exception as error:
        said = str(error).strip().partition("\n")[0]
        what = artifact.path.name if artifact.path.is_file() else "The model"
        raise ModelError(f"{what} could not be loaded: {type(error).__name__}: {said}") from error
