"""Batch inferences from a cell: ``%%easymaker batch`` and ``%easymaker batch``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import datetime
from typing import Any

from IPython.display import display

from ..client.client import EasyMakerClient
from ..client.errors import ClientError
from ..client.watching import ENDED
from . import batch_render, render
from .ending import delete, stop
from .live import show_live
from .lookup import choose, created, find, path_of
from .source import upload_files
from .training_logs import print_log
from .watching import show_monitoring

_KIND = "batchInference"
_REDRAW_SECONDS = 0.5
_CELL_FILE = "cell.jsonl"


def batch(client: EasyMakerClient, options: argparse.Namespace, cell: str | None) -> dict[str, Any] | None:
    if options.model is None and not cell:
        options.limit, options.search, options.status = 20, "", None
        batch_list(client, options, cell)
        return None
    return _create(client, _body(client, options, cell), wait=not options.no_wait)


def _body(client: EasyMakerClient, options: argparse.Namespace, cell: str | None) -> dict[str, Any]:
    if options.model is None:
        raise ClientError("Say which model scores: %%easymaker batch --model NAME")
    model = find(client, "model", options.model)
    uri, data_type = options.input, options.type
    if uri is None:
        if not cell or not cell.strip():
            raise ClientError("Name the --input, or put rows into the cell, each line the JSON of one.")
        if data_type == "json":
            raise ClientError("The rows of a cell are JSON Lines; leave --type out.")
        uri, data_type = upload_files(client, {_CELL_FILE: cell.encode()}), "jsonl"
    given: dict[str, Any] = {
        "description": options.description,
        "inputDataTypeCode": data_type and data_type.upper(),
        "includeGlobPattern": options.include,
        "excludeGlobPattern": options.exclude,
        "instanceCount": options.instances,
        "podCount": options.pods,
        "maxBatchSize": options.batch_size,
        "inferenceTimeoutSeconds": options.request_timeout,
        "dataStorageSize": options.data_storage,
        "timeoutMinutes": options.timeout and options.timeout * 60,
        "useLog": options.log,
        "tagList": [{"tagKey": key, "tagValue": value} for key, value in options.tag],
    }
    if options.image:
        images = client.get("images", groupTypeCodeList="TRAINING")["imageList"]
        given["imageId"] = choose(images, options.image, "imageId", "imageName", "image")["imageId"]
    return {
        **{key: value for key, value in given.items() if value},
        "batchInferenceName": options.name or f"{model['modelName'][:35]}-{datetime.now():%m%d-%H%M%S}",
        "modelId": model["modelId"],
        "flavorId": _flavor(client, options.instance)["id"],
        "inputDataUri": uri,
        "outputUploadUri": options.output or client.get("configuration")["configuration"]["defaultOutputUri"],
    }


def _flavor(client: EasyMakerClient, name: str | None) -> dict[str, Any]:
    flavors: list[dict[str, Any]] = client.get("flavors")["flavorList"]
    if name is not None:
        return choose(flavors, name, "id", "name", "instance type")
    fitting = [flavor for flavor in flavors if not flavor["gpuFlavor"]] or flavors
    return min(fitting, key=lambda flavor: (flavor["vcpus"], flavor["ram"]))


def _create(client: EasyMakerClient, body: dict[str, Any], *, wait: bool) -> dict[str, Any]:
    one = created(client, _KIND, body)
    if wait:
        return _watch(client, one)
    name = one["batchInferenceName"]
    print(f"{name} is on its way. See it with   %easymaker batch watch {name}")  # noqa: T201
    return one


def _watch(client: EasyMakerClient, one: dict[str, Any]) -> dict[str, Any]:
    """Show a batch inference until it has ended, or until the reader interrupts; return it as it is then."""

    def look() -> tuple[render.Shown, bool]:
        nonlocal one
        one = client.batch_inference(one["batchInferenceId"])
        return batch_render.header(one), one["batchInferenceStatusCode"] in ENDED

    show_live(look, "batch", one["batchInferenceName"], _REDRAW_SECONDS)
    return one


def batch_watch(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> dict[str, Any]:
    return _watch(client, _find(client, options))


def batch_list(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    status = options.status.upper() if options.status else None
    answer = client.get(
        path_of(_KIND), page=1, limit=options.limit, search=options.search, batchInferenceStatusCodeList=status
    )
    rows = [
        [
            each["batchInferenceName"],
            each["batchInferenceStatusCode"],
            batch_render.counts(each),
            render.duration(each["elapsedTimeSeconds"]),
            each["model"]["modelName"],
            render.moment(each["createdDatetime"]),
        ]
        for each in answer["batchInferenceList"]
    ]
    empty = "No batch inferences here. Start one with %%easymaker batch --model NAME above your rows."
    display(render.table(["Name", "Status", "Rows", "Time", "Model", "Created"], rows, empty=empty, statuses=1))


def batch_show(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    one = client.batch_inference(_find(client, options)["batchInferenceId"])
    share = one["podResource"]
    gpus = f", {share['gpuCount']} GPUs" if share["gpuCount"] else ""
    display(
        render.fields(
            one["batchInferenceName"],
            {
                "Status": render.label(one["batchInferenceStatusCode"]),
                "Reason": one["batchInferenceStatusReason"],
                "Description": one["description"],
                "Time": render.duration(one["elapsedTimeSeconds"]),
                "Rows": batch_render.counts(one),
                "Files": one["inputFileCount"],
                "Model": one["model"]["modelName"],
                "Input": f"{one['inputDataUri']} ({one['inputDataTypeCode']})",
                "Include": one["includeGlobPattern"],
                "Exclude": one["excludeGlobPattern"],
                "Results": one["outputUri"] or one["outputUploadUri"],
                "Batch size": one["maxBatchSize"],
                "Request timeout": f"{one['inferenceTimeoutSeconds']} s",
                "Instance type": f"{one['instanceCount']} x {one['flavor']['name']}",
                "Pods": f"{one['podCount']}, each {share['vcpus']} vCPU, {share['ram'] / 1024:.1f} GB{gpus}",
                "Image": (one["image"] or {}).get("imageName"),
                "Created": render.moment(one["createdDatetime"]),
                "Id": one["batchInferenceId"],
                "Last lines": one["logTail"],
            },
        )
    )


def batch_logs(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    print_log(client, _find(client, options)["batchInferenceId"], options, of=path_of(_KIND))


def batch_monitoring(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    show_monitoring(client.batch_inference_monitoring(_find(client, options)["batchInferenceId"]))


def batch_copy(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> dict[str, Any]:
    body = client.get(f"{path_of(_KIND)}/{_find(client, options)['batchInferenceId']}/copy")[_KIND]
    if options.new_name:
        body["batchInferenceName"] = options.new_name
    return _create(client, body, wait=not options.no_wait)


def _find(client: EasyMakerClient, options: argparse.Namespace) -> dict[str, Any]:
    return find(client, _KIND, options.target)


COMMANDS: dict[tuple[str, str | None], Callable[..., Any]] = {
    ("batch", None): batch,
    ("batch", "list"): batch_list,
    ("batch", "show"): batch_show,
    ("batch", "watch"): batch_watch,
    ("batch", "logs"): batch_logs,
    ("batch", "monitoring"): batch_monitoring,
    ("batch", "stop"): stop(_KIND),
    ("batch", "copy"): batch_copy,
    ("batch", "delete"): delete(_KIND),
}
