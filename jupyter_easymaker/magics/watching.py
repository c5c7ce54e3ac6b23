"""What goes on, from a cell: ``%easymaker dashboard``, ``training monitoring`` and ``tensorboard``."""

from __future__ import annotations

import argparse
import html
import os
from collections.abc import Callable
from typing import Any

from IPython.display import display

from ..client.client import EasyMakerClient
from ..client.errors import ClientError
from . import render
from .lookup import find

_NAMES = {
    "cpu": "CPU",
    "memory": "Memory",
    "disk_read": "Disk read",
    "disk_write": "Disk written",
    "disk_used": "Disk used",
    "network_in": "Network received",
    "network_out": "Network sent",
    "gpu_utilization": "GPU",
    "gpu_memory": "GPU memory",
}


def add_to(commands: Any) -> None:
    """Add ``%easymaker dashboard`` and ``%easymaker tensorboard``."""
    commands.add_parser("dashboard", help="How much there is of everything, and what uses the most.")
    tensorboard_ = commands.add_parser(
        "tensorboard", help="TensorBoard of a training, of a whole experiment, or of a storage directory."
    )
    tensorboard_.add_argument(
        "target", metavar="NAME|ID|URI", nargs="?", help="The training, or a directory such as nas://local:/logs."
    )
    tensorboard_.add_argument("--experiment", "-e", metavar="NAME|ID", help="All trainings of this experiment.")
    tensorboard_.add_argument("--tuning", metavar="NAME|ID", help="All trials of this tuning.")


def add_to_training(actions: Any) -> None:
    """Add ``%easymaker training monitoring``."""
    monitoring_ = actions.add_parser("monitoring", help="What it uses: CPU, memory, disk, network, GPUs.")
    monitoring_.add_argument("target", metavar="NAME|ID")


def dashboard(client: EasyMakerClient, _options: argparse.Namespace, _cell: str | None) -> None:
    found = client.dashboard()
    capacity = found["capacity"]
    gpus = f", {capacity['usedGpus']} of {capacity['gpus']} GPUs" if capacity["gpus"] else ""
    display(
        render.fields(
            f"Project {client.appkey}",
            {
                **{f"{render.label(each['resourceType'])}s": _count(each) for each in found["countList"]},
                "In use": f"{capacity['usedVcpus']} of {capacity['vcpus']} vCPU, "
                f"{capacity['usedMemoryMib'] / 1024:.1f} of {capacity['memoryMib'] / 1024:.1f} GB{gpus}",
                "Most CPU": _top(found["topCpuList"]),
                "Most GPU": _top(found["topGpuList"]),
            },
        )
    )


def _count(count: dict[str, Any]) -> str:
    running = f", {count['running']} on their way" if count["running"] else ""
    return f"{count['count']} {render.label(count['status']).lower()} of {count['total']}{running}"


def _top(found: list[dict[str, Any]]) -> str:
    return ", ".join(f"{each['name']} ({each['value']:.0f} %)" for each in found)


def monitoring(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    training = find(client, "training", options.target)
    show_monitoring(client.monitoring(training["trainingId"]))


def show_monitoring(found: dict[str, Any]) -> None:
    """Show what instances use."""
    several = len(found["instanceList"]) > 1
    rows = [
        [*([instance["name"]] if several else []), *_row(series)]
        for instance in found["instanceList"]
        for series in instance["seriesList"]
    ]
    columns = [*(["Instance"] if several else []), "What", "Last", "Average", "Highest", "Limit"]
    display(render.table(columns, rows, empty=found["reason"]))


def _row(series: dict[str, Any]) -> list[str]:
    values = [value for _, value in series["pointList"]]
    shown = [_value(value, series["unit"]) for value in (values[-1], sum(values) / len(values), max(values))]
    limit = _value(series["limit"], series["unit"]) if series["limit"] is not None else ""
    whose = " (whole machine)" if series["scope"] == "machine" else ""
    return [_NAMES[series["metric"]] + whose, *shown, limit]


def _value(value: float, unit: str) -> str:
    if unit == "percent":
        return f"{value:.0f} %"
    return render.size(value) + ("/s" if unit == "bytes_per_second" else "")


def tensorboard(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    target, is_uri = options.target, "://" in (options.target or "")
    given = {
        "uri" if is_uri else "training": target,
        "experiment": options.experiment,
        "hyperparameterTuning": options.tuning,
    }
    named = [(kind, name) for kind, name in given.items() if name is not None]
    if len(named) != 1:
        message = "Name a training, a storage directory, an experiment with -e or a --tuning: %easymaker tensorboard "
        raise ClientError(f"{message}NAME")
    ((kind, name),) = named
    argument = "tuning_id" if kind == "hyperparameterTuning" else f"{kind}_id"
    of = {"uri": name} if kind == "uri" else {argument: find(client, kind, name)[f"{kind}Id"]}
    found = client.tensorboard(**of)
    # Set by Jupyter, through which whoever sees this page is signed in; elsewhere the backend asks for a token.
    through_jupyter = os.environ.get("EASYMAKER_BROWSER_PATH")
    link = f"{through_jupyter}/v1.0/appkeys/{client.appkey}/{found['path']}" if through_jupyter else found["uri"]
    title = f"Open TensorBoard of {name}"
    markup = f'<a href="{html.escape(link)}" target="_blank" rel="noopener">{html.escape(title)}</a>'
    display(render.Shown(f"{title}: {found['uri']}", markup))


COMMANDS: dict[tuple[str, str | None], Callable[..., Any]] = {
    ("dashboard", None): dashboard,
    ("tensorboard", None): tensorboard,
    ("training", "monitoring"): monitoring,
}
