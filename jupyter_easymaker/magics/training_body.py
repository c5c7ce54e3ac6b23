"""From the magic's options to the create body of a training, with sensible choices for what was not said."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any

from ..client.client import EasyMakerClient
from ..client.errors import ClientError
from .lookup import choose, find


def training_body(
    client: EasyMakerClient,
    options: argparse.Namespace,
    source: tuple[str, str] | None,
    git: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the body for POST trainings.

    Args:
        source: source directory and entry point; None for a provided algorithm or the template's.
        git: the commit an uploaded source comes from.

    Raises:
        ClientError: something named does not exist.
    """
    template = find(client, "trainingTemplate", options.template)["content"] if options.template else {}
    image = _image(client, options.image or template.get("imageId"))
    flavor = _flavor(client, options.instance or template.get("flavorId"), image)
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
        "metricNameList": options.metric,
        "metricRegex": options.metric_regex,
    }
    body = {
        **template,
        **{key: value for key, value in given.items() if value},
        "trainingName": options.name or f"{options.experiment}-{datetime.now():%m%d-%H%M%S}",
        "imageId": image["imageId"],
        "flavorId": flavor["id"],
        **_experiment(client, options.experiment),
    }
    for key, name, value, entries in (
        ("hyperparameterList", "parameterName", "parameterValue", options.parameter),
        ("datasetList", "datasetName", "dataUri", options.dataset),
        ("tagList", "tagKey", "tagValue", options.tag),
    ):
        merged = {entry[name]: entry[value] for entry in template.get(key, ())} | dict(entries)
        body[key] = [{name: each, value: merged[each]} for each in merged]
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
