"""Hyperparameter tunings from a cell: ``%%easymaker tune`` and ``%easymaker tuning``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from IPython.display import display

from ..client.client import EasyMakerClient
from ..client.errors import ClientError
from ..client.tuning_progress import TuningProgress
from . import render, tuning_render
from .curves import spark
from .ending import delete, stop
from .live import show_live
from .lookup import created, find, newest
from .search_space import readable
from .source import source_of
from .training_logs import print_log
from .tuning_body import search_with, tuning_body
from .tuning_options import SORTS, STRATEGIES

_KIND = "hyperparameterTuning"
_REDRAW_SECONDS = 0.5
_STRATEGY_NAMES = {code: name for name, code in STRATEGIES.items()}


def tune(client: EasyMakerClient, options: argparse.Namespace, cell: str | None) -> dict[str, Any]:
    source, git = source_of(client, options, cell)
    return _create(client, tuning_body(client, options, source, git), wait=not options.no_wait)


def tuning_copy(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> dict[str, Any]:
    body = client.get(f"hyperparameter-tunings/{_find(client, options)['hyperparameterTuningId']}/copy")[_KIND]
    if options.new_name:
        body["hyperparameterTuningName"] = options.new_name
    search_with(body, options)
    return _create(client, body, wait=not options.no_wait)


def _create(client: EasyMakerClient, body: dict[str, Any], *, wait: bool) -> dict[str, Any]:
    tuning = created(client, _KIND, body)
    if wait:
        return _watch(client, tuning)
    name = tuning["hyperparameterTuningName"]
    print(f"{name} is on its way. See it with   %easymaker tuning watch {name}")  # noqa: T201
    return tuning


def _watch(client: EasyMakerClient, tuning: dict[str, Any]) -> dict[str, Any]:
    """Show a tuning until it has ended, or until the reader interrupts; return it as it is then."""
    progress = TuningProgress(client, tuning)

    def look() -> tuple[render.Shown, bool]:
        progress.look()
        return tuning_render.progress_shown(progress), progress.ended

    show_live(look, "tuning", tuning["hyperparameterTuningName"], _REDRAW_SECONDS)
    return progress.tuning


def tuning_watch(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> dict[str, Any]:
    return _watch(client, _find(client, options))


def tuning_list(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    rows = [
        [
            each["hyperparameterTuningName"],
            each["hyperparameterTuningStatusCode"],
            tuning_render.counts(each),
            f"{each['objectiveMetricName']} {render.number(each['optimalTrial']['objectiveValue'])}"
            if each["optimalTrial"]
            else "",
            render.duration(each["elapsedTimeSeconds"]),
            each["experiment"]["experimentName"],
            render.moment(each["createdDatetime"]),
        ]
        for each in newest(client, _KIND, options)
    ]
    empty = "No tunings here. Start one with %%easymaker tune --range lr=0.001..0.1 --objective loss above your code."
    columns = ["Name", "Status", "Trials", "Best", "Time", "Experiment", "Created"]
    display(render.table(columns, rows, empty=empty, statuses=1))


def tuning_show(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    tuning = _find(client, options)
    algorithm = tuning["algorithm"] or {}
    nodes = tuning["instanceCount"] // tuning["parallelTrialCount"]
    stopping = f"{tuning['earlyStoppingMinTrialCount']} trials, step {tuning['earlyStoppingStartStep']}"
    parallel = tuning["parallelTrialCount"]
    shared = f"for each of {parallel} parallel trials" if parallel > 1 else ""
    best = tuning["optimalTrial"] or {}
    display(
        render.fields(
            tuning["hyperparameterTuningName"],
            {
                "Status": render.label(tuning["hyperparameterTuningStatusCode"]),
                "Reason": tuning_render.reason(tuning),
                "Description": tuning["description"],
                "Time": render.duration(tuning["elapsedTimeSeconds"]),
                "Trials": tuning_render.counts(tuning),
                "Objective": tuning_render.objective(tuning),
                "Best": tuning_render.best(tuning),
                "Best output": best.get("modelUri"),
                **{spec["hyperparameterName"]: readable(spec) for spec in tuning["hyperparameterSpecList"]},
                "Strategy": _STRATEGY_NAMES[tuning["tuningStrategyName"]],
                "Seed": tuning["tuningStrategyRandomState"],
                "Early stopping": f"Median after {stopping}" if tuning["earlyStoppingAlgorithm"] else None,
                "Kept models": render.label(tuning["keptModels"]),
                "Experiment": tuning["experiment"]["experimentName"],
                "Algorithm": algorithm.get("algorithmName"),
                "Source": tuning["sourceDirUri"],
                "Entry point": tuning["entryPoint"],
                "Data sets": render.pairs(tuning["datasetList"], "datasetName", "dataUri"),
                "Image": tuning["image"]["imageName"],
                "Instance type": f"{nodes} x {tuning['flavor']['name']} {shared}",
                "Output": tuning["modelUploadUri"],
                "Models": ", ".join(model["modelName"] for model in tuning["modelList"]),
                "Created": render.moment(tuning["createdDatetime"]),
                "Id": tuning["hyperparameterTuningId"],
            },
        )
    )


def tuning_trials(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> list[dict[str, Any]]:
    tuning = _find(client, options)
    highest_first = options.sort == "time" or (
        options.sort == "objective" and tuning["objectiveTypeCode"] == "MAXIMIZE"
    )
    answer = client.get(
        f"hyperparameter-tunings/{tuning['hyperparameterTuningId']}/trials",
        page=1,
        limit=options.limit,
        sort=f"{'-' if highest_first else ''}{SORTS[options.sort]}",
        trialStatusCodeList=options.status.upper() if options.status else None,
    )
    found: list[dict[str, Any]] = answer["trialList"]
    display(tuning_render.trials_table(tuning, found))
    if len(found) < answer["paging"]["totalCount"]:
        print(f"{answer['paging']['totalCount']} in all; raise --limit to see more.")  # noqa: T201
    return found


def tuning_charts(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> dict[str, Any]:
    tuning = _find(client, options)
    charts = client.tuning_charts(tuning["hyperparameterTuningId"])
    curve = tuning_render.history_curve(charts["historyList"])
    title = f"Best {tuning['objectiveMetricName']} so far"
    rows = [[title, render.number(curve[-1][2])]] if curve else []
    empty = "No trial has succeeded yet."
    display(render.table(["", "Value"], rows, empty=empty, pictures=[spark([curve])] if curve else None))
    display(tuning_render.importances(charts))
    return charts


def tuning_curves(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> list[dict[str, Any]]:
    tuning = _find(client, options)
    found = client.trial_curves(tuning["hyperparameterTuningId"], options.metric)
    name = options.metric or tuning["objectiveMetricName"]
    told = [curve for curve in found if curve["pointList"]]
    rows = [
        [str(curve["trialNumber"]), curve["trialStatusCode"], render.number(curve["pointList"][-1][2])]
        for curve in told
    ]
    pictures = [spark([curve["pointList"]]) for curve in told]
    empty = f"No trial has told {name} yet."
    display(render.table(["Trial", "Status", f"{name}, last"], rows, empty=empty, statuses=1, pictures=pictures))
    return found


def tuning_logs(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    tuning = _find(client, options)
    print_log(client, _trial_id(client, tuning, options.trial), options)


def _trial_id(client: EasyMakerClient, tuning: dict[str, Any], number: int | None) -> str:
    """Return the id of a trial, which is its training's: the one of this number, or the best, or the last."""
    best: str | None = tuning["optimalTrialId"]
    if number is None and best is not None:
        return best
    path = f"hyperparameter-tunings/{tuning['hyperparameterTuningId']}/trials"
    order, page = ("-trialNumber", 1) if number is None else ("trialNumber", number + 1)
    found = client.get(path, page=max(page, 1), limit=1, sort=order)["trialList"] if page > 0 else []
    if not found:
        count = tuning["trialCount"]
        there = f"it has 0 to {count - 1}" if count else "it has none yet"
        raise ClientError(f"{tuning['hyperparameterTuningName']} has no trial {number or 0}; {there}.")
    trial_id: str = found[0]["trialId"]
    return trial_id


def _find(client: EasyMakerClient, options: argparse.Namespace) -> dict[str, Any]:
    return find(client, _KIND, options.target)


COMMANDS: dict[tuple[str, str | None], Callable[..., Any]] = {
    ("tune", None): tune,
    ("tuning", "list"): tuning_list,
    ("tuning", "show"): tuning_show,
    ("tuning", "watch"): tuning_watch,
    ("tuning", "trials"): tuning_trials,
    ("tuning", "charts"): tuning_charts,
    ("tuning", "curves"): tuning_curves,
    ("tuning", "logs"): tuning_logs,
    ("tuning", "stop"): stop(_KIND),
    ("tuning", "copy"): tuning_copy,
    ("tuning", "delete"): delete(_KIND),
}
