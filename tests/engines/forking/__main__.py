"""A package a launcher holds imported, which forks a worker as model servers do: neither is ever a new program."""

from __future__ import annotations

import os
import time


def main() -> int:
    """Fork, print the pids of both, and sleep."""
    worker = os.fork()
    if worker:
        print(os.getpid(), worker, "up", flush=True)
    time.sleep(600)
    return 0
