"""From what people type, a name or an id, to the one resource they mean."""

from __future__ import annotations

import argparse
import difflib
import re
from typing import Any

from ..client.client import EasyMakerClient
from ..client.errors import ClientError
from .settings_options import named_as_options


def words_of(kind: str) -> str:
    """Return a kind as sentences spell it: ``training template``."""
    return re.sub(r"[A-Z]", lambda match: f" {match[0].lower()}", kind)


def path_of(kind: str) -> str:
    """Return a kind's path in the API: ``training-templates``."""
    return words_of(kind).replace(" ", "-") + "s"


def find(client: EasyMakerClient, kind: str, target: str) -> dict[str, Any]:
    """Return the resource with this id or name; of several the newest.

    Args:
        kind: ``experiment``, ``training``, ``hyperparameterTuning``, ``model``, ``endpoint`` ...

    Raises:
        ClientError: there is none; names the nearest.
    """
    for filter_ in (f"{kind}IdList", f"{kind}NameList"):
        found = client.get(path_of(kind), **{filter_: target, "page": 1, "limit": 1})[f"{kind}List"]
        if found and target in (found[0][f"{kind}Id"], found[0][f"{kind}Name"]):
            one: dict[str, Any] = found[0]
            return one
    names = [each[f"{kind}Name"] for each in client.get(path_of(kind), page=1, limit=200)[f"{kind}List"]]
    near = difflib.get_close_matches(target, names, n=3, cutoff=0.5)
    hint = f" Did you mean {', '.join(dict.fromkeys(near))}?" if near else ""
    raise ClientError(f"There is no {words_of(kind)} {target!r} in this project.{hint}")


def newest(client: EasyMakerClient, kind: str, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Return the newest trainings or tunings.

    Args:
        kind: ``training`` or ``hyperparameterTuning``.
        options: ``limit``, ``search``, ``status`` and ``experiment``.

    Raises:
        ClientError: there is no such experiment.
    """
    filters: dict[str, Any] = {f"{kind}StatusCodeList": options.status.upper() if options.status else None}
    if options.experiment:
        filters["experimentIdList"] = find(client, "experiment", options.experiment)["experimentId"]
    answer = client.get(path_of(kind), page=1, limit=options.limit, search=options.search, **filters)
    found: list[dict[str, Any]] = answer[f"{kind}List"]
    return found


def created(client: EasyMakerClient, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    """Create a training or a tuning and return it.

    Raises:
        ClientError: it is refused; fields are named as the options people typed.
    """
    with named_as_options():
        one: dict[str, Any] = client.post(path_of(kind), body)[kind]
    return one


def choose(entries: list[dict[str, Any]], target: str, id_key: str, name_key: str, what: str) -> dict[str, Any]:
    """Return the entry of a catalogue with this id or name.

    Raises:
        ClientError: there is none; names those there are.
    """
    for entry in entries:
        if target in (entry[id_key], entry[name_key]):
            return entry
    known = ", ".join(repr(entry[name_key]) for entry in entries)
    raise ClientError(f"There is no {what} {target!r}; there are {known}.")
