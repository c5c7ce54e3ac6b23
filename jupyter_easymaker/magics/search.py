"""``%easymaker search``: one search over everything a project has."""

from __future__ import annotations

import argparse

from IPython.display import display

from ..client.client import EasyMakerClient
from . import render


def search(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    """Show the newest resources that match."""
    text = " ".join(options.text)
    found = client.get("search", query=text, limit=options.limit)["resultList"]
    rows = [
        [
            each["name"],
            render.label(each["resourceType"]),
            each["statusCode"],
            each["description"],
            render.moment(each["createdDatetime"]),
        ]
        for each in found
    ]
    empty = f"Nothing here has {text!r} in its name, description or tags."
    display(render.table(["Name", "Kind", "Status", "Description", "Created"], rows, empty=empty, statuses=2))
