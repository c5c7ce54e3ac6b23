"""The magic's command line: one parser, whose help comes from the resources' own definitions."""

from __future__ import annotations

import argparse
import shlex
from typing import Any, NoReturn

from ..resources.training import TrainingCreate
from . import files, watching
from .editing import add_edit
from .tracking import add_to_training


class UsageError(Exception):
    """Something was typed that the magic does not understand, or help was asked for; its message is shown."""


class Parser(argparse.ArgumentParser):
    """A parser that raises instead of ending the kernel."""

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        raise UsageError((message or "").strip())

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}\n{self.format_usage().strip()}")

    def print_help(self, file: Any = None) -> NoReturn:
        raise UsageError(self.format_help())


def help_of(field: str) -> str:
    """Return a training field's title and help, as forms show them."""
    info = TrainingCreate.model_fields[field]
    return " - ".join(filter(None, [info.title, info.description])).replace("%", "%%")


def pair(text: str) -> tuple[str, str]:
    """Return ``key=value`` taken apart."""
    key, separator, value = text.partition("=")
    if not separator or not key:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form key=value")
    return key, value


def split(line: str) -> list[str]:
    """Return the words of a line, quotes heeded.

    Raises:
        UsageError: a quote is not closed.
    """
    try:
        return shlex.split(line)
    except ValueError as error:
        raise UsageError(f"The line cannot be read: {error}.") from error


def _add_training_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", help=help_of("training_name"))
    parser.add_argument("--experiment", "-e", default="default", help="Its name; made when there is none of it.")
    parser.add_argument("--template", help="Settings to start from; what is given here comes before them.")
    parser.add_argument("--description", default="", help=help_of("description"))
    parser.add_argument("--image", help=help_of("image_id"))
    parser.add_argument("--instance", help=help_of("flavor_id"))
    parser.add_argument("--nodes", type=int, help=help_of("instance_count"))
    parser.add_argument("--torchrun", action="store_true", help=help_of("use_torchrun"))
    parser.add_argument("--nproc", type=int, help=help_of("nproc_per_node"))
    parser.add_argument(
        "--dataset", "-d", type=pair, action="append", default=[], metavar="NAME=URI", help=help_of("dataset_list")
    )
    parser.add_argument(
        "-p",
        "--parameter",
        type=pair,
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help=help_of("hyperparameter_list"),
    )
    parser.add_argument("--checkpoint-in", metavar="URI", help=help_of("check_point_input_uri"))
    parser.add_argument("--output", metavar="URI", help=help_of("model_upload_uri"))
    parser.add_argument("--checkpoint-out", metavar="URI", help=help_of("check_point_upload_uri"))
    parser.add_argument("--timeout", type=int, metavar="HOURS", help=help_of("timeout_minutes"))
    parser.add_argument("--tag", type=pair, action="append", default=[], metavar="KEY=VALUE", help=help_of("tag_list"))
    parser.add_argument("--metric", action="append", default=[], metavar="NAME", help=help_of("metric_name_list"))
    parser.add_argument("--metric-regex", metavar="REGEX", help=help_of("metric_regex"))
    parser.add_argument("--log", action="store_true", help=help_of("use_log"))
    parser.add_argument("--no-wait", action="store_true", help="Return at once instead of showing it live.")
    parser.add_argument("--raise", dest="raise_", action="store_true", help="Raise an exception when it fails.")
    parser.add_argument("--into", metavar="VARIABLE", help="Assign the training (a dict) to this variable.")


def line_parser() -> Parser:
    """Return the parser of everything ``%easymaker`` and ``%%easymaker`` take."""
    parser = Parser(prog="%easymaker", description="Train, register and watch models from a cell.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    commands.add_parser("status", help="The backend, the project and what is going on in it.")

    train = commands.add_parser("train", help="Train: the cell's code (%%%%easymaker train), or an --algorithm.")
    train.add_argument("--algorithm", help=help_of("algorithm_id"))
    train.add_argument("--source", metavar="URI", help=help_of("source_dir_uri"))
    train.add_argument("--entry-point", metavar="FILE", help=help_of("entry_point"))
    train.add_argument("--requirements", default="", metavar='"A B"', help="Packages to install first.")
    _add_training_options(train)

    run = commands.add_parser("run", help="Train with a script or notebook of this machine.")
    run.add_argument("file", metavar="FILE")
    _add_training_options(run)

    _add_experiments(commands)
    _add_trainings(commands)
    _add_models(commands)
    _add_templates(commands)
    files.add_to(commands, Parser)
    log = commands.add_parser("log", help="Record metrics of the training this notebook runs as: loss=0.3 step=4.")
    log.add_argument("values", nargs="+", type=pair, metavar="KEY=VALUE")
    watching.add_to(commands)
    logs = commands.add_parser("logs", help="Search the logs of all trainings with log management.")
    logs.add_argument("query", nargs="*", help="Such as 'body:\"out of memory\" AND NOT logLevel:INFO'; quote it.")
    logs.add_argument("--from", dest="since", metavar="TIME", help="No older lines: 2026-01-31T08:15.")
    logs.add_argument("--to", dest="until", metavar="TIME", help="No newer lines.")
    logs.add_argument("--limit", type=int, default=100, help="How many lines.")
    search = commands.add_parser("search", help="Find resources of every kind by name, description or tag.")
    search.add_argument("text", nargs="+")
    search.add_argument("--limit", type=int, default=20, help="How many.")
    for name, what in (("images", "images"), ("instances", "instance types"), ("algorithms", "provided algorithms")):
        commands.add_parser(name, help=f"The {what} to choose from.")
    return parser


def _add_experiments(commands: Any) -> None:
    experiment = commands.add_parser("experiment", help="Experiments: list, show, create, edit, retry, delete.")
    actions = experiment.add_subparsers(dest="action", parser_class=Parser)
    _listing(actions.add_parser("list", help="The newest experiments."))
    _named(actions.add_parser("show", help="One experiment in full."))
    create = actions.add_parser("create", help="Create one.")
    create.add_argument("name")
    create.add_argument("--description", default="")
    add_edit(actions, pair)
    _named(actions.add_parser("retry", help="Try again to create one whose creation failed."))
    _named(actions.add_parser("delete", help="Delete one that has no trainings."), confirm=True)


def _add_trainings(commands: Any) -> None:
    training = commands.add_parser(
        "training", help="Trainings: list, show, logs, metrics, lineage, compare, stop, copy, edit, delete."
    )
    actions = training.add_subparsers(dest="action", parser_class=Parser)
    listing = _listing(actions.add_parser("list", help="The newest trainings."))
    listing.add_argument("--experiment", "-e", help="Only those of this experiment.")
    listing.add_argument("--status", help="Only those with this status, such as RUNNING.")
    _named(actions.add_parser("show", help="One training in full."))
    logs = _named(actions.add_parser("logs", help="What it printed."))
    logs.add_argument("-f", "--follow", action="store_true", help="Go on while it runs.")
    logs.add_argument("--node", type=int, default=0, help="Of which node, from 0.")
    logs.add_argument("--tail", type=int, metavar="N", help="Only the last N lines.")
    _named(actions.add_parser("watch", help="Show it live, as when it was created."))
    watching.add_to_training(actions)
    _named(actions.add_parser("stop", help="Stop it."))
    copy = _named(actions.add_parser("copy", help="Run it again, with other values if you like."))
    copy.add_argument("--name", dest="new_name", help="The copy's name.")
    copy.add_argument("-p", "--parameter", type=pair, action="append", default=[], metavar="KEY=VALUE")
    copy.add_argument("--no-wait", action="store_true")
    add_to_training(actions)
    add_edit(actions, pair)
    _named(actions.add_parser("delete", help="Delete it; its outputs stay."), confirm=True)


def _add_models(commands: Any) -> None:
    model = commands.add_parser("model", help="Models: list, show, create, edit, delete.")
    actions = model.add_subparsers(dest="action", parser_class=Parser)
    _listing(actions.add_parser("list", help="The newest models."))
    _named(actions.add_parser("show", help="One model in full."))
    create = actions.add_parser("create", help="Register the output of a training, or an artifact at a path.")
    create.add_argument("name")
    create.add_argument("--training", "-t", help="A COMPLETE training.")
    create.add_argument("--path", metavar="URI", help="Where the artifact lies.")
    create.add_argument("--framework", help="TENSORFLOW, PYTORCH, SKLEARN ...")
    create.add_argument("--description", default="")
    add_edit(actions, pair)
    _named(actions.add_parser("delete", help="Forget it; its artifact stays."), confirm=True)


def _add_templates(commands: Any) -> None:
    template = commands.add_parser("template", help="Training templates: list, show, create, edit, copy, delete.")
    actions = template.add_subparsers(dest="action", parser_class=Parser)
    _listing(actions.add_parser("list", help="The newest templates."))
    _named(actions.add_parser("show", help="What one holds."))
    create = actions.add_parser("create", help="Keep the settings of a training.")
    create.add_argument("name")
    create.add_argument("--training", "-t", required=True, help="Whose settings.")
    create.add_argument("--description", default="")
    create.add_argument("--kind", choices=["training", "tuning"], default="training", help="What it fills in.")
    add_edit(actions, pair)
    copy = _named(actions.add_parser("copy", help="Make another of the same settings."))
    copy.add_argument("--name", dest="new_name", help="The copy's name.")
    _named(actions.add_parser("delete", help="Delete one; trainings made with it stay."), confirm=True)


def _listing(parser: Parser) -> Parser:
    parser.add_argument("--limit", type=int, default=20, help="How many.")
    parser.add_argument("--search", default="", help="Only those whose name or description holds this.")
    return parser


def _named(parser: Parser, *, confirm: bool = False) -> Parser:
    parser.add_argument("target", metavar="NAME|ID")
    if confirm:
        parser.add_argument("-y", "--yes", action="store_true", help="Do not ask.")
    return parser
