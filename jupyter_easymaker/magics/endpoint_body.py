"""From the options of ``%easymaker deploy`` and ``%easymaker endpoint add`` to create bodies."""

from __future__ import annotations

import argparse
import re
from typing import Any

from ..client.client import EasyMakerClient
from ..client.errors import ClientError
from .lookup import choose, find


def endpoint_body(client: EasyMakerClient, options: argparse.Namespace) -> dict[str, Any]:
    """Return the body for POST endpoints.

    Raises:
        ClientError: something named does not exist.
    """
    model = find(client, "model", options.target)
    return {
        "endpointName": options.name or _address_name(model["modelName"]),
        "useApiKey": options.api_key,
        **_stage_settings(client, options, model),
    }


def stage_body(client: EasyMakerClient, options: argparse.Namespace, endpoint: dict[str, Any]) -> dict[str, Any]:
    """Return the body for POST endpoint-stages; errors as of ``endpoint_body``."""
    model = find(client, "model", options.target)
    return {
        "endpointId": endpoint["endpointId"],
        "apigwStageName": options.stage,
        **_stage_settings(client, options, model),
    }


def resource_body(client: EasyMakerClient, options: argparse.Namespace, model: str) -> dict[str, Any]:
    """Return how one model is served; errors as of ``endpoint_body``."""
    return _resource(find(client, "model", model), options)


def _stage_settings(client: EasyMakerClient, options: argparse.Namespace, model: dict[str, Any]) -> dict[str, Any]:
    low, high = options.autoscale or (None, None)
    body: dict[str, Any] = {
        "description": options.description,
        "endpointModelResourceList": [_resource(model, options)],
        "flavorId": _flavor(client, options.instance)["id"],
        "nodeCount": options.nodes or low,
        "caEnable": options.autoscale is not None,
        "caMinNodeCount": low,
        "caMaxNodeCount": high,
        "useLog": options.log,
        "tagList": [{"tagKey": key, "tagValue": value} for key, value in options.tag],
    }
    return {key: value for key, value in body.items() if value is not None}


def _resource(model: dict[str, Any], options: argparse.Namespace) -> dict[str, Any]:
    if (options.cpu is None) != (options.memory is None) or (options.gpu and options.cpu is None):
        raise ClientError(
            "A pod's resources are --cpu and --memory, and --gpu where there are GPUs; give them together."
        )
    resource: dict[str, Any] = {
        "modelId": model["modelId"],
        "apigwResourceUri": options.path,
        "podCount": options.pods,
    }
    if options.cpu is not None:
        resource["resourceOptionDetail"] = {"cpu": options.cpu, "memory": options.memory, "gpu": options.gpu or "0"}
    if options.scale_pods:
        metric, target = options.scale_pods
        resource |= {"podAutoScaleEnable": True, "scaleMetricCode": metric, "scaleMetricTarget": target}
    return {key: value for key, value in resource.items() if value is not None}


def _address_name(name: str) -> str:
    """Return a model's name as addresses can spell it."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-_") or "endpoint"


def _flavor(client: EasyMakerClient, name: str | None) -> dict[str, Any]:
    flavors: list[dict[str, Any]] = client.get("flavors")["flavorList"]
    if name is not None:
        return choose(flavors, name, "id", "name", "instance type")
    plain = [flavor for flavor in flavors if not flavor["gpuFlavor"]]
    return min(plain or flavors, key=lambda flavor: (flavor["vcpus"], flavor["ram"]))


def request_of(data: Any) -> dict[str, Any]:
    """Return what a model is sent for rows, or the whole request where it is one already.

    Args:
        data: an object is sent as it is; a list, a table of pandas or an array of numpy becomes its ``instances``.
    """
    if isinstance(data, dict):
        return data
    if hasattr(data, "to_numpy"):  # a table or a column of pandas
        data = data.to_numpy()
    if hasattr(data, "tolist"):
        data = data.tolist()
    return {"instances": data if isinstance(data, list) else [data]}
