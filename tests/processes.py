"""The processes of this machine as tests look for them: one that ends during the look is not there."""

from __future__ import annotations

import psutil


def with_words(*words: str) -> list[psutil.Process]:
    """Return the processes whose command line holds all of these texts; not what has ended."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if all(word in " ".join(process.info["cmdline"] or ()) for word in words)
    ]
