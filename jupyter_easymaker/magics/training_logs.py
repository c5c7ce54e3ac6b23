"""What a training, or a trial, which is one, printed."""

from __future__ import annotations

import argparse

from ..client.client import EasyMakerClient
from .lookup import find


def training_logs(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    print_log(client, find(client, "training", options.target)["trainingId"], options)


def print_log(client: EasyMakerClient, resource_id: str, options: argparse.Namespace, *, of: str = "trainings") -> None:
    """Print a log, or follow it to its end.

    Args:
        options: ``node``, ``follow`` and ``tail``.
        of: ``trainings`` or ``batch-inferences``.
    """
    if options.follow:
        for message in client.stream_log(resource_id, node=options.node, of=of):
            if message.event == "log":
                print(message.data["text"], end="", flush=True)  # noqa: T201
        return
    text = client.download(f"{of}/{resource_id}/logs/download", node=options.node).decode(errors="replace")
    lines = text.splitlines()
    print("\n".join(lines[-options.tail :] if options.tail else lines))  # noqa: T201
