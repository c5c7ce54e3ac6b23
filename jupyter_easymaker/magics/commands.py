"""What each subcommand does: ask the backend, show the answer."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from IPython.display import display

from ..client.client import EasyMakerClient
from ..git_state import git_state
from . import (
    batch_inferences,
    catalogue,
    editing,
    endpoints,
    files,
    notebooks,
    render,
    templates,
    tracking,
    tunings,
    watching,
)
from .ending import Command, delete, stop
from .live import watch
from .log_search import search_logs
from .lookup import created, find, newest
from .search import search
from .source import source_of, upload_file
from .training_body import training_body
from .training_logs import training_logs


def status(client: EasyMakerClient, _options: argparse.Namespace, _cell: str | None) -> None:
    configuration = client.get("configuration")["configuration"]
    counts = client.get("counts")["counts"]
    capacity = configuration["capacity"]
    gpus = f", {capacity['gpus']} GPUs" if capacity["gpus"] else ""
    display(
        render.fields(
            "EasyMaker",
            {
                "Backend": client.url,
                "Project": client.appkey,
                "User": configuration["user"]["userId"],
                "Machine": f"{capacity['vcpus']} vCPU, {capacity['memoryMib'] / 1024:.1f} GB{gpus}",
                **{f"{name.capitalize()}s": _count(count) for name, count in counts.items()},
            },
        )
    )


def _count(count: dict[str, Any]) -> str:
    by = ", ".join(f"{number} {render.label(status).lower()}" for status, number in sorted(count["byStatus"].items()))
    return f"{count['total']} ({by})" if by else "none"


def train(client: EasyMakerClient, options: argparse.Namespace, cell: str | None) -> Any:
    source, git = source_of(client, options, cell)
    return _create(client, training_body(client, options, source, git), wait=not options.no_wait)


def run(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> Any:
    file = Path(options.file).expanduser()
    source = upload_file(client, options.file)
    git = git_state(str(file.parent), paths=[file.name, "requirements.txt"])
    body = training_body(client, options, source, git)
    return _create(client, body, wait=not options.no_wait)


def _create(client: EasyMakerClient, body: dict[str, Any], *, wait: bool) -> dict[str, Any]:
    training: dict[str, Any] = created(client, "training", body)
    if wait:
        return watch(client, training)
    name = training["trainingName"]
    print(f"{name} is on its way. See it with   %easymaker training watch {name}")  # noqa: T201
    return training


def experiment_list(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    found = client.get("experiments", page=1, limit=options.limit, search=options.search)["experimentList"]
    rows = [
        [
            each["experimentName"],
            each["experimentStatusCode"],
            str(each["trainingCount"]),
            render.moment(each["createdDatetime"]),
        ]
        for each in found
    ]
    empty = "No experiments yet. Create one with %easymaker experiment create NAME."
    display(render.table(["Name", "Status", "Trainings", "Created"], rows, empty=empty, statuses=1))


def experiment_create(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> dict[str, Any]:
    body = {"experimentName": options.name, "description": options.description}
    experiment: dict[str, Any] = client.post("experiments", body)["experiment"]
    print(f"The experiment {options.name} is there: {experiment['experimentId']}")  # noqa: T201
    return experiment


def training_list(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    found = newest(client, "training", options)
    rows = [
        [
            each["trainingName"],
            each["trainingStatusCode"],
            render.duration(each["elapsedTimeSeconds"]),
            each["experiment"]["experimentName"],
            render.moment(each["createdDatetime"]),
        ]
        for each in found
    ]
    empty = "No trainings here. Start one with %%easymaker train above your code."
    display(render.table(["Name", "Status", "Time", "Experiment", "Created"], rows, empty=empty, statuses=1))


def training_show(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    training = client.get(f"trainings/{find(client, 'training', options.target)['trainingId']}")["training"]
    algorithm = training["algorithm"] or {}
    display(
        render.fields(
            training["trainingName"],
            {
                "Status": render.label(training["trainingStatusCode"]),
                "Reason": training["trainingStatusReason"],
                "Time": render.duration(training["elapsedTimeSeconds"]),
                "Experiment": training["experiment"]["experimentName"],
                "Algorithm": algorithm.get("algorithmName"),
                "Source": training["sourceDirUri"],
                "Entry point": training["entryPoint"],
                "Hyperparameters": render.pairs(training["hyperparameterList"]),
                "Data sets": render.pairs(training["datasetList"], "datasetName", "dataUri"),
                "Image": training["image"]["imageName"],
                "Instance type": f"{training['instanceCount']} x {training['flavor']['name']}",
                "Output": training["modelUri"] or training["modelUploadUri"],
                "Models": ", ".join(model["modelName"] for model in training["modelList"]),
                "Created": render.moment(training["createdDatetime"]),
                "Id": training["trainingId"],
                "Last lines": training["logTail"],
            },
        )
    )


def training_watch(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> dict[str, Any]:
    return watch(client, find(client, "training", options.target))


def training_copy(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> dict[str, Any]:
    training = find(client, "training", options.target)
    body = client.get(f"trainings/{training['trainingId']}/copy")["training"]
    if options.new_name:
        body["trainingName"] = options.new_name
    changed = dict(options.parameter)
    kept = [entry for entry in body["hyperparameterList"] if entry["parameterName"] not in changed]
    body["hyperparameterList"] = kept + [
        {"parameterName": name, "parameterValue": value} for name, value in changed.items()
    ]
    return _create(client, body, wait=not options.no_wait)


def model_list(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    found = client.get("models", page=1, limit=options.limit, search=options.search)["modelList"]
    rows = [
        [
            each["modelName"],
            each["frameworkCode"] or "",
            _origin(each),
            each["modelUploadUri"],
            render.moment(each["createdDatetime"]),
        ]
        for each in found
    ]
    empty = "No models yet. Register one with %easymaker model create NAME --training TRAINING."
    display(render.table(["Name", "Framework", "Made from", "Artifact", "Created"], rows, empty=empty))


def _origin(model: dict[str, Any]) -> str:
    origins = (
        (model["training"] or {}).get("trainingName"),
        (model["hyperparameterTuning"] or {}).get("hyperparameterTuningName"),
    )
    return next(filter(None, origins), "")


def model_show(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    model = find(client, "model", options.target)
    display(
        render.fields(
            model["modelName"],
            {
                "Description": model["description"],
                "Framework": " ".join(filter(None, [model["frameworkCode"], model["frameworkVersion"]])),
                "Artifact": model["modelUploadUri"],
                "Made from": _origin(model),
                "Created": render.moment(model["createdDatetime"]),
                "Id": model["modelId"],
            },
        )
    )


def model_create(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> dict[str, Any]:
    body: dict[str, Any] = {
        "modelName": options.name,
        "description": options.description,
        "modelFormatCode": options.framework.upper() if options.framework else None,
        "modelUploadUri": options.path,
    }
    if options.training:
        body["trainingId"] = find(client, "training", options.training)["trainingId"]
    if options.tuning:
        tuning = find(client, "hyperparameterTuning", options.tuning)
        body["hyperparameterTuningId"] = tuning["hyperparameterTuningId"]
    model: dict[str, Any] = client.post("models", body)["model"]
    print(f"The model {options.name} is registered: {model['modelId']}")  # noqa: T201
    return model


COMMANDS: dict[tuple[str, str | None], Command] = {
    ("status", None): status,
    ("train", None): train,
    ("run", None): run,
    ("experiment", "list"): experiment_list,
    ("experiment", "create"): experiment_create,
    ("experiment", "delete"): delete("experiment"),
    ("training", "list"): training_list,
    ("training", "show"): training_show,
    ("training", "logs"): training_logs,
    ("training", "watch"): training_watch,
    ("training", "stop"): stop("training"),
    ("training", "copy"): training_copy,
    ("training", "delete"): delete("training"),
    ("model", "list"): model_list,
    ("model", "show"): model_show,
    ("model", "create"): model_create,
    ("model", "delete"): delete("model"),
    **tracking.COMMANDS,
    **tunings.COMMANDS,
    **batch_inferences.COMMANDS,
    **endpoints.COMMANDS,
    **notebooks.COMMANDS,
    **editing.COMMANDS,
    **templates.COMMANDS,
    ("template", "delete"): delete("trainingTemplate"),
    **files.COMMANDS,
    **watching.COMMANDS,
    ("search", None): search,
    ("logs", None): search_logs,
    **catalogue.COMMANDS,
}
