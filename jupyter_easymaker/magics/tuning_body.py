"""From the options of ``%%easymaker tune`` and ``%easymaker tuning copy`` to a tuning's create body."""

from __future__ import annotations

import argparse
from typing import Any

from ..client.client import EasyMakerClient
from ..client.errors import ClientError
from ..resources.hyperparameter_tuning import HyperparameterTuningCreate
from . import search_space
from .training_body import settings_body, template_of
from .tuning_options import STRATEGIES


def tuning_body(
    client: EasyMakerClient,
    options: argparse.Namespace,
    source: tuple[str, str] | None,
    git: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the body for POST hyperparameter-tunings; arguments as of ``settings_body``.

    Raises:
        ClientError: something named does not exist, or it is not said what is searched for.
    """
    template = template_of(client, options)
    body = settings_body(client, options, HyperparameterTuningCreate, template, source, git)
    body["hyperparameterTuningName"] = body.pop("name")
    if metrics := options.metric or template.get("metricNameList"):  # of a training's template
        body["metricList"] = metrics
    searched = {spec["hyperparameterName"] for spec in body.get("hyperparameterSpecList", [])}
    held = [(each["parameterName"], each["parameterValue"]) for each in template.get("hyperparameterList", [])]
    options.parameter = [(name, value) for name, value in held if name not in searched] + options.parameter
    if options.nodes:
        body["instanceCount"] = options.nodes * body.get("parallelTrialCount", 1)
    search_with(body, options)
    if not options.space and not searched:
        raise ClientError(
            "Say what is varied: --range lr=0.001..0.1, --choice optimizer=adam,sgd or --values batch=16,32,64."
        )
    if "objectiveMetric" not in body:
        raise ClientError("Say which metric is optimized, as your code prints it: --objective val_loss")
    return body


def search_with(body: dict[str, Any], options: argparse.Namespace) -> None:
    """Put what the options say of the search into a create body; what they do not say stays.

    Raises:
        ClientError: a value that is to stay the same is none, or a hyperparameter is given twice.
    """
    nodes = body.get("instanceCount", 1) // body.get("parallelTrialCount", 1)
    given: dict[str, Any] = {
        "tuningStrategyName": STRATEGIES.get(options.strategy),
        "tuningStrategyRandomState": options.seed,
        "objectiveMetric": options.objective and {"name": options.objective},
        "objectiveTypeCode": options.direction,
        "objectiveGoal": options.goal,
        "maxTrialCount": options.trials,
        "parallelTrialCount": options.parallel,
        "maxFailedTrialCount": options.max_failed,
        "keptModels": options.keep and options.keep.upper(),
        "earlyStoppingAlgorithm": options.early_stopping and options.early_stopping.upper(),
        "earlyStoppingMinTrialCount": options.min_trials,
        "earlyStoppingStartStep": options.start_step,
    }
    body.update({key: value for key, value in given.items() if value is not None})
    body["instanceCount"] = nodes * body.get("parallelTrialCount", 1)
    body["hyperparameterSpecList"] = _space(body.get("hyperparameterSpecList", []), options)
    objective = body.get("objectiveMetric", {}).get("name")
    if body.get("metricList") and objective and objective not in body["metricList"]:
        body["metricList"] = [*body["metricList"], objective]


def _space(before: list[dict[str, Any]], options: argparse.Namespace) -> list[dict[str, Any]]:
    """Return the search space: what was there, with what is given in its place."""
    names = [spec["hyperparameterName"] for spec in options.space]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ClientError(f"{twice} is given twice: keep one of its --range, --choice and --values.")
    try:
        held = [search_space.fixed(name, value) for name, value in options.parameter if name not in names]
    except ValueError as error:
        raise ClientError(str(error)) from error
    space = {spec["hyperparameterName"]: spec for spec in (*before, *options.space, *held)}
    return list(space.values())
