"""One call of the magic: read the line, do it, and say what is wrong in a sentence instead of a traceback."""

from __future__ import annotations

import sys
from typing import Any

from ..client.client import EasyMakerClient
from ..client.errors import ClientError
from .arguments import line_parser
from .commands import COMMANDS
from .editing import log
from .parsing import UsageError, split


class TrainingFailed(Exception):
    """Raised for ``--raise``; its message is the reason of what failed."""


def run(shell: Any, line: str, cell: str | None) -> Any:
    """Run ``%easymaker LINE``; with a cell, ``%%easymaker LINE``."""
    try:
        parser = line_parser()
        words = split(line)
        options = parser.parse_args(words or ["--help"])
        if options.command == "log":  # of the training this runs in, where there may be no backend to talk to
            log(options)
            return None
        action = getattr(options, "action", None)
        if (options.command, action) not in COMMANDS:
            action = "list"  # `%easymaker training` alone
            options = parser.parse_args([*words, "list"])
        with EasyMakerClient.from_environment() as client:
            result = COMMANDS[options.command, action](client, options, cell)
    except UsageError as error:
        print(error)  # noqa: T201
        return None
    except ClientError as error:
        _complain(error)
        if "--raise" in line:
            raise TrainingFailed(str(error)) from None
        return None
    except KeyboardInterrupt:
        return None
    return _hand_over(shell, options, result)


def _complain(error: ClientError) -> None:
    print(error, file=sys.stderr)  # noqa: T201
    for field in error.fields[1:] if len(error.fields) > 1 else ():
        print(f"  {field['field']}: {field['message']}", file=sys.stderr)  # noqa: T201


def _hand_over(shell: Any, options: Any, result: Any) -> None:
    """Assign the result where it was asked for, and raise where that was asked for."""
    if getattr(options, "into", None):
        shell.user_ns[options.into] = result
    if not getattr(options, "raise_", False):
        return
    for kind in ("training", "hyperparameterTuning", "batchInference", "endpoint"):
        if result and "FAIL" in result.get(f"{kind}StatusCode", ""):
            raise TrainingFailed(f"{result[f'{kind}Name']}: {result[f'{kind}StatusReason']}")
