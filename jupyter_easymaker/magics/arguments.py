"""The magic's command line: one parser, whose help comes from the resources' own definitions."""

from __future__ import annotations

from typing import Any

from ..resources.training import TrainingCreate
from . import batch_options, endpoint_options, files, notebooks, tuning_options, watching
from .editing import add_edit
from .parsing import Parser, help_of, listing, log_options, named, pair, runs
from .settings_options import add_settings, add_source
from .tracking import add_to_training


def _add_training_options(parser: Parser) -> None:
    parameters = help_of(TrainingCreate, "hyperparameter_list")
    add_settings(parser, TrainingCreate, "training_name", "metric_name_list", parameters)


def line_parser() -> Parser:
    """Return the parser of everything ``%easymaker`` and ``%%easymaker`` take."""
    parser = Parser(prog="%easymaker", description="Train, register and watch models from a cell.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    commands.add_parser("status", help="The backend, the project and what is going on in it.")

    train = commands.add_parser("train", help="Train: the cell's code (%%%%easymaker train), or an --algorithm.")
    add_source(train, TrainingCreate)
    _add_training_options(train)

    run = commands.add_parser("run", help="Train with a script or notebook of this machine.")
    run.add_argument("file", metavar="FILE")
    _add_training_options(run)

    _add_experiments(commands)
    _add_trainings(commands)
    tuning_options.add_to(commands)
    _add_models(commands)
    batch_options.add_to(commands)
    endpoint_options.add_to(commands)
    notebooks.add_to(commands)
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
    listing(actions.add_parser("list", help="The newest experiments."))
    named(actions.add_parser("show", help="One experiment in full."))
    create = actions.add_parser("create", help="Create one.")
    create.add_argument("name")
    create.add_argument("--description", default="")
    add_edit(actions, pair)
    named(actions.add_parser("retry", help="Try again to create one whose creation failed."))
    named(actions.add_parser("delete", help="Delete one that has no trainings."), confirm=True)


def _add_trainings(commands: Any) -> None:
    training = commands.add_parser(
        "training", help="Trainings: list, show, logs, metrics, lineage, compare, stop, copy, edit, delete."
    )
    actions = training.add_subparsers(dest="action", parser_class=Parser)
    runs(actions.add_parser("list", help="The newest trainings."), "those")
    named(actions.add_parser("show", help="One training in full."))
    log_options(named(actions.add_parser("logs", help="What it printed.")))
    named(actions.add_parser("watch", help="Show it live, as when it was created."))
    watching.add_to_training(actions)
    named(actions.add_parser("stop", help="Stop it."))
    copy = named(actions.add_parser("copy", help="Run it again, with other values if you like."))
    copy.add_argument("--name", dest="new_name", help="The copy's name.")
    copy.add_argument("-p", "--parameter", type=pair, action="append", default=[], metavar="KEY=VALUE")
    copy.add_argument("--no-wait", action="store_true")
    add_to_training(actions)
    add_edit(actions, pair)
    named(actions.add_parser("delete", help="Delete it; its outputs stay."), confirm=True)


def _add_models(commands: Any) -> None:
    model = commands.add_parser("model", help="Models: list, show, create, edit, delete.")
    actions = model.add_subparsers(dest="action", parser_class=Parser)
    listing(actions.add_parser("list", help="The newest models."))
    named(actions.add_parser("show", help="One model in full."))
    create = actions.add_parser(
        "create", help="Register the output of a training or a tuning, or an artifact at a path."
    )
    create.add_argument("name")
    create.add_argument("--training", "-t", help="A COMPLETE training.")
    create.add_argument("--tuning", help="A COMPLETE tuning: the output of its best trial.")
    create.add_argument("--path", metavar="URI", help="Where the artifact lies.")
    create.add_argument("--framework", help="TENSORFLOW, PYTORCH, SKLEARN ...")
    create.add_argument("--description", default="")
    add_edit(actions, pair)
    named(actions.add_parser("delete", help="Forget it; its artifact stays."), confirm=True)


def _add_templates(commands: Any) -> None:
    template = commands.add_parser("template", help="Training templates: list, show, create, edit, copy, delete.")
    actions = template.add_subparsers(dest="action", parser_class=Parser)
    listing(actions.add_parser("list", help="The newest templates."))
    named(actions.add_parser("show", help="What one holds."))
    create = actions.add_parser("create", help="Keep the settings of a training.")
    create.add_argument("name")
    create.add_argument("--training", "-t", required=True, help="Whose settings.")
    create.add_argument("--description", default="")
    create.add_argument("--kind", choices=["training", "tuning"], default="training", help="What it fills in.")
    add_edit(actions, pair)
    copy = named(actions.add_parser("copy", help="Make another of the same settings."))
    copy.add_argument("--name", dest="new_name", help="The copy's name.")
    named(actions.add_parser("delete", help="Delete one; trainings made with it stay."), confirm=True)
