"""From the magic's options to a create body, with sensible choices for what was not said."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any

from ..client.client import EasyMakerClient
from ..client.errors import ClientError
from ..resources.training import TrainingCreate
from ..resources.training_settings import TrainingSettings
from .lookup import choose, find


def training_body(
    client: EasyMakerClient,
    options: argparse.Namespace,
    source: tuple[str, str] | None,
    git: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the body for POST trainings; arguments and errors as of ``settings_body``."""
    template = template_of(client, options)
    body = settings_body(client, options, TrainingCreate, template, source, git)
    body["trainingName"] = body.pop("name")
    if options.metric:
        body["metricNameList"] = options.metric
    entries = template.get("hyperparameterList", [])
    body["hyperparameterList"] = merged(entries, "parameterName", "parameterValue", options.parameter)
    return body


def template_of(client: EasyMakerClient, options: argparse.Namespace) -> dict[str, Any]:
    """Return what the template that was named holds; nothing if none was."""
    if not options.template:
        return {}
    content: dict[str, Any] = find(client, "trainingTemplate", options.template)["content"]
    return content


def merged(entries: list[dict[str, Any]], name: str, value: str, given: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """Return named values with those that were given in place of others of their name."""
    all_ = {entry[name]: entry[value] for entry in entries} | dict(given)
    return [{name: each, value: all_[each]} for each in all_]


def settings_body(
    client: EasyMakerClient,
    options: argparse.Namespace,
    resource: type[TrainingSettings],
    template: dict[str, Any],
    source: tuple[str, str] | None,
    git: dict[str, Any] | None,
) -> dict[str, Any]:
    """Return what bodies of trainings and tunings have in common, and ``name``.

    Args:
        resource: what is created; a template may be another's, and what is no field of it is left out.
        source: source directory and entry point; None for a provided algorithm or the template's.
        git: the commit an uploaded source comes from.

    Raises:
        ClientError: something named does not exist.
    """
    image = _image(client, options.image or template.get("imageId"))
    flavor = _flavor(client, options.instance or template.get("flavorId"), image)
    fields = {info.alias for info in resource.model_fields.values()}
    given: dict[str, Any] = {
        "description": options.description,
        "instanceCount": options.nodes,
        "useTorchrun": options.torchrun,
        "nprocPerNode": options.nproc,
        "checkPointInputUri": options.checkpoint_in,
        "checkPointUploadUri": options.checkpoint_out,
        "modelUploadUri": options.output,
        "timeoutMinutes": options.timeout and options.timeout * 60,
        "useLog": options.log,
        "metricRegex": options.metric_regex,
    }
    body = {
        **{key: value for key, value in template.items() if key in fields},
        **{key: value for key, value in given.items() if value},
        "name": options.name or f"{options.experiment}-{datetime.now():%m%d-%H%M%S}",
        "imageId": image["imageId"],
        "flavorId": flavor["id"],
        **_experiment(client, options.experiment),
    }
    for key, name, value, entries in (
        ("datasetList", "datasetName", "dataUri", options.dataset),
        ("tagList", "tagKey", "tagValue", options.tag),
    ):
        body[key] = merged(template.get(key, []), name, value, entries)
    if "modelUploadUri" not in body:
        body["modelUploadUri"] = client.get("configuration")["configuration"]["defaultOutputUri"]
    algorithm = getattr(options, "algorithm", None)  # `run` has none
    if algorithm or source:
        for key in ("algorithmId", "sourceDirUri", "entryPoint"):  # of the template: one or the other
            body.pop(key, None)
    if source is not None:
        body["sourceDirUri"], body["entryPoint"] = source
        body["sourceGit"] = git
    elif algorithm:
        algorithms = client.get("algorithms")["algorithmList"]
        body["algorithmId"] = choose(algorithms, algorithm, "algorithmId", "algorithmName", "algorithm")["algorithmId"]
    return body


def _experiment(client: EasyMakerClient, name: str) -> dict[str, str]:
    found = client.get("experiments", experimentNameList=name)["experimentList"]
    return {"experimentId": found[0]["experimentId"]} if found else {"experimentName": name}


def _image(client: EasyMakerClient, name: str | None) -> dict[str, Any]:
    images: list[dict[str, Any]] = client.get("images", groupTypeCodeList="TRAINING")["imageList"]
    if name is not None:
        return choose(images, name, "imageId", "imageName", "image")
    if not images:
        raise ClientError("The backend offers no training image; ask its operator to add one.")
    return next((image for image in images if image["coreTypeCode"] == "CPU"), images[0])


def _flavor(client: EasyMakerClient, name: str | None, image: dict[str, Any]) -> dict[str, Any]:
    flavors: list[dict[str, Any]] = client.get("flavors")["flavorList"]
    if name is not None:
        return choose(flavors, name, "id", "name", "instance type")
    wants_gpu = image["coreTypeCode"] == "GPU"
    fitting = [flavor for flavor in flavors if flavor["gpuFlavor"] == wants_gpu]
    if not fitting:
        raise ClientError(f"There is no instance type for the image {image['imageName']}; name another with --image.")
    return min(fitting, key=lambda flavor: (flavor["vcpus"], flavor["ram"]))
