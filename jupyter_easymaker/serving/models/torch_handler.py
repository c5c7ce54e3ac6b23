"""Models with a handler written for TorchServe: a .mar, or model.py, handler.py, weights and extra/ as they lie.

The handler gets ``data``, the list of instances, and its answer goes into ``predictions``; a body without ``instances``
reaches it as TorchServe would hand it on, ``[{"body": ...}]``, and what it answers to that is the answer.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from ..artifact import Artifact
from ..errors import HandlerError, InputError, ModelError
from ..model import Metadata, ServedModel, rows_of
from ..request_log import REQUESTS
from .python import checked, infer_by_rows

_WEIGHTS = (".pt", ".pth", ".bin")
_MANIFEST = Path("MAR-INF") / "MANIFEST.json"
_SERVER_VERSION = "0.12.0"
"""The TorchServe whose interface handlers find."""


def load(artifact: Artifact, name: str) -> ServedModel:
    """Import the handler and let it load the model.

    Raises:
        ModelError: the manifest, the handler or a file it names is wrong.
    """
    provide_ts()
    root = artifact.path
    manifest = _manifest(root, name)
    directory = _model_directory(root, artifact.scratch)
    sys.path.insert(0, str(directory))
    # TorchServe starts handlers in their model's directory, and handlers rely on it.
    os.chdir(directory)
    entry, initialize = _entry_point(manifest["model"]["handler"], directory)
    from ts.context import Context, RequestProcessor  # type: ignore[import-not-found]
    from ts.metrics.metrics_store import MetricsStore  # type: ignore[import-not-found]

    context = Context(
        name,
        str(directory),
        manifest,
        1,
        _gpu(),
        _SERVER_VERSION,
        True,
        MetricsStore(),
        _configuration(directory, manifest),
    )
    context.request_processor = [RequestProcessor({})]
    initialize(context)
    return HandlerModel(entry, context, RequestProcessor, name)


def provide_ts() -> None:
    """Make ``import ts`` find TorchServe's classes: its own where it is installed, else ours."""
    if "ts" in sys.modules or importlib.util.find_spec("ts") is not None:
        return
    sys.modules["ts"] = importlib.import_module(f"{__package__.rpartition('.')[0]}.ts")


def _gpu() -> int | None:
    import torch

    return 0 if torch.cuda.is_available() else None


def _manifest(root: Path, name: str) -> dict[str, Any]:
    """Return the archive's manifest, or one for files as they lie."""
    path = root / _MANIFEST
    if path.is_file():
        try:
            manifest = json.loads(path.read_bytes())
            handler = manifest["model"]["handler"]
        except (ValueError, KeyError, TypeError) as error:
            raise ModelError("MAR-INF/MANIFEST.json is no manifest: it names no model with a handler.") from error
        if not isinstance(handler, str):
            raise ModelError("MAR-INF/MANIFEST.json names no handler.")
        for key in ("serializedFile", "modelFile"):
            named = manifest["model"].get(key)
            if named and not (root / Path(named).name).is_file():
                raise ModelError(f"MAR-INF/MANIFEST.json names {named}, which is not in the archive.")
        return dict(manifest)
    weights = sorted(each for each in root.iterdir() if each.suffix in _WEIGHTS and each.is_file())
    if len(weights) > 1:
        weights = [each for each in weights if each.stem == "model"] or weights
    if not weights:
        raise ModelError(f"Beside handler.py there are no weights ({', '.join(_WEIGHTS)}).")
    if len(weights) > 1:
        raise ModelError(f"Beside handler.py there are several weights, none called model: {weights[0].name}, ...")
    about = {"modelName": name, "serializedFile": weights[0].name, "handler": "handler.py", "modelVersion": "1.0"}
    if (root / "model.py").is_file():
        about["modelFile"] = "model.py"
    return {"runtime": "python", "model": about, "archiverVersion": _SERVER_VERSION}


def _model_directory(root: Path, scratch: Path | None) -> Path:
    """Return where everything lies side by side, as in an archive: with ``extra/`` one made of links."""
    extra = root / "extra"
    if not extra.is_dir() or (root / _MANIFEST).is_file() or scratch is None:
        return root
    directory = scratch / f"model-{os.getpid()}"
    directory.mkdir()
    for source in (root, extra):
        for entry in source.iterdir():
            link = directory / entry.name
            if link.is_symlink():
                raise ModelError(f"extra/{entry.name} has the name of a file beside it.")
            link.symlink_to(entry.absolute())
    return directory


def _configuration(directory: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    named = manifest["model"].get("configFile")
    if not named:
        return {}
    import yaml

    try:
        loaded = yaml.safe_load((directory / named).read_text())
    except (OSError, yaml.YAMLError) as error:
        raise ModelError(f"{named} cannot be read: {error}") from error
    return loaded if isinstance(loaded, dict) else {}


def _entry_point(handler: str, directory: Path) -> tuple[Callable[..., Any], Callable[[Any], Any]]:
    """Return what answers and what initializes: of a class, or of a function ``file:function``."""
    file, _, function = handler.partition(":")
    module_name = Path(file).name.removesuffix(".py")
    if (directory / f"{module_name}.py").is_file():
        sys.modules.pop(module_name, None)
        module = importlib.import_module(module_name)
    elif importlib.util.find_spec(f"ts.torch_handler.{module_name}") is not None:
        module = importlib.import_module(f"ts.torch_handler.{module_name}")
    else:
        raise ModelError(f"The handler {handler} is neither in the model nor one of TorchServe's own.")
    function = function or "handle"
    if callable(entry := getattr(module, function, None)):
        return entry, lambda context: entry(None, context)
    found = _handler_class(module)()
    if not callable(getattr(found, "handle", None)) or not callable(getattr(found, "initialize", None)):
        raise ModelError(f"The class {type(found).__name__} of {file} has no methods initialize and handle.")
    return found.handle, found.initialize


def _handler_class(module: ModuleType) -> type:
    from ts.utils.util import list_classes_from_module  # type: ignore[import-not-found]

    classes: list[type] = list_classes_from_module(module)
    handlers = [found for found in classes if callable(getattr(found, "handle", None))]
    if len(handlers) > 1:
        # A handler that others in the file inherit from is not the one meant.
        handlers = [each for each in handlers if not any(each in other.__mro__[1:] for other in handlers)]
    if len(handlers) != 1:
        raise ModelError(f"{module.__name__}.py has to have one class with a method handle; it has {len(handlers)}.")
    return handlers[0]


class HandlerModel(ServedModel):
    """A handler and its context."""

    def __init__(self, entry: Callable[..., Any], context: Any, processor: type, name: str) -> None:
        import torch

        self._processor = processor

        self._entry = entry
        self._context = context
        handler = getattr(entry, "__self__", None)
        described = type(handler).__name__ if handler is not None else entry.__name__
        self.metadata = Metadata(
            name=name,
            framework="PYTORCH",
            framework_version=torch.__version__,
            platform="pytorch_handler",
            details={"handler": described, "manifest": context.manifest},
        )

    def predict(self, instances: list[Any]) -> list[Any]:
        return checked(self._call(instances), len(instances), "The handler")

    def answer(self, body: Any) -> Any:
        if not isinstance(body, dict) or "instances" not in body:
            answers = checked(self._call([{"body": body}]), 1, "The handler")
            return answers[0]
        result = self._call(rows_of(body))
        # Whatever list it answers is the predictions, as in TorchServe behind KServe; an object is the whole answer.
        return result if isinstance(result, dict) else {"predictions": result}

    def infer(self, inputs: Mapping[str, Any], outputs: Sequence[str] = ()) -> dict[str, Any]:
        return infer_by_rows(self.predict, inputs, outputs)

    def _call(self, data: list[Any]) -> Any:
        context = self._context
        context.request_processor = [self._processor({})]
        context.request_ids = dict(enumerate(REQUESTS.get() or ("0",)))
        try:
            result = self._entry(data, context)
        except (InputError, HandlerError):
            raise
        except (Exception, SystemExit) as error:
            if type(error).__name__ == "PredictionException":
                raise _refusal(str(getattr(error, "message", error)), getattr(error, "error_code", 500)) from error
            raise HandlerError("The model's handler failed on this request.") from error
        status, phrase = context.get_response_status(0)
        if status >= 400:
            raise _refusal(phrase or "The model's handler refused the request.", status)
        return result.tolist() if hasattr(result, "tolist") else result


def _refusal(message: str, status: Any) -> InputError | HandlerError:
    """Return what a handler said deliberately, with its status."""
    if isinstance(status, int) and 400 <= status < 500:
        return InputError(message, status)
    return HandlerError(message, status if isinstance(status, int) and 500 <= status < 600 else 500)
