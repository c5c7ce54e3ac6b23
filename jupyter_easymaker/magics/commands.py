"""What each subcommand does: ask the backend, show the answer."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from IPython.display import display

from ..client.client import EasyMakerClient
from ..client.errors import ClientError
from ..git_state import git_state
from . import catalogue, editing, files, render, templates, tracking, watching
from .live import watch
from .log_search import search_logs
from .lookup import find, path_of, words_of
from .search import search
from .source import upload_cell, upload_file
from .training_body import training_body

Command = Callable[[EasyMakerClient, argparse.Namespace, str | None], Any]


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
    git = None
    if options.algorithm:
        source = None
    elif cell and cell.strip():
        source = upload_cell(client, cell, options.requirements)
        git = git_state(str(Path.cwd()))
    elif options.source and options.entry_point:
        source = (options.source, options.entry_point)
    elif options.template:
        source = None
    else:
        raise ClientError("Put code below %%easymaker train, or name an --algorithm, or a --source and --entry-point.")
    return _create(client, training_body(client, options, source, git), wait=not options.no_wait)


def run(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> Any:
    file = Path(options.file).expanduser()
    source = upload_file(client, options.file)
    git = git_state(str(file.parent), paths=[file.name, "requirements.txt"])
    body = training_body(client, options, source, git)
    return _create(client, body, wait=not options.no_wait)


def _create(client: EasyMakerClient, body: dict[str, Any], *, wait: bool) -> dict[str, Any]:
    training: dict[str, Any] = client.post("trainings", body)["training"]
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
    filters: dict[str, Any] = {"trainingStatusCodeList": options.status.upper() if options.status else None}
    if options.experiment:
        filters["experimentIdList"] = find(client, "experiment", options.experiment)["experimentId"]
    found = client.get("trainings", page=1, limit=options.limit, search=options.search, **filters)["trainingList"]
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
                "Hyperparameters": _pairs(training["hyperparameterList"], "parameterName", "parameterValue"),
                "Data sets": _pairs(training["datasetList"], "datasetName", "dataUri"),
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


def _pairs(entries: list[dict[str, str]], key: str, value: str) -> str:
    return ", ".join(f"{entry[key]}={entry[value]}" for entry in entries)


def training_logs(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    training_id = find(client, "training", options.target)["trainingId"]
    if options.follow:
        for message in client.stream_log(training_id, node=options.node):
            if message.event == "log":
                print(message.data["text"], end="", flush=True)  # noqa: T201
        return
    text = client.download(f"trainings/{training_id}/logs/download", node=options.node).decode(errors="replace")
    lines = text.splitlines()
    print("\n".join(lines[-options.tail :] if options.tail else lines))  # noqa: T201


def training_watch(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> dict[str, Any]:
    return watch(client, find(client, "training", options.target))


def training_stop(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    training = find(client, "training", options.target)
    client.put(f"trainings/{training['trainingId']}/stop")
    print(f"{training['trainingName']} is being stopped.")  # noqa: T201


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
            each["modelFormatCode"] or "",
            (each["training"] or {}).get("trainingName", ""),
            each["modelUploadUri"],
            render.moment(each["createdDatetime"]),
        ]
        for each in found
    ]
    empty = "No models yet. Register one with %easymaker model create NAME --training TRAINING."
    display(render.table(["Name", "Framework", "Training", "Artifact", "Created"], rows, empty=empty))


def model_show(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    model = find(client, "model", options.target)
    display(
        render.fields(
            model["modelName"],
            {
                "Description": model["description"],
                "Framework": " ".join(filter(None, [model["modelFormatCode"], model["frameworkVersion"]])),
                "Artifact": model["modelUploadUri"],
                "Training": (model["training"] or {}).get("trainingName"),
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
    model: dict[str, Any] = client.post("models", body)["model"]
    print(f"The model {options.name} is registered: {model['modelId']}")  # noqa: T201
    return model


def _delete(kind: str) -> Command:
    def delete(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
        one = find(client, kind, options.target)
        name = one[f"{kind}Name"]
        if (
            not options.yes
            and input(f"Delete the {words_of(kind)} {name}? This cannot be undone. [y/N] ").strip().lower() != "y"
        ):
            print("Nothing was deleted.")  # noqa: T201
            return
        client.delete(f"{path_of(kind)}/{one[f'{kind}Id']}")
        print(f"The {words_of(kind)} {name} is deleted.")  # noqa: T201

    return delete


COMMANDS: dict[tuple[str, str | None], Command] = {
    ("status", None): status,
    ("train", None): train,
    ("run", None): run,
    ("experiment", "list"): experiment_list,
    ("experiment", "create"): experiment_create,
    ("experiment", "delete"): _delete("experiment"),
    ("training", "list"): training_list,
    ("training", "show"): training_show,
    ("training", "logs"): training_logs,
    ("training", "watch"): training_watch,
    ("training", "stop"): training_stop,
    ("training", "copy"): training_copy,
    ("training", "delete"): _delete("training"),
    ("model", "list"): model_list,
    ("model", "show"): model_show,
    ("model", "create"): model_create,
    ("model", "delete"): _delete("model"),
    **tracking.COMMANDS,
    **editing.COMMANDS,
    **templates.COMMANDS,
    ("template", "delete"): _delete("trainingTemplate"),
    **files.COMMANDS,
    **watching.COMMANDS,
    ("search", None): search,
    ("logs", None): search_logs,
    **catalogue.COMMANDS,
}
