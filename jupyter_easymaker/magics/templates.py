"""``%easymaker template``: settings kept for trainings to come."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import Any

from IPython.display import display

from ..client.client import EasyMakerClient
from . import render
from .lookup import find

_SETTINGS = (
    "description",
    "experimentId",
    "sourceDirUri",
    "entryPoint",
    "instanceCount",
    "useTorchrun",
    "nprocPerNode",
    "checkPointInputUri",
    "checkPointUploadUri",
    "modelUploadUri",
    "timeoutMinutes",
    "useLog",
    "metricNameList",
    "metricRegex",
    "hyperparameterList",
    "datasetList",
    "tagList",
)


def template_list(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    found = client.get("training-templates", page=1, limit=options.limit, search=options.search)
    rows = [
        [
            each["trainingTemplateName"],
            render.label(each["kind"]),
            each["description"],
            render.moment(each["createdDatetime"]),
        ]
        for each in found["trainingTemplateList"]
    ]
    empty = "No templates yet. Keep a training's settings with %easymaker template create NAME --training TRAINING."
    display(render.table(["Name", "For", "Description", "Created"], rows, empty=empty))


def template_show(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    template = find(client, "trainingTemplate", options.target)
    content = {
        key: json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
        for key, value in template["content"].items()
    }
    display(
        render.fields(
            template["trainingTemplateName"],
            {"Description": template["description"], **content, "Id": template["trainingTemplateId"]},
        )
    )


def template_create(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> dict[str, Any]:
    training = find(client, "training", options.training)
    kind = "TRAINING" if options.kind == "training" else "HYPERPARAMETER_TUNING"
    fields = {"description": options.description, "kind": kind}
    return _made(client.create_template(options.name, content_of(training), **fields))


def template_copy(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> dict[str, Any]:
    template = find(client, "trainingTemplate", options.target)
    return _made(client.copy_template(template["trainingTemplateId"], options.new_name))


def content_of(training: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a training as a template holds them."""
    content = {key: training[key] for key in _SETTINGS if training.get(key)}
    content["imageId"] = training["image"]["imageId"]
    content["flavorId"] = training["flavor"]["id"]
    content["experimentId"] = training["experiment"]["experimentId"]
    if training["algorithm"]:
        content["algorithmId"] = training["algorithm"]["algorithmId"]
    return content


def _made(template: dict[str, Any]) -> dict[str, Any]:
    name = template["trainingTemplateName"]
    print(f"The template {name} is there. Use it with   %%easymaker train --template {name}")  # noqa: T201
    return template


COMMANDS: dict[tuple[str, str | None], Callable[..., Any]] = {
    ("template", "list"): template_list,
    ("template", "show"): template_show,
    ("template", "create"): template_create,
    ("template", "copy"): template_copy,
}
