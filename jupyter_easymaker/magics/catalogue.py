"""What there is to choose from: images, instance types, provided algorithms."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from IPython.display import display

from ..client.client import EasyMakerClient
from . import render


def images(client: EasyMakerClient, _options: argparse.Namespace, _cell: str | None) -> None:
    rows = [
        [
            each["imageName"],
            each["coreTypeCode"],
            f"{each['frameworkCode']} {each['frameworkVersion']}",
            each["pythonVersion"],
        ]
        for each in client.get("images")["imageList"]
    ]
    display(render.table(["Image", "Core type", "Framework", "Python"], rows, empty="There are no images."))


def instances(client: EasyMakerClient, _options: argparse.Namespace, _cell: str | None) -> None:
    rows = [
        [each["name"], str(each["vcpus"]), f"{each['ram'] / 1024:g} GB", str(each["gpuCount"] or "")]
        for each in client.get("flavors")["flavorList"]
    ]
    display(render.table(["Instance type", "vCPU", "Memory", "GPUs"], rows, empty="There are no instance types."))


def algorithms(client: EasyMakerClient, _options: argparse.Namespace, _cell: str | None) -> None:
    rows = [
        [algorithm["algorithmName"], spec["hyperparameterName"], spec["defaultValue"] or "", spec["description"]]
        for algorithm in client.get("algorithms")["algorithmList"]
        for spec in algorithm["hyperparameterSpecList"]
    ]
    columns = ["Algorithm", "Hyperparameter", "Default", "Meaning"]
    display(render.table(columns, rows, empty="There are no provided algorithms."))


COMMANDS: dict[tuple[str, str | None], Callable[..., Any]] = {
    ("images", None): images,
    ("instances", None): instances,
    ("algorithms", None): algorithms,
}
