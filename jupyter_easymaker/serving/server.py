"""From the command line to a running model server, and to its orderly end."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from .options import Options, parse
from .process import ModelProcess

FAILED_STATUS = 3
"""The artifact is wrong; starting again does not help."""
CRASHED_STATUS = 4
"""The model's process died while it loaded the model."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM; return the exit status: 0 after draining, 3 if the model is wrong, 4 if loading crashed."""
    options = parse(arguments, os.environ)
    try:
        listener = _listen(options)
    except OSError as error:
        print(f"easymaker: {options.host}:{options.port} cannot be listened on: {error.strerror}.", file=sys.stderr)
        return 1
    if options.scratch is not None:
        options.scratch.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="easymaker-model-", dir=options.scratch))
    try:
        # First of all: it takes longest, and everything below is imported while it loads.
        process = ModelProcess(options, scratch)
        from .running import run

        return run(options, listener, scratch, process)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _listen(options: Options) -> socket.socket:
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((options.host, options.port))
    listener.listen(2048)
    return listener
