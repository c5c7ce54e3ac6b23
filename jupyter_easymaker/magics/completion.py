"""Completion of subcommands, options, names and ids."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

from ..client.client import EasyMakerClient
from ..client.errors import ClientError
from .arguments import line_parser

_CACHE_SECONDS = 2.0
_cache: dict[str, tuple[float, list[str]]] = {}

_LISTS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "experiment": ("experiments", "experimentList", ("experimentName", "experimentId")),
    "training": ("trainings", "trainingList", ("trainingName", "trainingId")),
    "tensorboard": ("trainings", "trainingList", ("trainingName", "trainingId")),
    "tuning": (
        "hyperparameter-tunings",
        "hyperparameterTuningList",
        ("hyperparameterTuningName", "hyperparameterTuningId"),
    ),
    "batch": ("batch-inferences", "batchInferenceList", ("batchInferenceName", "batchInferenceId")),
    "model": ("models", "modelList", ("modelName", "modelId")),
    "deploy": ("models", "modelList", ("modelName", "modelId")),
    "endpoint": ("endpoints", "endpointList", ("endpointName", "endpointId")),
    "predict": ("endpoints", "endpointList", ("endpointName", "endpointId")),
    "notebook": ("notebooks", "notebookList", ("notebookName", "notebookId")),
    "template": ("training-templates", "trainingTemplateList", ("trainingTemplateName", "trainingTemplateId")),
    "image": ("images", "imageList", ("imageName",)),
    "instance": ("flavors", "flavorList", ("name",)),
    "algorithm": ("algorithms", "algorithmList", ("algorithmName",)),
}
_UNPAGED = ("image", "instance", "algorithm")
_OPTION_LISTS = {
    "--experiment": "experiment",
    "-e": "experiment",
    "--training": "training",
    "-t": "training",
    "--tuning": "tuning",
    "--model": "model",
    "-m": "model",
    "--template": "template",
    "--to": "model",
    "--image": "image",
    "--instance": "instance",
    "--algorithm": "algorithm",
}


def completions(line: str, names: Callable[[str], list[str]] | None = None) -> list[str]:
    """Return what may follow in a line that begins with ``%easymaker``.

    Args:
        names: where names of a kind come from; the backend unless a test says otherwise.
    """
    names = names or _names
    words = line.split()[1:]
    current = "" if line.endswith((" ", "\t")) else (words.pop() if words else "")
    parser: Any = line_parser()
    path: list[str] = []
    for word in words:
        below = _subparsers(parser)
        if word in below:
            parser = below[word]
            path.append(word)
    if words and words[-1] in _OPTION_LISTS:
        found = names(_OPTION_LISTS[words[-1]])
    elif choices := _choices(parser, words[-1] if words else ""):
        found = choices
    elif below := _subparsers(parser):
        found = list(below)
    elif current.startswith("-"):
        found = [option for action in parser._actions for option in action.option_strings]
    elif any(action.dest == "target" for action in parser._actions):
        found = names(path[0])
    else:
        found = [option for action in parser._actions for option in action.option_strings if option.startswith("--")]
    return [each for each in found if each.startswith(current)]


def _choices(parser: argparse.ArgumentParser, option: str) -> list[str]:
    """Return what an option's value is one of; nothing where it may be anything."""
    for action in parser._actions:
        if option in action.option_strings and action.choices:
            return list(action.choices)
    return []


def _subparsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def _names(kind: str) -> list[str]:
    at, known = _cache.get(kind, (0.0, []))
    if time.monotonic() - at < _CACHE_SECONDS:
        return known
    path, key, columns = _LISTS[kind]
    try:
        with EasyMakerClient.from_environment() as client:
            paging = {} if kind in _UNPAGED else {"page": 1, "limit": 100}
            entries = client.get(path, **paging)[key]
    except ClientError:
        entries = []  # a completion is no place to complain
    known = [_quoted(entry[column]) for column in columns for entry in entries]
    _cache[kind] = (time.monotonic(), known)
    return known


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name
