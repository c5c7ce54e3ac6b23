"""What the parsers of all commands are made of."""

from __future__ import annotations

import argparse
import shlex
from typing import Any, NoReturn

from pydantic import BaseModel


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


def help_of(resource: type[BaseModel], field: str) -> str:
    """Return a field's title and help, as forms show them."""
    info = resource.model_fields[field]
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


def listing(parser: Parser) -> Parser:
    """Add what all lists take."""
    parser.add_argument("--limit", type=int, default=20, help="How many.")
    parser.add_argument("--search", default="", help="Only those whose name or description holds this.")
    return parser


def runs(parser: Parser, what: str) -> Parser:
    """Add what lists of trainings and of tunings take."""
    listing(parser)
    parser.add_argument("--experiment", "-e", help=f"Only {what} of this experiment.")
    parser.add_argument("--status", help="Only those with this status, such as RUNNING.")
    return parser


def named(parser: Parser, *, confirm: bool = False) -> Parser:
    """Add the one resource the command is about."""
    parser.add_argument("target", metavar="NAME|ID")
    if confirm:
        parser.add_argument("-y", "--yes", action="store_true", help="Do not ask.")
    return parser


def log_options(parser: Parser) -> Parser:
    """Add what commands that print a log take."""
    parser.add_argument("-f", "--follow", action="store_true", help="Go on while it runs.")
    parser.add_argument("--node", type=int, default=0, help="Of which node, from 0.")
    parser.add_argument("--tail", type=int, metavar="N", help="Only the last N lines.")
    return parser
