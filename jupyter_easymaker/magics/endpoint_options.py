"""The options of ``%easymaker deploy``, ``%easymaker predict`` and ``%easymaker endpoint``."""

from __future__ import annotations

import argparse
from typing import Any

from ..resources.endpoint import EndpointCreate
from ..resources.endpoint_model import EndpointModelResource, ScaleMetric
from .editing import add_edit
from .parsing import Parser, help_of, listing, named, pair


def _help(field: str) -> str:
    return help_of(EndpointCreate, field)


def _bounds(text: str) -> tuple[int, int]:
    """Return ``1..5`` as its two numbers."""
    low, separator, high = text.partition("..")
    if not separator or not low.isdigit() or not high.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form MIN..MAX, such as 1..5")
    return int(low), int(high)


def _weight(text: str) -> tuple[str, int]:
    """Return ``stage=20`` as a name and a number."""
    name, value = pair(text)
    if not value.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form STAGE=WEIGHT, such as canary=20")
    return name, int(value)


def _scaling(text: str) -> tuple[str, int]:
    """Return ``cpu=60`` as a metric and its target."""
    name, value = pair(text)
    metrics = {metric.value.split("_")[0].lower(): metric.value for metric in ScaleMetric}
    if name not in metrics or not value.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is none of cpu=PERCENT, memory=PERCENT and requests=IN_FLIGHT")
    return metrics[name], int(value)


def _add_resource(parser: Parser) -> None:
    """Add what says how one model is served."""
    fields = EndpointModelResource.model_fields
    parser.add_argument("--path", metavar="/PATH", help=fields["apigw_resource_uri"].description)
    parser.add_argument("--pods", type=int, metavar="N", help=fields["pod_count"].title)
    parser.add_argument("--cpu", metavar="N", help="CPUs of a pod, such as 0.5; with --memory.")
    parser.add_argument("--memory", metavar="SIZE", help="Memory of a pod, such as 512Mi; with --cpu.")
    parser.add_argument("--gpu", metavar="N", help="GPUs of a pod; with --cpu and --memory.")
    parser.add_argument(
        "--scale-pods", type=_scaling, metavar="METRIC=TARGET", help="Add and remove pods: cpu=60, requests=8 ..."
    )


def _add_waiting(parser: Parser) -> None:
    parser.add_argument("--no-wait", action="store_true", help="Return at once instead of showing it live.")
    parser.add_argument("--raise", dest="raise_", action="store_true", help="Raise an exception when it fails.")
    parser.add_argument("--into", metavar="VARIABLE", help="Assign the result (a dict) to this variable.")


def _staged(parser: Parser, *, required: bool = False) -> Parser:
    named(parser)
    parser.add_argument("--stage", required=required, metavar="STAGE", help="Which stage; without it the default one.")
    return parser


def _of_model(parser: Parser) -> Parser:
    parser.add_argument("--model", "-m", metavar="MODEL", help="Which model, where a stage serves several.")
    return parser


def add_to(commands: Any) -> None:
    """Add the commands of endpoints."""
    deploy = commands.add_parser("deploy", help="Serve a model: as a new endpoint, or as a new stage of one.")
    deploy.add_argument("target", metavar="MODEL")
    deploy.add_argument("--name", "-n", help=_help("endpoint_name") + " Without it: the model's name.")
    deploy.add_argument("--stage", metavar="STAGE", help="Add a stage of this name to the endpoint --name.")
    deploy.add_argument("--instance", help=_help("flavor_id"))
    deploy.add_argument("--nodes", type=int, metavar="N", help=_help("node_count"))
    deploy.add_argument("--autoscale", type=_bounds, metavar="MIN..MAX", help=_help("ca_enable"))
    deploy.add_argument("--description", default="", help=_help("description"))
    deploy.add_argument("--api-key", action="store_true", help=_help("use_api_key"))
    deploy.add_argument("--log", action="store_true", help=_help("use_log"))
    deploy.add_argument("--tag", type=pair, action="append", default=[], metavar="KEY=VALUE", help=_help("tag_list"))
    _add_resource(deploy)
    _add_waiting(deploy)

    predict = _of_model(
        _staged(commands.add_parser("predict", help="Call a model: with the cell (%%%%easymaker predict) or a value."))
    )
    predict.add_argument("data", nargs="?", metavar="VARIABLE|JSON", help="Rows, or a whole request as an object.")
    predict.add_argument("--into", metavar="VARIABLE", help="Assign the answer to this variable.")

    endpoint = commands.add_parser("endpoint", help="Endpoints: list, show, stages, calls, traffic, keys, delete ...")
    actions = endpoint.add_subparsers(dest="action", parser_class=Parser)
    listing(actions.add_parser("list", help="The newest endpoints.")).add_argument(
        "--status", help="Only those with this status, such as ACTIVE."
    )
    named(actions.add_parser("show", help="One endpoint with its stages."))
    named(actions.add_parser("watch", help="Show it live, as when it was created."))
    calls = _staged(actions.add_parser("calls", help="How often a stage was called, with what success, how fast."))
    calls.add_argument("--hours", type=float, default=1.0, metavar="N", help="Of the last N hours.")
    calls.add_argument("--into", metavar="VARIABLE", help="Assign the numbers (a dict) to this variable.")
    logs = _of_model(_staged(actions.add_parser("logs", help="What a stage's pods printed.")))
    logs.add_argument("--tail", type=int, default=100, metavar="N", help="The last N lines of each.")
    snippet = _of_model(_staged(actions.add_parser("snippet", help="How to call it from a program.")))
    snippet.add_argument("--curl", action="store_true", help="With curl instead of Python.")
    add = _staged(actions.add_parser("add", help="Serve one more model in a stage."))
    add.add_argument("--model", "-m", required=True, metavar="MODEL", help="Which.")
    _add_resource(add)
    scale = _of_model(_staged(actions.add_parser("scale", help="Change how many instances or pods there are.")))
    scale.add_argument("--pods", type=int, metavar="N", help="Pods of the model.")
    scale.add_argument("--nodes", type=int, metavar="N", help="Instances of the stage.")
    rollout = _of_model(_staged(actions.add_parser("rollout", help="Put another model in a model's place.")))
    rollout.add_argument("--to", required=True, metavar="MODEL", help="Which one from now on.")
    remove = _staged(actions.add_parser("remove", help="Serve a model of a stage no longer."))
    remove.add_argument("--model", "-m", required=True, metavar="MODEL", help="Which.")
    _staged(actions.add_parser("default", help="Have another stage answer the default address."), required=True)
    traffic = named(actions.add_parser("traffic", help="Split the default address's calls: default=80 canary=20."))
    traffic.add_argument("weights", nargs="*", type=_weight, metavar="STAGE=WEIGHT")
    _staged(actions.add_parser("redeploy", help="Give a stage to the gateway again."))
    keys = named(actions.add_parser("keys", help="Its API keys; --new and --revoke change them."))
    keys.add_argument("--new", metavar="NAME", help="Make a key of this name and show it, once.")
    keys.add_argument("--revoke", metavar="NAME", help="Have a key open nothing any more.")
    add_edit(actions, pair, rename=False)
    stage = _staged(
        actions.add_parser("delete-stage", help="Delete a stage that is not the default one."), required=True
    )
    delete = named(actions.add_parser("delete", help="Delete an endpoint; its models stay."))
    for parser in (stage, delete):
        parser.add_argument("-y", "--yes", action="store_true", help="Do not ask.")
