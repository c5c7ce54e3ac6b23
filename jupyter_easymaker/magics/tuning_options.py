"""The options of ``%%easymaker tune`` and ``%easymaker tuning``."""

from __future__ import annotations

from typing import Any

from ..resources.hyperparameter_tuning import HyperparameterTuningCreate
from . import search_space
from .editing import add_edit
from .parsing import Parser, help_of, log_options, named, pair, runs
from .settings_options import add_settings, add_source

STRATEGIES = {
    "random": "RANDOM",
    "grid": "GRID",
    "tpe": "BAYESIAN_OPTIMIZATION",
    "gp": "GAUSSIAN_PROCESS",
    "cma-es": "CMA_ES",
    "qmc": "QMC",
}
SORTS = {
    "number": "trialNumber",
    "objective": "objectiveValue",
    "status": "trialStatusCode",
    "time": "elapsedTimeSeconds",
    "started": "startedDatetime",
}


def _help(field: str) -> str:
    return help_of(HyperparameterTuningCreate, field)


def _add_search(parser: Parser) -> None:
    """Add what is searched, for what, and for how long."""
    space = parser.add_argument_group("search", _help("hyperparameter_spec_list"))
    space.add_argument(
        "--range", dest="space", type=search_space.range_, action="append", default=[], metavar="NAME=LOW..HIGH[:STEP]",
        help="Between two numbers, such as lr=0.001..0.1; whole ones where all are written so: layers=1..8",
    )  # fmt: skip
    space.add_argument(
        "--choice", dest="space", type=search_space.choice, action="append", metavar="NAME=A,B",
        help="One of these: optimizer=adam,sgd",
    )  # fmt: skip
    space.add_argument(
        "--values", dest="space", type=search_space.values, action="append", metavar="NAME=1,2",
        help="One of these numbers: batch=16,32,64",
    )  # fmt: skip
    space.add_argument("--strategy", choices=list(STRATEGIES), help=_help("tuning_strategy_name"))
    space.add_argument("--seed", type=int, metavar="N", help=_help("tuning_strategy_random_state"))
    goal = parser.add_argument_group("objective")
    goal.add_argument("--objective", metavar="METRIC", help=_help("objective_metric"))
    direction = goal.add_mutually_exclusive_group()
    for flag, best in (("minimize", "lowest"), ("maximize", "highest")):
        direction.add_argument(
            f"--{flag}", dest="direction", action="store_const", const=flag.upper(), help=f"The {best} value wins."
        )
    goal.add_argument("--goal", type=float, metavar="VALUE", help=_help("objective_goal"))
    trials = parser.add_argument_group("trials")
    trials.add_argument("--trials", type=int, metavar="N", help=_help("max_trial_count"))
    trials.add_argument("--parallel", type=int, metavar="N", help=_help("parallel_trial_count"))
    trials.add_argument("--max-failed", type=int, metavar="N", help=_help("max_failed_trial_count"))
    trials.add_argument("--keep", choices=["all", "best"], help=_help("kept_models"))
    trials.add_argument("--early-stopping", choices=["median"], help=_help("early_stopping_algorithm"))
    trials.add_argument("--min-trials", type=int, metavar="N", help=_help("early_stopping_min_trial_count"))
    trials.add_argument("--start-step", type=int, metavar="N", help=_help("early_stopping_start_step"))


def add_to(commands: Any) -> None:
    """Add ``tune`` and ``tuning``."""
    tune = commands.add_parser("tune", help="Tune hyperparameters: of the cell's code (%%%%easymaker tune) ...")
    _add_search(tune)
    add_source(tune, HyperparameterTuningCreate)
    add_settings(
        tune, HyperparameterTuningCreate, "hyperparameter_tuning_name", "metric_list",
        "A hyperparameter with the same value in every trial.",
    )  # fmt: skip
    tuning = commands.add_parser(
        "tuning", help="Tunings: list, show, watch, trials, charts, curves, logs, stop, copy, edit, delete."
    )
    actions = tuning.add_subparsers(dest="action", parser_class=Parser)
    runs(actions.add_parser("list", help="The newest tunings."), "those")
    named(actions.add_parser("show", help="One tuning in full, with its best trial."))
    named(actions.add_parser("watch", help="Show it live, as when it was created."))
    trials = _into(named(actions.add_parser("trials", help="Its trials, with what they tried and reached.")))
    trials.add_argument("--sort", choices=list(SORTS), default="number", help="By objective: the best first.")
    trials.add_argument("--limit", type=int, default=50, help="How many.")
    trials.add_argument("--status", help="Only those with this status, such as SUCCEEDED.")
    _into(named(actions.add_parser("charts", help="How it went on, and which hyperparameters matter.")))
    curves = _into(named(actions.add_parser("curves", help="A metric of the running and the best trials.")))
    curves.add_argument("--metric", default="", help="Which; default: the objective.")
    logs = log_options(named(actions.add_parser("logs", help="What a trial printed.")))
    logs.add_argument("--trial", type=int, metavar="NUMBER", help="Which; default: the best, or else the last.")
    named(actions.add_parser("stop", help="Stop it, and its running trials."))
    copy = _into(named(actions.add_parser("copy", help="Run it again, searching elsewhere if you like.")))
    copy.add_argument("--name", dest="new_name", help="The copy's name.")
    copy.add_argument("-p", "--parameter", type=pair, action="append", default=[], metavar="KEY=VALUE",
                      help="A hyperparameter with the same value in every trial.")  # fmt: skip
    copy.add_argument("--no-wait", action="store_true", help="Return at once instead of showing it live.")
    _add_search(copy)
    add_edit(actions, pair)
    named(actions.add_parser("delete", help="Delete it and its trials; outputs stay."), confirm=True)


def _into(parser: Parser) -> Parser:
    parser.add_argument("--into", metavar="VARIABLE", help="Assign what is shown to this variable.")
    return parser
