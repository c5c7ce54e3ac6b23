"""From the magic's options to the create body of a training, with sensible choices for what was not said."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any

from ..client.client import EasyMakerClient
from ..client.errors import ClientError
from .lookup import choose


def training_body(
    client: EasyMakerClient, options: argparse.Namespace, source: tuple[str, str] | None
) -> dict[str, Any]:
    """Return the body for POST trainings.

    Args:
        source: source directory and entry point; None for a provided algorithm.

    Raises:
        ClientError: something named does not exist.
    """
    image = _image(client, options.image)
    flavor = _flavor(client, options.instance, image)
    name = options.name or f"{options.experiment}-{datetime.now():%m%d-%H%M%S}"
    body: dict[str, Any] = {
        "trainingName": name,
        "description": options.description,
        "imageId": image["imageId"],
        "flavorId": flavor["id"],
        "instanceCount": options.nodes,
        "useTorchrun": options.torchrun,
        "nprocPerNode": options.nproc,
        "datasetList": [{"datasetName": key, "dataUri": uri} for key, uri in options.dataset],
        "hyperparameterList": [{"parameterName": key, "parameterValue": value} for key, value in options.parameter],
        "checkPointInputUri": options.checkpoint_in,
        "checkPointUploadUri": options.checkpoint_out,
        "modelUploadUri": options.output or client.get("configuration")["configuration"]["defaultOutputUri"],
        "timeoutMinutes": options.timeout * 60,
        "tagList": [{"tagKey": key, "tagValue": value} for key, value in options.tag],
        "useLog": options.log,
        **_experiment(client, options.experiment),
    }
    if source is None:
        algorithms = client.get("algorithms")["algorithmList"]
        body["algorithmId"] = choose(algorithms, options.algorithm, "algorithmId", "algorithmName", "algorithm")[
            "algorithmId"
        ]
    else:
        body["sourceDirUri"], body["entryPoint"] = source
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
