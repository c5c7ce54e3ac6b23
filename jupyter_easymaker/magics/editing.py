"""Names, descriptions and tags changed after the fact, the same for every resource; and ``%easymaker log``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from IPython.display import display

from ..client.client import EasyMakerClient
from ..client.errors import ClientError
from ..recording import log_metrics
from . import render
from .lookup import find, path_of, words_of


def add_edit(actions: Any, pair: Callable[[str], tuple[str, str]], *, rename: bool = True) -> None:
    """Add ``edit`` to the actions of a resource; without ``rename`` its name is for good."""
    what = "name, description or tags" if rename else "description or tags"
    edit = actions.add_parser("edit", help=f"Change its {what}.")
    edit.add_argument("target", metavar="NAME|ID")
    edit.set_defaults(new_name=None)
    if rename:
        edit.add_argument("--name", dest="new_name", help="Its name from now on.")
    edit.add_argument("--description")
    edit.add_argument("--tag", type=pair, action="append", default=[], metavar="KEY=VALUE", help="Add or change one.")
    edit.add_argument("--remove-tag", action="append", default=[], metavar="KEY")


def edit(kind: str) -> Callable[..., Any]:
    """Return the command that edits a kind of resource."""

    def run(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> dict[str, Any]:
        one = find(client, kind, options.target)
        body: dict[str, Any] = {}
        if options.new_name:
            body[f"{kind}Name"] = options.new_name
        if options.description is not None:
            body["description"] = options.description
        if options.tag or options.remove_tag:
            tags = {tag["tagKey"]: tag["tagValue"] for tag in one["tagList"]} | dict(options.tag)
            unknown = [key for key in options.remove_tag if key not in tags]
            if unknown:
                raise ClientError(f"{one[f'{kind}Name']} has no tag {', '.join(unknown)}.")
            body["tagList"] = [
                {"tagKey": key, "tagValue": value} for key, value in tags.items() if key not in options.remove_tag
            ]
        if not body:
            raise ClientError("Say what to change: --name, --description, --tag KEY=VALUE or --remove-tag KEY.")
        changed: dict[str, Any] = client.put(f"{path_of(kind)}/{one[f'{kind}Id']}", body)[kind]
        print(f"The {words_of(kind)} {changed[f'{kind}Name']} is changed.")  # noqa: T201
        return changed

    return run


def experiment_show(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    one = find(client, "experiment", options.target)
    display(
        render.fields(
            one["experimentName"],
            {
                "Status": render.label(one["experimentStatusCode"]),
                "Reason": one["experimentStatusReason"],
                "Description": one["description"],
                "Trainings": one["trainingCount"],
                "Tags": ", ".join(f"{tag['tagKey']}={tag['tagValue']}" for tag in one["tagList"]),
                "Created": render.moment(one["createdDatetime"]),
                "Id": one["experimentId"],
            },
        )
    )


def experiment_retry(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> dict[str, Any]:
    one = client.retry_experiment(find(client, "experiment", options.target)["experimentId"])
    reason = f": {one['experimentStatusReason']}" if one["experimentStatusReason"] else "."
    print(f"The experiment {one['experimentName']} is {render.label(one['experimentStatusCode'])}{reason}")  # noqa: T201
    return one


def log(options: argparse.Namespace) -> None:
    """Record metrics of the training this notebook runs as; elsewhere they are printed."""
    values: dict[str, float] = {}
    step: int | None = None
    for name, text in options.values:
        try:
            if name == "step":
                step = int(text)
            else:
                values[name] = float(text)
        except ValueError as error:
            raise ClientError(f"{name} is {text!r}; a {'whole ' if name == 'step' else ''}number is needed.") from error
    log_metrics(step, **values)


COMMANDS: dict[tuple[str, str | None], Callable[..., Any]] = {
    **{
        (command, "edit"): edit(kind)
        for command, kind in (
            ("experiment", "experiment"),
            ("training", "training"),
            ("tuning", "hyperparameterTuning"),
            ("model", "model"),
            ("batch", "batchInference"),
            ("template", "trainingTemplate"),
            ("endpoint", "endpoint"),
        )
    },
    ("experiment", "show"): experiment_show,
    ("experiment", "retry"): experiment_retry,
}
