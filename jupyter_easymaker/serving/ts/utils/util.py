"""Labels, classes of a module, and the exception by which handlers refuse a request."""

from __future__ import annotations

import inspect
import json
import logging
from pathlib import Path
from types import ModuleType
from typing import Any

_log = logging.getLogger(__name__)


class PredictionException(Exception):
    """Raised by handlers: the message and status of the answer."""

    def __init__(self, message: str, error_code: int = 500) -> None:
        self.message = message
        self.error_code = error_code
        super().__init__(message)

    def __str__(self) -> str:
        return f"{self.message} : {self.error_code}"


def list_classes_from_module(module: ModuleType, parent_class: type | None = None) -> list[type]:
    """Return the classes a module defines itself."""
    return [
        found
        for _, found in inspect.getmembers(module, inspect.isclass)
        if found.__module__ == module.__name__ and (parent_class is None or issubclass(found, parent_class))
    ]


def load_label_mapping(mapping_file_path: str) -> dict[str, Any] | None:
    """Return names by class number (index_to_name.json), None if there is no such file."""
    path = Path(mapping_file_path)
    if not path.is_file():
        _log.info("There is no %s: answers hold class numbers.", path.name)
        return None
    mapping: dict[str, Any] = json.loads(path.read_text())
    if "object_type_names" in mapping and isinstance(mapping["object_type_names"], list):
        mapping = {str(index): name for index, name in enumerate(mapping["object_type_names"])}
    return mapping


def map_class_to_label(
    probs: list[list[float]], mapping: dict[str, Any] | None = None, lbl_classes: list[list[int]] | None = None
) -> list[dict[str, float]]:
    """Return probabilities by class name, an object per row."""
    classes = lbl_classes if lbl_classes is not None else [list(range(len(row))) for row in probs]
    results = []
    for row, numbers in zip(probs, classes, strict=False):
        named = {}
        for number, probability in zip(numbers, row, strict=False):
            label = mapping[str(number)] if mapping is not None else str(number)
            named[label[-1] if isinstance(label, list) else label] = probability
        results.append(named)
    return results
