"""``stop`` and ``delete``, the same for every resource that has them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from ..client.client import EasyMakerClient
from .lookup import find, path_of, words_of

Command = Callable[[EasyMakerClient, argparse.Namespace, str | None], Any]


def stop(kind: str) -> Command:
    """Return the command that stops a kind of resource."""

    def run(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
        one = find(client, kind, options.target)
        client.put(f"{path_of(kind)}/{one[f'{kind}Id']}/stop")
        print(f"{one[f'{kind}Name']} is being stopped.")  # noqa: T201

    return run


def delete(kind: str) -> Command:
    """Return the command that deletes a kind of resource, after a question."""

    def run(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
        one = find(client, kind, options.target)
        name = one[f"{kind}Name"]
        if (
            not options.yes
            and input(f"Delete the {words_of(kind)} {name}? This cannot be undone. [y/N] ").strip().lower() != "y"
        ):
            print("Nothing was deleted.")  # noqa: T201
            return
        client.delete(f"{path_of(kind)}/{one[f'{kind}Id']}")
        print(f"The {words_of(kind)} {name} is deleted.")  # noqa: T201

    return run
