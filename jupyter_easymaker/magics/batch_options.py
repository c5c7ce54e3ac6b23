"""The options of ``%%easymaker batch`` and ``%easymaker batch``."""

from __future__ import annotations

from typing import Any

from ..resources.batch_inference import BatchInferenceCreate
from .editing import add_edit
from .parsing import Parser, help_of, listing, log_options, named, pair


def _help(field: str) -> str:
    return help_of(BatchInferenceCreate, field)


def _add_settings(parser: Parser) -> None:
    add = parser.add_argument
    add("--model", "-m", metavar="NAME|ID", help="The model that scores.")
    add("--input", metavar="URI", help=_help("input_data_uri") + " Without it: the rows in the cell, a JSON a line.")
    add("--type", choices=["jsonl", "json"], help="jsonl: a row a line. json: a list, or {instances: [...]}.")
    add("--include", metavar="GLOB", help=_help("include_glob_pattern"))
    add("--exclude", metavar="GLOB", help=_help("exclude_glob_pattern"))
    add("--output", metavar="URI", help=_help("output_upload_uri"))
    add("--name", help=_help("batch_inference_name"))
    add("--description", default="", help=_help("description"))
    add("--instance", help=_help("flavor_id"))
    add("--instances", type=int, metavar="N", help=_help("instance_count"))
    add("--pods", type=int, metavar="N", help=_help("pod_count"))
    add("--image", help=_help("image_id"))
    add("--batch-size", type=int, metavar="ROWS", help=_help("max_batch_size"))
    add("--request-timeout", type=int, metavar="SECONDS", help=_help("inference_timeout_seconds"))
    add("--data-storage", type=int, metavar="GB", help=_help("data_storage_size"))
    add("--timeout", type=int, metavar="HOURS", help=_help("timeout_minutes"))
    add("--tag", type=pair, action="append", default=[], metavar="KEY=VALUE", help=_help("tag_list"))
    add("--log", action="store_true", help=_help("use_log"))
    add("--no-wait", action="store_true", help="Return at once instead of showing it live.")
    add("--raise", dest="raise_", action="store_true", help="Raise an exception when it fails.")
    add("--into", metavar="VARIABLE", help="Assign the result (a dict) to this variable.")


def add_to(commands: Any) -> None:
    """Add ``batch``."""
    batch = commands.add_parser("batch", help="Score rows with a model; list, show, watch, logs, stop, copy, delete.")
    _add_settings(batch)
    actions = batch.add_subparsers(dest="action", parser_class=Parser)
    list_ = listing(actions.add_parser("list", help="The newest batch inferences."))
    list_.add_argument("--status", help="Only those with this status, such as RUNNING.")
    named(actions.add_parser("show", help="One batch inference in full."))
    named(actions.add_parser("watch", help="Show it live, as when it was created."))
    log_options(named(actions.add_parser("logs", help="What a pod printed.")))
    named(actions.add_parser("monitoring", help="What its pods use: CPU, memory, disk, network, GPUs."))
    named(actions.add_parser("stop", help="Stop it; the results so far stay."))
    copy = named(actions.add_parser("copy", help="Run it again."))
    copy.add_argument("--name", dest="new_name", help="The copy's name.")
    copy.add_argument("--no-wait", action="store_true", help="Return at once instead of showing it live.")
    add_edit(actions, pair)
    named(actions.add_parser("delete", help="Delete it; its results stay."), confirm=True)
