"""What trainings told and where they came from, side by side if you like: ``%easymaker training metrics`` ..."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from IPython.display import display

from ..client.client import EasyMakerClient
from . import render
from .curves import spark
from .lookup import find


def add_to_training(actions: Any) -> None:
    """Add this module's actions to ``%easymaker training``."""
    metrics = actions.add_parser("metrics", help="The numbers it told: last, lowest, highest, and their curve.")
    metrics.add_argument("target", metavar="NAME|ID")
    metrics.add_argument("names", nargs="*", metavar="METRIC", help="Only these.")
    metrics.add_argument("--points", type=int, default=500, help="At most this many points per curve.")
    metrics.add_argument("--into", metavar="VARIABLE", help="Assign them (a list of dicts) to this variable.")
    lineage = actions.add_parser("lineage", help="What it was made from and what came of it.")
    lineage.add_argument("target", metavar="NAME|ID")
    lineage.add_argument("--into", metavar="VARIABLE", help="Assign it (a dict) to this variable.")
    compare = actions.add_parser("compare", help="Two to five trainings side by side.")
    compare.add_argument("target", nargs="+", metavar="NAME|ID")
    compare.add_argument("--all", action="store_true", help="Also what is the same in all of them.")
    compare.add_argument("--into", metavar="VARIABLE", help="Assign the comparison (a dict) to this variable.")


def metrics(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> list[dict[str, Any]]:
    training = find(client, "training", options.target)
    found = client.metrics(training["trainingId"], options.points)
    if options.names:
        found = [each for each in found if each["name"] in options.names]
    rows = [
        [
            each["name"],
            each["source"],
            *(render.number(each[key]) for key in ("last", "min", "max")),
            str(each["count"]),
        ]
        for each in found
    ]
    empty = "No metrics yet. Print name=value, write TensorBoard scalars, or call log_metrics(loss=0.3)."
    columns = ["Metric", "From", "Last", "Lowest", "Highest", "Values"]
    pictures = [spark([each["pointList"]]) for each in found]
    display(render.table(columns, rows, empty=empty, pictures=pictures))
    return found


def lineage(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> dict[str, Any]:
    training = find(client, "training", options.target)
    found = client.lineage(training["trainingId"])
    source, algorithm, copied = found["source"] or {}, found["algorithm"] or {}, found["copiedFrom"] or {}
    git = source.get("git") or {}
    dirty = " with changes" if git.get("dirty") else ""
    branch = f" ({git['branch']})" if git.get("branch") else ""
    values = {
        "Copied from": copied and (copied["trainingName"] or f"{copied['trainingId']} (deleted)"),
        "Algorithm": algorithm.get("algorithmName"),
        "Source": _content(source, source.get("uri")),
        "Source hash": source.get("contentHash"),
        "Commit": git and f"{git['commit'][:12]}{branch}{dirty}",
        "Repository": git.get("remote"),
        **{f"Data set {each['datasetName']}": _content(each, each["dataUri"]) for each in found["datasetList"]},
        "Input checkpoint": found["checkPointInput"] and _content(found["checkPointInput"]),
        "Image": found["image"]["imageName"],
        "Hyperparameters": render.pairs(found["hyperparameterList"]),
        **{each["kind"].capitalize(): _content(each, each["uri"]) for each in found["outputList"]},
        "Models": ", ".join(model["modelName"] for model in found["modelList"]),
    }
    display(render.fields(f"Lineage of {training['trainingName']}", values))
    return found


def compare(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> dict[str, Any]:
    found = client.compare(*(find(client, "training", target)["trainingId"] for target in options.target))
    trainings = found["trainingList"]
    shown = [
        [each["title"], *(value or "" for value in each["valueList"])]
        for each in (*found["hyperparameterList"], *found["settingList"])
        if each["different"] or options.all
    ]
    shown.insert(0, ["Status", *(render.label(each["trainingStatusCode"]) for each in trainings)])
    shown.insert(1, ["Time", *(render.duration(each["elapsedTimeSeconds"]) for each in trainings)])
    pictures: list[render.Shown] = [render.Shown("", "")] * len(shown)
    for metric in found["metricList"]:
        curves = {curve["trainingId"]: curve for curve in metric["curveList"]}
        last = [
            render.number(curves[each["trainingId"]]["last"]) if each["trainingId"] in curves else ""
            for each in trainings
        ]
        shown.append([metric["name"], *last])
        pictures.append(spark([(curves.get(each["trainingId"]) or {}).get("pointList", []) for each in trainings]))
    columns = ["", *(each["trainingName"] for each in trainings)]
    display(render.table(columns, shown, empty="Nothing to compare.", pictures=pictures))
    return found


def _content(part: dict[str, Any], uri: str | None = None) -> str:
    """Return an address with how much is there, once that is known."""
    count = part.get("fileCount")
    much = "" if count is None else f" ({count:,} files, {render.size(part['bytes'])})"
    return f"{uri or part.get('dataUri') or ''}{much}"


COMMANDS: dict[tuple[str, str | None], Callable[..., Any]] = {
    ("training", "metrics"): metrics,
    ("training", "lineage"): lineage,
    ("training", "compare"): compare,
}
