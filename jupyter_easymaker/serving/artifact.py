"""What a model's directory holds: found by its files, or checked against the format its owner named."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from .errors import ModelError

FORMATS = ("SKLEARN", "PYTORCH", "TENSORFLOW", "ONNX", "XGBOOST", "LIGHTGBM", "PYTHON")
_ARCHIVES = (".mar", ".zip", ".tar", ".tar.gz", ".tgz")
_WEIGHTS = (".pt", ".pt2", ".pth", ".bin")
_SERIALIZED = (".joblib", ".pkl", ".pickle")


@dataclass(frozen=True)
class Artifact:
    """A model found: its format and the file or directory that holds it."""

    format: str
    path: Path
    scratch: Path | None = None
    """Where files may be written that go with the process."""


def archive_of(directory: Path) -> Path | None:
    """Return the archive that is the whole model, None if the directory holds it unpacked.

    Raises:
        ModelError: there are several archives, or the directory is missing or empty.
    """
    if not directory.is_dir():
        raise ModelError("The model's directory does not exist.")
    entries = _entries(directory)
    if not entries:
        raise ModelError("The model's directory is empty.")
    archives = [path for path in entries if path.is_file() and path.name.lower().endswith(_ARCHIVES)]
    mars = [path for path in archives if path.suffix == ".mar"]
    if len(mars) > 1:
        raise ModelError(f"The model has several .mar files; leave one: {_names(mars)}.")
    if mars:
        return mars[0]
    beside = [path for path in entries if path not in archives and path.suffix.lower() not in (".md", ".json", ".txt")]
    if len(archives) > 1 and not beside:
        raise ModelError(f"The model has several archives; leave one: {_names(archives)}.")
    return archives[0] if archives and not beside else None


def model_root(directory: Path) -> Path:
    """Return where the model's files lie: below directories that hold one directory and nothing else."""
    for _ in range(4):
        entries = _entries(directory)
        if len(entries) != 1 or not entries[0].is_dir():
            return directory
        directory = entries[0]
    return directory


def find_artifact(directory: Path, format: str) -> Artifact:  # noqa: A002 - the word of the interface
    """Return the model in an unpacked directory.

    Args:
        format: one of ``FORMATS``, or ``auto``.

    Raises:
        ModelError: there is no such model, more than one, or the format is not one that can be served.
    """
    root = model_root(directory)
    finders = {
        "TENSORFLOW": _tensorflow,
        "PYTORCH": _pytorch,
        "PYTHON": _python,
        "ONNX": _onnx,
        "SKLEARN": _sklearn,
        "XGBOOST": _xgboost,
        "LIGHTGBM": _lightgbm,
    }
    if format.lower() == "auto":
        for name, finder in finders.items():
            found = finder(root)
            if found is not None:
                return Artifact(name, found)
        raise ModelError(f"No model was recognized among {_names(_entries(root))}; it takes {_expected()}.")
    name = format.upper()
    if name not in finders:
        raise ModelError(f"Models of the format {format} cannot be served; these can: {', '.join(FORMATS)}.")
    found = finders[name](root)
    if found is None:
        raise ModelError(f"No {name} model was found among {_names(_entries(root))}; it takes {_EXPECTED[name]}.")
    return Artifact(name, found)


_EXPECTED = {
    "TENSORFLOW": "a SavedModel (saved_model.pb with variables/)",
    "PYTORCH": "a .mar, a TorchScript .pt, an exported .pt2, or model.py, handler.py and weights (.pt, .pth, .bin)",
    "PYTHON": "predictor.py with a class Predictor",
    "ONNX": "one .onnx file",
    "SKLEARN": "one .joblib or .pkl file",
    "XGBOOST": "one .ubj, .json, .bst or .xgb file that XGBoost saved",
    "LIGHTGBM": "one .txt or .lgb file that LightGBM saved",
}


def _expected() -> str:
    return "; or ".join(_EXPECTED.values())


def _entries(directory: Path) -> list[Path]:
    return sorted(path for path in directory.iterdir() if not path.name.startswith((".", "__MACOSX", "__pycache__")))


def _names(paths: list[Path]) -> str:
    shown = ", ".join(path.name for path in paths[:10])
    return f"{shown} and {len(paths) - 10} more" if len(paths) > 10 else shown or "no files"


def _one(paths: list[Path], what: str) -> Path | None:
    """Return the only file, or the one called ``model``."""
    if len(paths) > 1:
        paths = [path for path in paths if path.name.partition(".")[0] == "model"] or paths
    if len(paths) > 1:
        raise ModelError(f"The model has several {what} files; leave one or call it model: {_names(paths)}.")
    return paths[0] if paths else None


def _files(root: Path, *suffixes: str) -> list[Path]:
    return [path for path in _entries(root) if path.is_file() and path.suffix.lower() in suffixes]


def _tensorflow(root: Path) -> Path | None:
    if (root / "saved_model.pb").is_file():
        return root
    # TensorFlow Serving's layout: a directory per version, the highest is served.
    versions = [path for path in _entries(root) if path.name.isdigit() and (path / "saved_model.pb").is_file()]
    return max(versions, key=lambda path: int(path.name)) if versions else None


def _pytorch(root: Path) -> Path | None:
    if (root / "MAR-INF" / "MANIFEST.json").is_file() or (root / "handler.py").is_file():
        return root
    return _one(_files(root, *_WEIGHTS), "weights")


def _python(root: Path) -> Path | None:
    path = root / "predictor.py"
    return path if path.is_file() else None


def _onnx(root: Path) -> Path | None:
    return _one(_files(root, ".onnx"), ".onnx")


def _sklearn(root: Path) -> Path | None:
    return _one(_files(root, *_SERIALIZED), ".joblib or .pkl")


def _xgboost(root: Path) -> Path | None:
    documents = [path for path in _files(root, ".json") if _is_xgboost_json(path)]
    return _one([*_files(root, ".ubj", ".bst", ".xgb"), *documents], "XGBoost")


def _is_xgboost_json(path: Path) -> bool:
    if path.stat().st_size > 1 << 20:  # too large for anything else that lies beside a model
        return True
    try:
        content = json.loads(path.read_bytes())
    except ValueError:
        return False
    return isinstance(content, dict) and "learner" in content


def _lightgbm(root: Path) -> Path | None:
    texts = [path for path in _files(root, ".txt", ".lgb", ".model") if _starts_with(path, b"tree\n")]
    return _one(texts, "LightGBM")


def _starts_with(path: Path, start: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(start)) == start
